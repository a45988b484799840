import { describe, expect, it } from "vitest";
import { byNaturalOrder, labelsOf, labelWarnings, lookalikeLabels } from "../../src/data/labels.js";

describe("labels", () => {
  it("are what the cell says, as strings", () => {
    expect(labelsOf("spam", false)).toEqual(["spam"]);
    expect(labelsOf(3, false)).toEqual(["3"]);
    expect(labelsOf(false, false)).toEqual(["false"]);
    expect(labelsOf(" spam", false)).toEqual([" spam"]);
    expect(labelsOf(["a", "b", "a"], false)).toEqual(["a", "b"]);
    expect(labelsOf([], false)).toEqual([]);
    expect(labelsOf("a | b|a", true)).toEqual(["a", "b"]);
    expect(labelsOf("a|b", false)).toEqual(["a|b"]);
  });

  it("are missing where the cell is empty", () => {
    expect([labelsOf(null, false), labelsOf(undefined, false), labelsOf("  ", false), labelsOf("", true)]).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });

  it("sort as people count", () => {
    expect(["10", "9", "b", "a10", "a2", "B", "1"].sort(byNaturalOrder)).toEqual(["1", "9", "10", "B", "a2", "a10", "b"]);
  });

  it("that differ in case or spaces are found and not merged", () => {
    expect(lookalikeLabels(["spam", "Spam", " spam", "ham", "two words", "two  words"])).toEqual([
      ["spam", "Spam", " spam"],
      ["two words", "two  words"],
    ]);
    const counts = new Map([
      ["spam", 10],
      ["Spam ", 2],
      [" ham", 5],
    ]);
    expect(labelWarnings(["Spam ", "spam", " ham"], counts)).toEqual([
      'The labels "Spam " (2 rows) and "spam" (10 rows) differ only in case or spaces. They are kept apart; make them one if they mean the same.',
      'The label " ham" (5 rows) begins or ends with a space.',
    ]);
  });
});
