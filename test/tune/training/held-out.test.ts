import { describe, expect, it } from "vitest";
import { cutHeldOut, type HeldOutCut, isCut } from "../../../src/tune/training/held-out.js";
import type { Example } from "../../../src/types/data.js";

/** Rows of labels 0 to 2, in shares of 6, 3 and 1; `groupOf` puts some together. */
function cut(count: number, isMultiLabel: boolean, groupOf?: (row: number) => string): HeldOutCut & { labels: number[][] } {
  const labels = Array.from({ length: count }, (_, row) => [row % 10 < 6 ? 0 : row % 10 < 9 ? 1 : 2]);
  const examples = labels.map(
    (_, row): Example => ({
      id: String(row),
      text: "",
      labels: [],
      ...(groupOf && { group: groupOf(row) }),
    }),
  );
  return { ...cutHeldOut({ examples, isMultiLabel }, labels, 1), labels };
}

describe("held-out rows", () => {
  it("are none where there are few rows", () => {
    expect(cut(3000, false).heldOut).toEqual([]);
    expect(cut(3000, false).learned).toHaveLength(3000);
    expect(cut(199, true).heldOut).toEqual([]);
    expect(isCut({ examples: [], isMultiLabel: true })).toBe(false);
  });

  it.each([
    [4000, false, 400],
    [500, true, 100],
    [4000, true, 400],
  ])("of %i rows (several labels: %s) are %i, each label in its share, no row twice", (count, isMultiLabel, expected) => {
    const { learned, heldOut, labels } = cut(count, isMultiLabel);
    expect(heldOut).toHaveLength(expected);
    expect([...learned, ...heldOut].toSorted((a, b) => a - b)).toEqual([...labels.keys()]);
    const shares = [0, 1, 2].map((label) => heldOut.filter((row) => labels[row]![0] === label).length / expected);
    expect(shares).toEqual([0.6, 0.3, 0.1]);
  });

  it("take no label's last row, and part no group", () => {
    const labels = Array.from({ length: 3500 }, (_, row) => [row < 500 ? row : 500]);
    const examples = labels.map((_, row): Example => ({ id: String(row), text: "", labels: [] }));
    const rare = cutHeldOut({ examples, isMultiLabel: false }, labels, 1);
    expect(new Set(rare.learned.map((row) => labels[row]![0])).size).toBe(501);
    expect(rare.heldOut.length).toBeGreaterThan(250);

    const groupOf = (row: number): string => `customer ${Math.floor(row / 7)}`;
    const { learned, heldOut } = cut(4200, false, groupOf);
    const groups = new Set(learned.map(groupOf));
    expect(heldOut.length).toBeGreaterThan(350);
    expect(heldOut.filter((row) => groups.has(groupOf(row)))).toEqual([]);
  });
});
