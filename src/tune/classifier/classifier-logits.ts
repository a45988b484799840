/** @file A classifier at work: tokens to logits, logits to probabilities and answers. */
import { setImmediate } from "node:timers/promises";
import { createSession, type Session, type SessionOptions } from "../../autodiff/session.js";
import { float32Of } from "../../autodiff/values.js";
import { throwIfAborted } from "../../lib/errors.js";
import type { Prediction } from "../../types/prediction.js";
import { packTokens } from "../encoders/packed-tokens.js";
import { tokenBatch } from "../pretrained/token-batch.js";
import type { TokenIds } from "../pretrained/tokenizer.js";
import { defaultThreshold } from "../regression/thresholds.js";
import { passes } from "../training/batches.js";
import { answeringGraph, type TextClassifier } from "./classifier-model.js";

/**
 * How many tokens, with padding, are computed at once: a fraction of a second of a small model, in which the thread is blocked. Of 512 to 4,096 this is
 * the fastest on two cores: with fewer the threads wait for each other, with more the states do not stay in the cache (1,024: 4.7 s, 2,048: 5.0 s).
 */
const tokensPerPass = 1024;

/** What computes a classifier's logits, without padding. Holds native memory: dispose of it. */
export function logitsSession(
  { pretrained, head, weights }: Pick<TextClassifier, "pretrained" | "head" | "weights">,
  options: Pick<SessionOptions, "threads"> = {},
): Promise<Session<"logits">> {
  const graph = answeringGraph(pretrained, head);
  return createSession(packTokens({ logits: graph.logits }, graph).roots, { ...options, weights });
}

/** The logits of each text, in the order given. Computed longest first; `onDone` hears how many there are. */
export async function logitsOf(
  session: Session<"logits">,
  ids: readonly TokenIds[],
  padId: number,
  { signal, onDone }: { readonly signal: AbortSignal; readonly onDone?: (done: number) => void },
): Promise<Float32Array[]> {
  const lengths = ids.map(({ length }) => length);
  const longestFirst = [...ids.keys()].sort((a, b) => lengths[b]! - lengths[a]!);
  const found = new Array<Float32Array>(ids.length);
  let done = 0;
  for (const pass of passes(longestFirst, lengths, tokensPerPass)) {
    throwIfAborted(signal);
    const batch = pass.map((row) => ids[row]!);
    const { logits } = await session.run(tokenBatch(batch, padId));
    const data = float32Of(logits);
    const width = data.length / batch.length;
    for (const [i, row] of pass.entries()) found[row] = data.subarray(i * width, (i + 1) * width);
    done += pass.length;
    onDone?.(done);
    await setImmediate();
  }
  return found;
}

/** In float64: the probabilities of one row then sum to 1. */
export function probabilitiesOf(logits: Float32Array, isMultiLabel: boolean): number[] {
  if (isMultiLabel) return Array.from(logits, (logit) => 1 / (1 + Math.exp(-logit)));
  const highest = logits.reduce((a, b) => Math.max(a, b));
  const powers = Array.from(logits, (logit) => Math.exp(logit - highest));
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / total);
}

/** What a classifier says of a text. */
export function predictionOf(
  { labels, isMultiLabel, mayBeEmpty, thresholds }: Pick<TextClassifier, "labels" | "isMultiLabel" | "mayBeEmpty" | "thresholds">,
  logits: Float32Array,
): Prediction & { readonly answer: readonly string[]; readonly scores: Readonly<Record<string, number>> } {
  const probabilities = probabilitiesOf(logits, isMultiLabel);
  const scores = Object.fromEntries(labels.map((label, k) => [label, probabilities[k]!]));
  const largest = (values: readonly number[]): string => labels[values.indexOf(Math.max(...values))]!;
  if (!isMultiLabel) return { answer: [largest(probabilities)], scores };
  // From its threshold on a label is given; where none is, although there should be one, the label that comes nearest.
  const shares = probabilities.map((probability, k) => probability / (thresholds?.[k] ?? defaultThreshold));
  const answer = labels.filter((_label, k) => shares[k]! >= 1);
  return { answer: answer.length > 0 || mayBeEmpty ? answer : [largest(shares)], scores };
}
