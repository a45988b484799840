import { describe, expect, it } from "vitest";
import { float32Of } from "../../src/autodiff/values.js";
import type { Update } from "../../src/tune/batches.js";
import type { ObjectiveRules, RuleContext, TrainingRow } from "../../src/tune/objective-rules.js";
import { pairRules } from "../../src/tune/pairs-objective.js";
import { pairInputs } from "../../src/tune/similarity-loss.js";

/** Rows of different texts, each with the labels given. */
const rowsOf = (labels: readonly (readonly number[])[], length = 5): TrainingRow[] =>
  labels.map((own, row) => ({ ids: [row, ...new Array<number>(length - 1).fill(7)], labels: own }));

const context = (rows: readonly TrainingRow[], part: Partial<RuleContext> = {}): RuleContext => ({
  rows,
  batchSize: 16,
  tokensPerPass: 4096,
  seed: 1,
  ...part,
});

/** Ten labels with so many rows each. */
const evenLabels = (count: number): number[][] => Array.from({ length: 10 * count }, (_, i) => [i % 10]);

/** The pairs that a pass feeds: rows, target and weight. */
function fedPairs(rules: ObjectiveRules, pass: readonly number[], update: Update) {
  const fed = rules.targets(pass, update);
  const [targets, weights] = [float32Of(fed[pairInputs.targets]!), float32Of(fed[pairInputs.weights]!)];
  expect(fed[pairInputs.weights]!.shape).toEqual([pass.length, pass.length]);
  return pass.flatMap((a, i) =>
    pass.flatMap((b, j) => {
      const at = i * pass.length + j;
      return weights[at] === 0 ? [] : [{ a, b, target: targets[at]!, weight: weights[at]! }];
    }),
  );
}

describe("pairRules", () => {
  it("deals as many updates as it is told, fixed by seed and epoch", () => {
    const rows = rowsOf(evenLabels(6));
    const rules = pairRules({ updates: 7 }, context(rows));
    const updates = rules.updates(0);
    expect(rules.updatesPerEpoch).toBe(7);
    expect(updates).toHaveLength(7);
    expect(pairRules({ updates: 7 }, context(rows)).updates(0)).toEqual(updates);
    expect(rules.updates(1)).not.toEqual(updates);
    expect(pairRules({ updates: 7 }, context(rows, { seed: 2 })).updates(0)).not.toEqual(updates);
  });

  it("draws as many pairs that share a label, at 1, as pairs that do not, at 0, and means over them", () => {
    const rows = rowsOf(evenLabels(6));
    const rules = pairRules({ updates: 30 }, context(rows));
    for (const update of rules.updates(0)) {
      const pairs = update.flatMap((pass) => fedPairs(rules, pass, update));
      for (const { a, b, target } of pairs) {
        expect(a).not.toBe(b);
        expect(target).toBe(rows[a]!.labels[0] === rows[b]!.labels[0] ? 1 : 0);
      }
      const weightOf = (kind: number): number =>
        pairs.reduce((total, { target, weight }) => total + (target === kind ? weight : 0), 0);
      expect(weightOf(1)).toBeCloseTo(0.5, 6);
      expect(weightOf(0)).toBeCloseTo(0.5, 6);
    }
  });

  it("encodes no text of an update twice", () => {
    const rows = rowsOf(evenLabels(1));
    for (const [pass] of pairRules({ updates: 5 }, context(rows)).updates(0)) expect(new Set(pass).size).toBe(pass!.length);
  });

  it("gives every label its turn, however few rows it has, and every row of it", () => {
    const labels = [...new Array(40).fill([0]), [1], [1], [2], [2], [2], [2]] as number[][];
    const rows = rowsOf(labels);
    const rules = pairRules({ updates: 12 }, context(rows, { batchSize: 4 }));
    const together = rules
      .updates(0)
      .flatMap((update) => update.flatMap((pass) => fedPairs(rules, pass, update)))
      .filter(({ target }) => target === 1);
    const ofLabel = (label: number) => together.filter(({ a }) => labels[a]![0] === label);
    expect([0, 1, 2].map((label) => ofLabel(label).length)).toEqual([4, 4, 4]);
    expect(new Set(ofLabel(2).flatMap(({ a, b }) => [a, b])).size).toBe(4);
  });

  it("takes rows that share one of several labels as belonging together, and rows without any as apart", () => {
    const rows = rowsOf([[0, 1], [1, 2], [3], []]);
    const rules = pairRules({ updates: 40 }, context(rows, { batchSize: 4 }));
    const pairs = rules.updates(0).flatMap((update) => update.flatMap((pass) => fedPairs(rules, pass, update)));
    const kinds = (kind: number): string[] =>
      [...new Set(pairs.filter(({ target }) => target === kind).map(({ a, b }) => [a, b].sort().join()))].sort();
    expect(kinds(1)).toEqual(["0,1"]);
    expect(kinds(0)).toEqual(["0,2", "0,3", "1,2", "1,3", "2,3"]);
  });

  it("never pairs a text with itself", () => {
    const rows = rowsOf(evenLabels(2)).map((row, i) => (i < 10 ? { ...row, ids: [1, 2, 3] } : row));
    const rules = pairRules({ updates: 20 }, context(rows));
    for (const update of rules.updates(0))
      for (const { a, b } of update.flatMap((pass) => fedPairs(rules, pass, update)))
        expect(rows[a]!.ids).not.toEqual(rows[b]!.ids);
  });

  it("makes do with one kind of pair where there is no other", () => {
    const alone = pairRules({ updates: 2 }, context(rowsOf([[0], [1], [2]]), {}));
    for (const update of alone.updates(0))
      for (const { target } of update.flatMap((pass) => fedPairs(alone, pass, update))) expect(target).toBe(0);
    const same = pairRules({ updates: 2 }, context(rowsOf([[0], [0, 1], [0]])));
    for (const update of same.updates(0))
      for (const { target } of update.flatMap((pass) => fedPairs(same, pass, update))) expect(target).toBe(1);
  });

  it("cuts an update of long texts into passes whose losses add up", () => {
    const rows = rowsOf(evenLabels(8), 100);
    const rules = pairRules({ updates: 4 }, context(rows, { tokensPerPass: 500 }));
    for (const update of rules.updates(0)) {
      expect(update.length).toBeGreaterThan(2);
      for (const pass of update) expect(pass.length).toBeLessThanOrEqual(5);
      const pairs = update.flatMap((pass) => fedPairs(rules, pass, update));
      expect(pairs.reduce((total, { weight }) => total + weight, 0)).toBeCloseTo(1, 5);
    }
  });
});
