import { describe, expect, it } from "vitest";
import { requestKey } from "../../../src/prompt/client/request-key.js";

const llm = {
  provider: "openai",
  model: "gpt-4o-mini",
  baseUrl: "https://api.openai.com/v1",
  parameters: { temperature: 0, seed: 0 },
  hasLogprobs: true,
};
const request = {
  messages: [
    { role: "system", content: "Classify." },
    { role: "user", content: "a text" },
  ],
  maxOutputTokens: 40,
} as const;

describe("the key of a request", () => {
  it("is what it was, or what is stored would be paid for again", () => {
    // Made by version 0.1.0.
    expect(requestKey(llm, request)).toBe("d39c82e66b7bbb297d4dc3983ec06ab1881572a65f53d3ff486812ca6bd80c5f");
  });

  it("is another one for log-probabilities, where they are wanted and there", () => {
    const wanting = { ...request, wantsLogprobs: true };
    expect(requestKey(llm, wanting)).not.toBe(requestKey(llm, request));
    expect(requestKey({ ...llm, hasLogprobs: false }, wanting)).toBe(requestKey(llm, request));
    expect(requestKey(llm, { ...request, wantsLogprobs: false })).toBe(requestKey(llm, request));
  });

  it("is another one for every way of scoring answers, which stand behind the messages", () => {
    const scored = { layout: "chat", labels: ["a", "b"], answers: ["a", "b"] } as const;
    const others = [
      request,
      { ...request, scored },
      { ...request, scored: { ...scored, layout: "plain" as const } },
      { ...request, scored: { ...scored, answers: [" a", " b"] } },
      { ...request, scored: { ...scored, answers: ["a", "b", "c"] } },
    ];
    expect(new Set(others.map((each) => requestKey(llm, each))).size).toBe(others.length);
  });
});
