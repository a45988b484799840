import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { advise } from "../../src/advise/advise.js";
import { renderHtml } from "../../src/report/html/render-html.js";
import { useCard } from "../../src/report/html/use-card.js";
import { markupSource } from "../../src/report/markup.js";
import { comparisonOf, fullApproaches, offlineApproaches } from "./fixture.js";
import { frozenComparison } from "./frozen.js";
import { expectGolden } from "./golden.js";
import { dangerous, hostileTexts } from "./hostile.js";
import { hasBrowser, openPage, skippedWhy, withBrowser } from "./page/browser.js";
import { withoutScripts } from "./without-scripts.js";

const frozen = frozenComparison();
const frozenTexts = new Map(frozen.measurements[0]!.outcomes.map(({ id }, i) => [id, `Text ${i} with <b>markup</b> & "quotes"`]));
const page = renderHtml(frozen, advise(frozen), { texts: frozenTexts });

const hostile = comparisonOf({
  name: hostileTexts[2],
  labels: hostileTexts,
  testRows: 120,
  trainRows: 160,
  curveSizes: [16, 64],
  warnings: hostileTexts.map((text) => `2 test rows have the texts of training rows (${text}).`),
  approaches: fullApproaches.map((spec, i) => ({ ...spec, name: spec.isLlm ? `prompt:${hostileTexts[i % 3]}` : spec.name })),
});
const hostileRows = new Map(hostile.measurements[0]!.outcomes.map(({ id }, i) => [id, hostileTexts[i % hostileTexts.length]!]));
const hostilePage = renderHtml(hostile, advise(hostile), { texts: hostileRows });

/** Without the style sheet, whose selectors hold signs that would have to be escaped elsewhere. */
function body(html: string): string {
  return html.slice(html.indexOf("<body>"), html.lastIndexOf("</html>"));
}

/** The tags alone: no attribute holds a ">", which the test on the page's text shows. */
function tags(html: string): string {
  return (html.match(/<[^>]*>/g) ?? []).join("\n");
}

describe("renderHtml", () => {
  it("is as it was", () => {
    expectGolden("report.html.golden", page.replace(/<script>[\s\S]*?<\/script>|script-src &#39;[^&]*&#39;; /g, ""));
  });

  it("asks nothing of the network and runs nothing but its own script", () => {
    for (const html of [page, hostilePage]) {
      // The data of the rows, which is not run, and the one script that shows them.
      expect(html.match(/<script[^>]*>/g)).toEqual(['<script type="application/json" id="row-data">', "<script>"]);
      expect(html).not.toMatch(/<(link|img|iframe|object|embed|form|base|audio|video|source|use|foreignObject)\b/i);
      const names = tags(withoutScripts(html)).replace(/="[^"]*"/g, "=");
      expect(names).not.toMatch(/\s(on\w+|style|src|srcset|action|formaction|xlink:href)=/i);
      expect(names).toMatch(/\sclass=/);
      expect(tags(withoutScripts(html))).not.toMatch(/href="(?!#)/);
      expect(html).not.toMatch(/url\(|@import/);
    }
  });

  it("allows by its policy nothing but its own style sheet and its own script", () => {
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)![1]!.replaceAll("&#39;", "'");
    const style = /<style>([\s\S]*?)<\/style>/.exec(page)![1]!;
    const script = /<script>([\s\S]*?)<\/script>/.exec(page)![1]!;
    const hash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
    expect(policy).toBe(
      `default-src 'none'; style-src ${hash(style)}; script-src ${hash(script)}; base-uri 'none'; form-action 'none'`,
    );
  });

  it("takes text from data for text", () => {
    const source = body(withoutScripts(hostilePage));
    expect(source).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(source).toContain("[U+202E]gnol[U+202C]");
    expect(source).toContain("␛[31mred");
    expect(source.match(/<(?!\/?[a-z])/g)).toBeNull();
    expect(dangerous.exec(body(hostilePage))?.[0]).toBeUndefined();
  });

  it("has each id once, and links and labels that lead somewhere", () => {
    for (const html of [page, hostilePage]) {
      const ids = [...html.matchAll(/ id="([^"]*)"/g)].map((match) => match[1]!);
      expect(new Set(ids).size).toBe(ids.length);
      // What follows a question mark filters the rows.
      const targets = [...html.matchAll(/ (?:href="#|aria-labelledby=")([^"?]*)[^"]*"/g)].flatMap((match) =>
        match[1]!.split(" "),
      );
      expect(targets.filter((target) => !ids.includes(target))).toEqual([]);
      expect(targets.length).toBeGreaterThan(20);
    }
  });

  it("closes what it opens", () => {
    for (const html of [page, hostilePage]) {
      const open: string[] = [];
      for (const [, slash, name, isSelfClosed] of body(withoutScripts(html)).matchAll(/<(\/?)([a-z0-9]+)\b[^>]*?(\/?)>/gi)) {
        if (name === "br" || name === "wbr" || isSelfClosed === "/") continue;
        if (slash === "") open.push(name!);
        else expect(open.pop()).toBe(name);
      }
      expect(open).toEqual([]);
    }
  });

  it("shows at most 100 rows that differ, cut to 300 characters", () => {
    const weak = fullApproaches.map((spec) => ({ ...spec, skill: spec.arm === "prompt" ? 0.3 : spec.skill }));
    const large = comparisonOf({ testRows: 400, trainRows: 400, approaches: weak });
    const texts = new Map(large.measurements[0]!.outcomes.map(({ id }) => [id, "y".repeat(1000)]));
    const html = renderHtml(large, advise(large), { texts });
    const sections = withoutScripts(html).split("<section ");
    const rows = sections.find((section) => section.startsWith('id="rows"'));
    const before = sections.filter((section) => section !== rows).join("");
    const shown = [...rows!.matchAll(/y{100,}…?/g)].map((match) => match[0]);
    expect(shown).toHaveLength(100);
    expect(new Set(shown)).toEqual(new Set([`${"y".repeat(300)}…`]));
    // Of rows whose label is doubtful a glance is enough.
    expect(new Set(before!.match(/y{100,}…?/g))).toEqual(new Set([`${"y".repeat(160)}…`]));
  });

  it("keeps the lines of the code that uses a model apart", () => {
    const code = ['import { loadClassifier } from "crossover";', "", "const answers = 1; // <all>"];
    const useIt = {
      approach: "tune:probe",
      isAdvised: true,
      folder: "runs/a",
      ask: "crossover predict",
      serve: "crossover serve",
      command: "crossover label a.csv",
      code,
    };
    const html = markupSource(useCard(useIt));
    expect(html).toContain("&quot;crossover&quot;;\n\nconst answers = 1; // &lt;all&gt;</code>");
  });

  it("marks no break-even in the chart below the fewest requests that are named", () => {
    const full = comparisonOf({});
    const [breakEven] = full.money.breakEvens;
    const chartAt = (requestsPerMonth: number): string => {
      const html = renderHtml(
        { ...full, money: { ...full.money, breakEvens: [{ ...breakEven!, requestsPerMonth }] } },
        advise(full),
      );
      return html.slice(html.indexOf('id="monthly-cost"'), html.indexOf('id="approaches"'));
    };
    expect(chartAt(2000)).toContain('class="crossing"');
    expect(chartAt(49)).not.toContain('class="crossing"');
  });

  it("lists mistakes where a matrix would be too fine to read, those made twice first, and whose scores can be told before others", () => {
    const labels = Array.from({ length: 24 }, (_, i) => `label ${i + 1}`);
    const many = comparisonOf({ labels, testRows: 320, trainRows: 320 });
    const html = renderHtml(many, advise(many));
    expect(html).not.toContain("Confusion matrix");
    const list = html.slice(html.indexOf('id="mistakes-prompt"'), html.indexOf("<details", html.indexOf('id="mistakes-prompt"')));
    const counts = [...list.matchAll(/>(\d+) of (\d+)<\/a>/g)].map((match) => [Number(match[1]), Number(match[2])] as const);
    expect(counts).toHaveLength(15);
    expect(counts.map(([rows]) => rows)).toEqual(counts.map(([rows]) => rows).toSorted((a, b) => b - a));
    for (const [rows, of] of counts) expect(rows).toBeLessThanOrEqual(of);
    const few = [...html.matchAll(/class="few">[\s\S]*?<\/div><\/div>/g)].map(([source]) => source);
    expect(few).toHaveLength(2);
    const support = [...few[0]!.matchAll(/#rows\?truth=[^"]*">(\d+)</g)].map((match) => Number(match[1]));
    expect(support.length).toBeGreaterThan(5);
    expect(Math.max(...support)).toBeLessThan(20);
    expect(page).toContain("Confusion matrix of classifier on the encoder");
  });

  it("does without what was not measured", () => {
    const nothing = comparisonOf({ approaches: [] });
    expect(renderHtml(nothing, advise(nothing))).toContain("Not enough evidence: nothing was measured.");
    const tunedOnly = comparisonOf({ approaches: fullApproaches.filter(({ arm }) => arm !== "prompt") });
    const html = renderHtml(tunedOnly, advise(tunedOnly));
    expect(html).toContain("no language model was measured");
    expect(html).not.toContain("Where the two differ");
    for (const source of [html, renderHtml(nothing, advise(nothing)), page, hostilePage])
      expect(withoutScripts(source)).not.toMatch(/NaN|undefined/);
  });

  it("says first that no language model was measured", () => {
    const offline = comparisonOf({ approaches: offlineApproaches });
    const html = renderHtml(offline, advise(offline));
    const answer = html.slice(html.indexOf('class="answer'), html.indexOf('id="factors"'));
    expect(answer).toContain("Not answered yet");
    expect(answer).toContain("crossover run FILE --llm ollama:qwen3:8b");
  });
});

describe.skipIf(!hasBrowser)(`the page in a browser${skippedWhy}`, () => {
  it("opens without a message, a request or a page wider than the screen", { timeout: 60_000 }, async () => {
    await withBrowser(async (browser) => {
      for (const [name, html] of [
        ["page", page],
        ["hostile", hostilePage],
      ] as const) {
        for (const width of [360, 768, 1280]) {
          const { tab, complaints } = await openPage(browser, html, { width });
          expect(complaints).toEqual([]);
          // The headline is set in the page's own style: the policy let the sheet through.
          expect(
            await tab
              .locator(".headline")
              .evaluate((element) => element.ownerDocument.defaultView!.getComputedStyle(element).fontWeight),
          ).toBe("600");
          const [scroll, scripts] = (await tab.evaluate("[document.documentElement.scrollWidth, document.scripts.length]")) as [
            number,
            number,
          ];
          expect(scroll).toBeLessThanOrEqual(width);
          expect(scripts).toBe(2);
          // From a tablet on no table needs scrolling; code that is to be copied is not wrapped, and does.
          const tooWide = await tab.evaluate(
            "[...document.querySelectorAll('div.scroll')].filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.ariaLabel)",
          );
          if (width >= 768 && name === "page") expect(tooWide).toEqual([]);
          await tab.close();
        }
      }
    });
  });
});
