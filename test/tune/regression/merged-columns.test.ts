import { describe, expect, it } from "vitest";
import { random } from "../../../src/lib/random.js";
import { chooseC } from "../../../src/tune/regression/cross-validation.js";
import { lbfgs, maxAbsolute } from "../../../src/tune/regression/lbfgs.js";
import { plainLogisticLoss } from "../../../src/tune/regression/logistic-loss.js";
import { type LabelledFeatures, type LogisticSolver, logisticSolver } from "../../../src/tune/regression/logistic-regression.js";
import type { Matrix } from "../../../src/tune/regression/matrix.js";
import { mergeColumns } from "../../../src/tune/regression/merged-columns.js";
import type { SparseMatrix } from "../../../src/tune/regression/sparse-matrix.js";

/** The numbers of `rows` that are not `null`; a 0 is kept. */
function sparseOf(rows: readonly (readonly (number | null)[])[]): SparseMatrix {
  const kept = rows.map((row) => row.flatMap((value, column) => (value === null ? [] : [{ value, column }])));
  const starts = new Int32Array(rows.length + 1);
  for (const [i, row] of kept.entries()) starts[i + 1] = starts[i]! + row.length;
  const all = kept.flat();
  const indices = Int32Array.from(all, ({ column }) => column);
  return { rows: rows.length, columns: rows[0]!.length, starts, indices, values: Float64Array.from(all, ({ value }) => value) };
}

function denseOf({ rows, columns, starts, indices, values }: SparseMatrix): Matrix {
  const data = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) for (let p = starts[i]!; p < starts[i + 1]!; p++) data[i * columns + indices[p]!]! += values[p]!;
  return { rows, columns, data };
}

describe("mergeColumns", () => {
  it("makes one column of those that are proportional, and of nothing else", () => {
    const features = sparseOf([
      // Twice the first, minus the first; in one row only; never; nearly proportional; the same rows with another ratio.
      [1, 2, -1, null, null, 1, 1],
      [null, null, null, 5, null, null, null],
      [3, 6, -3, null, null, 3 + 1e-9, 4],
    ]);
    const { features: merged, groupOf, shares, largestShares } = mergeColumns(features);
    expect([...groupOf]).toEqual([0, 0, 0, 1, -1, 2, 3]);
    expect(merged.columns).toBe(4);
    const root = Math.sqrt(6);
    expect([...shares]).toEqual([1 / root, 2 / root, -1 / root, 1, 0, 1, 1].map((share) => expect.closeTo(share, 15)));
    expect([...largestShares]).toEqual([2 / root, 1, 1, 1].map((share) => expect.closeTo(share, 15)));
    const expected = [root, 0, 1, 1, 0, 5, 0, 0, 3 * root, 0, 3 + 1e-9, 4];
    expect([...denseOf(merged).data]).toEqual(expected.map((value) => expect.closeTo(value, 14)));
  });

  it("keeps columns apart that begin with a 0, and takes those of one row together", () => {
    const { groupOf, shares } = mergeColumns(
      sparseOf([
        [0, 0, 3, 4],
        [1, 2, null, null],
      ]),
    );
    expect([...groupOf]).toEqual([0, 1, 2, 2]);
    expect([...shares]).toEqual([1, 1, 0.6, 0.8]);
  });

  it("gives the features back: each column is its share of the merged one", () => {
    const { features } = problem(1, "softmax");
    const { features: merged, groupOf, shares } = mergeColumns(features);
    expect(merged.columns).toBeLessThan(features.columns / 2);
    const [all, few] = [denseOf(features).data, denseOf(merged).data];
    for (let i = 0; i < features.rows; i++)
      for (let j = 0; j < features.columns; j++) {
        const value = groupOf[j]! < 0 ? 0 : shares[j]! * few[i * merged.columns + groupOf[j]!]!;
        expect(value).toBeCloseTo(all[i * features.columns + j]!, 14);
      }
  });
});

type Kind = "softmax" | "sigmoid" | "several labels";

/** Rows of a few words of many, each of which comes with several columns, as words come with the letters in them; every label has its own favorite words. */
function problem(seed: number, kind: Kind): LabelledFeatures & { readonly features: SparseMatrix } {
  const { integer, uniform } = random(seed);
  const labelCount = kind === "sigmoid" ? 2 : 4;
  const wordCount = 40;
  const columnsOf = Array.from({ length: wordCount }, () => Array.from({ length: 1 + integer(4) }, () => 0.2 + uniform()));
  const labels = Array.from({ length: 60 }, (_, i) =>
    kind === "several labels"
      ? [0, 1, 2, 3].filter((label) => uniform() < 0.3 || label === i % 5)
      : [i < labelCount ? i : integer(labelCount)],
  );
  const rows = labels.map((own) => {
    const words = Array.from({ length: 6 }, () => {
      const label = own[integer(own.length || 1)] ?? 0;
      return uniform() < 0.5 ? label + labelCount * integer(3) : integer(wordCount);
    });
    const counts = Array.from({ length: wordCount }, (_, word) => words.filter((one) => one === word).length);
    return counts.flatMap((count, word) => columnsOf[word]!.map((size) => (count === 0 ? null : (1 + Math.log(count)) * size)));
  });
  return { features: sparseOf(rows), labels, labelCount, isMultiLabel: kind === "several labels" };
}

/** The same fits the slow way: over all columns, every evaluation anew and into new memory. */
function slowSolver({ features: sparse, labels, labelCount, isMultiLabel }: ReturnType<typeof problem>): LogisticSolver {
  const kind = isMultiLabel ? "multilabel" : labelCount === 2 ? "binary" : "multinomial";
  const outputs = kind === "binary" ? 1 : labelCount;
  const { rows, columns, data } = denseOf(sparse);
  const scale = Math.sqrt(data.reduce((sum, value) => sum + value * value, 0) / data.length);
  const targets = new Float64Array(rows * outputs);
  for (const [i, row] of labels.entries())
    for (const label of row) targets[i * outputs + (kind === "binary" ? 0 : label)] = kind === "binary" ? label : 1;
  const loss = plainLogisticLoss({
    features: { rows, columns, data: data.map((value) => value / scale) },
    targets: { rows, columns: outputs, data: targets },
    link: kind === "multinomial" ? "softmax" : "sigmoid",
  });
  return {
    async fit({ C, rowWeights, start, gradientTolerance }) {
      const total = rowWeights!.reduce((sum, weight) => sum + weight, 0);
      const weights = rowWeights!.map((weight) => weight / total);
      const evaluate = (point: Float64Array) => loss.evaluate(point, weights, 1 / (C * total * scale * scale));
      const zero = new Float64Array(outputs * (columns + 1));
      const minimum = await lbfgs(evaluate, start?.minimum.point ?? zero, {
        gradientTolerance: gradientTolerance! * maxAbsolute((await evaluate(zero)).gradient),
        maxIterations: 2000,
      });
      const weightsFound = minimum.point.slice(0, outputs * columns).map((weight) => weight / scale);
      const intercepts = minimum.point.slice(outputs * columns);
      return { model: { kind, weights: { rows: outputs, columns, data: weightsFound }, intercepts }, minimum };
    },
    async [Symbol.asyncDispose]() {},
  };
}

function largestDifference(a: Float64Array, b: Float64Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}

describe.each(["softmax", "sigmoid", "several labels"] as const)("a solver that merges columns, with %s", (kind) => {
  it.each([1, 2, 3, 4])("chooses the C and finds the coefficients that all columns lead to, step by step (%d)", async (seed) => {
    const data = problem(seed, kind);
    const rowWeights = Float64Array.from(data.labels, (_, i) => 1 + (i % 3) / 4);
    await using fast = await logisticSolver(data);
    await using slow = slowSolver(data);
    const options = { seed, rowWeights };
    const [found, expected] = [await chooseC(fast, data, options), await chooseC(slow, data, options)];
    expect(found.C).toBe(expected.C);
    // Rounding grows along a path of a hundred steps.
    expect(found.tried).toEqual(expected.tried.map(({ C, logLoss }) => ({ C, logLoss: expect.closeTo(logLoss, 6) })));
    expect(largestDifference(found.outOfFold!.data, expected.outOfFold!.data)).toBeLessThan(1e-6);

    // At a loose tolerance too: it is the same path, and not only the same end.
    for (const gradientTolerance of [1e-1, 1e-3, 1e-5]) {
      const one = { C: found.C, rowWeights, gradientTolerance };
      const [ofFast, ofSlow] = [await fast.fit(one), await slow.fit(one)];
      expect(ofFast.minimum.iterations).toBe(ofSlow.minimum.iterations);
      expect(largestDifference(ofFast.model.weights.data, ofSlow.model.weights.data)).toBeLessThan(1e-7);
      expect(largestDifference(ofFast.model.intercepts, ofSlow.model.intercepts)).toBeLessThan(1e-7);
    }
  });
});
