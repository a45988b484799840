/** @file The report's page in Debian's Chromium: where it is, why a test is skipped without it, and a tab that keeps what the page complains of. */
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";

const told = process.env["CROSSOVER_CHROMIUM"];
const usual = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const executable = told ?? usual.find((path) => existsSync(path));
// Who names a browser wants these tests: without it they must not be skipped in silence.
if (told !== undefined && !existsSync(told)) throw new Error(`CROSSOVER_CHROMIUM: there is no ${told}.`);

/** Whether there is a browser. Without one a test is skipped, and says why in its name: `skippedWhy`. */
export const hasBrowser = executable !== undefined;
export const skippedWhy = hasBrowser ? "" : ` (skipped: no Chromium at ${usual.join(", ")}; set CROSSOVER_CHROMIUM)`;

/** Opens a browser for one test, and closes it. */
export async function withBrowser(use: (browser: Browser) => Promise<void>): Promise<void> {
  const { chromium } = await import("playwright-core");
  const args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"];
  const browser = await chromium.launch({ executablePath: executable!, args });
  try {
    await use(browser);
  } finally {
    await browser.close();
  }
}

/** A tab with a page, and what it said, asked for or tried that a report must not. */
export interface OpenPage {
  readonly tab: Page;
  readonly address: string;
  /** Messages of the console, errors, dialogs, and addresses of requests that leave the machine. */
  readonly complaints: readonly string[];
}

/** Opens a page from a file, as a mail's attachment is opened. The caller closes the tab. */
export async function openPage(browser: Browser, html: string, size: { width: number; height?: number }): Promise<OpenPage> {
  const folder = await mkdtemp(join(tmpdir(), "page-"));
  const path = join(folder, "report.html");
  await writeFile(path, html);
  const tab = await browser.newPage({ viewport: { width: size.width, height: size.height ?? 800 } });
  tab.on("close", () => void rm(folder, { recursive: true, force: true }));
  const complaints: string[] = [];
  tab.on("console", (message) => complaints.push(message.text()));
  tab.on("pageerror", (error) => complaints.push(error.message));
  tab.on("dialog", (dialog) => void dialog.dismiss().then(() => complaints.push(`dialog: ${dialog.message()}`)));
  tab.on("request", (request) => {
    if (!request.url().startsWith("file:")) complaints.push(`request: ${request.url()}`);
  });
  const address = pathToFileURL(path).href;
  await tab.goto(address);
  // Not by a function: the page's policy forbids the browser to make one of a text, which it does where it has to wait.
  await tab.waitForSelector("html.ready", { state: "attached" });
  return { tab, address, complaints };
}
