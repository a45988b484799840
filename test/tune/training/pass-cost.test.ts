import { describe, expect, it } from "vitest";
import { random } from "../../../src/lib/random.js";
import { cheapestPasses, passCost } from "../../../src/tune/training/pass-cost.js";

const costOf = (passes: readonly (readonly number[])[], lengths: readonly number[]): number =>
  passes.reduce((total, rows) => total + passCost(rows.length, Math.max(...rows.map((row) => lengths[row]!))), 0);

/** Every way of putting rows into passes. */
function* partitions(rows: readonly number[]): Generator<number[][]> {
  const [first, ...rest] = rows;
  if (first === undefined) {
    yield [];
    return;
  }
  for (const parts of partitions(rest)) {
    yield [[first], ...parts];
    for (let i = 0; i < parts.length; i++) yield parts.map((part, k) => (k === i ? [first, ...part] : part));
  }
}

describe("the passes of an update", () => {
  const { integer } = random(1, "lengths");
  it("cost no more than any others, with each of 300 random updates", () => {
    for (let i = 0; i < 300; i++) check();
  });
  const check = (): void => {
    const limit = [200, 400, 2000][integer(3)]!;
    const lengths = Array.from({ length: 1 + integer(7) }, () => 1 + integer([30, 300][integer(2)]!));
    const rows = [...lengths.keys()];
    const fits = (rowsOfPass: readonly number[]): boolean =>
      rowsOfPass.length === 1 || rowsOfPass.length * Math.max(...rowsOfPass.map((row) => lengths[row]!)) <= limit;
    const best = Math.min(
      ...[...partitions(rows)].filter((passes) => passes.every(fits)).map((passes) => costOf(passes, lengths)),
    );
    const found = cheapestPasses(rows, lengths, limit);
    expect(found.flat().toSorted((a, b) => a - b)).toEqual(rows);
    expect(found.every(fits)).toBe(true);
    expect(costOf(found, lengths)).toBeCloseTo(best, 9);
  };

  it("are one where padding costs little, several where a long row would make attention over all the others long", () => {
    expect(cheapestPasses([0, 1, 2, 3], [20, 22, 21, 23], 4096)).toEqual([[3, 1, 2, 0]]);
    expect(cheapestPasses([0, 1, 2, 3], [20, 100, 21, 23], 4096)).toEqual([[1, 3, 2, 0]]);
    expect(cheapestPasses([0, 1, 2, 3], [20, 500, 21, 23], 4096)).toEqual([[1], [3, 2, 0]]);
  });

  it("compute a fraction of the pairs of places of one pass, on texts of very different lengths", () => {
    // About log-normal, as the lengths of texts are.
    const { normal } = random(2, "texts");
    const lengths = Array.from({ length: 32 }, () => Math.min(512, Math.round(Math.exp(4 + normal()))));
    const rows = [...lengths.keys()];
    const real = lengths.reduce((total, length) => total + length ** 2, 0);
    const pairs = (passes: readonly (readonly number[])[]): number =>
      passes.reduce((total, pass) => total + pass.length * Math.max(...pass.map((row) => lengths[row]!)) ** 2, 0);
    expect(pairs([rows])).toBeGreaterThan(4 * real);
    expect(pairs(cheapestPasses(rows, lengths, 1e6))).toBeLessThan(2 * real);
  });
});
