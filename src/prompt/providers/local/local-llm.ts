/**
 * @file Language models in this process: `local:ORG/MODEL`. No server, no key, no price but this machine's time.
 *
 * A question with one label as its answer is not generated but scored: the natural log-probability of `{"label":"…"}` is computed for every
 * label, as a sum over its tokens, not divided by their number; the closing quote is among them, so that "card" is told from "card arrival".
 * Their softmax is the distribution over the labels, its largest the answer, or a draw where a temperature is asked for. So a small model
 * never fails to answer, and says how sure it is. Everything else (thoughts first, several labels, instructions) is generated.
 */

import { sha256 } from "../../../lib/hash.js";
import { drawn, type Random, random } from "../../../lib/random.js";
import type { GeneratedToken, Ids, LocalEngine } from "../../../types/local-engine.js";
import { openPace } from "../../client/rate-limiter.js";
import {
  type AnswerLogprob,
  type Completion,
  type CompletionRequest,
  type Llm,
  LlmError,
  type ModelCard,
  maxCompletionCharacters,
  type ScoredAnswers,
  type TokenLogprob,
} from "../../llm.js";
import { labelCompletion, logSoftmax } from "./label-completion.js";
import { type LocalModel, localModel } from "./local-model.js";
import { type EntailmentModel, judged } from "./local-nli.js";

/** As many alternatives of a token as OpenAI tells. */
const mostAlternatives = 20;

/** So many questions may wait at once: those whose turn comes together are computed together. */
const mostAtOnce = 16;

/** What is run: a model that continues texts, or one that judges entailment. */
export type LocalRunner =
  | { readonly kind: "continues"; readonly engine: LocalEngine }
  | { readonly kind: "judges"; readonly model: EntailmentModel };

/** A model whose weights are not in memory yet. */
export interface LocalSource {
  /** What distinguishes these weights and their arithmetic from others: a part of the key of every stored answer. */
  readonly version: string;
  readonly kind: LocalRunner["kind"];
  load(): Promise<LocalRunner>;
}

/** What answers one request. */
type Answering = (card: ModelCard, request: CompletionRequest, signal: AbortSignal) => Promise<Completion>;

/** One copy of each model, however many approaches ask it: a copy may be gigabytes. In memory, or on its way there. */
const seats = new Map<string, Promise<Answering>>();

/** A model that can be asked; its weights are loaded with the first question. */
export function localLlm(card: ModelCard, source: LocalSource): Llm {
  const key = JSON.stringify([card.model, source.version]);
  const seatOf = (): Promise<Answering> => {
    const seat = seats.get(key) ?? source.load().then(answering);
    seats.set(key, seat);
    return seat;
  };
  return {
    ...card,
    // Other weights are another model, also under the same name.
    baseUrl: `local:${source.version}`,
    pace: openPace(mostAtOnce),
    isSharingTime: true,
    parameters: { temperature: 0, seed: 0 },
    isStructured: true,
    hasLogprobs: true,
    scoresAnswers: source.kind === "continues",
    async complete(request, signal) {
      const answer = await seatOf();
      return { completion: await answer(card, request, signal), pauseSeconds: 0 };
    },
  };
}

function answering(runner: LocalRunner): Answering {
  if (runner.kind === "judges") return (card, request, signal) => judged(card, runner.model, request, signal);
  const model = localModel(runner.engine);
  return (card, request, signal) => {
    if (request.scored !== undefined) return toldAnswers(card, model, request, request.scored, signal);
    const labels = labelsOf(request);
    return labels === null ? generated(card, model, request, signal) : scored(card, model, request, labels, signal);
  };
}

/** The labels of a question whose answer is one label and nothing else; `null` for any other. */
function labelsOf({ schema }: CompletionRequest): { readonly property: string; readonly labels: readonly string[] } | null {
  const properties = Object.entries(schema?.properties ?? {});
  const [property, { enum: labels } = {}] = properties[0] ?? [];
  return properties.length === 1 && property !== undefined && labels !== undefined ? { property, labels } : null;
}

async function scored(
  card: ModelCard,
  model: LocalModel,
  request: CompletionRequest,
  { property, labels }: NonNullable<ReturnType<typeof labelsOf>>,
  signal: AbortSignal,
): Promise<Completion> {
  const answers = labels.map((label) => JSON.stringify({ [property]: label }));
  const { shared, told, seconds } = await answerLogprobs(card, model, request.messages, { layout: "chat", answers }, signal);
  const logprobs = logSoftmax(told.map(({ logprob }) => logprob));
  const chosen = drawn(logprobs, request.temperature ?? 0, chance(request));
  const answer = {
    property,
    labels,
    logprobs,
    chosen,
    inputTokens: shared,
    outputTokens: told[chosen]!.tokens,
    servedBy: card.model,
  };
  return { ...labelCompletion(answer, request), latencySeconds: seconds };
}

/** Of each answer how likely it is. The text is the likeliest of them. */
async function toldAnswers(
  card: ModelCard,
  model: LocalModel,
  { messages }: CompletionRequest,
  asked: ScoredAnswers,
  signal: AbortSignal,
): Promise<Completion> {
  const { shared, told, seconds } = await answerLogprobs(card, model, messages, asked, signal);
  const best = told.reduce((most, { logprob }, i) => (logprob > told[most]!.logprob ? i : most), 0);
  return {
    text: asked.answers[best]!.trim(),
    finish: "stop",
    usage: { inputTokens: shared, cachedInputTokens: 0, outputTokens: told[best]!.tokens, reasoningTokens: 0 },
    latencySeconds: seconds,
    servedBy: card.model,
    answerLogprobs: told,
  };
}

/** Answers after the messages. */
interface ToldAnswers {
  /** Tokens before those in which the answers differ. */
  readonly shared: number;
  /** By the tokens in which they differ. */
  readonly told: readonly AnswerLogprob[];
  readonly seconds: number;
}

async function answerLogprobs(
  card: ModelCard,
  model: LocalModel,
  messages: CompletionRequest["messages"],
  { layout, answers }: Pick<ScoredAnswers, "layout" | "answers">,
  signal: AbortSignal,
): Promise<ToldAnswers> {
  const prompt = model.render(messages, layout);
  const whole = answers.map((answer) => model.encode(prompt + answer, layout));
  // Where a token may reach over the end of the prompt, only what all answers share is taken as given.
  const shared = Math.min(commonLength(whole), ...whole.map((ids) => ids.length - 1));
  checkLength(card, model, Math.max(...whole.map((ids) => ids.length)));
  const { logprobs, seconds } = await model.score(
    whole[0]!.slice(0, shared),
    whole.map((ids) => ids.slice(shared)),
    signal,
  );
  return { shared, seconds, told: logprobs.map((logprob, i) => ({ logprob, tokens: whole[i]!.length - shared })) };
}

async function generated(
  card: ModelCard,
  model: LocalModel,
  request: CompletionRequest,
  signal: AbortSignal,
): Promise<Completion> {
  const prompt = model.encode(model.render(request.messages));
  checkLength(card, model, prompt.length + 1);
  const most = Math.min(request.maxOutputTokens, model.maxTokens - prompt.length);
  const { tokens, isEnded, seconds } = await model.generate(prompt, {
    most,
    temperature: request.temperature ?? 0,
    random: chance(request),
    signal,
  });
  const text = model.decode(tokens.map(({ id }) => id));
  const logprobs = request.wantsLogprobs === true ? tokensOf(model, tokens) : undefined;
  return {
    text: text.slice(0, maxCompletionCharacters),
    finish: isEnded ? "stop" : "length",
    usage: { inputTokens: prompt.length, cachedInputTokens: 0, outputTokens: tokens.length, reasoningTokens: 0 },
    servedBy: card.model,
    latencySeconds: seconds,
    // Tokens that are parts of a character do not add up to the text.
    ...(logprobs !== undefined && logprobs.map(({ token }) => token).join("") === text ? { logprobs } : {}),
  };
}

function tokensOf(model: LocalModel, tokens: readonly GeneratedToken[]): TokenLogprob[] {
  return tokens.map(({ id, logprobs }) => ({
    token: model.decode([id]),
    logprob: logprobs[id]!,
    top: likeliest(logprobs).map((other) => ({ token: model.decode([other]), logprob: logprobs[other]! })),
  }));
}

function likeliest(logprobs: GeneratedToken["logprobs"]): Ids {
  const ids = Array.from(logprobs.keys()).sort((a, b) => logprobs[b]! - logprobs[a]!);
  return ids.slice(0, mostAlternatives);
}

/** What is left to chance depends on the question and on how often it was asked, and on nothing else. */
function chance(request: CompletionRequest): Random {
  return random(request.repeat ?? 0, sha256(...request.messages.map(({ content }) => content)));
}

function checkLength({ spec }: ModelCard, { maxTokens }: LocalModel, tokens: number): void {
  if (tokens <= maxTokens) return;
  throw new LlmError("request", `${spec} reads at most ${maxTokens} tokens, and the prompt with its answer has ${tokens}.`);
}

function commonLength(rows: readonly Ids[]): number {
  const [first = []] = rows;
  const end = first.findIndex((id, i) => rows.some((ids) => ids[i] !== id));
  return end < 0 ? first.length : end;
}
