import { describe, expect, it } from "vitest";
import { cutText, visibleText } from "../../src/lib/text/visible-text.js";
import { markup, markupSource, trusted } from "../../src/report/markup.js";
import { dangerous, hostileTexts } from "./hostile.js";

describe("markup", () => {
  it("escapes every text, in content and in attributes", () => {
    const text = `<b a="1" c='2'>&`;
    expect(markupSource(markup`<p title="${text}">${text}</p>`)).toBe(
      '<p title="&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;">&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;</p>',
    );
  });

  it("nests, joins lists, and leaves out what is not there", () => {
    const items = ["a", "<b>"].map((text) => markup`<li>${text}</li>`);
    expect(markupSource(markup`<ul>${items}</ul>${null}${undefined}${false}${0}`)).toBe("<ul><li>a</li><li>&lt;b&gt;</li></ul>0");
  });

  it("takes an object that only looks like markup for no markup", () => {
    expect(() => markupSource(markup`${JSON.parse('{"source":"<b>"}') as never}`)).toThrow();
  });

  it("leaves trusted text as it is", () => {
    expect(markupSource(markup`<style>${trusted("a > b {}")}</style>`)).toBe("<style>a > b {}</style>");
  });

  it.each(hostileTexts)("makes %j harmless", (text) => {
    const escaped = markupSource(markup`${text}`);
    expect(escaped).not.toMatch(/[<>"']/);
    expect(dangerous.exec(escaped)?.[0]).toBeUndefined();
  });
});

describe("visibleText", () => {
  it.each([
    ["plain größe 日本", "plain größe 日本"],
    ["a\r\n\tb", "a b"],
    ["\u001b[31m", "␛[31m"],
    ["\u202Ex", "[U+202E]x"],
    ["zero\u200bwidth", "zero[U+200B]width"],
    ["\u007f", "␡"],
    ["half \ud83d pair", "half � pair"],
    ["👩‍👩‍👧‍👦", "👩‍👩‍👧‍👦"],
  ])("of %j is %j", (text, visible) => {
    expect(visibleText(text)).toBe(visible);
  });
});

describe("cutText", () => {
  it("counts characters as a reader does", () => {
    expect(cutText("abcdef", 6)).toBe("abcdef");
    expect(cutText("abcdef", 3)).toBe("abc…");
    expect(cutText("👩‍👩‍👧‍👦👩‍👩‍👧‍👦x", 2)).toBe("👩‍👩‍👧‍👦👩‍👩‍👧‍👦…");
  });
});
