import { describe, expect, it } from "vitest";
import { float32Of } from "../../../../src/autodiff/values.js";
import type { Update } from "../../../../src/tune/training/batches.js";
import type { ObjectiveRules, RuleContext, TrainingRow } from "../../../../src/tune/training/objectives/objective-rules.js";
import { pairRules } from "../../../../src/tune/training/objectives/pairs-objective.js";
import { apart, pairInputs } from "../../../../src/tune/training/objectives/similarity-loss.js";

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

/** What a pass feeds: for each of its rows, which others it is to be told from the rest by, and how much each counts. */
function fedPairs(rules: ObjectiveRules, pass: readonly number[], update: Update) {
  const fed = rules.targets(pass, update);
  const [targets, masks] = [float32Of(fed[pairInputs.targets]!), float32Of(fed[pairInputs.masks]!)];
  const itself = pass.flatMap((_, i) => pass.map((_row, j) => (i === j ? apart : 0)));
  expect([...masks]).toEqual(itself);
  for (const values of [pairInputs.targets, pairInputs.masks]) expect(fed[values]!.shape).toEqual([pass.length, pass.length]);
  return pass.flatMap((a, i) =>
    pass.flatMap((b, j) => (targets[i * pass.length + j] === 0 ? [] : [{ a, b, target: targets[i * pass.length + j]! }])),
  );
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

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

  it("takes two rows of as many labels as a batch has room for", () => {
    const rows = rowsOf(evenLabels(6));
    for (const [pass, ...more] of pairRules({ updates: 30 }, context(rows)).updates(0)) {
      expect(more).toEqual([]);
      expect(new Set(pass).size).toBe(16);
      const labels = pass!.map((row) => row % 10);
      for (const label of labels) expect(labels.filter((other) => other === label)).toHaveLength(2);
    }
  });

  it("takes more rows of a label where there are few labels, and no more than there are", () => {
    const labels = [...new Array<number[]>(20).fill([0]), [1], [1], [1]];
    for (const [pass] of pairRules({ updates: 5 }, context(rowsOf(labels))).updates(0)) {
      const own = pass!.map((row) => labels[row]![0]);
      expect([0, 1].map((label) => own.filter((other) => other === label).length)).toEqual([8, 3]);
      expect(new Set(pass).size).toBe(11);
    }
  });

  it("tells each text by the others of its labels, all of them counting the same, every text the same", () => {
    const labels = [[0], [0], [0], [1], [1], [2]];
    const rules = pairRules({ updates: 3 }, context(rowsOf(labels)));
    for (const update of rules.updates(0)) {
      const pairs = update.flatMap((pass) => fedPairs(rules, pass, update));
      const shown = pairs.map(({ a, b, target }) => `${a},${b}: ${target.toFixed(4)}`).sort();
      expect(shown).toEqual([
        "0,1: 0.1000",
        "0,2: 0.1000",
        "1,0: 0.1000",
        "1,2: 0.1000",
        "2,0: 0.1000",
        "2,1: 0.1000",
        "3,4: 0.2000",
        "4,3: 0.2000",
      ]);
      expect(update.flat()).toContain(5);
    }
  });

  it("gives every label its turn, however few rows it has, and every row of it", () => {
    const labels = [...new Array<number[]>(40).fill([0]), [1], [1], [2], [2], [2], [2]];
    const updates = pairRules({ updates: 12 }, context(rowsOf(labels), { batchSize: 4 })).updates(0);
    const rowsDrawn = updates.flat(2);
    expect([0, 1, 2].map((label) => rowsDrawn.filter((row) => labels[row]![0] === label).length)).toEqual([16, 16, 16]);
    expect(new Set(rowsDrawn.filter((row) => labels[row]![0] === 2)).size).toBe(4);
    expect(new Set(rowsDrawn.filter((row) => labels[row]![0] === 0)).size).toBe(16);
  });

  it("takes rows that share one of several labels as belonging together, and rows without any as apart", () => {
    const rules = pairRules({ updates: 40 }, context(rowsOf([[0, 1], [1, 2], [3], [], []])));
    for (const update of rules.updates(0)) {
      const pairs = update.flatMap((pass) => fedPairs(rules, pass, update));
      expect(pairs.map(({ a, b }) => `${a},${b}`).sort()).toEqual(["0,1", "1,0"]);
      expect(update.flat().toSorted()).toEqual([0, 1, 2, 3, 4]);
    }
  });

  it("never lets a text meet its equal", () => {
    const rows = rowsOf(evenLabels(2)).map((row, i) => (i < 10 ? { ...row, ids: [1, 2, 3] } : row));
    for (const pass of pairRules({ updates: 20 }, context(rows)).updates(0).flat())
      expect(new Set(pass.map((row) => rows[row]!.ids.join())).size).toBe(pass.length);
  });

  it("has nothing to pull where no two rows share a label, and no loss", () => {
    const rules = pairRules({ updates: 2 }, context(rowsOf([[0], [1], [2]])));
    for (const update of rules.updates(0)) for (const pass of update) expect(fedPairs(rules, pass, update)).toEqual([]);
  });

  it("cuts an update of long texts into passes of several labels, whose losses add up", () => {
    const labels = Array.from({ length: 40 }, (_, i) => [i % 2]);
    const rules = pairRules({ updates: 4 }, context(rowsOf(labels, 100), { tokensPerPass: 850 }));
    for (const update of rules.updates(0)) {
      expect(update.map((pass) => pass.length)).toEqual([8, 8]);
      for (const pass of update) expect(pass.filter((row) => row % 2 === 0)).toHaveLength(4);
      const pairs = update.flatMap((pass) => fedPairs(rules, pass, update));
      expect(sum(pairs.map(({ target }) => target))).toBeCloseTo(1, 5);
    }
  });

  it.each([
    ["texts too long for a pass", { tokensPerPass: 50 }, [4, 4, 4, 4]],
    ["batches too small", { batchSize: 1 }, [4]],
  ])("lets two labels meet in spite of %s", (_, part, lengths) => {
    const labels = Array.from({ length: 40 }, (_row, i) => [i % 4]);
    for (const update of pairRules({ updates: 4 }, context(rowsOf(labels, 100), part)).updates(0)) {
      expect(update.map((pass) => pass.length)).toEqual(lengths);
      for (const pass of update) expect(new Set(pass.map((row) => row % 4)).size).toBe(2);
    }
  });

  it("evaluates about as many texts as there are", () => {
    const rules = pairRules({ updates: 1 }, context(rowsOf(evenLabels(8))));
    expect(rules.evaluation().flat()).toHaveLength(80);
  });
});
