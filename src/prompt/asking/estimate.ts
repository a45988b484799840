import { estimateEmbeddingSeconds } from "../../lib/embedding-estimate.js";
import { evenlySpaced } from "../../lib/evenly-spaced.js";
import type { PredictContext, RunEstimate } from "../../types/approach.js";
import type { Query } from "../../types/data.js";
import type { Encoder } from "../../types/encoder.js";
import type { ModelCard } from "../llm.js";
import { costOfUsage } from "../prices/prices.js";
import type { PromptProgram } from "../program.js";
import { decisionBody } from "../providers/decide/decision-request.js";
import { type AnswerForm, answerForm, delimitText, type PromptTemplate, renderAnswer, renderRequest } from "../template.js";
import { checkAskable } from "./decidable.js";
import { assumedOutput, type Pilot, pilotOutput } from "./output-estimate.js";
import { needsEncoder, prepareQuestions } from "./question.js";
import { tokenCounter } from "./token-counter.js";

/** Seconds of one answer, before anything was measured. */
const assumedSeconds = { plain: 1, reasoning: 3 };

/** The three sentences of thoughts that a prompt may ask for, before anything was measured. */
const statedThoughtTokens = 100;

/** Texts that are tried for what comes with them, and the examples that are searched for it: an estimate must not embed everything. */
const [sampleTexts, samplePool] = [32, 256];

export interface EstimateOptions {
  readonly isTextOnly: boolean;
  readonly maxConcurrency: number;
  /** Answers that this model gave to this prompt: how long they are is then measured, not assumed. */
  readonly pilot?: Pilot;
}

/**
 * What asking a model about each text takes: every sample of every text, tokens with the examples that come with a text. Those that are
 * retrieved are taken as the mean over a sample of the texts. Equal texts are asked once; what is stored already is not known here.
 */
export async function estimateProgram(
  card: ModelCard,
  program: PromptProgram,
  encoder: Encoder | undefined,
  queries: readonly Query[],
  { isTextOnly, maxConcurrency, pilot }: EstimateOptions,
): Promise<RunEstimate> {
  const { template, answer: style, samples } = program;
  const { decides } = card;
  checkAskable(program, card);
  // How its servers count is not known, whoever's model it is.
  const counter = await tokenCounter(decides === undefined ? card : { ...card, model: "" });
  const isStructured = !isTextOnly && card.price?.supports_response_schema !== false;
  const formOf = (asked: PromptTemplate): AnswerForm => answerForm({ isStructured }, asked);
  const texts = [...new Set(queries.map(({ text }) => text))];
  const windowTokens = card.price?.max_input_tokens ?? Number.POSITIVE_INFINITY;
  const tokensOf = (text: string): number => counter.count(delimitText(text, template.maxTextCharacters).content);
  const ownTokens = texts.reduce((sum, text) => sum + Math.min(windowTokens, tokensOf(text)), 0);
  const context: PredictContext = { signal: new AbortController().signal, useCache: true, spend: () => {}, log: () => {} };
  const tried = evenlySpaced(texts, needsEncoder(program) ? sampleTexts : 1);
  const questionOf = await (await prepareQuestions(sampled(program), encoder, context)).about(tried, context);
  const promptTokens = tried.map((text, place) => {
    const { template: offered, demos } = questionOf(place);
    const { messages, schema, question } = renderRequest(offered, demos, text, formOf(offered), { style });
    const tokens =
      decides === undefined || question === undefined
        ? counter.countMessages(messages, schema)
        : counter.count(decisionBody("systemone", card.model, question));
    return tokens - tokensOf(text);
  });
  const calls = texts.length * samples;
  const inputTokens = Math.round(mean(promptTokens) * calls + ownTokens * samples);

  const answers = template.labels.map((label) =>
    counter.count(renderAnswer({ labels: [label] }, template.isMultiLabel, formOf(template), "direct")),
  );
  const isReasoned = style === "reasoned";
  const assumed = assumedOutput(card, mean(answers) + (isReasoned ? statedThoughtTokens : 0));
  const written = { ...assumed, ...(decides !== undefined && nothingWritten) };
  const output = (pilot && pilotOutput(pilot, calls)) ?? {
    ...written,
    ...(isReasoned && { basis: `${assumed.basis}, after ${statedThoughtTokens} tokens of thoughts` }),
  };
  const usdOf = (input: number, outputEach: number): number | null => {
    if (card.price === null || calls === 0) return card.price === null ? null : 0;
    const each = { inputTokens: input / calls, cachedInputTokens: 0, outputTokens: outputEach, reasoningTokens: 0 };
    return calls * costOfUsage(card.price, each);
  };
  const low = usdOf(inputTokens * (1 - counter.tolerance), output.low);
  const high = usdOf(inputTokens * (1 + counter.tolerance), output.high);
  const secondsPerCall = card.isReasoning || isReasoned ? assumedSeconds.reasoning : assumedSeconds.plain;
  const askingSeconds = card.isAskedByJobs
    ? 0
    : (card.batchSeconds ?? (calls * secondsPerCall) / Math.max(1, Math.min(maxConcurrency, calls)));
  const embeddingSeconds = await secondsToEmbed(program, encoder, texts);
  return {
    calls,
    inputTokens,
    outputTokens: Math.round(output.tokens * calls),
    usd: usdOf(inputTokens, output.tokens),
    ...(low === null || high === null ? {} : { usdRange: { low, high } }),
    basis: `Tokens of prompts are ${counter.basis}; ${output.basis}.${timeBasis(card)}`,
    seconds: (calls === 0 ? 0 : askingSeconds) + embeddingSeconds,
    ...(embeddingSeconds === 0 ? {} : { embeddingSeconds }),
  };
}

/** What the seconds of an estimate rest on, where that is to be said. */
function timeBasis({ isAskedByJobs, batchSeconds }: ModelCard): string {
  if (isAskedByJobs) return " How long the jobs take is not known before they run.";
  return batchSeconds === undefined ? "" : " The time of a batch is the most that the service promises.";
}

const nothingWritten = { tokens: 0, low: 0, high: 0, basis: "a decision model writes nothing" };

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);
}

/** The program with a part of its pool. */
function sampled(program: PromptProgram): PromptProgram {
  const { demos } = program;
  if (demos.kind === "fixed") return program;
  return { ...program, demos: { ...demos, pool: evenlySpaced(demos.pool, samplePool) } };
}

async function secondsToEmbed(program: PromptProgram, encoder: Encoder | undefined, texts: readonly string[]): Promise<number> {
  if (encoder === undefined || !needsEncoder(program)) return 0;
  const known = program.demos.kind === "fixed" ? program.demos.examples : program.demos.pool;
  return estimateEmbeddingSeconds(encoder, [...known.map(({ text }) => text), ...texts]);
}

/** What two pieces of work take together. */
export function sumOfEstimates(a: RunEstimate, b: RunEstimate): RunEstimate {
  return {
    calls: a.calls + b.calls,
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    usd: a.usd === null || b.usd === null ? null : a.usd + b.usd,
    seconds: a.seconds + b.seconds,
  };
}
