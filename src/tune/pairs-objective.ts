/** @file Learning which texts belong together, by pairs of rows that share a label and pairs that do not. */
import { float32 } from "../autodiff/values.js";
import { type Random, random } from "../lib/random.js";
import type { Update } from "./batches.js";
import type { ObjectiveRules, RuleContext, TrainingRow } from "./objective-rules.js";
import { pairInputs } from "./similarity-loss.js";

export interface PairOptions {
  /** Updates of the training. */
  readonly updates: number;
}

/** Two rows, by index. */
interface Pair {
  readonly rows: readonly [number, number];
  /** Whether they share a label. */
  readonly belong: boolean;
}

/**
 * An update is `batchSize` / 2 pairs, every other one of rows that belong together. Each text of it is encoded once, however many pairs it is in,
 * and its loss is the mean over its pairs. No row is paired with itself, nor with a row of the same text.
 */
export function pairRules({ updates }: PairOptions, { rows, batchSize, tokensPerPass, seed }: RuleContext): ObjectiveRules {
  const lengths = rows.map(({ ids }) => ids.length);
  const distinct = differentTexts(rows);
  /** The pairs of each pass: what an update is beyond its rows. */
  const pairsOf = new WeakMap<readonly number[], readonly Pair[]>();
  const pairsPerUpdate = Math.max(1, Math.floor(batchSize / 2));
  const dealt = (all: readonly Pair[]): Update =>
    cut(all, lengths, tokensPerPass).map((some) => {
      const pass = [...new Set(some.flatMap((pair) => pair.rows))];
      pairsOf.set(pass, some);
      return pass;
    });
  const updatesOf = (stream: string, count: number): Update[] => {
    const draw = drawer(rows, distinct, random(seed, stream));
    return Array.from({ length: count }, () => dealt(Array.from({ length: pairsPerUpdate }, (_, i) => draw(i % 2 === 0))));
  };
  return {
    updatesPerEpoch: updates,
    updates: (epoch) => updatesOf(`pairs ${epoch}`, updates),
    evaluation: () => updatesOf("evaluated pairs", Math.ceil(rows.length / batchSize)).flat(),
    targets: (pass, update) => {
      const count = update.reduce((total, part) => total + (pairsOf.get(part)?.length ?? 0), 0);
      const shape = [pass.length, pass.length];
      const targets = new Float32Array(pass.length ** 2);
      const weights = new Float32Array(pass.length ** 2);
      for (const {
        rows: [a, b],
        belong,
      } of pairsOf.get(pass) ?? []) {
        const at = pass.indexOf(a) * pass.length + pass.indexOf(b);
        targets[at] = belong ? 1 : 0;
        weights[at]! += 1 / count;
      }
      return { [pairInputs.targets]: float32(targets, shape), [pairInputs.weights]: float32(weights, shape) };
    },
  };
}

/** The rows without those whose text an earlier one has: a pair of equal texts has nothing to teach. */
function differentTexts(rows: readonly TrainingRow[]): number[] {
  const seen = new Set<string>();
  return [...rows.keys()].filter((row) => {
    const text = rows[row]!.ids.join();
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

/** So often is a row drawn again that belongs where it should not, before any pair is taken: then hardly any other kind is left. */
const mostTries = 100;

/**
 * Draws pairs: of a label in its turn two rows in their turn, or two rows that share none. Every label that has two rows comes as often as any
 * other, whatever its share of the rows. Where no pair of the wanted kind is found, one of the other kind is drawn.
 */
function drawer(rows: readonly TrainingRow[], distinct: readonly number[], source: Random): (belong: boolean) => Pair {
  const byLabel = new Map<number, number[]>();
  for (const row of distinct)
    for (const label of rows[row]!.labels) {
      const own = byLabel.get(label);
      if (own === undefined) byLabel.set(label, [row]);
      else own.push(row);
    }
  const decks = new Map([...byLabel].filter(([, own]) => own.length > 1).map(([label, own]) => [label, deckOf(own, source)]));
  const nextLabel = deckOf([...decks.keys()], source);
  const nextRow = deckOf(distinct, source);
  const shareLabel = (a: number, b: number): boolean => rows[a]!.labels.some((label) => rows[b]!.labels.includes(label));

  /** Two rows of a deck; at its end the second may be the first again. */
  const twoOf = (next: () => number): [number, number] => {
    const first = next();
    let second = next();
    while (second === first) second = next();
    return [first, second];
  };
  return (belong) => {
    if (belong && decks.size > 0) return { rows: twoOf(decks.get(nextLabel())!), belong: true };
    // A single text, whatever its labels, has no other: its pair with itself has no gradient.
    if (distinct.length < 2) return { rows: [distinct[0]!, distinct[0]!], belong: true };
    let pair = twoOf(nextRow);
    for (let i = 0; i < mostTries && shareLabel(...pair); i++) pair = twoOf(nextRow);
    return { rows: pair, belong: shareLabel(...pair) };
  };
}

/** Pairs in parts whose texts have at most `tokensPerPass` tokens with their padding; a pair that is longer alone is a part alone. */
function cut(pairs: readonly Pair[], lengths: readonly number[], tokensPerPass: number): Pair[][] {
  const parts: Pair[][] = [];
  let texts = new Set<number>();
  for (const pair of pairs) {
    const together = new Set([...texts, ...pair.rows]);
    const longest = [...together].reduce((most, row) => Math.max(most, lengths[row]!), 0);
    const part = parts.at(-1);
    if (part !== undefined && longest * together.size <= tokensPerPass) {
      part.push(pair);
      texts = together;
    } else {
      parts.push([pair]);
      texts = new Set(pair.rows);
    }
  }
  return parts;
}
