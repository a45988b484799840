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

/** Words in charts, of which axe-core does not know what is behind them: those that stand out too little. */
const faint = `(() => {
  const rgb = (color) => color.match(/[\\d.]+/g).map(Number);
  const over = (top, opacity, below) => below.map((value, i) => opacity * top[i] + (1 - opacity) * value);
  const luminance = (color) => {
    const [r, g, b] = color.map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = [];
  for (const text of document.querySelectorAll("figure svg text")) {
    if (!text.checkVisibility()) continue;
    let behind = rgb(getComputedStyle(text.closest(".card")).backgroundColor);
    const boxes = [];
    for (let each = text.previousElementSibling; text.classList.contains("cell") && each?.tagName === "rect"; each = each.previousElementSibling) boxes.unshift(each);
    for (const box of boxes.slice(-2)) behind = over(rgb(getComputedStyle(box).fill), Number(getComputedStyle(box).fillOpacity), behind);
    const [a, b] = [luminance(rgb(getComputedStyle(text).fill)), luminance(behind)].sort((x, y) => y - x);
    const contrast = (a + 0.05) / (b + 0.05);
    if (contrast < 4.5) found.push("contrast of " + text.textContent + " in " + text.closest("figure").id + ": " + contrast.toFixed(2));
  }
  return found.slice(0, 8);
})()`;

/** Behind tables there is a shadow at the edges, which keeps axe-core from knowing what is behind their words. */
const plainTables = "for (const each of document.querySelectorAll('.scroll')) each.style.background = 'var(--card)'";

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
        await tab.evaluate(plainTables);
        const faults: string[] = [];
        for (const width of widths) {
          await tab.setViewportSize({ width, height: 900 });
          for (const colorScheme of schemes) {
            await tab.emulateMedia({ colorScheme });
            const at = `${width} pixels, ${colorScheme}: `;
            for (const check of [clipped, faint]) {
              faults.push(...((await tab.evaluate(check)) as string[]).map((fault) => at + fault));
            }
            if (name !== wholeName && !someViews.has(at)) continue;
            faults.push(...(await seriousFaults(tab)).map((fault) => at + fault));
          }
        }
        expect(faults).toEqual([]);
        expect(complaints).toEqual([]);
      });
    },
  );

  it("can be used by keyboard on a phone, where its tables stay tables for a screen reader", { timeout: 60_000 }, async () => {
    await withBrowser(async (browser) => {
      const { tab, complaints } = await openPage(browser, reportPage("8 labels"), { width: 390 });
      const active = (what: string): Promise<unknown> => tab.evaluate(`document.activeElement.${what}`);
      await tab.keyboard.press("Tab");
      expect(await active("className")).toBe("skip");
      await tab.keyboard.press("Enter");
      expect(new URL(tab.url()).hash).toBe("#answer");

      const status = tab.locator("#explorer [role=status]");
      const all = await status.textContent();
      await tab.locator("#explorer input[type=search]").focus();
      await tab.keyboard.type("like to");
      const found = await status.textContent();
      expect(found).not.toBe(all);
      await tab.keyboard.press("Tab");
      await tab.keyboard.press("ArrowDown");
      expect(await active("value")).toBe("alike");
      expect(await status.textContent()).not.toBe(found);
      await tab.getByRole("button", { name: "Clear" }).press("Enter");
      expect(await status.textContent()).toBe(all);
      const next = tab.getByRole("button", { name: "Next" });
      for (let page = 1; page < 40 && (await next.isEnabled()); page++) await next.press("Enter");
      expect(await next.isEnabled()).toBe(false);
      expect(await active("ariaLabel")).toBe("Test rows");

      await tab.evaluate(unfold);
      const session = await tab.context().newCDPSession(tab);
      const { nodes } = await session.send("Accessibility.getFullAXTree");
      const count = (role: string): number => nodes.filter((node) => !node.ignored && node.role?.value === role).length;
      const [tables, rows, heads] = (await tab.evaluate(
        "['table', 'tr', 'thead th'].map((kind) => [...document.querySelectorAll('main ' + kind)].filter((each) => each.checkVisibility()).length)",
      )) as [number, number, number];
      expect(tables).toBeGreaterThan(8);
      expect([count("table"), count("row"), count("columnheader")]).toEqual([tables, rows, heads]);
      expect(complaints).toEqual([]);
    });
  });

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
        document.querySelector(".narrow svg text").style.fill = "rgb(200, 200, 200)";
      `);
      expect((await seriousFaults(tab)).join()).toContain("button-name: #too-wide");
      const found = ((await tab.evaluate(clipped)) as string[]).join();
      expect(found).toContain("the page is wider than the window");
      expect(found).toContain("too-wide from");
      expect(found).toContain("text outside its chart");
      expect(((await tab.evaluate(faint)) as string[]).join()).toMatch(/contrast of .*: 1\./);
    });
  });
});
