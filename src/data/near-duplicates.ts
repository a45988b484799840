/**
 * @file Texts that are nearly the same: Jaccard similarity of their character 5-grams at least 0.7.
 *
 * Candidates come from MinHash signatures of 256 values and locality-sensitive hashing (Broder 1997; Leskovec, Rajaraman & Ullman,
 * "Mining of Massive Datasets", ch. 3); every candidate is then verified by its true Jaccard similarity, so that only misses are
 * possible, not false finds. A signature is made by one permutation cut into 256 bins (Li, Owen & Zhang 2012), empty bins borrowed
 * from full ones as Shrivastava (2017, "Optimal Densification") does: the same estimate as 256 permutations at 1/256 of the work.
 */

import type { ProgressEvent } from "../types/events.js";
import { clusters } from "./clusters.js";
import { textKey } from "./text-key.js";

/** From this Jaccard similarity on two texts count as nearly the same. */
export const nearDuplicateJaccard = 0.7;

const gramLength = 5;
const bins = 256;
/**
 * 42 bands of 6 values: a pair with similarity s becomes a candidate with probability 1 − (1 − s⁶)⁴²: .995 at .7, .9999 at .8, and
 * .03 at .3. Missing few costs only the verification of more candidates.
 */
const bandRows = 6;
const bands = Math.floor(bins / bandRows);
/**
 * Members of a bucket that a new one is compared with, and how many comparisons in vain there may be in all. Real texts need two each
 * at most (IMDB 0.02, CLINC150 1.7); texts that fill one template in a million ways would otherwise take hours, and are now searched
 * less thoroughly.
 */
const comparisonsPerBucket = 8;
const comparisonsInVain = (texts: number): number => 100_000 + 4 * texts;

/** Positions of texts that belong together: groups of two or more, each ascending, in the order of their first members. */
export interface DuplicateGroups {
  /** Same `textKey`. */
  readonly exact: readonly (readonly number[])[];
  /** Exact or near duplicates of one another, transitively. */
  readonly near: readonly (readonly number[])[];
}

/** Equal texts alone, in a fraction of the time: `near` is `exact`. */
export function exactGroups(texts: readonly string[]): DuplicateGroups {
  const exact = [...byTextKey(texts).values()].filter((group) => group.length > 1);
  return { exact, near: exact };
}

/** Positions of the texts by their `textKey`, in the order of the first of each. */
function byTextKey(texts: readonly string[]): Map<string, number[]> {
  const byKey = new Map<string, number[]>();
  for (const [i, text] of texts.entries()) {
    const key = textKey(text);
    const group = byKey.get(key);
    if (group) group.push(i);
    else byKey.set(key, [i]);
  }
  return byKey;
}

/**
 * Exact and near duplicates. Time and memory grow in proportion to the texts: 25,000 reviews of 1,300 characters take about two
 * seconds.
 *
 * @param log receives progress. @default nobody
 */
export function duplicateGroups(texts: readonly string[], log: (event: ProgressEvent) => void = () => {}): DuplicateGroups {
  // Exact duplicates first, so that the rest works on distinct texts.
  const byKey = byTextKey(texts);
  const keys = [...byKey.keys()];
  const members = [...byKey.values()];
  const joined = clusters(keys.length);
  const bandKeys = bandKeysOf(keys, log);
  // Key and position as one number, sorted natively: many times faster than sorting by a comparison. Numbers hold 53 bits, so
  // beyond two million texts the keys lose their last bits, which costs only more candidates to verify.
  const positions = 2 ** Math.ceil(Math.log2(Math.max(2, keys.length)));
  const droppedBits = Math.max(0, Math.log2(positions) - 21);
  const order = new Float64Array(keys.length);
  let inVain = 0;
  for (let band = 0; band < bands; band++) {
    log({ kind: "progress", phase: "comparing-texts", done: band, total: bands });
    for (let i = 0; i < keys.length; i++) order[i] = (bandKeys[band * keys.length + i]! >>> droppedBits) * positions + i;
    order.sort();
    const bucketOf = (at: number): number => Math.floor(order[at]! / positions);
    for (let start = 0; start < order.length; ) {
      const bucket = bucketOf(start);
      let end = start + 1;
      while (end < order.length && bucketOf(end) === bucket) end++;
      for (let i = start + 1; i < end; i++) {
        const a = order[i]! % positions;
        let grams: ReadonlySet<number> | undefined;
        for (let j = Math.max(start, i - comparisonsPerBucket); j < i && inVain < comparisonsInVain(keys.length); j++) {
          const b = order[j]! % positions;
          if (joined.areJoined(a, b)) continue;
          grams ??= gramsOf(keys[a]!);
          if (jaccard(grams, gramsOf(keys[b]!)) >= nearDuplicateJaccard) joined.join(a, b);
          else inVain++;
        }
      }
      start = end;
    }
  }
  log({ kind: "progress", phase: "comparing-texts", done: bands, total: bands });
  const together = new Map<number, number[]>();
  for (const [i, rows] of members.entries()) together.set(joined.find(i), [...(together.get(joined.find(i)) ?? []), ...rows]);
  const near = [...together.values()].filter((group) => group.length > 1).map((group) => group.sort((a, b) => a - b));
  return { exact: members.filter((group) => group.length > 1), near: near.sort((a, b) => a[0]! - b[0]!) };
}

/** Jaccard similarity of the sets of character 5-grams of two texts, normalized. A text of fewer characters is one gram. */
export function jaccardSimilarity(a: string, b: string): number {
  return jaccard(gramsOf(textKey(a)), gramsOf(textKey(b)));
}

function jaccard(a: ReadonlySet<number>, b: ReadonlySet<number>): number {
  const [smaller, larger] = a.size < b.size ? [a, b] : [b, a];
  let both = 0;
  for (const gram of smaller) if (larger.has(gram)) both++;
  return both / (a.size + b.size - both);
}

/** The grams as 32-bit numbers: that two of a text's happen to get the same one is too rare to move a similarity. */
function gramsOf(key: string): Set<number> {
  const grams = new Set<number>();
  for (let i = 0; i < gramCount(key); i++) grams.add(gramAt(key, i));
  return grams;
}

function gramCount(key: string): number {
  return Math.max(1, key.length - gramLength + 1);
}

function gramAt(key: string, start: number): number {
  let hash = 0;
  const end = Math.min(key.length, start + gramLength);
  for (let i = start; i < end; i++) hash = (Math.imul(hash, 0x01000193) + key.charCodeAt(i)) | 0;
  return hash;
}

/** One 32-bit key for each band of each text, band by band. */
function bandKeysOf(keys: readonly string[], log: (event: ProgressEvent) => void): Uint32Array {
  const bandKeys = new Uint32Array(keys.length * bands);
  const signature = new Uint32Array(bins);
  for (const [i, key] of keys.entries()) {
    if (i % textsPerEvent === 0) log({ kind: "progress", phase: "finding-duplicates", done: i, total: keys.length });
    sign(key, signature);
    for (let band = 0; band < bands; band++) {
      let hash = band;
      for (let row = 0; row < bandRows; row++) hash = mixed(hash ^ signature[band * bandRows + row]!);
      bandKeys[band * keys.length + i] = hash;
    }
  }
  log({ kind: "progress", phase: "finding-duplicates", done: keys.length, total: keys.length });
  return bandKeys;
}

const textsPerEvent = 8192;

/** Writes the smallest hash of each bin; an empty bin takes the value of the first full one on its own random path. */
function sign(key: string, signature: Uint32Array): void {
  signature.fill(0);
  const count = gramCount(key);
  for (let i = 0; i < count; i++) {
    const value = mixed(gramAt(key, i));
    const bin = value >>> 24;
    // Stored inverted, so that 0 means empty and a larger number is a smaller hash.
    const inverted = ~value & 0xffffff;
    if (inverted + 1 > signature[bin]!) signature[bin] = inverted + 1;
  }
  const isFull = signature.map((value) => (value === 0 ? 0 : 1));
  for (let bin = 0; bin < bins; bin++) {
    if (isFull[bin] === 1) continue;
    let hash = mixed(bin + 1);
    while (isFull[hash & (bins - 1)] === 0) hash = mixed(hash + 0x9e3779b9);
    signature[bin] = signature[hash & (bins - 1)]!;
  }
}

/** The finalizer of MurmurHash3: every bit of the input changes half of the output's. Unsigned. */
function mixed(value: number): number {
  let hash = value ^ (value >>> 16);
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
