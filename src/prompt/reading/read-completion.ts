import type { Prediction, Usage } from "../../types/prediction.js";
import type { Answered } from "../client/llm-client.js";
import type { Completion } from "../llm.js";
import type { AnswerStyle, PromptTemplate } from "../template.js";
import { parseAnswer, parseAnswers } from "./answer.js";
import { finalAnswer } from "./final-answer.js";

/** What an answer is read by. */
export type AnsweredTask = Pick<PromptTemplate, "labels" | "aliases" | "isMultiLabel"> &
  Partial<Pick<PromptTemplate, "descriptions">> & {
    /**
     * False where no row has no label and nobody knows that the prompt offered it: "N/A" is then no answer, but what a program writes in the place
     * of one. An empty list still is.
     *
     * @default true
     */
    readonly mayHaveNoLabel?: boolean;
  };

/** Words for "no label" that also stand where there is no answer. */
const noneInWords = /(?:^|[^\p{L}])(?:none|null|n\/a|no labels?|no categor(?:y|ies))(?:$|[^\p{L}])|^\W*no\W*$/iu;

/** What a completion says: labels, or why there are none. Of a reasoned one only the end counts, not the thoughts. */
export function readCompletion(
  completion: Pick<Completion, "text" | "finish" | "probabilities">,
  task: AnsweredTask,
  style: AnswerStyle = "direct",
): Pick<Prediction, "answer" | "failure" | "refusedBy" | "rawAnswer"> {
  // Of thoughts the end says more.
  const rawAnswer = style === "reasoned" ? completion.text.slice(-500) : completion.text.slice(0, 500);
  if (completion.finish === "refused") return { answer: null, failure: "refused", rawAnswer };
  if (completion.finish === "filtered") return { answer: null, failure: "refused", refusedBy: "host", rawAnswer };
  // What was cut off may have been the rest of another label ("card" of "card_arrival").
  if (completion.finish === "length") return { answer: null, failure: "truncated", rawAnswer };
  const parse = task.isMultiLabel ? parseAnswers : parseAnswer;
  const stated = style === "reasoned" ? finalAnswer(completion.text, task.isMultiLabel) : completion.text;
  const parsed = parse(stated, task.labels, task.aliases, task.descriptions);
  if ("answer" in parsed && parsed.answer.length === 0 && task.mayHaveNoLabel === false && noneInWords.test(stated))
    return { answer: null, failure: "unparseable", rawAnswer };
  if ("failure" in parsed) return { answer: null, failure: parsed.failure, rawAnswer };
  // Where labels were chosen, nothing was said: the text stands for them.
  const isChosen = completion.probabilities !== undefined;
  const isPlain = isChosen || (parsed.answer.length === 1 && completion.text.trim() === parsed.answer[0]);
  return { answer: parsed.answer, ...(isPlain ? {} : { rawAnswer }) };
}

/**
 * The bill of all requests that were made for one row: several samples at once, each of them one request or more, one after the other.
 * Usage, cost and latency are unknown where those of one request are.
 */
export function billOf(
  samples: readonly (readonly Answered[])[],
): Pick<Prediction, "usage" | "costUsd" | "latencySeconds" | "isCached"> {
  // What is known so far; `undefined`: no request yet.
  let usage: Usage | null | undefined;
  let costUsd: number | null = 0;
  let latencySeconds: number | null = 0;
  let isCached = true;
  for (const requests of samples) {
    let seconds: number | null = 0;
    for (const request of requests) {
      const { completion } = request;
      usage = usage === undefined ? completion.usage : plus(usage, completion.usage, addUsage);
      costUsd = plus(costUsd, request.costUsd, add);
      seconds = plus(seconds, completion.latencySeconds, add);
      isCached &&= request.isCached;
    }
    latencySeconds = plus(latencySeconds, seconds, Math.max);
  }
  if (usage === undefined) return {};
  return {
    ...(latencySeconds === null ? {} : { latencySeconds }),
    costUsd,
    isCached,
    ...(usage === null ? {} : { usage }),
  };
}

/** `null` where one of them is not known. */
function plus<Value>(a: Value | null, b: Value | null, sum: (a: Value, b: Value) => Value): Value | null {
  return a === null || b === null ? null : sum(a, b);
}

const add = (a: number, b: number): number => a + b;

function addUsage(a: Usage, b: Usage): Usage {
  const written = (a.cacheWriteInputTokens ?? 0) + (b.cacheWriteInputTokens ?? 0);
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    cachedInputTokens: a.cachedInputTokens + b.cachedInputTokens,
    ...(written === 0 ? {} : { cacheWriteInputTokens: written }),
    outputTokens: a.outputTokens + b.outputTokens,
    reasoningTokens: a.reasoningTokens + b.reasoningTokens,
  };
}
