import { estimateEmbeddingSeconds } from "../lib/embedding-estimate.js";
import { evenlySpaced } from "../lib/evenly-spaced.js";
import type { Encoder, PredictContext, Query, RunEstimate } from "../types.js";
import { requestTokens } from "./fitted-request.js";
import type { ModelCard } from "./llm.js";
import { costOfUsage } from "./prices.js";
import type { PromptProgram } from "./program.js";
import { needsEncoder, prepareQuestions } from "./question.js";
import { type AnswerForm, answerForm, delimitText, type PromptTemplate, renderRequest } from "./template.js";
import { estimateTokens } from "./tokens.js";

/** What one answer is taken to need beyond the label itself, before anything was measured. */
export const assumed = {
  /**
   * Thoughts. Unseen ones of reasoning models, recorded on 5,000 SMS messages: gpt-5-mini 29, gpt-5 40, gpt-5-nano 102. The three sentences
   * that a prompt may ask for come to about as much.
   */
  thoughtTokens: 100,
  secondsPlain: 1,
  secondsReasoning: 3,
};

/** Texts that are tried for what comes with them, and the examples that are searched for it: an estimate must not embed everything. */
const [sampleTexts, samplePool] = [32, 256];

/**
 * What asking a model about each text takes: every sample of every text, tokens with the examples that come with a text. Those that are
 * retrieved are taken as the mean over a sample of the texts. Equal texts are asked once; what is stored already is not known here.
 */
export async function estimateProgram(
  card: ModelCard,
  program: PromptProgram,
  encoder: Encoder | undefined,
  queries: readonly Query[],
  options: { readonly isTextOnly: boolean; readonly maxConcurrency: number },
): Promise<RunEstimate> {
  const { template, answer: style, samples } = program;
  const isStructured = !options.isTextOnly && card.price?.supports_response_schema !== false;
  const formOf = (asked: PromptTemplate): AnswerForm => answerForm({ isStructured }, asked);
  const texts = [...new Set(queries.map(({ text }) => text))];
  const windowTokens = card.price?.max_input_tokens ?? Number.POSITIVE_INFINITY;
  const tokensOf = (text: string): number => estimateTokens(delimitText(text, template.maxTextCharacters).content);
  const ownTokens = texts.reduce((sum, text) => sum + Math.min(windowTokens, tokensOf(text)), 0);
  const context: PredictContext = { signal: new AbortController().signal, useCache: true, spend: () => {}, log: () => {} };
  const tried = evenlySpaced(texts, needsEncoder(program) ? sampleTexts : 1);
  const questionOf = await (await prepareQuestions(sampled(program), encoder, context)).about(tried, context);
  const promptTokens = tried.map((_, place) => {
    const { template: offered, demos } = questionOf(place);
    const { messages, schema } = renderRequest(offered, demos, "", formOf(offered), { style });
    return requestTokens({ messages: messages.slice(0, -1), ...(schema === undefined ? {} : { schema }) });
  });
  const meanPromptTokens = promptTokens.reduce((a, b) => a + b, 0) / Math.max(1, promptTokens.length);
  const labelTokens = template.labels.reduce((sum, label) => sum + estimateTokens(label), 0) / template.labels.length;
  const answerTokens =
    Math.ceil(labelTokens) +
    (formOf(template) === "json" ? 6 : 1) +
    (style === "reasoned" ? assumed.thoughtTokens : 0) +
    (card.isReasoning ? assumed.thoughtTokens : 0);
  const calls = texts.length * samples;
  const inputTokens = Math.round(meanPromptTokens * calls + ownTokens * samples);
  const outputTokens = answerTokens * calls;
  const usage = { inputTokens, cachedInputTokens: 0, outputTokens, reasoningTokens: 0 };
  const secondsPerCall = card.isReasoning || style === "reasoned" ? assumed.secondsReasoning : assumed.secondsPlain;
  return {
    calls,
    inputTokens,
    outputTokens,
    usd: card.price === null ? null : costOfUsage(card.price, usage),
    seconds:
      (calls * secondsPerCall) / Math.max(1, Math.min(options.maxConcurrency, calls)) +
      (await embeddingSeconds(program, encoder, texts)),
  };
}

/** The program with a part of its pool. */
function sampled(program: PromptProgram): PromptProgram {
  const { demos } = program;
  if (demos.kind === "fixed") return program;
  return { ...program, demos: { ...demos, pool: evenlySpaced(demos.pool, samplePool) } };
}

async function embeddingSeconds(program: PromptProgram, encoder: Encoder | undefined, texts: readonly string[]): Promise<number> {
  if (encoder === undefined || !needsEncoder(program)) return 0;
  const known = program.demos.kind === "fixed" ? program.demos.examples : program.demos.pool;
  return estimateEmbeddingSeconds(encoder, [...known.map(({ text }) => text), ...texts]);
}
