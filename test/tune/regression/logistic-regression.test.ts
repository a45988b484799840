import { describe, expect, it } from "vitest";
import { random } from "../../../src/lib/random.js";
import { rowWeights } from "../../../src/tune/regression/class-weights.js";
import { type LogisticProblem, plainLogisticLoss } from "../../../src/tune/regression/logistic-loss.js";
import { graphLogisticLoss } from "../../../src/tune/regression/logistic-loss-graph.js";
import {
  type LabelledFeatures,
  type LogisticFit,
  logisticRegression,
  logisticSolver,
  probabilities,
} from "../../../src/tune/regression/logistic-regression.js";
import { matrixOf } from "../../../src/tune/regression/matrix.js";
import { probeGolden } from "./golden-probe.js";

function largestDifference(actual: Float64Array, expected: readonly number[]): number {
  expect(actual.length).toBe(expected.length);
  return expected.reduce((largest, value, i) => Math.max(largest, Math.abs(value - actual[i]!)), 0);
}

describe("logisticRegression agrees with scikit-learn in every probability:", () => {
  for (const golden of probeGolden.logisticRegression) {
    it(golden.name, async () => {
      const columns = golden.features[0]!.length;
      const model = await logisticRegression(
        {
          features: matrixOf(golden.features, columns),
          labels: golden.labels.map((label) => [label]),
          labelCount: new Set(golden.labels).size,
          isMultiLabel: false,
        },
        { C: golden.C, rowWeights: rowWeights(golden.labels, golden.classWeight) },
      );
      const all = probabilities(model, matrixOf([...golden.features, ...golden.newFeatures], columns));
      expect(largestDifference(all.data, golden.probabilities.flat())).toBeLessThan(1e-4);
    });
  }

  it("several labels a row", async () => {
    const { C, features, labels, newFeatures, probabilities: expected } = probeGolden.multiLabel;
    const data = { features: matrixOf(features, 5), labels, labelCount: 4, isMultiLabel: true };
    const all = probabilities(await logisticRegression(data, { C }), matrixOf([...features, ...newFeatures], 5));
    expect(largestDifference(all.data, expected.flat())).toBeLessThan(1e-4);
  });
});

/** A seeded problem of any size. */
function makeProblem(rows: number, columns: number, outputs: number, link: LogisticProblem["link"]): LogisticProblem {
  const { normal, integer } = random(5);
  const targets = new Float64Array(rows * outputs);
  for (let i = 0; i < rows; i++) {
    if (link === "softmax") targets[i * outputs + integer(outputs)] = 1;
    else for (let k = 0; k < outputs; k++) targets[i * outputs + k] = integer(2);
  }
  const features = { rows, columns, data: Float64Array.from({ length: rows * columns }, normal) };
  return { features, targets: { rows, columns: outputs, data: targets }, link };
}

describe.each([
  ["softmax", 7],
  ["sigmoid", 5],
  ["sigmoid", 1],
] as const)("the loss with %s and %d outputs", (link, outputs) => {
  const problem = makeProblem(30, 6, outputs, link);
  const { normal, uniform } = random(9);
  // Large parameters: logits of up to ±100 must not overflow.
  const parameters = Float64Array.from({ length: outputs * 7 }, () => 15 * normal());
  const weights = Float64Array.from({ length: 30 }, (_, i) => (i % 4 === 0 ? 0 : uniform()));

  it("is the same as a graph and in plain loops, and so is its gradient", async () => {
    const plain = await plainLogisticLoss(problem).evaluate(parameters, weights, 0.3);
    await using loss = await graphLogisticLoss(problem);
    const graph = await loss.evaluate(parameters, weights, 0.3);
    expect(Math.abs(graph.value / plain.value - 1)).toBeLessThan(1e-12);
    expect(largestDifference(graph.gradient, [...plain.gradient])).toBeLessThan(1e-11);
  });

  it("is the same in single precision to seven digits, but for the sum over rows, which has more", async () => {
    const plain = await plainLogisticLoss(problem).evaluate(parameters, weights, 0.3);
    await using loss = await graphLogisticLoss(problem, "single");
    const graph = await loss.evaluate(parameters, weights, 0.3);
    expect(Math.abs(graph.value / plain.value - 1)).toBeLessThan(1e-6);
    const largest = plain.gradient.reduce((most, g) => Math.max(most, Math.abs(g)), 0);
    expect(largestDifference(graph.gradient, [...plain.gradient])).toBeLessThan(1e-6 * largest);
  });

  it("does not compute rows of weight 0, whatever they hold", async () => {
    const data = problem.features.data.map((value, p) => (weights[Math.floor(p / 6)] === 0 ? Number.NaN : value));
    const expected = await plainLogisticLoss(problem).evaluate(parameters, weights, 0.3);
    await using loss = await graphLogisticLoss({ ...problem, features: { ...problem.features, data } });
    const { value, gradient } = await loss.evaluate(parameters, weights, 0.3);
    expect(Math.abs(value / expected.value - 1)).toBeLessThan(1e-12);
    expect(largestDifference(gradient, [...expected.gradient])).toBeLessThan(1e-11);
  });

  it("has the gradient that central differences find", async () => {
    const loss = plainLogisticLoss(problem);
    const small = parameters.map((p) => p / 15);
    const { gradient } = await loss.evaluate(small, weights, 0.3);
    const step = 1e-5;
    for (let p = 0; p < small.length; p++) {
      const up = small.slice();
      const down = small.slice();
      up[p]! += step;
      down[p]! -= step;
      const slope =
        ((await loss.evaluate(up, weights, 0.3)).value - (await loss.evaluate(down, weights, 0.3)).value) / (2 * step);
      expect(Math.abs(slope - gradient[p]!)).toBeLessThan(1e-7);
    }
  });
});

describe("logisticSolver", () => {
  const { normal, integer } = random(3);
  const labels = Array.from({ length: 40 }, (_, i) => [i < 3 ? i : integer(3)]);
  const features = matrixOf(
    labels.map(([label]) => Array.from({ length: 4 }, (_, j) => normal() + (label === j ? 1 : 0))),
    4,
  );
  const data: LabelledFeatures = { features, labels, labelCount: 3, isMultiLabel: false };

  it("ignores rows of weight 0 as if they were not there", async () => {
    const kept = labels.map((_, i) => i).filter((i) => i % 5 !== 4);
    const without: LabelledFeatures = {
      ...data,
      labels: kept.map((i) => labels[i]!),
      features: matrixOf(
        kept.map((i) => features.data.subarray(i * 4, i * 4 + 4)),
        4,
      ),
    };
    const expected = probabilities(await logisticRegression(without, { C: 2 }), features);
    const actual = probabilities(
      await logisticRegression(data, { C: 2, rowWeights: Float64Array.from(labels, (_, i) => (i % 5 === 4 ? 0 : 1)) }),
      features,
    );
    expect(largestDifference(actual.data, [...expected.data])).toBeLessThan(2e-5);
  });

  it("comes to the same model from a neighbor's, in fewer steps", async () => {
    await using solver = await logisticSolver(data);
    const cold = await solver.fit({ C: 10 });
    const warm = await solver.fit({ C: 10, start: await solver.fit({ C: 5 }) });
    expect(warm.minimum.evaluations).toBeLessThan(cold.minimum.evaluations);
    const expected = probabilities(cold.model, features);
    expect(largestDifference(probabilities(warm.model, features).data, [...expected.data])).toBeLessThan(2e-5);
  });

  it("measures how steep the loss is at 0 once for the same row weights", async () => {
    await using solver = await logisticSolver(data);
    const rowWeights = new Float64Array(40).fill(1);
    let told = 0;
    const fitAt = (C: number, start?: LogisticFit) =>
      solver.fit({ C, rowWeights, gradientTolerance: 1e-6, onEvaluation: (count) => (told = count), ...(start && { start }) });
    const first = await fitAt(5);
    expect(told).toBe(first.minimum.evaluations);
    const warm = await fitAt(10, first);
    expect(told).toBe(warm.minimum.evaluations);
    const cold = await fitAt(10);
    expect(told).toBe(cold.minimum.evaluations);
    const alone = await logisticRegression(data, { C: 10, gradientTolerance: 1e-6 });
    expect(largestDifference(cold.model.weights.data, [...alone.weights.data])).toBe(0);
  });

  it("gives large problems to ONNX Runtime and comes to the same model", async () => {
    const wide = makeProblem(150, 300, 3, "softmax");
    const rows = Array.from({ length: 150 }, (_, i) => [[0, 1, 2].find((k) => wide.targets.data[i * 3 + k] === 1)!]);
    const large: LabelledFeatures = { features: wide.features, labels: rows, labelCount: 3, isMultiLabel: false };
    await using plain = await logisticSolver(large, plainLogisticLoss);
    const expected = probabilities((await plain.fit({ C: 0.1 })).model, wide.features);
    const actual = probabilities(await logisticRegression(large, { C: 0.1 }), wide.features);
    expect(largestDifference(actual.data, [...expected.data])).toBeLessThan(1e-6);
  });
});

describe("rowWeights", () => {
  it("balances as scikit-learn's compute_class_weight does", () => {
    const { labels, weights } = probeGolden.balancedClassWeights;
    const actual = rowWeights(labels, "balanced");
    for (const [i, label] of labels.entries()) expect(actual[i]).toBeCloseTo(weights[String(label)]!, 12);
    expect(actual.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(labels.length, 12);
  });

  it("weighs all the same unless told", () => {
    expect([...rowWeights([0, 0, 1], "none")]).toEqual([1, 1, 1]);
  });
});

describe("a fit of thousands of labels on sparse features", () => {
  it("was deaf to Ctrl-C for as long as an evaluation took", async () => {
    const [rows, perRow, labelCount] = [600, 30, 3000];
    const features = {
      rows,
      columns: 100,
      starts: Int32Array.from({ length: rows + 1 }, (_, i) => i * perRow),
      indices: Int32Array.from({ length: rows * perRow }, (_, p) => (p * 3) % 100),
      // All different, so that no two columns say the same and become one.
      values: Float64Array.from({ length: rows * perRow }, (_, p) => 1 + (p % 1009) / 1009),
    };
    const labels = Array.from({ length: rows }, (_, i) => [(i * 5) % labelCount]);
    await using solver = await logisticSolver({ features, labels, labelCount, isMultiLabel: false });
    const stop = new AbortController();
    let evaluations = 0;
    setImmediate(() => setImmediate(() => stop.abort(new Error("stopped"))));
    const fit = solver.fit({ C: 1, signal: stop.signal, onEvaluation: (count) => (evaluations = count) });
    await expect(fit).rejects.toThrow("stopped");
    expect(evaluations).toBe(0);
  });
});
