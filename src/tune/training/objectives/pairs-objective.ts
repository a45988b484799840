/** @file Learning which texts belong together: those that share a label, against all others that they meet. */
import { float32 } from "../../../autodiff/values.js";
import { type Random, random } from "../../../lib/random.js";
import type { Update } from "../batches.js";
import type { ObjectiveRules, RuleContext, TrainingRow } from "./objective-rules.js";
import { apart, pairInputs } from "./similarity-loss.js";

export interface PairOptions {
  /** Updates of the training. */
  readonly updates: number;
}

/** Two of a kind and two others: with fewer there is nothing to be told from, or by. */
const leastTexts = 4;

/**
 * An update is `batchSize` texts, four at least: as many labels as it has room for, each with two of its rows, or with more where there are fewer labels. Each
 * text that shares a label with another of its pass is to be told from all of the pass by those (see `similarityLoss`), and counts the
 * same; the others are only told from. No text meets its equal.
 */
export function pairRules({ updates }: PairOptions, { rows, batchSize, tokensPerPass, seed }: RuleContext): ObjectiveRules {
  const dealt = rows.map(({ ids, labels }): DealtRow => ({ text: ids.join(), labels }));
  const cutUpdates = (drawn: Iterable<PairedRows>): Update[] => Array.from(drawn, (pairs) => cut(pairs, rows, tokensPerPass));
  const partnersIn = (pass: readonly number[], row: number): number[] =>
    pass.flatMap((other, j) => (other !== row && shareLabel(rows[row]!, rows[other]!) ? [j] : []));
  return {
    updatesPerEpoch: updates,
    updates: (epoch) => cutUpdates(dealPairs(dealt, { updates, batchSize, seed, epoch })),
    evaluation: () => {
      const count = Math.ceil(rows.length / batchSize);
      return cutUpdates(drawUpdates(dealt, count, batchSize, random(seed, "evaluated pairs"))).flat();
    },
    targets: (pass, update) => {
      const width = pass.length;
      const masks = new Float32Array(width ** 2);
      const targets = new Float32Array(width ** 2);
      const learning = update.flatMap((part) => part.filter((row) => partnersIn(part, row).length > 0)).length;
      for (const [i, row] of pass.entries()) {
        masks[i * width + i] = apart;
        const partners = partnersIn(pass, row);
        for (const j of partners) targets[i * width + j] = 1 / (partners.length * learning);
      }
      const shape = [width, width];
      return { [pairInputs.targets]: float32(targets, shape), [pairInputs.masks]: float32(masks, shape) };
    },
  };
}

/** A row as dealing sees it. */
export interface DealtRow {
  /** What tells it from others: rows with the same are never both dealt, since equal texts have nothing to teach each other. */
  readonly text: string;
  /** Indices of its labels. */
  readonly labels: readonly number[];
}

/** Rows of an update by index, two of a kind together; one alone where its kind has no more. */
export type PairedRows = readonly (readonly number[])[];

/** How pairs are dealt. */
export interface DealOptions extends PairOptions {
  readonly batchSize: number;
  readonly seed: number;
  /** @default 0, the first */
  readonly epoch?: number;
}

/** The pairs of each update of an epoch, in their order, before the tokens say how they are cut into passes. */
export function dealPairs(rows: readonly DealtRow[], { updates, batchSize, seed, epoch = 0 }: DealOptions): PairedRows[] {
  return drawUpdates(rows, updates, batchSize, random(seed, `pairs ${epoch}`));
}

function drawUpdates(rows: readonly DealtRow[], count: number, batchSize: number, source: Random): PairedRows[] {
  const draw = drawer(rows, differentTexts(rows), Math.max(leastTexts, batchSize), source);
  return Array.from({ length: count }, draw);
}

function shareLabel(a: TrainingRow, b: TrainingRow): boolean {
  return a.labels.some((label) => b.labels.includes(label));
}

/** The rows without those whose text an earlier one has. */
function differentTexts(rows: readonly DealtRow[]): number[] {
  const seen = new Set<string>();
  return [...rows.keys()].filter((row) => {
    const { text } = rows[row]!;
    if (seen.has(text)) return false;
    seen.add(text);
    return true;
  });
}

/** Draws one item after the other, each once before any comes again. */
function deckOf<Item>(items: readonly Item[], { shuffle }: Random): () => Item {
  let left: Item[] = [];
  return () => {
    if (left.length === 0) left = shuffle(items);
    return left.pop()!;
  };
}

/** Rows of one kind in their turn; never one twice in a batch. */
interface Group {
  readonly size: number;
  readonly next: () => number;
}

/**
 * Draws batches, as pairs of rows of a group, of each group one before any has a second: so texts of different labels meet also where a
 * batch is cut. A group is a label's rows; groups and their rows are taken in turn. Every label comes as often as any other, whatever its
 * share of the rows. Rows without a label are one more group: there is more to tell the others from.
 */
function drawer(rows: readonly DealtRow[], distinct: readonly number[], batchSize: number, source: Random): () => PairedRows {
  const byLabel = new Map<number, number[]>();
  const none = -1;
  for (const row of distinct) {
    const { labels } = rows[row]!;
    for (const label of labels.length === 0 ? [none] : labels) {
      const own = byLabel.get(label);
      if (own === undefined) byLabel.set(label, [row]);
      else own.push(row);
    }
  }
  const groups = [...byLabel.values()].map((own): Group => ({ size: own.length, next: deckOf(own, source) }));
  const nextGroup = deckOf(groups, source);
  const groupsPerBatch = Math.min(groups.length, Math.max(1, Math.floor(batchSize / 2)));
  const rowsPerGroup = Math.floor(batchSize / groupsPerBatch);
  return () => {
    const drawn = new Set<Group>();
    while (drawn.size < groupsPerBatch) drawn.add(nextGroup());
    const taken = new Set<number>();
    const chosen = [...drawn].map(({ size, next }) => {
      const own = new Set<number>();
      while (own.size < Math.min(size, rowsPerGroup)) own.add(next());
      const fresh = [...own].filter((row) => !taken.has(row));
      for (const row of fresh) taken.add(row);
      return fresh;
    });
    return Array.from({ length: rowsPerGroup }, (_, i) => 2 * i)
      .flatMap((i) => chosen.map((own) => own.slice(i, i + 2)))
      .filter((pair) => pair.length > 0);
  };
}

/** Pairs in parts of at most `tokensPerPass` tokens with their padding; of more where two pairs have more, since a pair alone teaches nothing. */
function cut(pairs: PairedRows, rows: readonly TrainingRow[], tokensPerPass: number): number[][] {
  const longest = (some: readonly number[]): number => some.reduce((most, row) => Math.max(most, rows[row]!.ids.length), 0);
  const parts: number[][] = [];
  for (const pair of pairs) {
    const part = parts.at(-1) ?? [];
    const together = [...part, ...pair];
    const isJoined = part.length < leastTexts || longest(together) * together.length <= tokensPerPass;
    if (parts.length > 0 && isJoined) parts[parts.length - 1] = together;
    else parts.push([...pair]);
  }
  return parts;
}
