import { describe, expect, it } from "vitest";
import { displayWidth, padColumns, truncate, truncateMiddle, wrap } from "../../../src/lib/text/display-width.js";

describe("displayWidth", () => {
  it.each([
    ["", 0],
    ["tune:probe", 10],
    ["größer", 6],
    ["gro\u0308ßer", 6],
    ["日本語", 6],
    ["ｶﾅ", 2],
    ["한국어", 6],
    ["👩‍👩‍👧‍👦", 2],
    ["🇩🇪", 2],
    ["❤️", 2],
    ["a\u200db", 2],
    ["−–…±", 4],
    // File names of macOS come with letters in their parts.
    ["\u304b\u3099", 2],
    ["\u1112\u1161\u11ab\u1100\u1173\u11af", 4],
    // Wide since Unicode 16.
    ["\u2630", 2],
  ])("of %j is %i", (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});

describe("truncate", () => {
  it("leaves what fits and marks what was cut", () => {
    expect(truncate("login", 5)).toBe("login");
    expect(truncate("cancellation", 7)).toBe("cancel…");
    // A wide character that would stick out by half is left out.
    expect(truncate("日本語", 4)).toBe("日…");
    expect(truncate("login", 0)).toBe("");
  });

  it("cuts in the middle where the end matters as much as the start", () => {
    expect(truncateMiddle("prompt:few-shot@openai:gpt-5-mini", 15)).toBe("prompt:…-5-mini");
    expect(displayWidth(truncateMiddle("日本語のとても長い名前", 9))).toBeLessThanOrEqual(9);
    expect(truncateMiddle("login", 5)).toBe("login");
  });
});

describe("padColumns", () => {
  it("fills to the width in columns, not characters", () => {
    expect(padColumns("日本", 6)).toBe("日本  ");
    expect(padColumns("7", 3, "right")).toBe("  7");
  });
});

describe("wrap", () => {
  it("breaks at spaces", () => {
    expect(wrap("one two three", 7)).toEqual(["one two", "three"]);
  });

  it("breaks long names at their joints, on a line of their own", () => {
    expect(wrap("beats prompt:few-shot@openai:gpt-5-mini", 20)).toEqual(["beats", "prompt:few-shot@", "openai:gpt-5-mini"]);
  });

  it("breaks what has no joints anywhere", () => {
    expect(wrap("xxxxxxxxxx", 4)).toEqual(["xxxx", "xxxx", "xx"]);
    expect(wrap("日本語の名前", 5)).toEqual(["日本", "語の", "名前"]);
  });

  it("does not break a word for an emoji in it", () => {
    expect(wrap("thanks a 👍lot👍 for it", 12)).toEqual(["thanks a", "👍lot👍 for", "it"]);
  });

  it("keeps an indentation and counts it", () => {
    expect(wrap("  one two", 7)).toEqual(["  one", "two"]);
  });

  it("makes one empty line of nothing", () => {
    expect(wrap("", 10)).toEqual([""]);
  });

  it("never makes a line wider than asked", () => {
    for (const text of ["a 日本語 text with 👩‍👩‍👧‍👦 and prompt:few-shot@openai:gpt-5-mini in it", `${"y".repeat(50)} z`]) {
      for (let width = 2; width < 60; width++) {
        for (const line of wrap(text, width)) expect(displayWidth(line), `${width}: ${line}`).toBeLessThanOrEqual(width);
      }
    }
  });

  it("loses no character", () => {
    const text = "prompt:few-shot@openai:gpt-5-mini 日本語 plain words";
    expect(wrap(text, 9).join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
  });
});
