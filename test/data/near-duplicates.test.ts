import { describe, expect, it } from "vitest";
import { duplicateGroups, jaccardSimilarity } from "../../src/data/near-duplicates.js";
import { textKey } from "../../src/data/text-key.js";
import { distinctText, golden } from "./files.js";

describe("textKey", () => {
  it.each(golden.textKeys)("of %j is what Python's unicodedata makes of it", (text, key) => {
    expect(textKey(text)).toBe(key);
  });
});

describe("duplicateGroups", () => {
  it("are those of all pairs, compared exactly in Python", () => {
    const { texts, groups } = golden.nearDuplicates;
    expect(duplicateGroups(texts).near).toEqual(groups);
  });

  it("tells exact duplicates from near ones", () => {
    const texts = [
      "My card is lost, please help me",
      "Where is my refund?",
      "my card is  lost, please help me ",
      "My card is lost, please help me!",
      "x",
      "X",
    ];
    expect(duplicateGroups(texts)).toEqual({
      exact: [
        [0, 2],
        [4, 5],
      ],
      near: [
        [0, 2, 3],
        [4, 5],
      ],
    });
  });

  it("finds nothing among texts that differ, and nothing in nothing", () => {
    expect(duplicateGroups(Array.from({ length: 300 }, (_, i) => distinctText(i))).near).toEqual([]);
    expect(duplicateGroups([])).toEqual({ exact: [], near: [] });
  });

  it("finds at least 99 % of pairs that are just above the threshold", () => {
    // A shared start of 70 characters and ends of 10 of their own: 66 shared grams of 66 + 2 × 10, a similarity of .767.
    const letters = "abcdefghijklmnopqrstuvwxyz";
    const noise = (seed: number, length: number): string => {
      let state = seed * 2654435761;
      return Array.from({ length }, () => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return letters[(state >>> 16) % 26];
      }).join("");
    };
    const pairs = Array.from({ length: 1000 }, (_, i) => {
      const start = noise(3 * i + 1, 70);
      return [start + noise(3 * i + 2, 10), start + noise(3 * i + 3, 10)] as const;
    });
    expect(jaccardSimilarity(...pairs[0]!)).toBeCloseTo(66 / 86, 12);
    expect(duplicateGroups(pairs.flat()).near.length).toBeGreaterThanOrEqual(990);
  });

  it("takes thousands of texts made from one template in good time", () => {
    const texts = Array.from(
      { length: 5000 },
      (_, i) => `Your parcel with the number ${i * 37} has arrived at the depot and will be brought to you tomorrow.`,
    );
    const start = performance.now();
    const { near } = duplicateGroups(texts);
    expect(near.map((group) => group.length)).toEqual([5000]);
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});

describe("jaccardSimilarity", () => {
  it("is the share of character 5-grams that both texts have", () => {
    expect(jaccardSimilarity("abcdefg", "ABCDEFG ")).toBe(1);
    // abcde bcdef cdefg against abcde bcdef cdefx.
    expect(jaccardSimilarity("abcdefg", "abcdefx")).toBe(2 / 4);
    expect(jaccardSimilarity("abc", "abd")).toBe(0);
  });
});
