import { describe, expect, it } from "vitest";
import { duplicatesAmong } from "../../src/data/duplicates.js";
import { duplicateGroups } from "../../src/data/near-duplicates.js";
import type { Example } from "../../src/types/data.js";
import type { ProgressEvent } from "../../src/types/events.js";
import { distinctText } from "./files.js";

const examples = Array.from({ length: 60 }, (_, i): Example => {
  // Rows 10, 30 and 50 are equal, 20 and 40 nearly.
  const text =
    i % 20 === 10 ? distinctText(1000) : i % 20 === 0 && i > 0 ? `${distinctText(2000)}${"!".repeat(i / 20)}` : distinctText(i);
  return { id: `row-${i}`, text, labels: ["a"] };
});

const textsOf = (rows: readonly Example[]): string[] => rows.map(({ text }) => text);

describe("duplicates among examples", () => {
  it("are those of their texts", () => {
    expect(duplicatesAmong(examples)).toEqual(duplicateGroups(textsOf(examples)));
    expect(duplicatesAmong(examples).near).toEqual([
      [10, 30, 50],
      [20, 40],
    ]);
  });

  it("are not looked for again in a part of them, in any order", () => {
    const events: ProgressEvent[] = [];
    duplicatesAmong(examples);
    const part = [...examples.slice(5, 45)].reverse();
    expect(duplicatesAmong(part, (event) => events.push(event))).toEqual(duplicateGroups(textsOf(part)));
    expect(events).toEqual([]);
    const others = [...part, { id: "new", text: distinctText(1000), labels: ["a"] }];
    expect(duplicatesAmong(others, (event) => events.push(event))).toEqual(duplicateGroups(textsOf(others)));
    expect(events).not.toEqual([]);
  });
});
