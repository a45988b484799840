import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { gradients } from "../../src/autodiff/gradients.js";
import { interpret } from "../../src/autodiff/interpret.js";
import { crossEntropy } from "../../src/autodiff/math.js";
import { input, sum } from "../../src/autodiff/ops.js";
import { contentHash } from "../../src/data/content-hash.js";
import { logisticRegression, probabilities } from "../../src/tune/regression/logistic-regression.js";
import { matrixOf } from "../../src/tune/regression/matrix.js";
import { targetsOf } from "../../src/tune/training/objectives/target-weights.js";
import { softTargets } from "../../src/tune/training/soft-labels.js";

interface Golden {
  readonly regression: readonly {
    readonly C: number;
    readonly features: readonly number[][];
    readonly soft: readonly number[][];
    readonly probabilities: readonly number[][];
  }[];
  readonly crossEntropy: readonly {
    readonly smoothing: number;
    readonly logits: readonly number[][];
    readonly soft: readonly number[][];
    readonly loss: number;
    readonly gradient: readonly number[][];
  }[];
}

const golden = JSON.parse(readFileSync(new URL("../../golden/soft-labels.json", import.meta.url), "utf8")) as Golden;

const largest = (values: readonly number[]): number => values.indexOf(Math.max(...values));

describe("soft labels", () => {
  it.each(golden.regression)(
    "are learned as scikit-learn learns rows weighted by them, C = $C",
    async ({ C, features, soft, ...expected }) => {
      const matrix = matrixOf(features, features[0]!.length);
      const data = {
        features: matrix,
        // What is certain is a label, as a person gives it.
        labels: soft.map((row) => [largest(row)]),
        softLabels: soft.map((row) => (row.includes(1) ? undefined : Float64Array.from(row))),
        labelCount: soft[0]!.length,
        isMultiLabel: false,
      };
      const found = probabilities(await logisticRegression(data, { C }), matrix);
      expect(data.softLabels.filter((row) => row === undefined).length).toBeGreaterThan(10);
      for (const [i, value] of expected.probabilities.flat().entries()) expect(found.data[i]).toBeCloseTo(value, 4);
    },
  );

  it.each(golden.crossEntropy)(
    "are targets as PyTorch has them, smoothing $smoothing",
    ({ smoothing, logits, soft, loss, gradient }) => {
      const shape = [logits.length, logits[0]!.length];
      const [scores, targets] = [input("logits", shape), input("targets", shape)];
      const total = sum(crossEntropy(scores, targets));
      const [slope] = gradients(total, [scores]);
      const fed = targetsOf(
        soft.map((row) => ({ labels: [largest(row)], ...(row.includes(1) ? {} : { softLabels: Float64Array.from(row) }) })),
        { labelCount: shape[1]!, isMultiLabel: false, labelSmoothing: smoothing },
      );
      const found = interpret(
        { total, slope: slope! },
        { logits: { shape, data: Float64Array.from(logits.flat()) }, targets: { shape, data: Float64Array.from(fed.data) } },
      );
      expect(found.total.data[0]).toBeCloseTo(loss, 6);
      for (const [i, value] of gradient.flat().entries()) expect(found.slope.data[i]).toBeCloseTo(value, 6);
    },
  );

  it("are shares of the labels that are asked for, whatever they say of others", () => {
    expect([...softTargets({ a: 0.2, b: 0.6, c: 0.2 }, ["b", "a"], false)]).toEqual([0.6 / 0.8, 0.2 / 0.8]);
    expect([...softTargets({ c: 1 }, ["a", "b"], false)]).toEqual([0.5, 0.5]);
    expect([...softTargets({ a: 0.9, b: 0.8 }, ["a", "b", "constructor"], true)]).toEqual([0.9, 0.8, 0]);
  });

  it("have a part in the hash of rows", () => {
    const row = { id: "1", text: "x", labels: ["a"] };
    const soft = { ...row, softLabels: { a: 0.7, b: 0.3 } };
    expect(new Set([[row], [soft], [{ ...soft, softLabels: { a: 0.6, b: 0.4 } }]].map(contentHash)).size).toBe(3);
  });
});
