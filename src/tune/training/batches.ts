/** @file Which rows share a batch: random ones, by default of similar length, so that little padding is computed. */
import { random } from "../../lib/random.js";
import { cheapestPasses } from "./pass-cost.js";

/** How rows come to their batches. The names are those of transformers' `train_sampling_strategy`. */
export type RowOrder = "group_by_length" | "random" | "sequential";

export interface BatchOptions {
  /** Rows of one update. The last update of an epoch may have fewer. */
  readonly batchSize: number;
  /** Tokens, padding included, that go through the model at once. An update with more is cut into passes whose gradients are added. */
  readonly tokensPerPass: number;
  readonly seed: number;
  /** `sequential` keeps the given order in every epoch. @default "group_by_length" */
  readonly order?: RowOrder;
}

/** The rows of one update, by index, as the passes in which they go through the model. */
export type Update = readonly (readonly number[])[];

/**
 * Rows are sorted by length within so many batches' worth of random rows, as in transformers' `LengthGroupedSampler`: all rows in order of
 * their length would make batches of the same rows in every epoch.
 */
const batchesSortedTogether = 50;

/** Updates that one epoch over `rows` rows takes. */
export function updatesPerEpoch(rows: number, { batchSize }: Pick<BatchOptions, "batchSize">): number {
  return Math.ceil(rows / batchSize);
}

/**
 * The updates of one epoch: every row once, dealt by seed and epoch.
 *
 * @param lengths tokens of each row
 */
export function epochUpdates(lengths: readonly number[], epoch: number, options: BatchOptions): Update[] {
  const { batchSize, tokensPerPass, seed, order = "group_by_length" } = options;
  const { shuffle } = random(seed, `batches ${epoch}`);
  const rows = [...lengths.keys()];
  const isGrouped = order === "group_by_length";
  const dealt = order === "sequential" ? rows : shuffle(rows);
  const longestFirst = (some: readonly number[]): number[] => [...some].sort((a, b) => lengths[b]! - lengths[a]!);
  const sorted = isGrouped ? cut(dealt, batchSize * batchesSortedTogether).flatMap(longestFirst) : dealt;
  const batches = cut(sorted, batchSize);
  // Shuffled again: without that every epoch would end on the shortest texts.
  return (isGrouped ? shuffle(batches) : batches).map((batch) => cheapestPasses(batch, lengths, tokensPerPass));
}

function cut(rows: readonly number[], size: number): number[][] {
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, i) => rows.slice(i * size, (i + 1) * size));
}

/**
 * Rows, longest first, cut into parts of at most `tokensPerPass` tokens with their padding; a row that is longer alone is a part alone.
 * Also how rows are dealt that are only asked.
 */
export function passes(rows: readonly number[], lengths: readonly number[], tokensPerPass: number): number[][] {
  const parts: number[][] = [];
  let start = 0;
  while (start < rows.length) {
    const fitting = Math.max(1, Math.floor(tokensPerPass / Math.max(1, lengths[rows[start]!]!)));
    parts.push(rows.slice(start, start + fitting));
    start += fitting;
  }
  return parts;
}
