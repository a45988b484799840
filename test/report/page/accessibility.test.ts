/** @file The page as people with a phone, a dark screen, a keyboard or a screen reader get it: axe-core and the layout, in Chromium. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { hasBrowser, openPage, skippedWhy, withBrowser } from "./browser.js";
import { pageNames, reportPage } from "./pages.js";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const widths = [390, 768, 1280, 1920];
const schemes = ["light", "dark"] as const;
// axe-core takes seconds a view. Of one page it sees all views, of the others those that differ most.
const wholeName = "8 labels";
const someViews = new Set(["390 pixels, dark: ", "1280 pixels, light: "]);

/** What axe-core finds that is serious or critical: the rule, and where. */
async function seriousFaults(tab: Page): Promise<string[]> {
  const { violations } = (await tab.evaluate("axe.run(document, { resultTypes: ['violations'] })")) as AxeResults;
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) =>
      nodes.slice(0, 5).map(({ target, failureSummary }) => `${id}: ${target.join(" ")} ${failureSummary}`),
    );
}

/** What runs past the page or out of its box, where nothing scrolls. */
const clipped = `(() => {
  const found = [];
  const past = document.documentElement.scrollWidth - innerWidth;
  if (past > 0) found.push("the page is wider than the window by " + past);
  for (const element of document.querySelectorAll("main *, header *, footer *")) {
    if (element.closest(".scroll") || element.closest(".narrow, .wide")?.checkVisibility() === false) continue;
    const { right, left, width, height } = element.getBoundingClientRect();
    if (width > 0 && height > 1 && !element.closest(".skip, thead") && (right > innerWidth + 1 || left < -1))
      found.push((element.id || element.className?.baseVal || element.className || element.tagName) + " from " + Math.round(left) + " to " + Math.round(right));
  }
  for (const text of document.querySelectorAll("svg text")) {
    if (!text.checkVisibility()) continue;
    const box = text.getBoundingClientRect();
    const frame = text.ownerSVGElement.getBoundingClientRect();
    if (box.width > 0 && (box.left < frame.left - 2 || box.right > frame.right + 2 || box.top < frame.top - 2 || box.bottom > frame.bottom + 2))
      found.push("text outside its chart: " + text.textContent);
  }
  return found.slice(0, 8);
})()`;

/** Opens everything that is folded. */
const unfold = "for (const each of document.querySelectorAll('details')) each.open = true";

describe.skipIf(!hasBrowser)(`the page for everybody${skippedWhy}`, () => {
  it.each(pageNames)(
    "has nothing serious for axe-core, nothing clipped, no message and no request: %s",
    { timeout: 120_000 },
    async (name) => {
      await withBrowser(async (browser) => {
        const { tab, complaints } = await openPage(browser, reportPage(name), { width: 1280 });
        await tab.evaluate(axe);
        await tab.evaluate(unfold);
        const faults: string[] = [];
        for (const width of widths) {
          await tab.setViewportSize({ width, height: 900 });
          for (const colorScheme of schemes) {
            await tab.emulateMedia({ colorScheme });
            const at = `${width} pixels, ${colorScheme}: `;
            faults.push(...((await tab.evaluate(clipped)) as string[]).map((fault) => at + fault));
            if (name !== wholeName && !someViews.has(at)) continue;
            faults.push(...(await seriousFaults(tab)).map((fault) => at + fault));
          }
        }
        expect(faults).toEqual([]);
        expect(complaints).toEqual([]);
      });
    },
  );

  it("would be found at fault", { timeout: 60_000 }, async () => {
    await withBrowser(async (browser) => {
      const { tab } = await openPage(browser, reportPage("2 labels"), { width: 390 });
      await tab.evaluate(axe);
      await tab.evaluate(`
        const wide = document.createElement("button");
        wide.id = "too-wide";
        wide.style.cssText = "width: 500px; height: 20px";
        document.querySelector("main").append(wide);
        document.querySelector(".narrow svg text").setAttribute("x", "-50");
      `);
      expect((await seriousFaults(tab)).join()).toContain("button-name: #too-wide");
      const found = ((await tab.evaluate(clipped)) as string[]).join();
      expect(found).toContain("the page is wider than the window");
      expect(found).toContain("too-wide from");
      expect(found).toContain("text outside its chart");
    });
  });
});
