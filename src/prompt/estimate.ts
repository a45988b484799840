import type { Query, RunEstimate } from "../types.js";
import type { DemoSet } from "./demos.js";
import type { ModelCard } from "./llm.js";
import { costOfUsage } from "./prices.js";
import { type AnswerForm, delimitText, type PromptTemplate, renderRequest } from "./template.js";
import { estimateMessageTokens, estimateTokens } from "./tokens.js";

/** What one answer is taken to need beyond the label itself, before anything was measured. */
const assumed = {
  /** Recorded on 5,000 SMS messages: gpt-5-mini 29, gpt-5 40, gpt-5-nano 102. */
  reasoningTokens: 100,
  secondsPlain: 1,
  secondsReasoning: 3,
};

/** What asking a model about each text takes. Equal texts are asked once; what is stored already is not known here. */
export function estimatePrompt(
  card: ModelCard,
  template: PromptTemplate,
  demos: DemoSet,
  queries: readonly Query[],
  form: AnswerForm,
  maxConcurrency: number,
): RunEstimate {
  const texts = [...new Set(queries.map(({ text }) => text))];
  const { messages, schema } = renderRequest(template, demos.shown, "", form);
  const fixedTokens =
    estimateMessageTokens(messages.slice(0, -1)) + (schema === undefined ? 0 : estimateTokens(JSON.stringify(schema)));
  const textTokens = texts.reduce((sum, text) => sum + estimateTokens(delimitText(text, template.maxTextCharacters).content), 0);
  const labelTokens = template.labels.reduce((sum, label) => sum + estimateTokens(label), 0) / template.labels.length;
  const answerTokens = Math.ceil(labelTokens) + (form === "json" ? 6 : 1) + (card.isReasoning ? assumed.reasoningTokens : 0);
  const calls = texts.length;
  const inputTokens = fixedTokens * calls + textTokens;
  const outputTokens = answerTokens * calls;
  const usage = { inputTokens, cachedInputTokens: 0, outputTokens, reasoningTokens: 0 };
  const secondsPerCall = card.isReasoning ? assumed.secondsReasoning : assumed.secondsPlain;
  return {
    calls,
    inputTokens,
    outputTokens,
    usd: card.price === null ? null : costOfUsage(card.price, usage),
    seconds: (calls * secondsPerCall) / Math.max(1, Math.min(maxConcurrency, calls)),
  };
}
