import { describe, expect, it } from "vitest";
import { readCompletion } from "../../../src/prompt/reading/read-completion.js";
import { codedExamples, codedPrompt, decoded } from "../../../src/prompt/scoring/codes.js";
import { scored } from "../../../src/prompt/scoring/scored.js";
import { promptTemplate, renderRequest } from "../../../src/prompt/template.js";
import { said, token } from "./tokens.js";

const labels = ["refund", "login", "parcel"];
const template = promptTemplate(
  { labels, descriptions: { refund: "wants money back" }, isMultiLabel: false },
  { aliases: { login: ["sign-in"] } },
);

describe("labels as letters", () => {
  it("are listed with their meaning, in an order of each seed's own", () => {
    const orders = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => Object.values(codedPrompt(template, seed).labelOf).join());
    expect(new Set(orders).size).toBeGreaterThan(3);
    expect(codedPrompt(template, 5)).toEqual(codedPrompt(template, 5));
    const coded = codedPrompt(template, 5);
    const letter = Object.keys(coded.labelOf).find((code) => coded.labelOf[code] === "refund");
    const { messages } = renderRequest(
      coded.template,
      codedExamples([{ text: "money!", labels: ["refund"] }], coded),
      "where is it",
      "text",
    );
    expect(messages[0]!.content).toContain(`- ${letter}: refund: wants money back`);
    expect(messages[2]).toEqual({ role: "assistant", content: letter });
    expect(messages.at(-1)!.content).not.toContain("refund");
  });

  it("give one token's distribution over all labels, and come back as labels in their order", () => {
    const coded = codedPrompt(template, 3);
    const codeOf = (label: string): string => Object.keys(coded.labelOf).find((code) => coded.labelOf[code] === label)!;
    const completion = {
      ...said(token(codeOf("login"), 0.5, { [codeOf("refund")]: 0.3, [` ${codeOf("parcel")}`]: 0.2 })),
      finish: "stop" as const,
    };
    const prediction = decoded(scored(completion, readCompletion(completion, coded.template), coded.template), coded, labels);
    expect(Object.entries(prediction.scores!)).toEqual([
      ["refund", expect.closeTo(0.3, 9)],
      ["login", expect.closeTo(0.5, 9)],
      ["parcel", expect.closeTo(0.2, 9)],
    ]);
    expect(prediction).toMatchObject({ answer: ["login"], confidence: { value: expect.closeTo(0.5, 9), source: "logprob" } });
  });

  it.each([
    ["B", "B"],
    ["(B)", "B"],
    ["b.", "B"],
    ["The answer is B.", "B"],
    ["B: %B", "B"],
    ["A request for a refund", null],
    ["I think that it is about money", null],
    ["B or C", null],
    ["D", null],
  ])("are read with care: %j", (text, code) => {
    const coded = codedPrompt(template, 3);
    const written = text.replace("%B", coded.template.descriptions["B"]!);
    const { answer } = readCompletion({ text: written, finish: "stop" }, coded.template);
    expect(answer).toEqual(code === null ? null : [code]);
  });

  it("are for at most twenty labels, one a text", () => {
    const many = Array.from({ length: 21 }, (_, i) => `label ${i}`);
    expect(() => codedPrompt(promptTemplate({ labels: many, descriptions: {}, isMultiLabel: false }), 1)).toThrow(
      /up to 20 labels.*this task has 21/,
    );
    expect(() => codedPrompt(promptTemplate({ labels, descriptions: {}, isMultiLabel: true }), 1)).toThrow(/one label a text/);
    expect(
      codedPrompt(promptTemplate({ labels: many.slice(1), descriptions: {}, isMultiLabel: false }), 1).template.labels.at(-1),
    ).toBe("T");
  });

  it("keep a failure as it is", () => {
    expect(decoded({ answer: null, failure: "refused" as const }, codedPrompt(template, 3), labels)).toEqual({
      answer: null,
      failure: "refused",
    });
  });
});
