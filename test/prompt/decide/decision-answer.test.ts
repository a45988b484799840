import { describe, expect, it } from "vitest";
import type { LabelQuestion } from "../../../src/prompt/llm.js";
import { decisionCompletion, sumTolerance } from "../../../src/prompt/providers/decide/decision-answer.js";

const question = (labels: readonly string[], isMultiLabel = false): LabelQuestion => ({
  task: { instruction: null, labels, descriptions: {}, isMultiLabel },
  examples: [],
  text: "money please",
});
const usage = { input_tokens: 174, output_tokens: 1 };

describe("an answer to one question, in both shapes", () => {
  const labels = ["billing", "bug", "account"];
  // The example of Ollama's documentation: four decimals, which sum to 0.9999.
  const systemOne = {
    model: "nimble",
    answers: {
      label: {
        type: "choice",
        choice: "bug",
        probabilities: { billing: 0.0125, bug: 0.9781, account: 0.0093 },
        confidence: 0.8906,
      },
    },
    usage,
  };
  const decisions = {
    model: "gpt-6-luna",
    answers: [
      {
        type: "choice",
        name: "label",
        choice: "bug",
        probabilities: [
          { value: "billing", probability: 0.0125 },
          { value: "bug", probability: 0.9781 },
          { value: "account", probability: 0.0093 },
        ],
        confidence: 0.97,
      },
    ],
    usage: {
      ...usage,
      total_tokens: 175,
      input_tokens_details: { cached_tokens: 100 },
      output_tokens_details: { reasoning_tokens: 0 },
    },
  };

  it("is read as the label, with what was told of all", () => {
    const expected = {
      text: '{"label":"bug"}',
      finish: "stop",
      probabilities: { billing: 0.0125, bug: 0.9781, account: 0.0093 },
    };
    const plain = { inputTokens: 174, cachedInputTokens: 0, outputTokens: 1, reasoningTokens: 0 };
    expect(decisionCompletion(systemOne, question(labels))).toEqual({ ...expected, servedBy: "nimble", usage: plain });
    const cached = { ...plain, cachedInputTokens: 100 };
    expect(decisionCompletion(decisions, question(labels))).toEqual({ ...expected, servedBy: "gpt-6-luna", usage: cached });
  });

  it("may not give an option two probabilities", () => {
    const twice = structuredClone(decisions);
    twice.answers[0]!.probabilities[2] = { value: "billing", probability: 0.0093 };
    expect(decisionCompletion(twice, question(labels))).toEqual({
      fault: 'it gives "billing" two probabilities (question "label")',
    });
  });

  it("has no output where none is told, and unknown tokens where none are", () => {
    const told = (usage: unknown) => decisionCompletion({ ...systemOne, usage }, question(labels));
    expect(told({ input_tokens: 12 })).toMatchObject({ usage: { inputTokens: 12, outputTokens: 0 } });
    expect(told({ prompt_tokens: 12, total_tokens: 12 })).toMatchObject({ usage: { inputTokens: 12, outputTokens: 0 } });
    for (const none of [undefined, {}, { input_tokens: 0, output_tokens: 0 }, { input_tokens: -3 }])
      expect(told(none)).toMatchObject({ usage: null });
  });

  it("tells true from the text of it", () => {
    const typed = structuredClone(decisions) as { answers: { choice: unknown; probabilities: unknown }[] };
    typed.answers[0]!.choice = "true";
    typed.answers[0]!.probabilities = [
      { value: true, probability: 0.9 },
      { value: "false", probability: 0.1 },
    ];
    expect(decisionCompletion(typed, question(["true", "false"]))).toEqual({
      fault: 'it gives a probability to "true", which is no text (question "label")',
    });
  });

  it("may leave out options of which nothing is left", () => {
    const told = { ...systemOne, answers: { label: { choice: "bug", probabilities: { bug: 1 } } } };
    expect(decisionCompletion(told, question(labels))).toMatchObject({ probabilities: { billing: 0, bug: 1, account: 0 } });
    const lacking = { ...systemOne, answers: { label: { choice: "bug", probabilities: { bug: 0.8 } } } };
    expect(decisionCompletion(lacking, question(labels))).toEqual({
      fault: 'its probabilities sum to 0.8, not to 1 (question "label")',
    });
  });

  it("has a name that no object may lose", () => {
    const told = JSON.parse('{"answers":{"label":{"choice":"__proto__","probabilities":{"__proto__":0.9,"constructor":0.1}}}}');
    const read = decisionCompletion(told, question(["__proto__", "constructor"]));
    expect(Object.entries("probabilities" in read ? read.probabilities! : {})).toEqual([
      ["__proto__", 0.9],
      ["constructor", 0.1],
    ]);
  });
});

describe("answers to a question a label", () => {
  it("are the labels likelier than not, each with its own probability", () => {
    const body = {
      answers: { refund: { type: "noul", noul: 0.93 }, login: { type: "noul", noul: 0.07 }, late: { type: "noul", noul: 0.5 } },
      usage,
    };
    expect(decisionCompletion(body, question(["refund", "login", "late"], true))).toMatchObject({
      text: '{"labels":["refund","late"]}',
      probabilities: { refund: 0.93, login: 0.07, late: 0.5 },
    });
  });
});

describe("how far a sum may be from 1", () => {
  it("is what rounding can make of it: half a unit of the last place for each option", () => {
    // Three thirds in two decimals are 0.99, and seven sevenths 0.98.
    expect(sumTolerance([0.33, 0.33, 0.33])).toBeCloseTo(0.015, 12);
    expect(sumTolerance(Array(7).fill(0.14))).toBeCloseTo(0.035, 12);
    expect(sumTolerance([0.0125, 0.9781, 0.0093])).toBeCloseTo(0.00015, 12);
  });

  it("is that of two decimals where fewer are written, and of four where there are more", () => {
    expect(sumTolerance([1, 1])).toBeCloseTo(0.01, 12);
    expect(sumTolerance([0.5, 0.5])).toBeCloseTo(0.01, 12);
    expect(sumTolerance([1e-9, 0.999999999])).toBeCloseTo(0.0001, 12);
  });

  it("lets every rounded distribution pass", () => {
    for (const decimals of [2, 3, 4]) {
      for (const options of [2, 3, 7, 26, 255]) {
        const weights = Array.from({ length: options }, (_, i) => 1 / (i + 1));
        const total = weights.reduce((a, b) => a + b);
        const rounded = weights.map((weight) => Number((weight / total).toFixed(decimals)));
        const sum = rounded.reduce((a, b) => a + b);
        expect(Math.abs(sum - 1)).toBeLessThanOrEqual(sumTolerance(rounded));
      }
    }
  });
});
