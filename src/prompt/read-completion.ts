import type { Prediction, Usage } from "../types.js";
import { parseAnswer, parseAnswers } from "./answer.js";
import type { Answered } from "./client.js";
import { finalAnswer } from "./final-answer.js";
import type { Completion } from "./llm.js";
import type { AnswerStyle, PromptTemplate } from "./template.js";

/** What a completion says: labels, or why there are none. Of a reasoned one only the end counts, not the thoughts. */
export function readCompletion(
  completion: Pick<Completion, "text" | "finish">,
  task: Pick<PromptTemplate, "labels" | "aliases" | "isMultiLabel"> & Partial<Pick<PromptTemplate, "descriptions">>,
  style: AnswerStyle = "direct",
): Pick<Prediction, "answer" | "failure" | "rawAnswer"> {
  // Of thoughts the end says more.
  const rawAnswer = style === "reasoned" ? completion.text.slice(-500) : completion.text.slice(0, 500);
  if (completion.finish === "refused") return { answer: null, failure: "refused", rawAnswer };
  // What was cut off may have been the rest of another label ("card" of "card_arrival").
  if (completion.finish === "length") return { answer: null, failure: "truncated", rawAnswer };
  const parse = task.isMultiLabel ? parseAnswers : parseAnswer;
  const stated = style === "reasoned" ? finalAnswer(completion.text, task.isMultiLabel) : completion.text;
  const parsed = parse(stated, task.labels, task.aliases, task.descriptions);
  if ("failure" in parsed) return { answer: null, failure: parsed.failure, rawAnswer };
  const isPlain = parsed.answer.length === 1 && completion.text.trim() === parsed.answer[0];
  return { answer: parsed.answer, ...(isPlain ? {} : { rawAnswer }) };
}

/**
 * The bill of all requests that were made for one row: several samples at once, each of them one request or more, one after the other.
 * Usage, cost and latency are unknown where those of one request are.
 */
export function billOf(
  samples: readonly (readonly Answered[])[],
): Pick<Prediction, "usage" | "costUsd" | "latencySeconds" | "isCached"> {
  const requests = samples.flat();
  if (requests.length === 0) return {};
  const usage = sumKnown(
    requests.map(({ completion }) => completion.usage),
    addUsage,
  );
  const latencies = samples.map(latencyOf);
  return {
    ...(latencies.includes(null) ? {} : { latencySeconds: Math.max(...latencies.map(Number)) }),
    costUsd: sumKnown(
      requests.map(({ costUsd }) => costUsd),
      (a, b) => a + b,
    ),
    isCached: requests.every(({ isCached }) => isCached),
    ...(usage === null ? {} : { usage }),
  };
}

/** `null` where a part of it is not known. */
function latencyOf(requests: readonly Answered[]): number | null {
  if (requests.length === 0) return 0;
  return sumKnown(
    requests.map(({ completion }) => completion.latencySeconds),
    (a, b) => a + b,
  );
}

function sumKnown<Value>(values: readonly (Value | null)[], add: (a: Value, b: Value) => Value): Value | null {
  return values.reduce((sum, value) => (sum === null || value === null ? null : add(sum, value)));
}

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
