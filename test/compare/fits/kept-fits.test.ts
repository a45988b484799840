/** @file One fit for several sets of rows. */
import { describe, expect, test } from "vitest";
import { compare } from "../../../src/compare/compare.js";
import { keptFits } from "../../../src/compare/fits/kept-fits.js";
import type { Approach, FitContext } from "../../../src/types/approach.js";
import type { Cost } from "../../../src/types/prediction.js";
import { assumptions, dataset, fake, labelOf, rowOf, task } from "../fakes.js";

const right = ({ id, text }: { readonly id: string; readonly text: string }): string => labelOf(rowOf({ id, text }));

describe("kept fits", () => {
  const context = (seed: number, spent: Partial<Cost>[] = []): FitContext => ({
    ...{ seed, signal: new AbortController().signal, log: () => {}, spend: (cost) => void spent.push(cost) },
  });
  const train = dataset("train", 20);

  test("answer again without learning again, charged as the first time, and end when they are released", async () => {
    const { approach, trace } = fake("tune:probe", "tune", right, { fitCost: { labels: 20, usd: 0.5 } });
    const fits = keptFits([approach], (_, rows) => rows === train);
    const [kept] = fits.approaches;
    const charges: Partial<Cost>[] = [];
    await using first = await kept!.fit(train, context(1));
    await using second = await kept!.fit(train, context(1, charges));
    expect(trace.fits).toHaveLength(1);
    expect(charges).toEqual([expect.objectContaining({ labels: 20, usd: 0.5 })]);
    expect(charges[0]!.seconds).toBeGreaterThanOrEqual(0);
    expect(second.facts).toEqual(first.facts);
    expect(fits.has("tune:probe", train, 1)).toBe(true);
    await first[Symbol.asyncDispose]();
    expect(trace.disposals).toBe(0);
    await fits.release("tune:probe");
    expect(trace.disposals).toBe(1);
    expect(fits.has("tune:probe", train, 1)).toBe(false);
    await fits[Symbol.asyncDispose]();
    expect(trace.disposals).toBe(1);
  });

  test("are others for other rows and seeds, and what is not wanted is disposed of as ever", async () => {
    const { approach, trace } = fake("tune:probe", "tune", right);
    const other = dataset("train", 20);
    await using fits = keptFits([approach], (_, rows) => rows === train);
    const [kept] = fits.approaches;
    for (const [rows, seed] of [
      [train, 1],
      [train, 2],
      [other, 1],
    ] as const) {
      await using _ = await kept!.fit(rows, context(seed));
    }
    expect(trace.fits).toHaveLength(3);
    expect(trace.disposals).toBe(1);
  });

  test("take an object of a class too", async () => {
    class Own {
      readonly name = "tune:own";
      readonly arm = "tune";
      readonly summary = "Own";
      readonly inner = fake("tune:own", "tune", right).approach;
      estimate(...args: Parameters<Approach["estimate"]>) {
        return this.inner.estimate(...args);
      }
      fit(...args: Parameters<Approach["fit"]>) {
        return this.inner.fit(...args);
      }
    }
    const { summaries } = await compare(task(), [new Own()], { seeds: [1], assumptions });
    expect(summaries[0]!.accuracy.value).toBe(1);
  });
});

test("with validation rows of the user's own a model is trained once for them and for the test rows", async () => {
  const [a, b] = [fake("tune:a", "tune", right), fake("tune:b", "tune", right)];
  const { measurements } = await compare({ ...task(), validation: dataset("validation", 40) }, [a.approach, b.approach], {
    seeds: [1, 2],
    assumptions,
  });
  expect(measurements.map(({ split, seed }) => `${split} ${seed}`)).toEqual([
    ...["validation 1", "test 1", "test 2"],
    ...["validation 1", "test 1", "test 2"],
  ]);
  for (const { trace } of [a, b]) {
    expect(trace.fits.map(({ seed }) => seed)).toEqual([1, 2]);
    expect(trace.disposals).toBe(2);
  }
});
