/** @file The model in the box as a decision model: it scores the options that it is offered, each by its whole name. */

import { openLocalEngine } from "../../../src/index.js";
import type { CompletionRequest } from "../../../src/prompt/llm.js";
import { resolveLlm } from "../../../src/prompt/providers/resolve.js";
import type { DecisionModel } from "./decision-server.js";

/** Answers a question as it was asked, once: the same question of the other shape is answered from memory. */
export async function boxedDecider(): Promise<DecisionModel> {
  const llm = await resolveLlm("local:smollm2", { env: {}, localEngine: openLocalEngine });
  const known = new Map<string, Promise<ReadonlyMap<string, number>>>();
  const decide = async (request: CompletionRequest, options: readonly string[]): Promise<ReadonlyMap<string, number>> => {
    const { completion } = await llm.complete(request, new AbortController().signal);
    const told = completion.logprobs![1]!.top.map(({ token, logprob }) => [JSON.parse(`"${token}`), Math.exp(logprob)] as const);
    const probabilities = new Map(told);
    return new Map(options.map((option) => [option, probabilities.get(option)!]));
  };
  return (text, { isChoice, instructions, options: offered }) => {
    const options = isChoice ? [...offered.keys()] : ["yes", "no"];
    const list = isChoice ? [...offered].map(([option, meaning]) => `- ${option}: ${meaning}`).join("\n") : "- yes\n- no";
    const key = JSON.stringify([text, instructions, options]);
    const request: CompletionRequest = {
      messages: [
        { role: "system", content: `${instructions}\n\nOptions:\n${list}` },
        { role: "user", content: text },
      ],
      maxOutputTokens: 32,
      wantsLogprobs: true,
      schema: {
        type: "object",
        properties: { label: { type: "string", enum: options } },
        required: ["label"],
        additionalProperties: false,
      },
    };
    const decided = known.get(key) ?? decide(request, options);
    known.set(key, decided);
    return decided;
  };
}
