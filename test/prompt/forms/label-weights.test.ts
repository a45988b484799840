import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { random } from "../../../src/lib/random.js";
import {
  balancedBiases,
  batchBiases,
  fittedWeights,
  type LabelledScores,
  lossOf,
  newtonFit,
  softmax,
  weighted,
} from "../../../src/prompt/forms/label-weights.js";

interface Fit {
  readonly scale: number;
  readonly biases: readonly number[];
}
const { cases } = JSON.parse(readFileSync("golden/forms.json", "utf8")) as {
  readonly cases: readonly {
    readonly values: readonly (readonly number[])[];
    readonly truths: readonly number[];
    readonly batch: { readonly biases: readonly number[]; readonly probabilities: readonly (readonly number[])[] };
    readonly scaleAlone: Fit;
    readonly withBiases: Fit;
  }[];
};
const meanLoss = (rows: readonly LabelledScores[], weights: Fit): number =>
  rows.reduce((sum, row) => sum + lossOf(row, weights), 0) / rows.length;
const expectClose = (found: readonly number[], expected: readonly number[], digits: number): void => {
  expect(found).toHaveLength(expected.length);
  for (const [i, value] of found.entries()) expect(value).toBeCloseTo(expected[i]!, digits);
};

describe.each(cases.map((each, i) => ({ ...each, i })))("weights of labels, case $i", ({ values, truths, ...expected }) => {
  const rows = values.map((logprobs, i): LabelledScores => ({ logprobs, truth: truths[i]! }));

  it("are those of batch calibration as its paper has it", () => {
    const biases = batchBiases(values);
    expectClose(biases, expected.batch.biases, 10);
    for (const [i, logprobs] of values.entries())
      expectClose(weighted(logprobs, { scale: 1, biases }), expected.batch.probabilities[i]!, 10);
  });

  it("are where SciPy finds the least penalized loss", () => {
    for (const [hasBiases, reference] of [
      [false, expected.scaleAlone],
      [true, expected.withBiases],
    ] as const) {
      const found = newtonFit(rows, hasBiases);
      expect(found.scale).toBeCloseTo(reference.scale, 4);
      expectClose(found.biases, reference.biases, 4);
    }
  });
});

describe("weights of labels", () => {
  it("are probabilities, however far apart the log-probabilities are", () => {
    expectClose(softmax([-5000, -5001, -9000]), [0.731, 0.269, 0], 3);
    expect(weighted([-5000, 5000], { scale: 1, biases: [0, 0] })).toEqual([0, 1]);
  });

  it("favor no label over all texts once they are balanced, however far the prompt leans", () => {
    const draw = random(3);
    const rows = Array.from({ length: 40 }, () => [20, 0, -5, 0].map((lean) => lean + draw.normal()));
    const meansWith = (biases: readonly number[]): number[] => {
      const shares = rows.map((logprobs) => weighted(logprobs, { scale: 1, biases }));
      return biases.map((_, label) => shares.reduce((sum, row) => sum + row[label]!, 0) / rows.length);
    };
    expectClose(meansWith(balancedBiases(rows)), [0.25, 0.25, 0.25, 0.25], 5);
    // One step falls short of that.
    expect(Math.max(...meansWith(batchBiases(rows)))).toBeGreaterThan(0.3);
  });

  it("take a lean out that has nothing to do with the text, by texts alone and by labels", () => {
    const draw = random(7);
    const rows = Array.from({ length: 60 }, (_, i): LabelledScores => {
      const truth = i % 3;
      // The model knows, and likes the first label far too much.
      return { truth, logprobs: [0, 1, 2].map((label) => draw.normal() + (label === truth ? 3 : 0) + (label === 0 ? 9 : 0)) };
    });
    const accuracy = (source: Parameters<typeof fittedWeights>[0]): number => {
      const weights = fittedWeights(source, rows.slice(0, 30));
      const right = rows.slice(30).filter(({ logprobs, truth }) => {
        const shares = weighted(logprobs, weights);
        return shares.indexOf(Math.max(...shares)) === truth;
      });
      return right.length / 30;
    };
    expect(accuracy("none")).toBeLessThan(0.5);
    expect(accuracy("texts")).toBeGreaterThan(0.9);
    expect(accuracy("labels")).toBeGreaterThan(0.9);
  });

  it("do not depend on the unit of the log-probabilities", () => {
    const { values, truths } = cases[1]!;
    const rowsBy = (unit: number) => values.map((row, i) => ({ truth: truths[i]!, logprobs: row.map((value) => unit * value) }));
    for (const source of ["none", "labels"] as const) {
      const [one, ten] = [1, 10].map((unit) => fittedWeights(source, rowsBy(unit)));
      if (source === "none") expect(ten!.scale).toBeCloseTo(one!.scale / 10, 6);
      expect(meanLoss(rowsBy(10), ten!)).toBeCloseTo(meanLoss(rowsBy(1), one!), source === "none" ? 8 : 0);
    }
  });

  it("are finite where every row is right, where all rows are of one label, and where the model says nothing", () => {
    const sure = [0, 1, 0, 1].map((truth) => ({ truth, logprobs: truth === 0 ? [0, -90] : [-90, 0] }));
    const alone = [0, 0, 0].map((truth) => ({ truth, logprobs: [-1, -2, -800] }));
    const mute = [0, 1, 1].map((truth) => ({ truth, logprobs: [-2, -2] }));
    for (const rows of [sure, alone, mute]) {
      for (const source of ["none", "texts", "labels"] as const) {
        const { scale, biases } = fittedWeights(source, rows);
        expect([scale, ...biases].every(Number.isFinite)).toBe(true);
        expect(scale).toBeGreaterThan(0);
      }
    }
    expect(meanLoss(sure, fittedWeights("none", sure))).toBeLessThan(0.01);
  });
});
