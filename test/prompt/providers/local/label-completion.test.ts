import { describe, expect, it } from "vitest";
import { labelCompletion } from "../../../../src/prompt/providers/local/label-completion.js";
import { labelScores } from "../../../../src/prompt/scoring/label-scores.js";

const labels = ["card", "card arrival", "card_arrival late", 'the "other"'];

describe("an answer that is the likeliest of all labels", () => {
  it.each([...labels.keys()])("has the probabilities that it was given, also where one label begins another: %i", (chosen) => {
    const given = labels.map((_, i) => (i === chosen ? 0.55 : 0.15));
    const answer = {
      property: "label",
      labels,
      logprobs: given.map(Math.log),
      chosen,
      inputTokens: 9,
      outputTokens: 2,
      servedBy: "m",
    };
    const completion = labelCompletion(answer, { messages: [], maxOutputTokens: 9, wantsLogprobs: true });
    expect(JSON.parse(completion.text)).toEqual({ label: labels[chosen] });
    expect(completion.logprobs!.map(({ token }) => token).join("")).toBe(completion.text);
    const scores = labelScores(completion, labels[chosen]!, { labels, aliases: {}, isMultiLabel: false })!;
    for (const [i, label] of labels.entries()) expect(scores[label]).toBeCloseTo(given[i]!, 12);
  });
});
