// The pictures of the docs, taken of a run's report:
//
//   node dist/cli/cli.js run examples/support-tickets.csv --name pictures --runs /tmp/runs
//   node scripts/take-pictures.js /tmp/runs/pictures/report.html
//
// Needs playwright-core, which is a development dependency, and a Chromium: the one that CHROMIUM names, or that of the system.
import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** @param {string} message @returns {never} */
function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

const report = process.argv[2] ?? "";
if (!existsSync(report)) fail("Name the report to take pictures of: node scripts/take-pictures.js RUN/report.html");
const chromium = [process.env["CHROMIUM"], "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  (path) => path !== undefined && existsSync(path),
);
if (chromium === undefined) fail("There is no Chromium. Install one, or name it: CHROMIUM=/path/to/chromium");
const playwright = await import("playwright-core").catch(() =>
  fail("playwright-core is missing. Install the development dependencies: npm ci"),
);

/** Of more bytes a picture is no part of a page that is read on the way. `test/docs.test.ts` asks for the same. */
const mostBytes = 150_000;
const folder = join(dirname(fileURLToPath(import.meta.url)), "../docs/pictures");
mkdirSync(folder, { recursive: true });

const browser = await playwright.chromium.launch({ executablePath: chromium, args: ["--no-sandbox"] });
const page = await browser.newPage({ viewport: { width: 1000, height: 700 }, colorScheme: "light" });
await page.goto(pathToFileURL(resolve(report)).href);

/** @param {string} name @param {string | null} selector of what is shown; null: the first screen @param {number} [most] pixels of it from its top */
async function take(name, selector, most = Number.POSITIVE_INFINITY) {
  const path = join(folder, `${name}.png`);
  if (selector === null) {
    // Down to the end of the verdict, so that nothing is cut in two.
    const box = await page.locator("#answer").boundingBox();
    const height = Math.ceil((box?.y ?? 0) + (box?.height ?? 700)) + 24;
    await page.screenshot({ path, clip: { x: 0, y: 0, width: 1000, height }, fullPage: true });
  } else {
    const shown = page.locator(selector).first();
    await shown.scrollIntoViewIfNeeded();
    const { x = 0, y = 0, width = 0, height = 0 } = (await shown.boundingBox()) ?? {};
    const top = y + (await page.evaluate("scrollY"));
    await page.screenshot({ path, clip: { x, y: top, width, height: Math.min(height, most) }, fullPage: true });
  }
  const { size } = statSync(path);
  console.log(`${path}: ${Math.round(size / 1000)} kB`);
  if (size >= mostBytes) throw new Error(`${path} has ${size} bytes, more than ${mostBytes}. Show less of the page.`);
}

await take("report", null);
await take("crossover", "#crossover figure");
await take("answered-share", "#confidence figure:nth-of-type(2)");
await take("rows", "#explorer", 560);
await browser.close();
