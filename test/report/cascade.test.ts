/** @file The two arms as one in every format, and as a file of its own. */
import { describe, expect, it } from "vitest";
import { advise } from "../../src/advise/advise.js";
import { selectiveOf } from "../../src/compare/cascade/selective.js";
import { UserError } from "../../src/lib/errors.js";
import { type CascadeFileInput, cascadeFormatOf, renderCascadeFile } from "../../src/report/cascade/cascade-file.js";
import { escalationChart } from "../../src/report/charts/escalation-chart.js";
import { percentTick } from "../../src/report/charts/ticks.js";
import { renderHtml } from "../../src/report/html/render-html.js";
import { renderMarkdown } from "../../src/report/markdown.js";
import { markupSource } from "../../src/report/markup.js";
import { renderText } from "../../src/report/report.js";
import type { Cascade, Selective } from "../../src/types/cascade.js";
import type { Comparison } from "../../src/types/comparison.js";
import { comparisonOf, fullApproaches } from "./fixture.js";
import { expectGolden } from "./golden.js";
import { dangerous, hostileTexts } from "./hostile.js";

const comparison = comparisonOf();
const cascade = comparison.cascade!;
const advice = advise(comparison);

/** The page's section alone. */
function sectionOf(html: string): string {
  return html.split("<section ").find((part) => part.startsWith('id="together"')) ?? "";
}

const withObjections = (objections: Cascade["objections"]): Comparison => ({
  ...comparison,
  cascade: { ...cascade, objections },
});

describe("the section of a report", () => {
  it("has two charts, their table with every point, and what it is held against", () => {
    const html = sectionOf(renderHtml(comparison, advice));
    expect(html.match(/<figure /g)).toHaveLength(2);
    expect(html.match(/class="mark hybrid"/g)!.length).toBeGreaterThanOrEqual(4);
    const whole = html.slice(html.indexOf("<details"));
    expect(whole.match(/<tr role="row" class="">/g)).toHaveLength(cascade.curve.length);
    expect(html).not.toMatch(/NaN|undefined/);
  });

  it("says why it is not recommended, in every format", () => {
    const not = withObjections(["not-better-than-random"]);
    const html = sectionOf(renderHtml(not, advise(not)));
    expect(html).toContain("Not recommended");
    expect(html).toContain("not shown to beat handing on as many rows at random");
    expect(renderMarkdown(not, advise(not))).toContain("not shown to beat handing on as many rows at random");
    expect(renderText(not, advise(not), { width: 80, hasColor: false })).toContain("NOT RECOMMENDED");
    const recommended = withObjections([]);
    expect(sectionOf(renderHtml(recommended, advise(recommended)))).toContain('badge good">Recommended');
  });

  it("does not say that a share of none, or of all, is handed on", () => {
    for (const [share, who] of [
      [0, cascade.small],
      [1, cascade.llm],
    ] as const) {
      const objections = [share === 0 ? "nothing-handed-on" : "everything-handed-on"] as const;
      const none: Comparison = {
        ...comparison,
        cascade: { ...cascade, escalated: { value: share, low: share, high: share }, objections },
      };
      const text = renderText(none, advise(none), { width: 120, hasColor: false });
      expect(text.slice(text.indexOf("\n  Both together"))).toMatch(new RegExp(`${who} would answer every row`));
    }
  });

  it("has no cost chart where a price is not known, or nothing is paid", () => {
    const unpriced = { ...cascade, curve: cascade.curve.map((point) => ({ ...point, usdPerThousand: null })) };
    const html = sectionOf(renderHtml({ ...comparison, cascade: unpriced }, advice));
    expect(html.match(/<figure /g)).toHaveLength(1);
    const free = { ...cascade, curve: cascade.curve.map((point) => ({ ...point, usdPerThousand: 0 })) };
    expect(sectionOf(renderHtml({ ...comparison, cascade: free }, advice)).match(/<figure /g)).toHaveLength(1);
  });

  it("says why there is none, and nothing where an arm is missing", () => {
    const { cascade: _, ...rest } = comparison;
    const none: Comparison = { ...rest, noCascade: { kind: "few-shared-rows", rows: 12, least: 20 } };
    expect(sectionOf(renderHtml(none, advise(none)))).toContain("12 test rows");
    expect(renderMarkdown(none, advise(none))).toContain("## Both together");
    const alone = comparisonOf({ approaches: fullApproaches.filter(({ arm }) => arm !== "prompt") });
    expect(sectionOf(renderHtml(alone, advise(alone)))).toBe("");
    expect(renderMarkdown(alone, advise(alone))).not.toContain("Both together");
  });

  it("fits 80 columns in a terminal, in ASCII too", () => {
    for (const isAscii of [false, true]) {
      const text = renderText(withObjections([]), advice, { width: 80, hasColor: false, isAscii });
      for (const line of text.slice(text.indexOf("Both together")).split("\n").slice(0, 12)) {
        expect(line.length).toBeLessThanOrEqual(80);
        if (isAscii) expect(line).toMatch(/^[\x20-\x7e]*$/);
      }
    }
  });
});

describe("a file of its own", () => {
  const input: CascadeFileInput = { result: cascade, comparison };
  const selective = (maxError: number | null): Selective =>
    selectiveOf({ ...comparison, approach: cascade.small, maxError }) as Selective;

  it.each([
    ["a.html", "html"],
    ["b/c.MD", "md"],
    ["d.json", "json"],
  ])("of %s is %s", (path, format) => {
    expect(cascadeFormatOf(path)).toBe(format);
  });

  it.each(["cascade.csv", "cascade", "x.pdf", "constructor.constructor"])("refuses %s", (path) => {
    expect(() => cascadeFormatOf(path)).toThrow(UserError);
    expect(() => cascadeFormatOf(path)).toThrow(".html, .md, .json");
  });

  it("is a page without a script, which nothing is loaded into", () => {
    const html = renderCascadeFile("x.html", input);
    expect(html).toContain('<html lang="en" class="ready">');
    expect(html).not.toMatch(/<(script|link|img|iframe|form)\b/i);
    expect(html).toContain("default-src &#39;none&#39;");
    expect(html).not.toContain("script-src");
    expect(html.match(/<figure /g)).toHaveLength(2);
    const ids = [...html.matchAll(/ id="([^"]*)"/g)].map((match) => match[1]!);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toContain("answer");
  });

  it("is JSON with all numbers, and Markdown whose rows are as long as their heads", () => {
    expect(JSON.parse(renderCascadeFile("x.json", input))).toEqual({ format: 1, ...JSON.parse(JSON.stringify(cascade)) });
    const tables = renderCascadeFile("x.md", input)
      .split("\n\n")
      .filter((block) => block.startsWith("|"));
    expect(tables).toHaveLength(3);
    for (const table of tables) expect(new Set(table.split("\n").map((line) => line.match(/(?<!\\)\|/g)!.length)).size).toBe(1);
  });

  it("tells of one model that hands rows on to a person, whether a threshold is found or not", () => {
    for (const maxError of [null, 0.3, 0.0001]) {
      const given: CascadeFileInput = { result: selective(maxError), comparison };
      const html = renderCascadeFile("x.html", given);
      expect(html.match(/<figure /g)).toHaveLength(1);
      expect(html).not.toMatch(/NaN|undefined/);
      expect(renderCascadeFile("x.md", given)).toContain("| answered |");
    }
  });

  it("takes text from data for text", () => {
    const approaches = fullApproaches.map((spec) => (spec.isLlm ? { ...spec, name: `${spec.name} ${hostileTexts[1]}` } : spec));
    const hostile = comparisonOf({ approaches, name: hostileTexts[0], labels: hostileTexts, testRows: 120, trainRows: 160 });
    const given: CascadeFileInput = { result: hostile.cascade!, comparison: hostile };
    for (const path of ["x.html", "x.md"]) {
      const text = renderCascadeFile(path, given);
      expect(dangerous.exec(text.slice(text.indexOf("<body>")))?.[0]).toBeUndefined();
      expect(text).not.toMatch(/(?<!\\)<(script|img)/);
    }
  });
});

describe("its chart", () => {
  const point = (x: number, value: number) => ({
    x,
    score: { value, low: value - 0.01, high: value + 0.01 },
    random: 0.9 + 0.02 * x,
  });
  const frame = { width: 500, id: "chart", title: "A chart", description: "What it shows" };
  const words = { axisTitle: "share", scoreTitle: "accuracy", formatTick: percentTick };

  it("is as it was", () => {
    const points = [point(0, 0.9), point(0.05, 0.93), point(0.2, 0.94), point(0.6, 0.935), point(1, 0.92)];
    const marks = [
      { arm: "tune", x: 0, score: points[0]!.score },
      { arm: "prompt", x: 1, score: points[4]!.score },
      { arm: "hybrid", x: 0.05, score: points[1]!.score },
    ] as const;
    const chart = escalationChart(
      { axis: "share", arm: "hybrid", points, marks, chosen: { x: 0.05, text: "5.0%" } },
      { ...frame, ...words },
    );
    expectGolden("escalation.svg", `${markupSource(chart)}\n`);
  });

  it("stands a single point, and intervals that are not known", () => {
    const unknown = { x: 0.5, score: { value: 0.9, low: Number.NaN, high: Number.NaN } };
    const chart = escalationChart(
      { axis: "usd", arm: "tune", points: [unknown], marks: [unknown].map((each) => ({ arm: "tune", ...each })) },
      { ...frame, ...words },
    );
    expect(markupSource(chart)).not.toContain("NaN");
  });
});
