import { adaptivePace } from "../../src/prompt/client/rate-limiter.js";
import { type CompletionRequest, type Llm, LlmError } from "../../src/prompt/llm.js";
import { freePrice, type Price } from "../../src/prompt/prices/prices.js";

export interface FakeLlm extends Llm {
  /** What was asked, in order. */
  readonly requests: readonly CompletionRequest[];
}

/** A model that answers what it is told to, at once; where that is an `LlmError`, it is thrown. */
export function fakeLlm(
  answer: (request: CompletionRequest) => string | LlmError,
  options: { readonly isStructured?: boolean; readonly price?: Price; readonly parameters?: Record<string, number> } = {},
): FakeLlm {
  const requests: CompletionRequest[] = [];
  return {
    spec: "openai:fake",
    provider: "openai",
    model: "fake",
    baseUrl: "http://127.0.0.1:1/v1",
    price: options.price ?? freePrice,
    isReasoning: false,
    needs: [],
    warnings: [],
    parameters: options.parameters ?? { temperature: 0, seed: 0 },
    isStructured: options.isStructured ?? false,
    hasLogprobs: false,
    pace: adaptivePace({ maxConcurrency: 4 }),
    requests,
    async complete(request) {
      requests.push(request);
      const text = answer(request);
      if (text instanceof LlmError) throw text;
      const usage = { inputTokens: 10, cachedInputTokens: 0, outputTokens: 2, reasoningTokens: 0 };
      return { completion: { text, finish: "stop", usage, latencySeconds: 0.5, servedBy: null }, pauseSeconds: 0 };
    },
  };
}

/** The text that a request asks about, without its tag. */
export function askedText({ messages }: Pick<CompletionRequest, "messages">): string {
  const texts = messages.filter(({ role, content }) => role === "user" && content.startsWith("<text-"));
  return /^<text-\w+>\n([\s\S]*)\n<\/text-\w+>$/.exec(texts.at(-1)!.content)![1]!;
}

/** The texts and answers of the examples that a request shows, in order. */
export function shownDemos({
  messages,
}: Pick<CompletionRequest, "messages">): { readonly text: string; readonly answer: string }[] {
  return messages.flatMap((message, i) =>
    message.role === "assistant" ? [{ text: askedText({ messages: [messages[i - 1]!] }), answer: message.content }] : [],
  );
}

/** The labels that a request offers. */
export function offeredLabels({ messages }: Pick<CompletionRequest, "messages">): string[] {
  const lines = messages[0]!.content.split("\n");
  return lines.filter((line) => line.startsWith("- ")).map((line) => line.slice(2).split(": ")[0]!);
}
