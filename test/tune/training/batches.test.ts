import { describe, expect, it } from "vitest";
import { random } from "../../../src/lib/random.js";
import { type BatchOptions, epochUpdates, passes, updatesPerEpoch } from "../../../src/tune/training/batches.js";

const options: BatchOptions = { batchSize: 16, tokensPerPass: 1024, seed: 3 };
const { integer } = random(1, "lengths");
const lengths = Array.from({ length: 1000 }, () => 3 + integer(125));
const flat = (epoch: number, part: Partial<BatchOptions> = {}): number[] =>
  epochUpdates(lengths, epoch, { ...options, ...part }).flat(2);

describe("the batches of an epoch", () => {
  it("have every row once", () => {
    expect(flat(0).toSorted((a, b) => a - b)).toEqual([...lengths.keys()]);
  });

  it("are as many as there are updates, all but one of the batch size", () => {
    const sizes = epochUpdates(lengths, 0, options).map((update) => update.flat().length);
    expect(sizes).toHaveLength(updatesPerEpoch(1000, options));
    expect(sizes.toSorted((a, b) => a - b)).toEqual([8, ...new Array<number>(62).fill(16)]);
  });

  it("are the same for the same seed, and others in the next epoch and for another seed", () => {
    expect(flat(0)).toEqual(flat(0));
    expect(flat(1)).not.toEqual(flat(0));
    expect(flat(0, { seed: 4 })).not.toEqual(flat(0));
  });

  it("pad little: a tenth of what batches of random rows do", () => {
    const padding = (batches: readonly (readonly number[])[]): number =>
      batches.reduce((total, rows) => {
        const longest = Math.max(...rows.map((row) => lengths[row]!));
        return total + rows.reduce((sum, row) => sum + longest - lengths[row]!, 0);
      }, 0);
    const inOrder = Array.from({ length: 63 }, (_, i) => [...lengths.keys()].slice(i * 16, (i + 1) * 16));
    const wide = { ...options, tokensPerPass: 1e6 };
    expect(padding(epochUpdates(lengths, 0, wide).map((update) => update.flat()))).toBeLessThan(0.1 * padding(inOrder));
  });

  it("are the rows as they stand, or at random without regard to length, where that is asked for", () => {
    const wide = { ...options, tokensPerPass: 1e6 };
    const inOrder = epochUpdates(lengths, 3, { ...wide, order: "sequential" });
    expect(inOrder.flatMap((update) => update.flat().toSorted((a, b) => a - b))).toEqual([...lengths.keys()]);
    const mixed = epochUpdates(lengths, 0, { ...wide, order: "random" });
    expect(mixed.flat(2).toSorted((a, b) => a - b)).toEqual([...lengths.keys()]);
    const spread = (updates: typeof mixed): number => {
      const spans = updates.map((update) => lengths[update.flat()[0]!]! - lengths[update.flat().at(-1)!]!);
      return spans.reduce((total, span) => total + span, 0) / spans.length;
    };
    expect(spread(mixed)).toBeGreaterThan(5 * spread(epochUpdates(lengths, 0, wide)));
  });

  it("do not end on the shortest rows", () => {
    const means = epochUpdates(lengths, 0, options).map((update) => {
      const rows = update.flat();
      return rows.reduce((total, row) => total + lengths[row]!, 0) / rows.length;
    });
    const half = Math.floor(means.length / 2);
    const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
    expect(mean(means.slice(half)) / mean(means.slice(0, half))).toBeGreaterThan(0.7);
  });

  it("go through the model in passes of no more tokens than told, padding included", () => {
    for (const pass of epochUpdates(lengths, 0, options).flat())
      expect(pass.length * Math.max(...pass.map((row) => lengths[row]!))).toBeLessThanOrEqual(1024);
  });
});

describe("passes", () => {
  it("leave a row alone that is too long even so", () => {
    expect(passes([0, 1, 2], [300, 60, 50], 120)).toEqual([[0], [1, 2]]);
  });

  it("are none for no rows", () => {
    expect(passes([], [], 100)).toEqual([]);
  });
});
