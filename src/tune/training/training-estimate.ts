/** @file How large a model is, and how long it takes for texts on this machine: measured on a few of them, for plans. */
import { createSession } from "../../autodiff/session.js";
import { packTokens } from "../encoders/packed-tokens.js";
import { type Pretrained, weightsOf } from "../pretrained/pretrained.js";
import { tokenBatch } from "../pretrained/token-batch.js";
import type { TokenIds } from "../pretrained/tokenizer.js";
import { passes } from "./batches.js";
import { attentionCost, passOverhead } from "./pass-cost.js";

/** From so many weights on a model is trained with the smaller learning rate: DistilBERT has 66 million, BERT-base 110. */
const largeModel = 8e7;
const learningRates = { small: 5e-5, large: 2e-5 } as const;

/** The learning rate that an encoder of this size is trained with, all of it. */
export function usualLearningRate(pretrained: Pretrained): number {
  return parametersOf(pretrained) < largeModel ? learningRates.small : learningRates.large;
}

/** The number of weights of the encoder. */
function parametersOf(pretrained: Pretrained): number {
  const { hidden, inputIds, attentionMask } = pretrained.build();
  const shapes = weightsOf([hidden], [inputIds, attentionMask]).map(({ params }) => params.shape);
  return shapes.reduce((total, shape) => total + shape.reduce<number>((count, length) => count * Number(length), 1), 0);
}

/** Texts to be trained on, each so many times on average, and texts to be answered. */
export interface PlannedTexts {
  readonly trained: readonly string[];
  readonly times: number;
  /** How often gradients of all weights leave the session. */
  readonly updates: number;
  /** What a step takes of one that trains all weights. @default 1 */
  readonly stepShare?: number;
  /** Whether texts of all lengths are trained on together, padded to the longest; otherwise those of about one length. */
  readonly isMixed?: boolean;
  readonly answered: readonly string[];
}

/** Training goes forward, and back through twice as many products. */
const trainingFactor = 3;

/** About how many seconds these texts take on this machine: their pass forward, measured on a few of them; training three times that. */
export async function estimateSeconds(
  pretrained: Pretrained,
  { trained, times, updates, stepShare = 1, isMixed = false, answered }: PlannedTexts,
  threads?: number,
): Promise<number> {
  const [tried] = [trained, answered].filter((texts) => texts.length > 0);
  if (tried === undefined) return 0;
  const pace = await paceOf(pretrained, tried, threads);
  const work = (texts: readonly string[], tokensPerBatch: number): number => {
    const batches = triedBatches(pretrained, texts, tokensPerBatch);
    return (texts.length * workOf(batches)) / Math.max(1, batches.flat().length);
  };
  const whole = Number.POSITIVE_INFINITY;
  const steps = times * work(trained, isMixed ? whole : tokensPerPass) + updates * passOverhead;
  const learned = trainingFactor * stepShare * steps;
  return pace * (learned + work(answered, tokensPerPass));
}

/**
 * Seconds that a token takes alone, by the file of the weights and the number of threads: measured once in a process, since for a language model
 * to read the weights alone takes seconds, and a plan asks for every approach and every part of the rows.
 */
const paces = new Map<string, Promise<number>>();

function paceOf(pretrained: Pretrained, texts: readonly string[], threads: number | undefined): Promise<number> {
  const key = JSON.stringify([pretrained.stored.path, threads]);
  const known = paces.get(key);
  if (known !== undefined) return known;
  const measured = measuredPace(pretrained, texts, threads);
  paces.set(key, measured);
  measured.catch(() => paces.delete(key));
  return measured;
}

async function measuredPace(pretrained: Pretrained, texts: readonly string[], threads: number | undefined): Promise<number> {
  const graph = pretrained.build();
  const weights = await pretrained.stored.read(weightsOf([graph.hidden], [graph.inputIds, graph.attentionMask]));
  await using session = await createSession(packTokens({ hidden: graph.hidden }, graph).roots, {
    weights,
    ...(threads !== undefined && { threads }),
  });
  const batches = triedBatches(pretrained, texts, tokensPerPass);
  const fed = batches.map((batch) => tokenBatch(batch, pretrained.tokenizer.padId));
  // The first run of a session sets memory up and would count for all.
  await session.run(fed[0]!);
  const start = performance.now();
  for (const batch of fed) await session.run(batch);
  return (performance.now() - start) / 1000 / workOf(batches);
}

/** At evenly spaced ranks of length, so that their mean length is that of all. */
const triedTexts = 32;
/** Of one batch, padding included. */
const tokensPerPass = 2048;

/** A few of the texts as tokens, in batches. */
function triedBatches(
  { tokenizer, maxTokens }: Pretrained,
  texts: readonly string[],
  tokensPerBatch: number,
): (readonly TokenIds[])[] {
  const byLength = [...texts].sort((a, b) => a.length - b.length);
  const size = Math.min(triedTexts, byLength.length);
  const ids = Array.from({ length: size }, (_, i) =>
    tokenizer.encode(byLength[Math.floor(((i + 0.5) * byLength.length) / size)]!, maxTokens),
  );
  const lengths = ids.map(({ length }) => length);
  const longestFirst = [...ids.keys()].sort((a, b) => lengths[b]! - lengths[a]!);
  return passes(longestFirst, lengths, tokensPerBatch).map((pass) => pass.map((row) => ids[row]!));
}

/** What batches cost, in the time that one token takes alone. */
function workOf(batches: readonly (readonly TokenIds[])[]): number {
  const costs = batches.map((batch) => {
    const lengths = batch.map(({ length }) => length);
    return lengths.reduce((total, length) => total + length, attentionCost(batch.length, Math.max(...lengths)));
  });
  return costs.reduce((total, cost) => total + cost, 0);
}
