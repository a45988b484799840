import { describe, expect, it } from "vitest";
import { advise } from "../../src/advise/advise.js";
import { UserError } from "../../src/lib/errors.js";
import { formatOf, render } from "../../src/report/report.js";
import { frozenComparison } from "./frozen.js";

const comparison = frozenComparison();
const advice = advise(comparison);

describe("formatOf", () => {
  it.each([
    ["report.html", "html"],
    ["out/Result.JSON", "json"],
    ["a.b.jsonl", "jsonl"],
    ["x.csv", "csv"],
    ["x.md", "md"],
    ["junit.xml", "xml"],
  ])("of %s is %s", (path, format) => {
    expect(formatOf(path)).toBe(format);
  });

  it("refuses another extension and lists those there are", () => {
    expect(() => formatOf("report.htm")).toThrow(UserError);
    expect(() => formatOf("report.htm")).toThrow(
      '"report.htm" ends in ".htm", which names no form of report. Did you mean "html"? Forms: .json, .jsonl, .csv, .md, .html, .xml.',
    );
    expect(() => formatOf("report")).toThrow('"report" has no extension');
    expect(() => formatOf("constructor.constructor")).toThrow(UserError);
  });
});

describe("render", () => {
  it.each([
    ["json", "{"],
    ["jsonl", '{"approach"'],
    ["csv", "approach,"],
    ["md", "# Fine-tune or prompt?"],
    ["html", "<!doctype html>"],
    ["xml", "<?xml"],
  ] as const)("%s starts as such a file does", (format, start) => {
    expect(render(format, comparison, advice).startsWith(start)).toBe(true);
  });

  it("gives the same text twice", () => {
    for (const format of ["json", "jsonl", "csv", "md", "html", "xml"] as const) {
      expect(render(format, comparison, advice)).toBe(render(format, comparison, advice));
    }
  });
});
