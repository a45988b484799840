import { describe, expect, it } from "vitest";
import { advise } from "../../src/advise/advise.js";
import { displayWidth } from "../../src/lib/text/display-width.js";
import { crossoverChart } from "../../src/report/charts/crossover-chart.js";
import { percentTick } from "../../src/report/charts/ticks.js";
import { crossoverPicture, pictureText, scoreDomain } from "../../src/report/crossover-picture.js";
import { renderHtml } from "../../src/report/html/render-html.js";
import { renderMarkdown } from "../../src/report/markdown.js";
import { markupSource } from "../../src/report/markup.js";
import { renderText } from "../../src/report/terminal/render-text.js";
import type { Comparison } from "../../src/types/comparison.js";
import type { Crossover, LabelsEstimate, LearningCurve } from "../../src/types/curves.js";
import { comparisonOf, fullApproaches, offlineApproaches } from "./fixture.js";
import { hostileTexts } from "./hostile.js";
import { withoutScripts } from "./without-scripts.js";

const small = { labels: ["billing", "login", "praise"], testRows: 90, trainRows: 256, curveSizes: [16, 32, 64, 128] };
const full = comparisonOf(small);

/** With the pair's crossover at these numbers of labels. */
function crossing(labels: LabelsEstimate, changes: Partial<Crossover> = {}): Comparison {
  const [pair, ...others] = full.crossovers!;
  if (pair?.found.kind !== "crossover") throw new Error("the fixture has a crossover");
  return { ...full, crossovers: [{ ...pair, found: { ...pair.found, labels }, ...changes }, ...others] };
}

/** With the curve of `tune:probe` changed. */
function withCurve(changes: Partial<LearningCurve>): Comparison {
  return { ...full, curves: full.curves!.map((curve) => ({ ...curve, ...changes })) };
}

const out = (side: "before" | "after"): LabelsEstimate => ({
  value: null,
  low: null,
  high: null,
  side: { value: side, low: side, high: side },
});

const tooFew = withCurve({ fit: { kind: "refused", reason: "too-few-sizes" } });
const noScores = withCurve({ points: [], fit: { kind: "refused", reason: "no-scores" } });
const all = { value: 1, low: 1, high: 1 };
const allRight: Comparison = {
  ...withCurve({ points: full.curves![0]!.points.map((point) => ({ ...point, score: all })), fit: tooFew.curves![0]!.fit }),
  summaries: full.summaries.map((summary) => ({ ...summary, accuracy: all })),
};
const promptCurve: LearningCurve = { ...full.curves![0]!, approach: "prompt:few-shot@openai:gpt-5-mini", arm: "prompt" };
const crowded = comparisonOf({
  ...small,
  approaches: [
    ...fullApproaches,
    ...["a", "b", "c", "d"].flatMap((name) => [
      { ...fullApproaches[2]!, name: `tune:${name}`, skill: 0.8 },
      { ...fullApproaches[4]!, name: `prompt:zero-shot@openai:${name}` },
    ]),
  ],
});

const cases: readonly (readonly [string, Comparison])[] = [
  ["as measured", full],
  ["within", crossing({ value: 60, low: 23, high: 190, side: {} })],
  ["open above", crossing({ value: 200, low: 90, high: null, side: { high: "after" } })],
  ["never", crossing(out("after"))],
  [
    "beyond",
    crossing(out("after"), { beyond: { labels: 1900, low: 700, high: null, reach: "far" }, asWrong: full.crossovers![0]!.found }),
  ],
  ["before", crossing(out("before"))],
  ["level", crossing(out("after"), { found: { kind: "refused", rows: 90, reason: "level" } })],
  ["too few sizes", tooFew],
  ["no scores", noScores],
  ["two points with one score", withCurve({ points: full.curves![0]!.points.slice(0, 2), fit: tooFew.curves![0]!.fit })],
  ["all right", allRight],
  ["a prompt with a curve", { ...full, curves: [...full.curves!, promptCurve] }],
  ["no prompt", comparisonOf({ ...small, approaches: fullApproaches.filter(({ arm }) => arm !== "prompt") })],
  ["a stand-in", comparisonOf({ ...small, approaches: offlineApproaches })],
  ["many", crowded],
  [
    "hostile",
    comparisonOf({
      ...small,
      labels: hostileTexts,
      approaches: fullApproaches.map((spec, i) => ({ ...spec, name: `${spec.name}${hostileTexts[i % hostileTexts.length]}` })),
    }),
  ],
];

describe.each(cases)("a report with a crossover: %s", (_, comparison) => {
  const picture = crossoverPicture(comparison);

  it.each([326, 500, 760])("stays inside its chart at %i pixels", (width) => {
    if (picture === null) return;
    const frame = { width, id: "chart", title: "A chart", description: pictureText(comparison, picture) };
    const source = markupSource(crossoverChart(picture, { ...frame, formatTick: percentTick }));
    expect(source).not.toMatch(/NaN|undefined|Infinity/);
    const height = Number(/ height="([\d.]+)"/.exec(source)![1]);
    const places = [
      ...[...source.matchAll(/ (x|y|x1|x2|y1|y2|cx|cy)="(-?[\d.]+)"/g)].map(
        ([, axis, value]) => [axis!.includes("x"), Number(value)] as const,
      ),
      ...[...source.matchAll(/ d="([^"]*)"/g)].flatMap(([, path]) =>
        path!.match(/-?[\d.]+/g)!.map((value, i) => [i % 2 === 0, Number(value)] as const),
      ),
    ];
    for (const [isX, value] of places) {
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThanOrEqual((isX ? width : height) + 1);
    }
    // Names at line ends stand apart.
    const names = [...source.matchAll(/<text class="name(?: chosen)?" x="([\d.]+)" y="([\d.]+)">/g)];
    const column = names.filter(([, x]) => x === names[0]![1]).map(([, , y]) => Number(y));
    expect(column).toHaveLength(picture.curves.length + picture.lines.length);
    column.sort((a, b) => a - b);
    for (const [i, y] of column.slice(1).entries()) expect(y - column[i]!).toBeGreaterThanOrEqual(14.9);
  });

  it("says in words what it draws", () => {
    if (picture === null) return;
    const text = pictureText(comparison, picture);
    for (const { name, points } of picture.curves) {
      expect(text).toContain(name);
      expect(text).toContain(`with ${points.at(-1)!.labels}`);
    }
    expect(text).not.toMatch(/NaN|undefined|null/);
  });

  it("has no number that is none in any format", () => {
    const advice = advise(comparison);
    for (const text of [
      withoutScripts(renderHtml(comparison, advice)),
      renderMarkdown(comparison, advice),
      renderText(comparison, advice, { width: 80, hasColor: false }),
    ])
      expect(text).not.toMatch(/NaN|undefined|Infinity|\bnull\b/);
    const lines = renderText(comparison, advice, { width: 80, hasColor: false, isAscii: true }).split("\n");
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(80);
  });
});

describe("what a crossover chart shows", () => {
  it("is the best pair first, and names what there is no room for", () => {
    const { curves, lines, leftOut } = crossoverPicture(crowded)!;
    const [pair] = crowded.crossovers!;
    expect(curves).toHaveLength(3);
    expect(lines).toHaveLength(4);
    expect([curves[0]!.name, lines[0]!.name]).toEqual([pair!.tuned, pair!.prompted]);
    expect([...curves, ...lines].filter(({ isMain }) => isMain)).toHaveLength(2);
    expect(leftOut).toHaveLength(crowded.curves!.length + 6 - 7);
    expect(renderText(crowded, advise(crowded), { width: 200, hasColor: false })).toContain(leftOut.join(", "));
  });

  it("ends at twice what was measured, or beyond where extended curves meet", () => {
    expect(crossoverPicture(full)!.domain[1]).toBeLessThanOrEqual(512);
    const beyond = { labels: 1500, low: 700, high: null, reach: "far" } as const;
    const { domain } = crossoverPicture(crossing(out("after"), { beyond }))!;
    expect(domain[1]).toBeGreaterThan(1500);
    expect(domain[1]).toBeLessThanOrEqual(8 * 256);
  });

  it("has a line where the pair crosses, and none where it is out of sight", () => {
    const drawn = (comparison: Comparison): string => {
      const options = { width: 760, id: "chart", title: "", description: "", formatTick: percentTick };
      return markupSource(crossoverChart(crossoverPicture(comparison)!, options));
    };
    const within = drawn(crossing({ value: 60, low: 23, high: 190, side: {} }));
    expect(within).toContain('class="crossing"');
    expect(within).not.toContain('class="labels-end"');
    for (const side of ["before", "after"] as const) {
      const outside = drawn(crossing(out(side)));
      expect(outside).not.toContain('class="crossing"');
      expect(outside).toContain('class="labels-end"');
      expect(outside).toContain(side === "before" ? "already before 16 labels" : "not within 256 labels");
    }
  });

  it("spans shares alone, and never so few that chance looks like much", () => {
    expect(scoreDomain(crossoverPicture(allRight)!, { hasIntervals: true })).toEqual([0.98, 1]);
    const [line] = crossoverPicture(full)!.lines;
    const at = (value: number) => ({ curves: [], lines: [{ ...line!, score: { value, low: value, high: value } }] });
    expect(scoreDomain(at(0), { hasIntervals: true })).toEqual([0, 0.02]);
    expect(scoreDomain(at(0.5), { hasIntervals: true })).toEqual([0.49, 0.51]);
  });

  it("is nothing where no curve was measured", () => {
    const none = comparisonOf();
    expect(crossoverPicture(none)).toBeNull();
    expect(renderHtml(none, advise(none))).not.toContain('id="crossover"');
    expect(renderMarkdown(none, advise(none))).not.toContain("How many labels");
    expect(renderText(none, advise(none), { width: 80, hasColor: false })).not.toContain("How many labels");
  });
});

describe("what is said beside a crossover", () => {
  const markdown = (comparison: Comparison): string => renderMarkdown(comparison, advise(comparison));

  it("tells what to do where no curve could be drawn", () => {
    expect(markdown(tooFew)).toContain("--curve-time");
    expect(markdown(full)).not.toContain("--curve-time");
  });

  it("tells of no crossover where no language model was measured", () => {
    const offline = comparisonOf({ ...small, approaches: offlineApproaches });
    expect(offline.crossovers).toEqual([]);
    expect(crossoverPicture(offline)).toMatchObject({ lines: [{ name: "prompt:labels", arm: "baseline" }] });
    expect(markdown(offline)).not.toContain("## How many labels until");
  });

  it("flags what lies far beyond what was measured", () => {
    const beyond = { labels: 1900, low: 700, high: null, reach: "far" } as const;
    expect(markdown(crossing(out("after"), { beyond }))).toMatch(/guess.*7\.4 times what was measured/);
  });
});
