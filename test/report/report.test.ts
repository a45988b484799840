import { describe, expect, it } from "vitest";
import { advise } from "../../src/advise/advise.js";
import { UserError } from "../../src/lib/errors.js";
import { formatOf, render } from "../../src/report/report.js";
import { verdictName } from "../../src/report/verdict-names.js";
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
      '"report.htm" ends in ".htm", which names no format of a report. Did you mean "html"? Formats: .json, .jsonl, .csv, .md, .html, .xml.',
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

describe("where nothing is chosen", () => {
  it("a contrast with an approach that gave no answers has no verdict", () => {
    const contrast = comparison.contrasts.find(({ verdict }) => verdict !== "undecided")!;
    const { a, b } = contrast;
    const gone = { approach: a, arm: "tune", reason: "unparseable", rows: 90, testRows: 90 } as const;
    expect(verdictName(contrast, comparison)).not.toBe("no verdict");
    expect(verdictName(contrast, { ...comparison, unanswered: [gone] })).toBe("no verdict");
    expect(verdictName(contrast, { ...comparison, unanswered: [{ ...gone, approach: `${a}${b}` }] })).not.toBe("no verdict");
  });

  it("costs of an approach that gave no answers are not held against another's", () => {
    const { tuned } = comparison.money.breakEvens[0]!;
    const gone = { approach: tuned, arm: "tune", reason: "unparseable", rows: 90, testRows: 90 } as const;
    const kinds = ({ whatWouldChange, cautions }: typeof advice) => [...whatWouldChange, ...cautions].map(({ kind }) => kind);
    expect(kinds(advice)).toContain("break-even");
    for (const kind of ["break-even", "labels-free"]) {
      expect(kinds(advise({ ...comparison, unanswered: [gone] }))).not.toContain(kind);
    }
  });

  it("what was fine-tuned is not called advised", () => {
    const use = {
      approach: "tune:x",
      folder: "runs/a",
      ask: "crossover predict",
      serve: "crossover serve",
      command: "crossover label",
      code: [],
    };
    const sections = (["md", "html"] as const).map((form) =>
      [true, false].map((isAdvised) => render(form, comparison, advice, { useIt: { ...use, isAdvised } })),
    );
    for (const [advised, not] of sections) {
      expect(advised).toContain("Use it");
      expect(not).not.toContain("Use it");
      expect(not).toContain("tune:x");
    }
  });
});
