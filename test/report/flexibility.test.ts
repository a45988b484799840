import { describe, expect, it } from "vitest";
import { advise } from "../../src/advise/advise.js";
import { displayWidth } from "../../src/lib/text/display-width.js";
import { crossoverChart } from "../../src/report/charts/crossover-chart.js";
import { percentTick } from "../../src/report/charts/ticks.js";
import { lossRows, newLabelRows, newLabelSentences, newLabelText } from "../../src/report/flexibility-rows.js";
import { flexibilitySection } from "../../src/report/html/flexibility.js";
import { renderHtml } from "../../src/report/html/render-html.js";
import { renderMarkdown } from "../../src/report/markdown.js";
import { markupSource } from "../../src/report/markup.js";
import { newLabelPicture } from "../../src/report/new-label-picture.js";
import { renderText } from "../../src/report/terminal/render-text.js";
import type { Comparison } from "../../src/types/comparison.js";
import type { ExperimentResults, NewLabel } from "../../src/types/experiments.js";
import type { Estimate } from "../../src/types/scores.js";
import { comparisonOf } from "./fixture.js";
import { dangerous, hostileTexts } from "./hostile.js";
import { withoutScripts } from "./without-scripts.js";

const plain = comparisonOf({ labels: ["billing", "login", "praise"], testRows: 90, trainRows: 256 });
const [tuned, prompted] = [plain.best.tune!.approach, plain.best.prompt!.approach];

const around = (value: number): Estimate => ({ value, low: Math.max(0, value - 0.1), high: Math.min(1, value + 0.1) });

/** Finds these shares with 0, 1, 2, 4 … labels. */
function learned(
  approach: string,
  shares: readonly number[],
  enough: NewLabel["enough"],
  changes: Partial<NewLabel> = {},
): NewLabel {
  return {
    ...{ approach, label: "login", trainRows: 60, wholeRows: 256, testRows: 30, fullRecall: around(0.9), enough },
    points: shares.map((share, i) => ({ labels: i === 0 ? 0 : 2 ** (i - 1), seeds: 3, recall: around(share), fitSeconds: 1 })),
    ...changes,
  };
}

const named = (approach: string): NewLabel =>
  learned(approach, [0.7], { labels: 0, above: null, fitSeconds: 0 }, { fullRecall: around(0.7) });

const perturbed = (approach: string, value: number): ExperimentResults["perturbed"][number] => {
  const difference = { value, low: value - 0.03, high: value + 0.03 };
  return { approach, how: "typos", rows: 88, answersChanged: 0.2, metric: "accuracy", difference, pValue: 0.01 };
};

function withExperiments(experiments: Partial<ExperimentResults>, comparison = plain): Comparison {
  return { ...comparison, experiments: { newLabels: [], perturbed: [], shifts: [], spreads: [], ...experiments } };
}

const growing = learned(tuned, [0, 0.1, 0.5, 0.6, 0.88], { labels: 8, above: 4, fitSeconds: 1 });
const usual = withExperiments({
  newLabels: [named(prompted), growing],
  perturbed: [perturbed(tuned, -0.05), perturbed(prompted, -0.02)],
  shifts: [
    {
      ...{ approach: tuned, part: { by: "length", from: 84 }, rows: 40 },
      loss: {
        ...{ trainRows: 190, seeds: 1, metric: "accuracy", alike: 0.9, unlike: 0.85, pValue: 0.1 },
        difference: { value: 0.05, low: -0.01, high: 0.11 },
      },
    },
    { approach: prompted, part: { by: "length", from: 84 }, rows: 40, loss: null },
  ],
});
const nothingFound = withExperiments({
  newLabels: [learned(tuned, [0, 0], null, { fullRecall: { value: 0, low: 0, high: 0.1 } })],
});
const hostile = withExperiments({
  newLabels: hostileTexts.map((text, i) => ({
    ...(i % 2 === 0 ? growing : named(prompted)),
    approach: `${tuned}${text}`,
    label: text,
  })),
  perturbed: [perturbed(tuned, 0.05)],
});

const cases: readonly (readonly [string, Comparison])[] = [
  ["a curve and a prompt", usual],
  ["nothing that is found", nothingFound],
  ["no label held out", withExperiments({ perturbed: [perturbed(tuned, -0.05)] })],
  ["all labels needed", withExperiments({ newLabels: [learned(tuned, [0, 0, 0], { labels: 60, above: 2, fitSeconds: 1 })] })],
  ["hostile names", hostile],
];

describe.each(cases)("a report on flexibility: %s", (_, comparison) => {
  it("has no number that is none, no markup of names, and no line that is too long", () => {
    const advice = advise(comparison);
    const [page, pasted] = [withoutScripts(renderHtml(comparison, advice)), renderMarkdown(comparison, advice)];
    const text = renderText(comparison, advice, { width: 80, hasColor: false, isAscii: true });
    for (const each of [page, pasted, text]) expect(each).not.toMatch(/NaN|undefined|Infinity|\bnull\b/);
    expect(page).not.toMatch(/<script|<img/);
    expect(Math.max(...text.split("\n").map(displayWidth))).toBeLessThanOrEqual(80);
    expect(text).not.toMatch(dangerous);
  });

  it.each([326, 500, 760])("stays inside its chart at %i pixels", (width) => {
    const picture = newLabelPicture(comparison);
    if (picture === null) return;
    const frame = { width, id: "chart", title: "A chart", description: newLabelText(picture) };
    const source = markupSource(crossoverChart(picture, { ...frame, formatTick: percentTick }));
    expect(source).not.toMatch(/NaN|undefined|Infinity/);
    for (const [, value] of source.matchAll(/ (?:x|x1|x2|cx)="(-?[\d.]+)"/g)) {
      expect(Number(value)).toBeGreaterThanOrEqual(0);
      expect(Number(value)).toBeLessThanOrEqual(width);
    }
  });
});

describe("the chart of a new label", () => {
  const picture = newLabelPicture(usual)!;

  it("has a curve from 0 labels to all, with a line at what all find and a mark where that is nearly found", () => {
    expect(picture.domain).toEqual([0, 60]);
    const [curve] = picture.curves;
    expect(curve).toMatchObject({ name: tuned, isMain: true, enough: { labels: 8, score: { value: 0.88 } } });
    expect(curve!.points.map(({ labels }) => labels)).toEqual([0, 1, 2, 4, 8, 60]);
    expect(curve!.extended.map(({ labels, score }) => [labels, score.value])).toEqual([
      [0, 0.9],
      [60, 0.9],
    ]);
    const source = markupSource(flexibilitySection(usual)!);
    // Once in each of two sizes.
    expect(source.match(/<circle class="enough tune"/g)).toHaveLength(2);
    expect(source.match(/class="line extended tune"/g)).toHaveLength(2);
  });

  it("has a line for a prompt that knows the label by its name, and none for one that learned it", () => {
    expect(picture.lines.map(({ name, score }) => [name, score.value])).toEqual([[prompted, 0.7]]);
    const otherLabels = { metric: "accuracy", rows: 60, difference: around(0) } as const;
    const few = { ...named(prompted), otherLabels };
    expect(newLabelPicture(withExperiments({ newLabels: [growing, few] }))!.lines).toEqual([]);
  });

  it("says in words and in rows what it draws", () => {
    const text = newLabelText(picture);
    for (const part of [
      tuned,
      prompted,
      "50.0% (40.0–60.0) with 2",
      "88.0% (78.0–98.0) with 8",
      "5 to 8 labels",
      "all 60 labels",
    ])
      expect(text).toContain(part);
    expect(newLabelSentences(picture)).toHaveLength(2);
    const rows = newLabelRows(picture);
    expect(rows.map(({ labels }) => labels)).toEqual(["0", "1", "2", "4", "8", "all 60"]);
    expect(rows[2]!.found[picture.results.indexOf(growing)]).toMatch(/^50(\.0)?% \(40\.0–60\.0\)$/);
    const pasted = renderMarkdown(usual, advise(usual));
    for (const { found } of rows) for (const cell of found) expect(pasted).toContain(cell);
  });

  it("draws the best of those that were tried in full where the best of the arm was not", () => {
    const other = "tune:small";
    const { curves } = newLabelPicture(withExperiments({ newLabels: [{ ...growing, approach: other }] }))!;
    expect(curves.map(({ name, isMain }) => [name, isMain])).toEqual([[other, true]]);
  });

  it("names what there is no room for", () => {
    const many = Array.from({ length: 6 }, (_, i) => ({ ...growing, approach: `tune:${i}` }));
    const { curves, leftOut } = newLabelPicture(withExperiments({ newLabels: many }))!;
    expect(curves).toHaveLength(4);
    expect(leftOut).toEqual(["tune:4", "tune:5"]);
  });

  it("is absent where nothing was tried", () => {
    expect(newLabelPicture(plain)).toBeNull();
    expect(flexibilitySection(plain)).toBeNull();
  });
});

describe("what is lost", () => {
  it("stands under a name of its own where no label was held out", () => {
    const alone = withExperiments({ perturbed: [perturbed(tuned, -0.05)] });
    for (const text of [renderHtml(alone, advise(alone)), renderMarkdown(alone, advise(alone))]) {
      expect(text).toMatch(/changed texts and unlike rows/i);
      expect(text).not.toMatch(/until a new one/);
    }
  });

  it("has a row an approach and change, with the sign of what the score does; what is 0 by construction is no measurement", () => {
    const rows = lossRows(usual);
    expect(rows.filter(({ approach }) => approach === tuned).map(({ by, change }) => [by, change.value])).toEqual([
      ["typos", -0.05],
      ["unlike rows", -0.05],
    ]);
    expect(rows.find(({ by }) => by === "unlike rows")!.change).toEqual({ value: -0.05, low: -0.11, high: 0.01 });
    expect(rows.filter(({ approach }) => approach === prompted)).toHaveLength(1);
    // Its axis reaches 0, also where all lost.
    const source = markupSource(flexibilitySection(withExperiments({ perturbed: [perturbed(tuned, -0.3)] }))!);
    expect(source).toMatch(/>0\.0<\/text>/);
  });
});
