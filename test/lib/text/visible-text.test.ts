import { describe, expect, it } from "vitest";
import { cutText } from "../../../src/lib/text/visible-text.js";

describe("cutText", () => {
  it.each([
    ["short", 5, "short"],
    ["a b c d", 2, "a…"],
    ["abcdef", 3, "abc…"],
    // What a reader takes for one character is not cut apart, also where it begins with a letter that is one by itself.
    ["abce\u0301f", 4, "abce\u0301…"],
    ["ab👩‍👩‍👧‍👦cd", 3, "ab👩‍👩‍👧‍👦…"],
    ["a\r\nbc", 2, "a…"],
  ])("cuts %j after %i characters as a reader counts them", (text, length, cut) => {
    expect(cutText(text, length)).toBe(cut);
  });

  it("cuts a long plain text in no time", () => {
    const text = "y".repeat(20_000);
    const started = performance.now();
    for (let i = 0; i < 1000; i++) cutText(text, 3000);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
