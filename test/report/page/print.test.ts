/** @file The page on paper. */
import { describe, expect, it } from "vitest";
import { hasBrowser, openPage, skippedWhy, withBrowser } from "./browser.js";
import { reportPage } from "./pages.js";

/** A4 within the page's margins, in CSS pixels. */
const paper = { width: Math.floor(((210 - 24) / 25.4) * 96), height: 1000 };

/** What is folded, runs off the paper, is in a word that was broken, or stands there only for a screen. */
const faultsOnPaper = `(() => {
  const found = [];
  const name = (element) => element.closest("[aria-label]")?.ariaLabel ?? element.id ?? element.tagName;
  for (const each of document.querySelectorAll("details > *")) if (each.getBoundingClientRect().height < 10) found.push("folded: " + each.textContent.slice(0, 60));
  for (const each of document.querySelectorAll("table, pre, figure svg, p, ul, dl")) {
    const { left, right, width } = each.getBoundingClientRect();
    if (width > 0 && (right > innerWidth + 1 || left < -1)) found.push("off the paper: " + name(each) + " to " + Math.round(right));
  }
  for (const each of document.querySelectorAll("#explorer, nav, .skip")) if (each.checkVisibility()) found.push("for a screen only: " + name(each));
  for (const each of document.querySelectorAll("section")) {
    if (each.getBoundingClientRect().height - (each.querySelector("h2")?.getBoundingClientRect().bottom - each.getBoundingClientRect().top) < 8) found.push("nothing under " + each.id);
  }
  for (const each of document.querySelectorAll("thead th")) {
    const range = document.createRange();
    for (const node of each.childNodes) {
      if (node.nodeType !== Node.TEXT_NODE) continue;
      for (const { index, 0: word } of node.data.matchAll(/\\w+/g)) {
        range.setStart(node, index);
        range.setEnd(node, index + word.length);
        if (new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1) found.push("broken word: " + word);
      }
    }
  }
  return found;
})()`;

describe.skipIf(!hasBrowser)(`the page on paper${skippedWhy}`, () => {
  it("folds nothing, cuts nothing, and is light on a dark screen too", { timeout: 120_000 }, async () => {
    await withBrowser(async (browser) => {
      const faults: string[] = [];
      for (const name of ["2 labels", "8 labels", "77 labels", "no language model"]) {
        const { tab } = await openPage(browser, reportPage(name), paper);
        await tab.emulateMedia({ media: "print", colorScheme: "dark" });
        faults.push(...((await tab.evaluate(faultsOnPaper)) as string[]).map((fault) => `${name}: ${fault}`));
        const background = await tab.evaluate("getComputedStyle(document.body).backgroundColor");
        if (background !== "rgb(255, 255, 255)") faults.push(`${name}: ${background}`);
        await tab.close();
      }
      expect(faults).toEqual([]);
    });
  });

  it("would be found at fault", { timeout: 60_000 }, async () => {
    await withBrowser(async (browser) => {
      const { tab } = await openPage(browser, reportPage("8 labels"), paper);
      await tab.emulateMedia({ media: "print" });
      await tab.evaluate(`
        document.querySelector("#explorer").style.setProperty("display", "block", "important");
        const [wide, narrow] = document.querySelectorAll("table");
        wide.style.width = "900px";
        Object.assign(narrow.style, { tableLayout: "fixed", width: "60px", overflowWrap: "anywhere" });
        for (const each of narrow.querySelectorAll("th")) Object.assign(each.style, { width: "10px", overflowWrap: "anywhere" });
        document.querySelector("details > :last-child").style.display = "none";
      `);
      const found = ((await tab.evaluate(faultsOnPaper)) as string[]).join();
      for (const fault of ["folded", "off the paper", "for a screen only", "broken word"]) expect(found).toContain(fault);
    });
  });
});
