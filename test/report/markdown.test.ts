import { describe, expect, it } from "vitest";
import { advise } from "../../src/advise/advise.js";
import { escapeMarkdown, renderMarkdown } from "../../src/report/markdown.js";
import { comparisonOf, fullApproaches } from "./fixture.js";
import { frozenComparison } from "./frozen.js";
import { expectGolden } from "./golden.js";
import { dangerous, hostileTexts } from "./hostile.js";

describe("renderMarkdown", () => {
  it("is as it was", () => {
    const comparison = frozenComparison();
    expectGolden("report.md.golden", renderMarkdown(comparison, advise(comparison)));
  });

  it("keeps every table's rows as long as its head, whatever the names are", () => {
    const approaches = fullApproaches.map((spec, i) => ({ ...spec, name: `${spec.name}${i > 2 ? ` ${hostileTexts[5]}` : ""}` }));
    const comparison = comparisonOf({ labels: hostileTexts, testRows: 90, trainRows: 120, approaches, name: hostileTexts[0] });
    const markdown = renderMarkdown(comparison, advise(comparison));
    const tables = markdown.split("\n\n").filter((block) => block.startsWith("|"));
    expect(tables).toHaveLength(10);
    for (const table of tables) {
      const bars = table.split("\n").map((line) => line.match(/(?<!\\)\|/g)!.length);
      expect(new Set(bars).size, table).toBe(1);
    }
    expect(dangerous.exec(markdown)?.[0]).toBeUndefined();
    expect(markdown).not.toMatch(/(?<!\\)<(?!br>)/);
    expect(markdown).not.toContain("[link](");
  });
});

describe("escapeMarkdown", () => {
  it.each([
    ["<script>", "\\<script\\>"],
    ["[a](b)", "\\[a\\](b)"],
    ["a|b", "a\\|b"],
    ["- item", "\\- item"],
    ["1. item", "1\\. item"],
    ["# head", "\\# head"],
    ["$x$ `y` *z* _w_ ~v~", "\\$x\\$ \\`y\\` \\*z\\* \\_w\\_ \\~v\\~"],
    ["two\nlines", "two lines"],
    ["back\\slash", "back\\\\slash"],
  ])("of %j is %j", (text, escaped) => {
    expect(escapeMarkdown(text)).toBe(escaped);
  });
});
