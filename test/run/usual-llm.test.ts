import { describe, expect, it } from "vitest";
import { namedLlms, usualSpec, withUsualLlm } from "../../src/run/llms/usual-llm.js";
import { defaultRunOptions, type RunOptions } from "../../src/run/run-options.js";
import type { Dataset } from "../../src/types/data.js";

const options: RunOptions = { ...defaultRunOptions, path: "tickets.csv" };
const train: Dataset = {
  name: "tickets",
  labels: ["a", "b"],
  descriptions: {},
  isMultiLabel: false,
  examples: [
    { id: "1", text: "one", labels: ["a"] },
    { id: "2", text: "two", labels: ["b"] },
  ],
};
const test = train;
const open = namedLlms(options).options;

describe("the models that options name", () => {
  it("are none where nothing is said, and the usual one may be asked", () => {
    expect(namedLlms(options)).toEqual({ options: { ...options, llm: [] }, isOpen: true });
  });

  it("are none where none is wanted", () => {
    expect(namedLlms({ ...options, llm: ["none"] })).toEqual({ options: { ...options, llm: [] }, isOpen: false });
  });

  it("are those that are named", () => {
    const named = { ...options, llm: ["openai:gpt-6-luna"] };
    expect(namedLlms(named)).toEqual({ options: named, isOpen: false });
  });

  it("are refused where a word that stands alone is among them", () => {
    for (const word of ["auto", "none"])
      expect(() => namedLlms({ ...options, llm: [word, "openai:gpt-6-luna"] })).toThrow(/--llm .* stands alone/);
  });
});

describe("the usual model", () => {
  it("is asked where none is named, which its user is told", () => {
    const { options: chosen, note } = withUsualLlm(open, { train, test });
    expect(chosen).toMatchObject({ llm: [usualSpec], isUsualLlm: true });
    expect(note).toContain("SmolLM2-135M-Instruct");
  });

  it("is asked about fewer rows where they are long, unless a number is given", () => {
    const ofLength = (length: number): Dataset => ({
      ...train,
      examples: train.examples.map((each) => ({ ...each, text: "x".repeat(length) })),
    });
    const rows = [10, 100, 200, 20_000].map((length) => withUsualLlm(open, { train, test: ofLength(length) }).options.llmRows!);
    expect(rows).toEqual(rows.toSorted((a, b) => b - a));
    expect(new Set(rows).size).toBeGreaterThan(2);
    expect(withUsualLlm({ ...open, llmRows: 30 }, { train, test }).options.llmRows).toBe(30);
  });

  it("is not asked about rows of several labels, which its user is told", () => {
    const { options: chosen, note } = withUsualLlm(open, { train: { ...train, isMultiLabel: true }, test });
    expect(chosen.llm).toEqual([]);
    expect(note).toContain("none is measured");
  });

  it("is not asked where the approaches that are named are no prompts", () => {
    expect(withUsualLlm({ ...open, approaches: ["tune:probe"] }, { train, test })).toEqual({
      options: { ...open, approaches: ["tune:probe"] },
    });
    for (const approaches of [["prompt:zero-shot"], ["all"]])
      expect(withUsualLlm({ ...open, approaches }, { train, test }).options.llm).toEqual([usualSpec]);
  });
});
