import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitDataset } from "../../src/data/split.js";
import type { Dataset, Example } from "../../src/types/data.js";
import { distinctText } from "./files.js";

function datasetOf(examples: readonly Partial<Example>[], isMultiLabel = false): Dataset {
  const full = examples.map((example, i): Example => ({ id: `row-${i}`, text: distinctText(i), labels: ["a"], ...example }));
  const labels = [...new Set(full.flatMap((example) => example.labels))].sort();
  return { name: "tickets", labels, isMultiLabel, descriptions: {}, examples: full };
}

function countOf({ examples }: Dataset, label: string): number {
  return examples.filter(({ labels }) => labels.includes(label)).length;
}

/** `counts.a` rows labelled a, and so on. */
function labelled(counts: Readonly<Record<string, number>>): Partial<Example>[] {
  return Object.entries(counts).flatMap(([label, count]) => Array.from({ length: count }, () => ({ labels: [label] })));
}

const ids = ({ examples }: Dataset): string[] => examples.map(({ id }) => id);

describe("splitDataset", () => {
  it("holds back each label in proportion, to the row", () => {
    const dataset = datasetOf(labelled({ a: 400, b: 200, c: 40, d: 3 }));
    const { kept, held, warnings } = splitDataset(dataset, { share: 0.25, seed: 1 });
    expect(["a", "b", "c", "d"].map((label) => countOf(held, label))).toEqual([100, 50, 10, 1]);
    expect(["a", "b", "c", "d"].map((label) => countOf(kept, label))).toEqual([300, 150, 30, 2]);
    expect(warnings).toEqual([]);
    expect(kept.labels).toEqual(dataset.labels);
  });

  it("keeps the order of rows and loses none", () => {
    const dataset = datasetOf(labelled({ a: 30, b: 30 }));
    const { kept, held } = splitDataset(dataset, { share: 0.3, seed: 5 });
    expect([...ids(kept), ...ids(held)].sort()).toEqual(ids(dataset).sort());
    for (const part of [kept, held]) expect(ids(part)).toEqual(ids(dataset).filter((id) => ids(part).includes(id)));
  });

  it("is fixed by its seed, and differs with another", () => {
    const dataset = datasetOf(labelled({ a: 100, b: 100 }));
    const held = (seed: number): string[] => ids(splitDataset({ ...dataset }, { share: 0.25, seed }).held);
    expect(held(3)).toEqual(held(3));
    expect(held(3)).not.toEqual(held(4));
  });

  it("holds back no more than it may", () => {
    const dataset = datasetOf(labelled({ a: 900, b: 100 }));
    const { held } = splitDataset(dataset, { share: 0.25, maxRows: 100, seed: 1 });
    expect([countOf(held, "a"), countOf(held, "b")]).toEqual([90, 10]);
  });

  it("keeps a label's only row for training, and gives a label of two rows one on each side", () => {
    const { kept, held } = splitDataset(datasetOf(labelled({ a: 50, rare: 1, two: 2 })), { share: 0.25, seed: 9 });
    expect([countOf(kept, "rare"), countOf(held, "rare")]).toEqual([1, 0]);
    expect([countOf(kept, "two"), countOf(held, "two")]).toEqual([1, 1]);
  });

  it("keeps groups, exact and near duplicates on one side", () => {
    const groups = Array.from({ length: 60 }, (_, i) => ({
      group: `customer-${Math.floor(i / 5)}`,
      labels: [i % 2 ? "a" : "b"],
    }));
    const twins = Array.from({ length: 40 }, (_, i) => ({
      text: `${distinctText(1000 + Math.floor(i / 2))} is what I wrote to you${i % 2 ? "!" : ""}`,
      labels: [i % 4 < 2 ? "a" : "b"],
    }));
    const dataset = datasetOf([...groups, ...twins]);
    for (const seed of [1, 2, 3]) {
      const { kept, held } = splitDataset(dataset, { share: 0.3, seed });
      const keptGroups = new Set(kept.examples.flatMap(({ group }) => group ?? []));
      expect(held.examples.filter(({ group }) => group !== undefined && keptGroups.has(group))).toEqual([]);
      const keptTexts = new Set(kept.examples.map(({ text }) => text.replace("!", "")));
      expect(held.examples.filter(({ text }) => keptTexts.has(text.replace("!", "")))).toEqual([]);
      expect(held.examples.length).toBeGreaterThanOrEqual(26);
      expect(held.examples.length).toBeLessThanOrEqual(34);
    }
  });

  it("has every label on both sides in multi-label data, in proportion", () => {
    const examples = Array.from({ length: 400 }, (_, i) => ({
      labels: [...(i % 2 === 0 ? ["even"] : []), ...(i % 5 === 0 ? ["five"] : []), ...(i % 80 === 0 ? ["rare"] : [])],
    }));
    const dataset = datasetOf(examples, true);
    const { kept, held } = splitDataset(dataset, { share: 0.25, seed: 11 });
    expect(held.examples.length).toBeGreaterThanOrEqual(95);
    expect(held.examples.length).toBeLessThanOrEqual(105);
    expect(countOf(held, "even")).toBeGreaterThanOrEqual(46);
    expect(countOf(held, "even")).toBeLessThanOrEqual(54);
    expect([countOf(held, "rare"), countOf(kept, "rare")]).toEqual([1, 4]);
    expect(held.examples.filter(({ labels }) => labels.length === 0).length).toBeGreaterThan(30);
  });

  it("divides near duplicates, with a warning, where keeping them together would leave nothing to test on", () => {
    const dataset = datasetOf(
      Array.from({ length: 100 }, (_, i) => ({
        text: `Your parcel with the number ${i * 37} has arrived at the depot and will be brought to you tomorrow.`,
        labels: [i % 2 ? "a" : "b"],
      })),
    );
    const { held, warnings } = splitDataset(dataset, { share: 0.25, seed: 1 });
    // 12.5 of each: half of the tie is given to the first label.
    expect([countOf(held, "a"), countOf(held, "b")]).toEqual([13, 12]);
    expect(warnings).toEqual([
      "So many texts are near duplicates of one another that they could not be kept on one side of the split: scores may be too high.",
    ]);
  });

  it("refuses where every row belongs to one group", () => {
    const dataset = datasetOf(Array.from({ length: 20 }, (_, i) => ({ group: "acme", labels: [i % 2 ? "a" : "b"] })));
    expect(() => splitDataset(dataset, { share: 0.25, seed: 1 })).toThrow(/^No rows of tickets can be held back for testing/);
  });

  it("never puts a group on two sides and never takes a label's last rows, whatever the data", () => {
    const row = fc.record({
      labels: fc.subarray(["a", "b", "c", "d"], { minLength: 1, maxLength: 2 }),
      group: fc.constantFrom("p", "q", "r", "s", "t", "u"),
    });
    fc.assert(
      fc.property(fc.array(row, { minLength: 12, maxLength: 60 }), fc.integer({ min: 0, max: 1000 }), (rows, seed) => {
        const dataset = datasetOf(rows, true);
        let split: ReturnType<typeof splitDataset>;
        try {
          split = splitDataset(dataset, { share: 0.3, seed });
        } catch {
          // Nothing can be held back: then no label has rows of two groups that leave every label learnable.
          return;
        }
        const { kept, held } = split;
        const keptGroups = new Set(kept.examples.map(({ group }) => group));
        expect(held.examples.some(({ group }) => keptGroups.has(group))).toBe(false);
        for (const label of dataset.labels) expect(countOf(kept, label)).toBeGreaterThan(0);
      }),
      { seed: 42, numRuns: 200 },
    );
  });
});
