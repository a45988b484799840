/**
 * @file Language models in this process: `local:ORG/MODEL`. No server, no key, no price but this machine's time.
 *
 * A question with one label as its answer is not generated but scored: the natural log-probability of `{"label":"…"}` is computed for every
 * label, as a sum over its tokens, not divided by their number; the closing quote is among them, so that "card" is told from "card arrival".
 * Their softmax is the distribution over the labels, its largest the answer, or a draw where a temperature is asked for. So a small model
 * never fails to answer, and says how sure it is. Everything else (thoughts first, several labels, instructions) is generated.
 */

import { sha256 } from "../../lib/hash.js";
import { random } from "../../lib/random.js";
import {
  type Completion,
  type CompletionRequest,
  type Llm,
  LlmError,
  type ModelCard,
  maxCompletionCharacters,
  type TokenLogprob,
} from "../llm.js";
import { adaptivePace } from "../pace.js";
import type { LocalFiles } from "./local-files.js";
import { type GeneratedToken, type Ids, type LocalModel, loadLocalModel } from "./local-model.js";

/** As many alternatives of a token as OpenAI tells. */
const mostAlternatives = 20;

/** A text-generation model that can be asked; its weights are loaded with the first question. One question at a time. */
export function localLlm(card: ModelCard, files: LocalFiles): Llm {
  let loaded: Promise<LocalModel> | undefined;
  /** Ends when the last question is answered. */
  let queue: Promise<unknown> = Promise.resolve();
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = queue.then(work);
    queue = result.catch(() => undefined);
    return result;
  };
  return {
    ...card,
    // Other weights are another model, also under the same name.
    baseUrl: `local:${files.version}`,
    pace: adaptivePace({ maxConcurrency: 1 }),
    parameters: { temperature: 0, seed: 0 },
    isStructured: true,
    complete: (request, signal) =>
      inTurn(async () => {
        loaded ??= loadLocalModel(files);
        const model = await loaded;
        const startedAt = performance.now();
        const completion = await complete(card, model, request, signal);
        return { completion: { ...completion, latencySeconds: (performance.now() - startedAt) / 1000 }, pauseSeconds: 0 };
      }),
  };
}

type Answer = Omit<Completion, "latencySeconds">;

function complete(card: ModelCard, model: LocalModel, request: CompletionRequest, signal: AbortSignal): Promise<Answer> {
  const labels = labelsOf(request);
  return labels === null ? generated(card, model, request, signal) : scored(card, model, request, labels, signal);
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
): Promise<Answer> {
  const prompt = model.render(request.messages);
  const answers = labels.map((label) => JSON.stringify({ [property]: label }));
  const whole = answers.map((answer) => model.encode(prompt + answer));
  // Where a token may reach over the end of the prompt, only what all answers share is taken as given.
  const shared = Math.min(commonLength(whole), ...whole.map((ids) => ids.length - 1));
  checkLength(card, model, Math.max(...whole.map((ids) => ids.length)));
  const scores = await model.score(
    whole[0]!.slice(0, shared),
    whole.map((ids) => ids.slice(shared)),
    signal,
  );
  const logprobs = logSoftmax(scores);
  const draws = chance(request);
  const values =
    (request.temperature ?? 0) === 0 ? logprobs : logprobs.map((value) => value / request.temperature! + draws.gumbel());
  const chosen = values.indexOf(Math.max(...values));
  const text = answers[chosen]!;
  return {
    text,
    finish: "stop",
    usage: usageOf(shared, whole[chosen]!.length - shared),
    servedBy: card.model,
    ...(request.wantsLogprobs === true ? { logprobs: labelTokens(text, labels, logprobs, chosen) } : {}),
  };
}

/** The answer as three tokens: the label whole, with every label as an alternative, and around it what was certain. */
function labelTokens(text: string, labels: readonly string[], logprobs: readonly number[], chosen: number): TokenLogprob[] {
  const written = labels.map((label) => JSON.stringify(label).slice(1, -1));
  const certain = (token: string): TokenLogprob => ({ token, logprob: 0, top: [{ token, logprob: 0 }] });
  const label = written[chosen]!;
  const start = text.length - label.length - 2;
  const top = written.map((token, i) => ({ token, logprob: logprobs[i]! })).sort((a, b) => b.logprob - a.logprob);
  return [
    certain(text.slice(0, start)),
    { token: label, logprob: logprobs[chosen]!, top },
    certain(text.slice(start + label.length)),
  ];
}

async function generated(card: ModelCard, model: LocalModel, request: CompletionRequest, signal: AbortSignal): Promise<Answer> {
  const prompt = model.encode(model.render(request.messages));
  checkLength(card, model, prompt.length + 1);
  const most = Math.min(request.maxOutputTokens, model.maxTokens - prompt.length);
  const { tokens, isEnded } = await model.generate(prompt, {
    most,
    temperature: request.temperature ?? 0,
    random: chance(request).stream,
    signal,
  });
  const text = model.decode(tokens.map(({ id }) => id));
  const logprobs = request.wantsLogprobs === true ? tokensOf(model, tokens) : undefined;
  return {
    text: text.slice(0, maxCompletionCharacters),
    finish: isEnded ? "stop" : "length",
    usage: usageOf(prompt.length, tokens.length),
    servedBy: card.model,
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

function likeliest(logprobs: Float64Array): Ids {
  const ids = Array.from(logprobs.keys()).sort((a, b) => logprobs[b]! - logprobs[a]!);
  return ids.slice(0, mostAlternatives);
}

/** What is left to chance depends on the question and on how often it was asked, and on nothing else. */
function chance(request: CompletionRequest): { readonly stream: ReturnType<typeof random>; gumbel(): number } {
  const stream = random(request.repeat ?? 0, sha256(...request.messages.map(({ content }) => content)));
  return { stream, gumbel: () => -Math.log(-Math.log(stream.uniform() || Number.MIN_VALUE)) };
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

function logSoftmax(values: readonly number[]): number[] {
  const most = Math.max(...values);
  const total = values.reduce((sum, value) => sum + Math.exp(value - most), 0);
  return values.map((value) => value - most - Math.log(total));
}

function usageOf(inputTokens: number, outputTokens: number): NonNullable<Completion["usage"]> {
  return { inputTokens, cachedInputTokens: 0, outputTokens, reasoningTokens: 0 };
}
