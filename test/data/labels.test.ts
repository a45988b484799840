import { describe, expect, it } from "vitest";
import { labelWarnings, lookalikeLabels } from "../../src/data/audit/lookalikes.js";
import { byNaturalOrder, labelsOf } from "../../src/data/labels.js";

describe("labels", () => {
  it("are what the cell says, as strings", () => {
    expect(labelsOf("spam", null)).toEqual(["spam"]);
    expect(labelsOf(3, null)).toEqual(["3"]);
    expect(labelsOf(false, null)).toEqual(["false"]);
    expect(labelsOf(" spam", null)).toEqual([" spam"]);
    expect(labelsOf(["a", "b", "a"], null)).toEqual(["a", "b"]);
    expect(labelsOf([], null)).toEqual([]);
    expect(labelsOf("a | b|a", "|")).toEqual(["a", "b"]);
    expect(labelsOf("a|b", null)).toEqual(["a|b"]);
  });

  it("are missing where the cell is empty", () => {
    expect([labelsOf(null, null), labelsOf(undefined, null), labelsOf("  ", null), labelsOf("", "|")]).toEqual([
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

  it.each<[string, readonly string[], string?]>([
    ["zero-width space", ["spam", "spam\u200b"], "U+200B"],
    ["zero-width joiner at the end", ["spam", "spam\u200d"], "U+200D"],
    ["no-break space", ["two words", "two\u00a0words"], "U+00A0"],
    ["soft hyphen", ["delivery", "deli\u00advery"], "U+00AD"],
    ["byte order mark", ["spam", "\ufeffspam"], "U+FEFF"],
    ["mark of direction", ["spam", "spam\u200e"], "U+200E"],
    ["Cyrillic letter", ["spam", "sp\u0430m"], "U+0430"],
    ["Cyrillic word", ["cop", "\u0441\u043e\u0440"], "U+0441"],
    ["Greek letter", ["Alpha", "\u0391lpha"], "U+0391"],
    ["width", ["spam", "\uff53\uff50\uff41\uff4d"]],
    ["composition", ["caf\u00e9", "cafe\u0301"]],
    ["number", ["1", "1.0"]],
    ["number with a zero before", ["7", "07"]],
  ])("that only look alike are found and told: %s", (_, labels, code) => {
    expect(lookalikeLabels(labels)).toEqual([labels]);
    const warnings = labelWarnings(labels, new Map(labels.map((label) => [label, 3])));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(code ?? "(3 rows)");
  });

  it.each([
    ["ice cream", "icecream"],
    ["v1.1", "v1.10"],
    ["+1", "-1"],
    ["10", "100"],
    ["\u{1f468}\u200d\u{1f469}\u200d\u{1f467}", "\u2764\ufe0f"],
    ["\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0441\u043f\u0430\u043c"],
    ["SMS-\u0441\u043e\u043e\u0431\u0449\u0435\u043d\u0438\u0435", "\u0421\u041f\u0410\u041c 2"],
  ])("that are different are not told: %s, %s", (...labels) => {
    expect(labelWarnings(labels, new Map())).toEqual([]);
  });

  it("that hold what nobody sees are told, also alone", () => {
    expect(labelWarnings(["spam\u200b", "ham"], new Map([["spam\u200b", 2]])).join()).toContain("spam[U+200B]");
    expect(labelWarnings(["sp\u0430m", "ham"], new Map()).join()).toContain("U+0430");
  });

  it.each(["nan", "NaN", "None", "NA", "N/A", "null", "-", "?", "#N/A", "<NA>", "\\N", "undefined"])(
    "that stand for a missing value are told, and stay: %s",
    (label) => {
      const warnings = labelWarnings(["a", label], new Map([[label, 4]]));
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toContain("(4 rows)");
    },
  );

  it.each(["none", "no", "na", "unknown", "other", "nano", "0"])("that are names are not told: %s", (label) => {
    expect(labelWarnings(["a", label], new Map())).toEqual([]);
  });
});
