import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { random } from "../../../src/lib/random.js";
import { dealFolds, type FoldRow, groupCount } from "../../../src/tune/regression/folds.js";

/** Rows of a label in each fold. */
function countsOf(rows: readonly FoldRow[], folds: Int32Array, label: number, count: number): number[] {
  return Array.from(
    { length: count },
    (_, fold) => rows.filter((row, i) => folds[i] === fold && row.labels.includes(label)).length,
  );
}

const spreadOf = (counts: readonly number[]): number => Math.max(...counts) - Math.min(...counts);

describe("dealFolds", () => {
  it("spreads every label and all rows as evenly as can be", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 5, maxLength: 80 }), fc.integer(), (labels, seed) => {
        const rows = labels.map((label) => ({ labels: [label] }));
        const folds = dealFolds(rows, 5, random(seed));
        for (let label = 0; label <= 6; label++) expect(spreadOf(countsOf(rows, folds, label, 5))).toBeLessThanOrEqual(1);
        const sizes = Array.from({ length: 5 }, (_, fold) => folds.filter((f) => f === fold).length);
        expect(spreadOf(sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("keeps groups together, and still spreads labels", () => {
    const rows = Array.from({ length: 120 }, (_, i) => ({ labels: [i % 3], group: `customer ${Math.floor(i / 4)}` }));
    const folds = dealFolds(rows, 5, random(1));
    for (let group = 0; group < 30; group++) expect(new Set(folds.slice(4 * group, 4 * group + 4)).size).toBe(1);
    for (let label = 0; label < 3; label++) expect(spreadOf(countsOf(rows, folds, label, 5))).toBeLessThanOrEqual(2);
  });

  it("does not take a group named like a row number for that row", () => {
    const rows = [{ labels: [0] }, { labels: [0], group: "row 0" }, { labels: [0], group: "0" }];
    expect(new Set(dealFolds(rows, 3, random(1))).size).toBe(3);
    expect(groupCount(rows)).toBe(3);
  });

  it("spreads labels that share rows, and rows without any", () => {
    const { integer } = random(4);
    const rows = Array.from({ length: 200 }, () => ({ labels: [0, 1, 2, 3].filter((label) => integer(2 + 3 * label) === 0) }));
    const folds = dealFolds(rows, 5, random(2));
    for (let label = 0; label < 4; label++) expect(spreadOf(countsOf(rows, folds, label, 5))).toBeLessThanOrEqual(8);
    const empty = Array.from(
      { length: 5 },
      (_, fold) => rows.filter((row, i) => folds[i] === fold && row.labels.length === 0).length,
    );
    expect(spreadOf(empty)).toBeLessThanOrEqual(1);
  });

  it("depends on the seed and on nothing else", () => {
    const rows = Array.from({ length: 50 }, (_, i) => ({ labels: [i % 2] }));
    expect(dealFolds(rows, 5, random(1))).toEqual(dealFolds(rows, 5, random(1)));
    expect(dealFolds(rows, 5, random(1))).not.toEqual(dealFolds(rows, 5, random(2)));
  });
});
