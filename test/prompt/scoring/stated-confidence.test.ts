import { describe, expect, it } from "vitest";
import { statedConfidence, withStatedConfidence } from "../../../src/prompt/scoring/stated-confidence.js";
import { promptTemplate, renderRequest } from "../../../src/prompt/template.js";

const template = promptTemplate({ labels: ["ham", "spam"], descriptions: {}, isMultiLabel: false });

describe("a stated confidence", () => {
  it("is asked for in the schema and in words, and only where the answer is JSON", () => {
    const plain = renderRequest(template, [], "see you", "json");
    const asked = withStatedConfidence(plain);
    expect(asked.schema).toEqual({
      type: "object",
      properties: { label: { type: "string", enum: ["ham", "spam"] }, confidence: { type: "integer" } },
      required: ["label", "confidence"],
      additionalProperties: false,
    });
    expect(asked.messages[0]!.content).toMatch(/\nIn the same JSON object give also "confidence": a whole number from 0 to 100/);
    expect(asked.messages.slice(1)).toEqual(plain.messages.slice(1));
    expect(asked.maxOutputTokens).toBeGreaterThan(plain.maxOutputTokens);
    const text = renderRequest(template, [], "see you", "text");
    expect(withStatedConfidence(text)).toBe(text);
  });

  it.each([
    ['{"label":"ham","confidence":85}', 0.85],
    ['{"label":"ham","Confidence":"85%"}', 0.85],
    ['```json\n{"label":"ham","confidence":100}\n```', 1],
    ['{"label":"ham","confidence":0}', 0],
    ['{"label":"ham","confidence":1}', 0.01],
    ['{"label":"ham","confidence":0.9}', 0.9],
    ['Sure: {"label":"ham","confidence":72.5}', 0.725],
    ['{"label":"ham","confidence":101}', null],
    ['{"label":"ham","confidence":-5}', null],
    ['{"label":"ham","confidence":"high"}', null],
    ['{"label":"ham","confidence":[80]}', null],
    ['{"label":"ham"}', null],
    ["ham, 90 %", null],
    ["null", null],
  ])("of %s is %j", (text, value) => {
    expect(statedConfidence(text)).toBe(value);
  });
});
