import type { Query, RunEstimate } from "../types.js";
import type { DemoSet } from "./demos.js";
import type { ModelCard } from "./llm.js";
import { assumedOutput, type Pilot, pilotOutput } from "./output-estimate.js";
import { costOfUsage } from "./prices.js";
import { type AnswerForm, type PromptTemplate, renderAnswer, renderRequest } from "./template.js";
import { tokenCounter } from "./token-counter.js";

/** Seconds of one answer, before anything was measured. */
const assumedSeconds = { plain: 1, reasoning: 3 };

/**
 * What asking a model about each text takes. Equal texts are asked once; what is stored already is not known here.
 *
 * @param pilot answers that this model gave to this prompt: how long they are is then measured, not assumed
 */
export async function estimatePrompt(
  card: ModelCard,
  template: PromptTemplate,
  demos: DemoSet,
  queries: readonly Query[],
  form: AnswerForm,
  maxConcurrency: number,
  pilot?: Pilot,
): Promise<RunEstimate> {
  const counter = await tokenCounter(card);
  const texts = [...new Set(queries.map(({ text }) => text))];
  const calls = texts.length;
  const inputTokens = texts.reduce((sum, text) => {
    const { messages, schema } = renderRequest(template, demos.shown, text, form);
    return sum + counter.countMessages(messages, schema);
  }, 0);
  const answers = template.labels.map((label) => counter.count(renderAnswer([label], template.isMultiLabel, form)));
  const answerTokens = answers.reduce((sum, tokens) => sum + tokens, 0) / answers.length;
  const measured = pilot === undefined ? null : pilotOutput(pilot, calls);
  const output = measured ?? assumedOutput(card, answerTokens);
  const usdOf = (input: number, outputEach: number): number | null => {
    if (card.price === null || calls === 0) return card.price === null ? null : 0;
    const each = { inputTokens: input / calls, cachedInputTokens: 0, outputTokens: outputEach, reasoningTokens: 0 };
    return calls * costOfUsage(card.price, each);
  };
  const low = usdOf(inputTokens * (1 - counter.tolerance), output.low);
  const high = usdOf(inputTokens * (1 + counter.tolerance), output.high);
  const secondsPerCall = card.isReasoning ? assumedSeconds.reasoning : assumedSeconds.plain;
  return {
    calls,
    inputTokens,
    outputTokens: Math.round(output.tokens * calls),
    usd: usdOf(inputTokens, output.tokens),
    ...(low === null || high === null ? {} : { usdRange: { low, high } }),
    basis: `Tokens of prompts are ${counter.basis}; ${output.basis}.`,
    seconds: (calls * secondsPerCall) / Math.max(1, Math.min(maxConcurrency, calls)),
  };
}
