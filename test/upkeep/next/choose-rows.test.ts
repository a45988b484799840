import { describe, expect, it } from "vitest";
import { random } from "../../../src/lib/random.js";
import { certainty, chooseRows, nextWays, type PoolRows } from "../../../src/upkeep/next/choose-rows.js";

/** Rows with random vectors and probabilities. */
function somePool(rows: number, labels: number, isMultiLabel: boolean): PoolRows {
  const { normal, uniform } = random(5, "pool");
  const probabilities = Array.from({ length: rows }, () => {
    const weights = Array.from({ length: labels }, () => uniform());
    const sum = isMultiLabel ? 1 : weights.reduce((a, b) => a + b, 0);
    return weights.map((weight) => weight / sum);
  });
  return { vectors: Array.from({ length: rows }, () => Array.from({ length: 7 }, normal)), probabilities, isMultiLabel };
}

/** BADGE as the paper has it, with every gradient written out. */
function badge({ vectors, probabilities, isMultiLabel }: PoolRows, count: number, seed: number): number[] {
  const gradients = probabilities.map((row, i) => {
    const largest = row.length === 0 ? 0 : Math.max(...Array.from(row));
    const error = Array.from(row, (p) => p - Number(isMultiLabel ? p >= 0.5 : p === largest));
    return error.flatMap((part) => Array.from(vectors[i]!, (number) => part * number));
  });
  const squared = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, k) => sum + (x - b[k]!) ** 2, 0);
  const lengths = gradients.map((gradient) =>
    squared(
      gradient,
      gradient.map(() => 0),
    ),
  );
  const chosen = [lengths.indexOf(Math.max(...lengths))];
  const { uniform } = random(seed, "next");
  while (chosen.length < count) {
    const nearest = gradients.map((gradient, row) =>
      chosen.includes(row) ? 0 : Math.min(lengths[row]!, ...chosen.map((center) => squared(gradient, gradients[center]!))),
    );
    const left = uniform() * nearest.reduce((a, b) => a + b, 0);
    chosen.push(nearest.findIndex((_, row) => nearest.slice(0, row + 1).reduce((rest, distance) => rest - distance, left) < 0));
  }
  return chosen;
}

describe("rows that are chosen", () => {
  it("are the least certain ones by the margin, or of several labels by the one nearest to even odds", async () => {
    expect(certainty([0.5, 0.3, 0.2], false)).toBeCloseTo(0.2, 12);
    expect(certainty([1], false)).toBe(1);
    expect(certainty([0.9, 0.45, 0], true)).toBeCloseTo(0.1, 12);
    const probabilities = [
      [0.9, 0.1],
      [0.5, 0.5],
      [0.6, 0.4],
      [0.5, 0.5],
    ];
    const pool = { vectors: [], probabilities, isMultiLabel: false };
    expect(await chooseRows(pool, { way: "uncertainty", count: 3, seed: 1 })).toEqual([1, 3, 2]);
  });

  it.each([false, true])("are those of BADGE with every gradient written out (several labels: %s)", async (isMultiLabel) => {
    const pool = somePool(60, 4, isMultiLabel);
    for (const seed of [1, 2, 3])
      expect(await chooseRows(pool, { way: "diverse", count: 15, seed })).toEqual(badge(pool, 15, seed));
  });

  it("are no two alike while there are others", async () => {
    const pool = somePool(20, 3, false);
    const twice = {
      ...pool,
      vectors: [...pool.vectors, ...pool.vectors],
      probabilities: [...pool.probabilities, ...pool.probabilities],
    };
    const chosen = await chooseRows(twice, { way: "diverse", count: 20, seed: 1 });
    expect(new Set(chosen.map((row) => row % 20)).size).toBe(20);
  });

  it.each(nextWays)("are other rows each, the same for the same seed, and all where fewer are there: %s", async (way) => {
    const pool = somePool(30, 3, false);
    const chosen = await chooseRows(pool, { way, count: 12, seed: 4 });
    expect(new Set(chosen).size).toBe(12);
    expect(await chooseRows(pool, { way, count: 12, seed: 4 })).toEqual(chosen);
    expect([...(await chooseRows(pool, { way, count: 99, seed: 4 }))].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 30 }, (_, i) => i),
    );
    expect(await chooseRows({ ...pool, vectors: [], probabilities: [] }, { way, count: 5, seed: 4 })).toEqual([]);
  });

  it("are still told apart where the model is certain of all", async () => {
    const pool = {
      vectors: [[1], [1], [1]],
      probabilities: [
        [1, 0],
        [1, 0],
        [0, 1],
      ],
      isMultiLabel: false,
    };
    expect([...(await chooseRows(pool, { way: "diverse", count: 3, seed: 1 }))].sort()).toEqual([0, 1, 2]);
  });

  describe("of a large pool", () => {
    const [rows, columns, count] = [10_000, 384, 400];
    const { uniform } = random(9, "large");
    const data = Float64Array.from({ length: rows * columns }, () => uniform() - 0.5);
    const pool: PoolRows = {
      vectors: Array.from({ length: rows }, (_, row) => data.subarray(row * columns, (row + 1) * columns)),
      probabilities: Array.from({ length: rows }, () => {
        const first = 0.3 + 0.4 * uniform();
        return [first, 1 - first];
      }),
      isMultiLabel: false,
    };

    it("are told of while they are chosen, and the choice ends between two of them", async () => {
      const stop = new AbortController();
      const told: number[] = [];
      const onProgress = (done: number, total: number): void => {
        expect(total).toBe(count);
        told.push(done);
        // As a Ctrl-C is heard: in a turn of its own.
        if (told.length === 2) setTimeout(() => stop.abort(new Error("stopped")), 0);
      };
      const choosing = chooseRows(pool, { way: "diverse", count, seed: 1, signal: stop.signal, onProgress });
      await expect(choosing).rejects.toThrow("stopped");
      expect(told.length).toBeLessThan(6);
      expect(told).toEqual([...told].sort((a, b) => a - b));
      expect(told.at(-1)).toBeLessThan(count);
    });
  });
});
