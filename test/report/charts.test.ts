import { describe, expect, it } from "vitest";
import { answeredShareChart } from "../../src/report/charts/answered-share-chart.js";
import { confusionChart, confusionDifferenceChart, matrixFits } from "../../src/report/charts/confusion-chart.js";
import { type CostQualityPoint, costQualityChart, isFarBelow, tradeOffs } from "../../src/report/charts/cost-quality-chart.js";
import { crossoverChart } from "../../src/report/charts/crossover-chart.js";
import { differenceChart } from "../../src/report/charts/difference-chart.js";
import { intervalChart } from "../../src/report/charts/interval-chart.js";
import { labelChart } from "../../src/report/charts/label-chart.js";
import { monthlyCostChart } from "../../src/report/charts/monthly-cost-chart.js";
import { reliabilityChart } from "../../src/report/charts/reliability-chart.js";
import {
  linearScale,
  linearScaleWithin,
  logScale,
  logScaleAround,
  shareDomain,
  ticksBetween,
} from "../../src/report/charts/scale.js";
import { percentTick, secondsTick, shareTick, usdTick } from "../../src/report/charts/ticks.js";
import { stepsAbove, type TrainingCurve, trainingChart } from "../../src/report/charts/training-chart.js";
import type { CrossoverPicture } from "../../src/report/crossover-picture.js";
import { type Markup, markupSource } from "../../src/report/markup.js";
import type { Arm } from "../../src/types/identity.js";
import type { LabelScore } from "../../src/types/scores.js";
import { expectGolden } from "./golden.js";
import { dangerous, hostileTexts } from "./hostile.js";

const quality = { quality: "macro-F1", format: (score: number) => score.toFixed(3), formatTick: shareTick };
const frame = { width: 500, id: "chart", title: "A chart", description: "What it shows" };

const estimate = (value: number, half: number) => ({ value, low: value - half, high: value + half });

const rows = [
  { name: "tune:probe", arm: "tune", estimate: { value: 0.91, low: 0.88, high: 0.94 }, isChosen: true },
  { name: "prompt:few-shot@openai:gpt-5-mini", arm: "prompt", estimate: { value: 0.87, low: 0.83, high: 0.9 }, isChosen: false },
  { name: "majority", arm: "baseline", estimate: { value: 0.2, low: 0.15, high: 0.25 }, isChosen: false },
] as const;

const points: readonly CostQualityPoint[] = (
  [
    ["tune:probe", "tune", 0.0009, 0.91],
    ["prompt:zero-shot@openai:gpt-5-mini", "prompt", 0.16, 0.84],
    ["prompt:few-shot@openai:gpt-5-mini", "prompt", 0.24, 0.88],
    ["nearest-centroid", "baseline", 0.0008, 0.79],
    ["prompt:labels", "prompt", 0.0009, 0.35],
  ] as const
).map(([name, arm, cost, quality]) => ({ name, arm, cost, quality: estimate(quality, 0.03), isChosen: name === "tune:probe" }));

const lines = [
  { name: "tune:probe, shared machine", arm: "tune", isDashed: false, costOf: (requests: number) => 3 + requests * 9e-7 },
  {
    name: "tune:probe, machine of its own",
    arm: "tune",
    isDashed: true,
    costOf: (requests: number) => 60 * Math.ceil(requests / 4e6),
  },
  { name: "prompt:few-shot, list price", arm: "prompt", isDashed: false, costOf: (requests: number) => 0.4 + requests * 2.4e-4 },
] as const;

function score(label: string, f1: number): LabelScore {
  return { label, precision: f1, recall: f1, f1, support: 40, isEstimable: true };
}

const differences = ["login", "refund", "praise"].map((label, i) => ({
  label,
  tuned: score(label, 0.8 + i * 0.05),
  prompted: score(label, 0.7 + i * 0.1),
}));

const confusion = [
  [18, 2, 0, 0],
  [1, 25, 3, 1],
  [0, 0, 9, 0],
];

/** A curve that overtakes one of two prompts, and is extended. */
const crossing: CrossoverPicture = {
  metric: "accuracy",
  curves: [
    {
      name: "tune:probe",
      letter: "a",
      arm: "tune",
      isMain: true,
      points: [16, 32, 64, 128, 240].map((labels, i) => ({ labels, score: estimate(0.77 + 0.04 * i, 0.05 - 0.005 * i) })),
      extended: [240, 339, 480].map((labels, i) => ({ labels, score: estimate(0.93 + 0.01 * i, 0.03 + 0.01 * i) })),
    },
  ],
  lines: [
    { name: "prompt:few-shot@openai:gpt-5-mini", letter: "b", arm: "prompt", isMain: true, score: estimate(0.88, 0.02) },
    { name: "prompt:zero-shot@openai:gpt-5-mini", letter: "c", arm: "prompt", isMain: false, score: estimate(0.87, 0.02) },
  ],
  domain: [16, 480],
  mark: {
    labels: { value: 108, low: 61, high: null, side: { high: "after" } },
    measured: { smallest: 16, largest: 240 },
    text: "about 110 labels (90% interval 61 to more than 240)",
    shortText: "about 110 labels",
  },
  leftOut: [],
};

/** A loss that falls from 2 with a wave in it, of which one batch is wild. */
const training: TrainingCurve = {
  approach: "tune:full",
  steps: Array.from({ length: 600 }, (_, i) => ({
    step: i + 1,
    loss: i === 100 ? 9 : 0.2 + 2 * Math.exp(-i / 150) + 0.1 * Math.sin(i),
    learningRate: i < 60 ? (i * 5e-5) / 60 : ((600 - i) * 5e-5) / 540,
  })),
  evaluations: [150, 300, 450, 600].map((step) => ({ step, loss: 0.4 + 2 * Math.exp(-step / 150) })),
};

/** Too sure by 10 points where it is sure, as sure as it should be elsewhere. */
const bins = [0.45, 0.62, 0.8, 0.93, 0.99].map((confidence) => ({
  claims: 20,
  confidence,
  accuracy: confidence > 0.7 ? confidence - 0.1 : confidence,
}));

/** Accuracy from 1 down to 0.9, one point a step. */
const curve = Array.from({ length: 50 }, (_, i) => ({ share: (i + 1) / 50, accuracy: 1 - 0.1 * ((i + 1) / 50) ** 2 }));

const charts: Readonly<Record<string, (width: number) => Markup>> = {
  interval: (width) =>
    intervalChart(rows, { ...frame, width, axis: "share", format: (v) => v.toFixed(3), formatTick: shareTick }),
  latency: (width) =>
    intervalChart(
      [
        { name: "tune:probe", arm: "tune", estimate: { value: 0.005, low: 0.005, high: 0.009 }, isChosen: true },
        { name: "prompt:few-shot", arm: "prompt", estimate: { value: 1.4, low: 1.4, high: 2.7 }, isChosen: false },
      ],
      { ...frame, width, axis: "log", format: secondsTick, formatTick: secondsTick },
    ),
  "cost-quality": (width) => costQualityChart(points, { ...frame, width, ...quality }),
  "monthly-cost": (width) => monthlyCostChart(lines, { ...frame, width, crossings: [123_800] }),
  crossover: (width) => crossoverChart(crossing, { ...frame, width, formatTick: percentTick }),
  training: (width) => trainingChart(training, { ...frame, width }),
  reliability: (width) =>
    reliabilityChart(
      [
        { name: "tune:probe", arm: "tune", bins },
        { name: "prompt:few-shot", arm: "prompt", bins: bins.slice(3) },
      ],
      { ...frame, width },
    ),
  "answered-share": (width) =>
    answeredShareChart(
      [
        { name: "tune:probe", arm: "tune", curve },
        { name: "prompt:few-shot", arm: "prompt", curve: [{ share: 1, accuracy: 0.85 }] },
      ],
      { ...frame, width },
    ),
  labels: (width) => labelChart(differences, { ...frame, width }),
  confusion: (width) => confusionChart(confusion, ["login", "refund", "praise"], { ...frame, width }),
};

describe.each(Object.entries(charts))("the %s chart", (name, draw) => {
  it("is as it was", () => {
    expectGolden(`${name}.svg`, `${markupSource(draw(500))}\n`);
  });

  it.each([326, 500])("stays inside its frame at %i pixels", (width) => {
    const source = markupSource(draw(width));
    expect(source).not.toContain("NaN");
    const height = Number(/ height="([\d.]+)"/.exec(source)![1]);
    for (const [, axis, value] of source.matchAll(/ (x|y|x1|x2|y1|y2|cx|cy)="(-?[\d.]+)"/g)) {
      const limit = axis!.includes("x") ? width : height;
      expect(Number(value), `${axis}="${value}" at ${width}`).toBeGreaterThanOrEqual(0);
      expect(Number(value), `${axis}="${value}" at ${width}`).toBeLessThanOrEqual(limit + 1);
    }
  });

  it("has a name and a description for those who don't see it", () => {
    const source = markupSource(draw(500));
    expect(source).toContain('role="img" aria-labelledby="chart-title chart-desc"');
    expect(source).toContain('<title id="chart-title">A chart</title><desc id="chart-desc">What it shows</desc>');
  });
});

describe("charts of hostile names", () => {
  const named = hostileTexts.map((name, i) => ({
    name,
    arm: (["tune", "prompt", "baseline"] as const)[i % 3] as Arm,
    isChosen: false,
  }));
  const hostile: readonly Markup[] = [326, 500].flatMap((width) => [
    intervalChart(
      named.map((row, i) => ({ ...row, estimate: { value: 0.5 + i * 0.05, low: 0.45, high: 0.97 } })),
      {
        ...frame,
        width,
        title: hostileTexts[2],
        description: hostileTexts[1],
        axis: "share",
        format: percentTick,
        formatTick: percentTick,
      },
    ),
    costQualityChart(
      named.map((row, i) => ({ ...row, cost: 10 ** -i, quality: estimate(0.5 + i * 0.04, 0.1) })),
      { ...frame, width, ...quality },
    ),
    monthlyCostChart(
      named.slice(0, 2).map((row, i) => ({ ...row, isDashed: i > 0, costOf: (requests: number) => requests + 1 })),
      { ...frame, width, crossings: [] },
    ),
    reliabilityChart(
      named.map((row) => ({ ...row, bins })),
      { ...frame, width, title: hostileTexts[2], description: hostileTexts[1] },
    ),
    answeredShareChart(
      named.map((row) => ({ ...row, curve })),
      { ...frame, width, title: hostileTexts[2], description: hostileTexts[1] },
    ),
    labelChart(
      hostileTexts.map((label, i) => ({ label, tuned: score(label, 0.9), prompted: score(label, 0.1 * i) })),
      { ...frame, width },
    ),
    confusionChart(
      hostileTexts.map((_, i) => [...hostileTexts.map((_, j) => (i === j ? 20 : j)), 1]),
      hostileTexts,
      { ...frame, width },
    ),
  ]);

  it("hold nothing but our own elements", () => {
    for (const source of hostile.map(markupSource)) {
      expect(source.match(/<(?!\/?(svg|title|desc|g|text|line|path|rect|circle)\b)/g)).toBeNull();
      expect(source).not.toMatch(/ on\w+="/);
      expect(dangerous.exec(source)?.[0]).toBeUndefined();
      expect(source).not.toContain("NaN");
    }
  });
});

describe("ticksBetween", () => {
  it.each([
    [0.62, 0.94, 4, [0.6, 0.7, 0.8, 0.9, 1]],
    [0, 1, 5, [0, 0.2, 0.4, 0.6, 0.8, 1]],
    [0.91, 0.93, 4, [0.91, 0.915, 0.92, 0.925, 0.93]],
    [-3, 12, 3, [-5, 0, 5, 10, 15]],
    [5, 5, 3, [4, 6]],
    [0, 0, 3, [0, 0.5]],
  ])("encloses %d to %d in about %i steps", (low, high, count, ticks) => {
    expect(ticksBetween(low, high, count)).toEqual(ticks);
  });
});

describe("scales", () => {
  it("place the ends of the ticks at the ends of the range", () => {
    const linear = linearScale([0.62, 0.94], [10, 110], 4);
    expect([linear(0.6), linear(0.8), linear(1)]).toEqual([10, 60, 110].map((x) => expect.closeTo(x, 9)));
    const log = logScale([0.003, 40], [0, 500]);
    expect(log.ticks).toEqual([0.001, 0.01, 0.1, 1, 10, 100]);
    expect(log(1)).toBeCloseTo(300, 9);
  });

  it("end where the data end, with round ticks within", () => {
    const steps = linearScaleWithin([0, 102], [0, 204], 5);
    expect(steps.ticks).toEqual([0, 50, 100]);
    expect(steps(102)).toBe(204);
  });

  it("reach a little beyond prices, and do not draw equal ones apart", () => {
    const far = logScaleAround([0.0001, 0.1], [0, 300], 5);
    expect(far.ticks).toEqual([0.0001, 0.001, 0.01, 0.1]);
    const near = logScaleAround([0.001, 0.0011], [0, 300], 5);
    expect(near.ticks).toEqual([0.001, 0.002]);
    expect(near(0.0011) - near(0.001)).toBeLessThan(30);
    for (const scale of [far, near]) for (const tick of scale.ticks) expect(scale(tick)).toBeGreaterThanOrEqual(0);
  });

  it("leave out a baseline that would squeeze all that matters", () => {
    expect(shareDomain(rows)).toEqual([0.83, 0.94]);
    expect(shareDomain(rows.slice(0, 2))).toEqual([0.83, 0.94]);
    const near = { ...rows[2], estimate: { value: 0.8, low: 0.76, high: 0.84 } };
    expect(shareDomain([rows[0], rows[1], near])).toEqual([0.76, 0.94]);
  });

  it("leave out a candidate that would squeeze the contenders, and no other one", () => {
    const contender = (value: number) => ({ arm: "tune" as const, estimate: { value, low: value - 0.01, high: value + 0.01 } });
    const close = [contender(0.96), contender(0.95), contender(0.94)];
    expect(shareDomain([...close, contender(0.55)])[0]).toBeCloseTo(0.93, 9);
    expect(shareDomain([...close, contender(0.92)])[0]).toBeCloseTo(0.91, 9);
    expect(shareDomain([contender(0.96), contender(0.55)])[0]).toBeCloseTo(0.54, 9);
  });

  it("write round numbers short", () => {
    expect([
      usdTick(0.001),
      usdTick(10),
      usdTick(0.1),
      secondsTick(1),
      secondsTick(0.01),
      percentTick(0.85),
      shareTick(1),
    ]).toEqual(["$0.001", "$10", "$0.1", "1 s", "10 ms", "85%", "1"]);
  });
});

describe("a chart of differences", () => {
  const row = (b: string, value: number) => ({
    a: "first",
    b,
    arm: "tune" as const,
    difference: { value, low: value - 0.01, high: value + 0.01 },
  });
  const source = markupSource(
    differenceChart([row("second", 0.02), row("near", 0.05), row("floor", 0.7)], { ...frame, margin: 0.01 }),
  );

  it("has the margin as a band around 0, and each difference where its number says", () => {
    const [, x, width] = /class="margin" x="([\d.]+)" y="2" width="([\d.]+)"/.exec(source)!.map(Number) as [
      number,
      number,
      number,
    ];
    const zero = Number(/class="zero" x1="([\d.]+)"/.exec(source)![1]);
    expect(x + width / 2).toBeCloseTo(zero, 0);
    const marks = [...source.matchAll(/<circle class="mark tune" cx="([\d.]+)"/g)].map((match) => Number(match[1]));
    expect(marks.map((place) => (place - zero) / (width / 2))).toEqual([expect.closeTo(2, 1), expect.closeTo(5, 1)]);
  });

  it("has one that is far off at its edge, with its number", () => {
    expect(source.match(/class="off tune"/g)).toHaveLength(1);
    expect(source).toContain("+70.0");
  });
});

describe("a chart of cost and quality", () => {
  it("spans the contenders, with what is far below them at its edge", () => {
    expect(points.filter((point) => isFarBelow(point, points)).map(({ name }) => name)).toEqual(["prompt:labels"]);
    const source = markupSource(costQualityChart(points, { ...frame, ...quality }));
    expect(source.match(/class="off prompt"/g)).toHaveLength(1);
    expect(source).toContain("prompt:labels 0.350");
    const scores = [...source.matchAll(/text-anchor="end">([\d.]+)</g)].map((match) => Number(match[1]));
    expect(Math.min(...scores)).toBeGreaterThan(0.7);
  });

  it("joins trade-offs only where there is more than one", () => {
    expect(tradeOffs(points).map(({ name }) => name)).toEqual(["nearest-centroid", "tune:probe"]);
    expect(tradeOffs(points.slice(0, 1))).toEqual([]);
    const dominated = [points[0]!, points[1]!];
    expect(tradeOffs(dominated)).toEqual([]);
    expect(markupSource(costQualityChart(dominated, { ...frame, ...quality }))).not.toContain('class="front"');
  });
});

describe("a training chart", () => {
  it("marks the steps that lie above it, and cuts off no more than a wild batch", () => {
    expect(stepsAbove(training).map(({ step }) => step)).toEqual([101]);
    expect(markupSource(trainingChart(training, frame)).match(/class="off tune"/g)).toHaveLength(1);
    const calm = { ...training, steps: training.steps.map(({ step }) => ({ step, loss: step === 300 ? 3 : 2 })) };
    expect(stepsAbove(calm)).toEqual([]);
  });
});

describe("a confusion matrix", () => {
  const names = ["login", "refund_request_for_a_subscription", "praise"];
  const source = markupSource(confusionChart(confusion, names, frame));

  it("names its columns, a long one in full where the pointer rests", () => {
    expect(source.match(/rotate\(-45/g)).toHaveLength(4);
    expect(source).toContain("<title>refund_request_for_a_subscription</title>");
  });

  it("has the rows and the recall of each label, and how often each was answered", () => {
    const ends = [...source.matchAll(/text-anchor="end">([\d%]+)</g)].map((match) => match[1]);
    expect(ends).toEqual(["20", "90%", "30", "83%", "9", "100%"]);
    const below = [...source.matchAll(/class="tick"[^>]*text-anchor="middle">(\d+)</g)].map((match) => match[1]);
    expect(below).toEqual(["19", "27", "12", "1"]);
  });

  it("fits a window as long as its numbers can be read", () => {
    const labels = (count: number): string[] => Array.from({ length: count }, (_, i) => `a label of ${i}`);
    expect(matrixFits(labels(8), 326)).toBe(true);
    expect(matrixFits(labels(20), 760)).toBe(true);
    expect(matrixFits(labels(20), 326)).toBe(false);
  });
});

describe("a chart of the difference of two confusion matrices", () => {
  it("has a number where they differ, in the color of the one with more rows there", () => {
    const other = [[19, 1, 0, 0], ...confusion.slice(1)];
    const source = markupSource(
      confusionDifferenceChart(
        [
          { arm: "tune", confusion },
          { arm: "prompt", confusion: other },
        ],
        ["a", "b", "c"],
        frame,
      ),
    );
    expect(source.match(/class="cell-tune"/g)).toHaveLength(1);
    expect(source.match(/class="cell-prompt"/g)).toHaveLength(1);
    expect([...source.matchAll(/class="cell[^"]*" x[^>]*>(\d+)</g)].map((match) => match[1])).toEqual(["1", "1"]);
  });
});
