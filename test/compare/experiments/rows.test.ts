/** @file What experiments change in the rows: texts typed otherwise, a label held out. */
import { describe, expect, test } from "vitest";
import { nextAddition } from "../../../src/compare/experiments/addition-order.js";
import { heldOutLabel } from "../../../src/compare/experiments/held-out-label.js";
import { perturbationKinds, perturbed, perturbedRows } from "../../../src/compare/experiments/perturbation.js";
import { refitSeconds } from "../../../src/compare/experiments/refit-seconds.js";
import type { Measurement } from "../../../src/types/measurement.js";
import { textTask } from "./texts.js";

const letters = (text: string): string => [...text].sort().join("");

describe("texts typed otherwise", () => {
  const text = "Wo ist mein Paket? Ich warte seit 3 Tagen, 東京 naïve cafe\u0301!";
  const many = Array.from({ length: 200 }, (_, row) => `row ${row}`);

  test("typos swap one or two pairs of neighboring letters, and touch nothing else", () => {
    const swaps = new Set<number>();
    for (const id of many) {
      const typed = perturbed(text, "typos", 1, id);
      expect(letters(typed)).toBe(letters(text));
      expect(typed.normalize("NFC").length).toBe(text.normalize("NFC").length);
      expect(typed.split(/\s/).map(letters)).toEqual(text.split(/\s/).map(letters));
      swaps.add([...typed].filter((character, at) => character !== [...text][at]).length / 2);
    }
    // A letter and its accent move together, so a swap may move three characters.
    expect(swaps.has(1) && swaps.has(2)).toBe(true);
    expect(Math.max(...swaps)).toBeLessThanOrEqual(3);
  });
  test("case is all lower or all upper, and never as it was", () => {
    const cased = new Set(many.map((id) => perturbed("Where is it", "case", 1, id)));
    expect(cased).toEqual(new Set(["where is it", "WHERE IS IT"]));
    expect(new Set(many.map((id) => perturbed("where", "case", 1, id)))).toEqual(new Set(["WHERE"]));
  });
  test("punctuation goes, letters and digits stay", () => {
    expect(perturbed("Don't — really?! (3.5 €)", "punctuation", 1, "a")).toBe("Dont really 35 €");
    expect(perturbed("3 days", "punctuation", 1, "a")).toBe("3 days");
  });
  test("are the same for the same seed and id, and others for others", () => {
    for (const how of perturbationKinds) expect(perturbed(text, how, 7, "a")).toBe(perturbed(text, how, 7, "a"));
    expect(new Set(many.map((id) => perturbed(text, "typos", 7, id))).size).toBeGreaterThan(20);
  });
  test("rows that nothing changes, or that nothing is left of, are no rows of it; ids, labels and groups stay", () => {
    const { test: rows } = textTask({ a: 3, b: 3 }, { groupSize: 2 });
    const odd = {
      ...rows,
      examples: [...rows.examples, { id: "x", text: "東京 12", labels: ["a"] }, { id: "y", text: "...", labels: ["b"] }],
    };
    const changed = perturbedRows(odd, "case", 1).examples;
    expect(changed.map(({ text: _, ...rest }) => rest)).toEqual(rows.examples.map(({ text: _, ...rest }) => rest));
    expect(perturbedRows(odd, "punctuation", 1).examples.map(({ id }) => id)).not.toContain("y");
    expect(perturbedRows({ ...odd, examples: [] }, "typos", 1).examples).toEqual([]);
  });
});

describe("the label that is held out", () => {
  test("has the median frequency of those with enough rows, whatever their order", () => {
    const counts = { many: 90, some: 40, few: 20, rare: 3 };
    expect(heldOutLabel(textTask(counts))?.label).toBe("some");
    expect(heldOutLabel(textTask(Object.fromEntries(Object.entries(counts).reverse())))?.label).toBe("some");
    expect(heldOutLabel(textTask(counts, { testRows: { many: 90, some: 2, few: 20, rare: 3 } }))?.label).toBe("few");
  });
  test.each([
    ["two labels: nothing would be left to tell apart", textTask({ a: 40, b: 40 })],
    ["labels of three rows", textTask({ a: 3, b: 3, c: 3, d: 3 })],
    ["labels without test rows", textTask({ a: 40, b: 40, c: 40 }, { testRows: { a: 5 } })],
    ["no rows", textTask({})],
  ])("is none with %s", (_, task) => {
    expect(heldOutLabel(task)).toBeNull();
  });
  test("is one of two where rows may have several or none", () => {
    const task = textTask({ a: 30, b: 30 }, { isMultiLabel: true });
    const bare = { ...task.train, examples: [...task.train.examples, { id: "none", text: "nothing", labels: [] }] };
    expect(heldOutLabel({ ...task, train: bare })).not.toBeNull();
  });
  test("is held out of a part of the rows where that is wanted, with labels in their shares", () => {
    const task = textTask({ a: 500, b: 300, c: 200 });
    const held = heldOutLabel(task, 200, 1)!;
    expect(held.whole.examples).toHaveLength(200);
    expect(Math.abs(held.trainRows - 60)).toBeLessThan(2);
    expect(held.withRows(held.trainRows, 3).examples).toEqual(held.whole.examples);
    expect(heldOutLabel(task, 200, 1)!.whole.examples).toEqual(held.whole.examples);
    expect(heldOutLabel(task, 1000)!.whole).toBe(task.train);
  });
  test("comes back row by row, each part within the next", () => {
    const task = textTask({ a: 50, b: 30, c: 20 });
    const held = heldOutLabel(task)!;
    expect(held).toMatchObject({ label: "b", trainRows: 30, sizes: [0, 1, 2, 4, 8, 16] });
    const ids = (rows: number, seed = 1): string[] =>
      held.withRows(rows, seed).examples.flatMap(({ id, labels }) => (labels.includes("b") ? [id] : []));
    expect(held.withRows(0, 1).examples).toHaveLength(70);
    expect(held.withRows(30, 1).examples).toEqual(task.train.examples);
    for (const rows of [1, 2, 4, 8]) {
      expect(ids(rows)).toHaveLength(rows);
      expect(ids(2 * rows)).toEqual(expect.arrayContaining(ids(rows)));
    }
    expect(ids(8, 2)).not.toEqual(ids(8, 1));
    // Prompts still hear of it, by its name and description.
    expect(held.withRows(0, 1).labels).toContain("b");
  });
});

describe("how many rows are tried", () => {
  const sizes = [0, 1, 2, 4, 8, 16, 32];
  const tried = (
    isFound: (rows: number) => boolean,
    isNamed: boolean,
  ): { readonly order: number[]; readonly narrowing: number } => {
    const recalls = new Map<number, number>();
    let narrowing = 0;
    for (;;) {
      const next = nextAddition({ sizes, recalls, target: 0.9, isNamed });
      if (next === undefined) return { order: [...recalls.keys()], narrowing };
      if (next.isNarrowing) narrowing++;
      recalls.set(next.rows, isFound(next.rows) ? 1 : 0);
    }
  };
  test.each([1, 2, 5, 16, 30, 100])("finds that %i are needed in a few trials, then tries the rest", (needed) => {
    for (const isNamed of [false, true]) {
      const { order, narrowing } = tried((rows) => rows >= needed, isNamed);
      expect([...order].sort((a, b) => a - b)).toEqual(sizes);
      expect(narrowing).toBeLessThanOrEqual(4);
      const known = new Set(order.slice(0, narrowing));
      const fewest = sizes.find((rows) => rows >= needed);
      if (fewest !== undefined) expect(known).toContain(fewest);
      const before = sizes.findLast((rows) => rows < needed)!;
      if (before > 0) expect(known).toContain(before);
    }
  });
});

describe("what a further fit is expected to take", () => {
  const took = (trainSize: number, elapsedSeconds: number, experiment?: Measurement["experiment"]) =>
    ({ approach: "tune:probe", trainSize, elapsedSeconds, ...(experiment && { experiment }) }) as Measurement;
  test("is what the nearest fit took; texts that were new, or what even a small fit takes, do not make it dear", () => {
    expect(refitSeconds(took(500, 20), [took(250, 1), took(50, 1)], 500)).toBe(2);
    expect(refitSeconds(took(500, 5), [took(50, 3)], 500)).toBe(5);
    expect(refitSeconds(took(5000, 50), [], 1000)).toBe(10);
    // Asking again is no fit, and others' fits are not its own.
    const asked = took(500, 0.01, { kind: "perturbed", how: "typos" });
    expect(refitSeconds(took(500, 5), [asked, { ...took(500, 0.1), approach: "tune:other" }], 500)).toBe(5);
    expect(refitSeconds(took(500, 5), [took(480, 1, { kind: "new-label", label: "a", labels: 1, of: 21 })], 480)).toBe(1);
  });
});
