import { describe, expect, it } from "vitest";
import { random } from "../../../src/lib/random.js";
import type { RowResult } from "../../../src/prompt/optimizers/optimizer.js";
import { expectedOptimism, pairedGain } from "../../../src/prompt/optimizers/real-gain.js";
import type { Example } from "../../../src/types/data.js";

const rowsOf = (count: number, groupSize = 1): Example[] =>
  Array.from({ length: count }, (_, i) => ({
    id: `r${i}`,
    text: `${i}`,
    labels: ["a"],
    ...(groupSize > 1 ? { group: `g${Math.floor(i / groupSize)}` } : {}),
  }));
const results = (right: readonly boolean[]): RowResult[] => right.map((isRight) => ({ isRight, answer: null }));
/** So many rows only the second prompt has right, only the first, both. */
const compared = (won: number, lost: number, both: number): ReturnType<typeof pairedGain> => {
  const before = [...Array(won).fill(false), ...Array(lost).fill(true), ...Array(both).fill(true)];
  const after = [...Array(won).fill(true), ...Array(lost).fill(false), ...Array(both).fill(true)];
  return pairedGain(rowsOf(won + lost + both), results(before), results(after));
};

describe("pairedGain", () => {
  // Of SciPy 1.17.1: scipy.stats.binomtest(won, won + lost, alternative="greater"): p-value, and low end of the 95 % interval (exact).
  it.each([
    { won: 5, lost: 0, pValue: 0.03125, low: 0.54928027 },
    { won: 4, lost: 0, pValue: 0.0625, low: 0.4728708 },
    { won: 9, lost: 1, pValue: 0.0107421875, low: 0.6058367 },
    { won: 7, lost: 2, pValue: 0.08984375, low: 0.45035835 },
    { won: 15, lost: 5, pValue: 0.020694732666, low: 0.5444176 },
    { won: 60, lost: 44, pValue: 0.0704781441062, low: 0.49154487 },
    { won: 0, lost: 3, pValue: 1, low: 0 },
  ])("has the exact p-value of $won rows won and $lost lost", ({ won, lost, pValue, low }) => {
    const gain = compared(won, lost, 10);
    expect(gain.gain).toBeCloseTo((won - lost) / (won + lost + 10), 12);
    expect(gain.pValue).toBeCloseTo(pValue, 10);
    expect(gain.isReal).toBe(low > 0.5);
  });

  it("counts rows of a group once", () => {
    const rows = rowsOf(40, 10);
    // Forty rows won, but by four groups: that may be chance.
    expect(pairedGain(rows, results(Array(40).fill(false)), results(Array(40).fill(true))).isReal).toBe(false);
    expect(pairedGain(rowsOf(40), results(Array(40).fill(false)), results(Array(40).fill(true))).isReal).toBe(true);
  });

  it("knows no gain where there are no rows", () => {
    expect(pairedGain([], [], [])).toEqual({ gain: 0, pValue: 1, isReal: false });
  });
});

/** Right answers of a prompt on some rows, each with this chance. */
const draw = (stream: ReturnType<typeof random>, rows: number, chance: number): RowResult[] =>
  results(Array.from({ length: rows }, () => stream.uniform() < chance));

/** How often the best of `k` candidates on 60 selection rows is taken for better than the first, judged on these rows or on 60 others. */
function takenShare(k: number, bestChance: number, onFreshRows: boolean): number {
  const stream = random(5, `${k} ${bestChance}`);
  const rows = rowsOf(60);
  let taken = 0;
  const runs = 1000;
  for (let i = 0; i < runs; i++) {
    const seed = draw(stream, 60, 0.75);
    let [winner, best] = [seed, 0];
    let chance = 0.75;
    for (let c = 0; c < k; c++) {
      const candidateChance = c === 0 ? bestChance : 0.75;
      const candidate = draw(stream, 60, candidateChance);
      const right = candidate.filter(({ isRight }) => isRight).length;
      if (right > best) [winner, best, chance] = [candidate, right, candidateChance];
    }
    const gain = onFreshRows
      ? pairedGain(rows, draw(stream, 60, 0.75), draw(stream, 60, chance))
      : pairedGain(rows, seed, winner);
    if (gain.isReal) taken++;
  }
  return taken / runs;
}

it("takes the best of k equally good prompts for better in at most 5 % of searches", () => {
  for (const k of [1, 6, 18, 50]) expect(takenShare(k, 0.75, true)).toBeLessThanOrEqual(0.05);
  // On the rows by which it was chosen the same test would take it far more often.
  expect(takenShare(18, 0.75, false)).toBeGreaterThan(0.2);
});

it("takes a prompt that is much better for better", () => {
  expect(takenShare(12, 0.95, true)).toBeGreaterThan(0.85);
});

it("expects the best of k to look about as much better as it does", () => {
  const stream = random(6);
  const [rows, chance, k, runs] = [100, 0.8, 18, 1000];
  let sum = 0;
  for (let i = 0; i < runs; i++) {
    const scores = Array.from({ length: k }, () => draw(stream, rows, chance).filter(({ isRight }) => isRight).length / rows);
    sum += Math.max(...scores) - chance;
  }
  const expected = expectedOptimism(80, rows, k);
  expect(sum / runs).toBeLessThan(expected);
  expect(sum / runs).toBeGreaterThan(expected * 0.6);
  expect(expectedOptimism(80, rows, 1)).toBe(0);
  expect(expectedOptimism(100, 100, 10)).toBeGreaterThan(0);
});
