import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { renderCsv, renderJsonl } from "../../src/report/predictions.js";
import type { Comparison } from "../../src/types/comparison.js";
import type { Outcome } from "../../src/types/prediction.js";
import { comparisonOf } from "./fixture.js";

const base = comparisonOf({ testRows: 40, trainRows: 80 });

function withOutcomes(outcomes: readonly Outcome[]): Comparison {
  return { ...base, measurements: [{ ...base.measurements[0]!, outcomes }] };
}

function cells(comparison: Comparison): Record<string, string>[] {
  return parse(renderCsv(comparison), { columns: true }) as Record<string, string>[];
}

describe("renderCsv", () => {
  it("has one row an outcome, with what was asked and answered", () => {
    const rows = cells(base);
    expect(rows).toHaveLength(base.measurements.reduce((sum, { outcomes }) => sum + outcomes.length, 0));
    const llm = base.measurements.findIndex(({ approach }) => approach.includes("zero-shot"));
    const offset = base.measurements.slice(0, llm).reduce((sum, { outcomes }) => sum + outcomes.length, 0);
    const [first] = base.measurements[llm]!.outcomes;
    expect(rows[offset]).toMatchObject({
      approach: "prompt:zero-shot@openai:gpt-5-mini",
      arm: "prompt",
      split: "test",
      train_size: "80",
      seed: "42",
      id: "t0001",
      truth: first!.truth[0],
      answer: first!.answer![0],
      is_correct: String(first!.answer![0] === first!.truth[0]),
      input_tokens: String(first!.usage!.inputTokens),
      cost_usd: String(first!.costUsd),
    });
  });

  it("tells rows of an experiment from the others, and has no column for it where there is none", () => {
    const experiment = { kind: "held-out-label", label: "login", shots: 8 };
    const [first, second] = base.measurements;
    const both = { ...base, measurements: [first!, { ...second!, experiment }] };
    const rows = cells(both);
    expect(rows[0]!["experiment"]).toBe("");
    expect(JSON.parse(rows.at(-1)!["experiment"]!)).toEqual(experiment);
    const lines = renderJsonl(both).trim().split("\n");
    expect(JSON.parse(lines[0]!)).not.toHaveProperty("experiment");
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ approach: second!.approach, experiment });
    expect(Object.keys(cells(base)[0]!)).not.toContain("experiment");
  });

  it("has the text of a row where the data is at hand, and of no row whose text an experiment changed", () => {
    const [test] = base.measurements;
    const validation = base.measurements.find(({ split }) => split === "validation")!;
    const id = test!.outcomes[0]!.id;
    const shifted = { ...test!, experiment: { kind: "typos" } };
    const three = { ...base, measurements: [test!, { ...validation, outcomes: [{ ...validation.outcomes[0]!, id }] }, shifted] };
    const texts = { texts: new Map([[id, "=a test text"]]), trainTexts: new Map([[id, "another row, of one id"]]) };
    const rows = parse(renderCsv(three, texts), { columns: true }) as Record<string, string>[];
    expect(rows.filter((row) => row["id"] === id).map((row) => row["text"])).toEqual([
      "'=a test text",
      "another row, of one id",
      "",
    ]);
    const lines = renderJsonl(three, texts)
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { id: string; text?: string });
    expect(lines.filter((line) => line.id === id).map(({ text }) => text)).toEqual([
      "=a test text",
      "another row, of one id",
      undefined,
    ]);
    expect(Object.keys(cells(base)[0]!)).not.toContain("text");
  });

  it("defuses formulas in every text, and leaves numbers alone", () => {
    const rows = cells(
      withOutcomes([
        { id: "=1+1", truth: ["+cmd"], answer: ["-2"], rawAnswer: "@SUM(A1)", costUsd: -1 },
        { id: "\tx", truth: [" =1+1"], answer: null, failure: "unparseable", rawAnswer: "\r=1" },
      ]),
    );
    expect(rows[0]).toMatchObject({ id: "'=1+1", truth: "'+cmd", answer: "'-2", raw_answer: "'@SUM(A1)", cost_usd: "-1" });
    expect(rows[1]).toMatchObject({ id: "'\tx", truth: "' =1+1", answer: "", failure: "unparseable", raw_answer: "'\r=1" });
  });

  it("follows RFC 4180: CRLF, quotes doubled, fields with commas and breaks quoted", () => {
    const text = renderCsv(withOutcomes([{ id: 'a "b", c', truth: ["x"], answer: ["x"], rawAnswer: "two\nlines" }]));
    expect(text.split("\r\n")).toHaveLength(3);
    expect(text).toContain(',"a ""b"", c",x,x,true,');
    expect(text.endsWith(',"two\nlines"\r\n')).toBe(true);
  });

  it("knows an answer with several labels as a set", () => {
    const rows = cells(
      withOutcomes([
        { id: "1", truth: ["a", "b"], answer: ["b", "a"] },
        { id: "2", truth: ["a", "b"], answer: ["a"] },
        { id: "3", truth: [], answer: [] },
      ]),
    );
    expect(rows.map((row) => [row["truth"], row["answer"], row["is_correct"]])).toEqual([
      ["a|b", "b|a", "true"],
      ["a|b", "a", "false"],
      ["", "", "true"],
    ]);
  });

  it("gives the probability of the answer as its confidence", () => {
    const [row] = cells(withOutcomes([{ id: "1", truth: ["a"], answer: ["b"], scores: { a: 0.25, b: 0.75 } }]));
    expect(row!["confidence"]).toBe("0.75");
  });

  it("has the confidence that an approach gives, and says by what", () => {
    const rows = cells(
      withOutcomes([
        { id: "1", truth: ["a"], answer: ["b"], confidence: { value: 0.8, source: "votes" } },
        { id: "2", truth: ["a"], answer: ["a"] },
      ]),
    );
    expect(rows.map((row) => [row["confidence"], row["confidence_source"]])).toEqual([
      ["0.8", "votes"],
      ["", ""],
    ]);
  });
});

describe("renderJsonl", () => {
  it("has every outcome as it was stored", () => {
    const lines = renderJsonl(base)
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toHaveLength(base.measurements.reduce((sum, { outcomes }) => sum + outcomes.length, 0));
    const { approach, arm, split, trainSize, seed, outcomes } = base.measurements[0]!;
    expect(lines[0]).toEqual({ approach, arm, split, trainSize, seed, ...outcomes[0] });
  });
});
