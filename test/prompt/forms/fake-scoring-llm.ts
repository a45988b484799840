/** @file A model that tells how likely given answers are, with a best form that is known. */
import { random } from "../../../src/lib/random.js";
import type { Completion, CompletionRequest, Llm } from "../../../src/prompt/llm.js";
import { type FakeLlm, fakeLlm } from "../fake-llm.js";

export interface Knowledge {
  /** In which layout, and behind which answers, it knows anything. */
  readonly knows: (request: CompletionRequest & Required<Pick<CompletionRequest, "scored">>) => boolean;
  /** What it would answer if it knew. */
  readonly labelOf: (text: string) => string;
  /** What it likes for no reason, in nats. */
  readonly lean?: Readonly<Record<string, number>>;
  /** Seconds of one answer. */
  readonly seconds?: number;
}

/** The text that a request asks about, in either layout. */
export function scoredText({ messages }: Pick<CompletionRequest, "messages">): string {
  const { content } = messages.at(-1)!;
  return /^<text-\w+>\n([\s\S]*)\n<\/text-\w+>$/.exec(content)?.[1] ?? /Text: (.*)\nLabel:$/.exec(content)![1]!;
}

export function fakeScoringLlm({ knows, labelOf, lean = {}, seconds = 0.01 }: Knowledge): FakeLlm {
  const requests: CompletionRequest[] = [];
  const plain = fakeLlm(() => "");
  const llm: Llm = {
    ...plain,
    spec: "local:fake",
    provider: "local",
    baseUrl: "local:fake",
    hasLogprobs: true,
    isStructured: true,
    scoresAnswers: true,
    async complete(request) {
      requests.push(request);
      const { scored } = request;
      if (scored === undefined) throw new Error("It was asked to write.");
      const text = scoredText(request);
      const right = labelOf(text);
      // Letters stand for labels that the list names.
      const meaning = (label: string): string =>
        new RegExp(`^- ${label}: (\\S+)$`, "m").exec(request.messages[0]!.content)?.[1] ?? label;
      const noise = random(0, text + scored.layout + scored.answers[0]!);
      const answerLogprobs = scored.labels.map((label) => {
        const told = knows({ ...request, scored }) && meaning(label) === right ? 4 : 0;
        return { logprob: -6 + told + noise.normal() + (lean[meaning(label)] ?? 0), tokens: 1 };
      });
      const usage = { inputTokens: 10, cachedInputTokens: 0, outputTokens: 1, reasoningTokens: 0 };
      const completion: Completion = {
        text: scored.answers[0]!.trim(),
        finish: "stop",
        usage,
        latencySeconds: seconds,
        servedBy: null,
        answerLogprobs,
      };
      return { completion, pauseSeconds: 0 };
    },
  };
  return { ...llm, requests };
}
