import { describe, expect, it } from "vitest";
import { random } from "../../../src/lib/random.js";
import { chooseC, defaultC } from "../../../src/tune/regression/cross-validation.js";
import {
  type LabelledFeatures,
  type LogisticSolver,
  logisticSolver,
  probabilities,
} from "../../../src/tune/regression/logistic-regression.js";
import { matrixOf } from "../../../src/tune/regression/matrix.js";

/** Unit vectors around one center a label; `noise` of 0 puts all rows on their centers. */
function makeData(labels: readonly number[], columns: number, noise: number, seed = 1): LabelledFeatures {
  const { normal } = random(seed);
  const labelCount = Math.max(...labels) + 1;
  const centers = Array.from({ length: labelCount }, () => Array.from({ length: columns }, normal));
  const vectors = labels.map((label) => {
    const vector = centers[label]!.map((value) => value + noise * normal());
    const length = Math.hypot(...vector);
    return vector.map((value) => value / length);
  });
  return { features: matrixOf(vectors, columns), labels: labels.map((label) => [label]), labelCount, isMultiLabel: false };
}

const ones = (data: LabelledFeatures): Float64Array => new Float64Array(data.labels.length).fill(1);

async function choose(
  data: LabelledFeatures,
  options: { seed?: number; groups?: readonly string[] } = {},
): ReturnType<typeof chooseC> {
  await using solver = await logisticSolver(data);
  return await chooseC(solver, data, { seed: 1, rowWeights: ones(data), ...options });
}

describe("chooseC", () => {
  const noisy = makeData(
    Array.from({ length: 150 }, (_, i) => i % 3),
    20,
    4,
  );
  const clean = makeData(
    Array.from({ length: 150 }, (_, i) => i % 3),
    20,
    0.1,
  );

  it("penalizes noise strongly and clean classes hardly", async () => {
    const [ofNoise, ofClean] = [await choose(noisy), await choose(clean)];
    expect(ofNoise.C).toBeLessThan(defaultC);
    expect(ofClean.C).toBeGreaterThan(10 * ofNoise.C);
    expect(ofNoise.folds).toBe(5);
  });

  it("measures what scoring each held-out fold by hand gives", async () => {
    const { tried, outOfFold, C } = await choose(noisy);
    const byHand = noisy.labels.reduce((sum, [label], i) => sum - Math.log(outOfFold!.data[i * 3 + label!]!), 0) / 150;
    expect(tried.find((one) => one.C === C)!.logLoss).toBeCloseTo(byHand, 12);
    expect(tried.map((one) => one.C)).toEqual(tried.map((one) => one.C).sort((a, b) => a - b));
    // The chosen one is as good as the best but for chance.
    expect(byHand).toBeLessThan(1.05 * Math.min(...tried.map(({ logLoss }) => logLoss)));
  });

  it("holds rows out: labels that are pure chance are not predicted", async () => {
    const { integer } = random(8);
    const chance = { ...noisy, labels: noisy.labels.map(() => [integer(3)]) };
    const { outOfFold, C } = await choose(chance);
    const mean = chance.labels.reduce((sum, [label], i) => sum + outOfFold!.data[i * 3 + label!]!, 0) / 150;
    expect(mean).toBeLessThan(0.36);
    // The same rows, once seen, are predicted better.
    await using solver = await logisticSolver(chance);
    const seen = probabilities((await solver.fit({ C: Math.max(C, 1) })).model, chance.features);
    expect(chance.labels.reduce((sum, [label], i) => sum + seen.data[i * 3 + label!]!, 0) / 150).toBeGreaterThan(0.38);
  });

  it("holds groups out whole: a customer's own style does not help", async () => {
    // 30 groups, each with one label at random and all its rows on one spot: seen rows of the group give the label away.
    const { integer } = random(2);
    const groups = Array.from({ length: 150 }, (_, i) => Math.floor(i / 5));
    const labelOf = Array.from({ length: 30 }, () => integer(2));
    const spots = makeData(groups, 20, 0.01);
    const data = { ...spots, labels: groups.map((group) => [labelOf[group]!]), labelCount: 2 };
    const accuracy = ({ outOfFold }: Awaited<ReturnType<typeof chooseC>>): number =>
      data.labels.filter(([label], i) => outOfFold!.data[i * 2 + label!]! > 0.5).length / 150;
    expect(accuracy(await choose(data))).toBeGreaterThan(0.95);
    expect(accuracy(await choose(data, { groups: groups.map(String) }))).toBeLessThan(0.75);
  });

  it("copes with labels of one row, which nothing can be held out of", async () => {
    const labels = [...Array.from({ length: 20 }, (_, i) => i % 2), 2];
    const { folds, tried } = await choose(makeData(labels, 5, 0.5));
    expect(folds).toBe(5);
    for (const { logLoss } of tried) expect(logLoss).toBeLessThan(1);
  });

  it("takes fewer folds from fewer rows, and none where no row can be judged", async () => {
    expect((await choose(makeData([0, 0, 1, 1], 5, 0.1))).folds).toBe(4);
    expect(await choose(makeData([0, 1, 2], 5, 0.1))).toEqual({ C: defaultC, folds: 0, tried: [], outOfFold: null });
  });

  it("stays at the usual strength where a few rows cannot tell", async () => {
    const { integer } = random(3);
    const few = makeData(
      Array.from({ length: 12 }, (_, i) => (i < 2 ? i : integer(2))),
      50,
      6,
    );
    const { C, tried } = await choose(few);
    const best = tried.reduce((a, b) => (b.logLoss < a.logLoss ? b : a));
    expect(Math.abs(Math.log10(C / defaultC))).toBeLessThanOrEqual(Math.abs(Math.log10(best.C / defaultC)));
  });

  it("gives a strength up that is clearly worse in its first folds, and never one of few rows", async () => {
    const fitsByC = async (
      data: LabelledFeatures,
    ): Promise<{ chosen: Awaited<ReturnType<typeof chooseC>>; fits: Map<number, number> }> => {
      await using solver = await logisticSolver(data);
      const fits = new Map<number, number>();
      const counted: LogisticSolver = {
        ...solver,
        fit: (options) => {
          fits.set(options.C, (fits.get(options.C) ?? 0) + 1);
          return solver.fit(options);
        },
      };
      return { chosen: await chooseC(counted, data, { seed: 1, rowWeights: ones(data) }), fits };
    };
    const labels = Array.from({ length: 600 }, (_, i) => i % 6);
    const many = await fitsByC(makeData(labels, 20, 1.5));
    const { C, tried, folds } = many.chosen;
    expect(many.fits.get(C)).toBe(folds);
    const givenUp = tried.filter((one) => many.fits.get(one.C)! < folds);
    expect(givenUp.length).toBeGreaterThan(0);
    for (const { logLoss } of givenUp) expect(logLoss).toBeGreaterThan(Math.min(...tried.map((one) => one.logLoss)));
    const few = await fitsByC(noisy);
    for (const count of few.fits.values()) expect(count).toBe(few.chosen.folds);
  });
});
