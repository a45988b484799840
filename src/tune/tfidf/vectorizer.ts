/** @file Texts to vectors by what their words and letters are: TF-IDF, as scikit-learn's `TfidfVectorizer` computes it. */
import { setImmediate } from "node:timers/promises";
import { throwIfAborted } from "../../lib/errors.js";
import type { SparseMatrix } from "../regression/sparse-matrix.js";
import { characterParts, wordParts } from "./analyzers.js";

/** What is counted in a text, each by itself: words and pairs of them, and two to five letters within a word. */
export const analyzers = {
  word: (text: string) => wordParts(text, { shortest: 1, longest: 2 }),
  char_wb: (text: string) => characterParts(text, { shortest: 2, longest: 5 }),
} as const;
export type AnalyzerName = keyof typeof analyzers;
const analyzerNames = Object.keys(analyzers) as AnalyzerName[];

/** The parts that are known of one analyzer, in the order of their columns, and how much each says (inverse document frequency). */
export interface Vocabulary {
  readonly terms: readonly string[];
  readonly idf: Float32Array;
}
export type Vocabularies = Readonly<Record<AnalyzerName, Vocabulary>>;

/** The vectors of both analyzers have length 1; side by side they have it again. */
const weightOfEach = 1 / Math.sqrt(analyzerNames.length);

/** Other work gets a turn after so many texts. */
const textsPerTurn = 256;

/** Calls `visit` with the counts of each text's parts, by analyzer. */
async function countParts(
  texts: readonly string[],
  signal: AbortSignal,
  visit: (name: AnalyzerName, counts: ReadonlyMap<string, number>, row: number) => void,
): Promise<void> {
  for (const [row, text] of texts.entries()) {
    if (row % textsPerTurn === 0) {
      await setImmediate();
      throwIfAborted(signal);
    }
    for (const name of analyzerNames) {
      const counts = new Map<string, number>();
      for (const part of analyzers[name](text)) counts.set(part, (counts.get(part) ?? 0) + 1);
      visit(name, counts, row);
    }
  }
}

/** So many texts must have a part for it to be known: with fewer it is noise, and there are very many of those. */
export interface VocabularyLimits {
  readonly fewestTexts: number;
  /** Where more parts than this are left, more texts must have them. Of both analyzers together. */
  readonly mostTerms: number;
}

/**
 * The parts that occur, in the order in which they first do, with idf = ln((1 + n) / (1 + texts with the part)) + 1. Parts of equally many texts are
 * known all or none, so that nothing depends on their order.
 */
export async function learnVocabularies(
  texts: readonly string[],
  { fewestTexts, mostTerms }: VocabularyLimits,
  signal: AbortSignal,
): Promise<Vocabularies> {
  const frequencies = { word: new Map<string, number>(), char_wb: new Map<string, number>() } satisfies Record<
    AnalyzerName,
    unknown
  >;
  await countParts(texts, signal, (name, counts) => {
    const found = frequencies[name];
    for (const part of counts.keys()) found.set(part, (found.get(part) ?? 0) + 1);
  });
  const all = analyzerNames.flatMap((name) => [...frequencies[name].values()]);
  const least = leastFrequency(all, fewestTexts, mostTerms);
  const vocabulary = (name: AnalyzerName): Vocabulary => {
    const known = [...frequencies[name]].filter(([, frequency]) => frequency >= least);
    return {
      terms: known.map(([term]) => term),
      // As it is stored, so that a model predicts the same when it is loaded.
      idf: Float32Array.from(known, ([, frequency]) => Math.log((1 + texts.length) / (1 + frequency)) + 1),
    };
  };
  return { word: vocabulary("word"), char_wb: vocabulary("char_wb") };
}

/** The least frequency, from `fewest` on, that at most `most` of these reach. */
function leastFrequency(frequencies: readonly number[], fewest: number, most: number): number {
  const counts = new Map<number, number>();
  for (const frequency of frequencies) if (frequency >= fewest) counts.set(frequency, (counts.get(frequency) ?? 0) + 1);
  let left = [...counts.values()].reduce((sum, count) => sum + count, 0);
  let least = fewest;
  for (const [frequency, count] of [...counts].sort(([a], [b]) => a - b)) {
    if (left <= most) break;
    left -= count;
    least = frequency + 1;
  }
  return least;
}

/** Makes vectors by vocabularies. */
export interface Vectorizer {
  readonly columns: number;
  /** A row a text; one with no known part is 0. */
  vectors(texts: readonly string[], signal: AbortSignal): Promise<SparseMatrix>;
}

/**
 * The vectorizer of these vocabularies: of each part (1 + ln count) · idf, brought to length 1 for each analyzer, and the two side by side over √2:
 * `FeatureUnion` of two `TfidfVectorizer(sublinear_tf=True)`.
 */
export function vectorizer(vocabularies: Vocabularies): Vectorizer {
  const columnOf = new Map(
    analyzerNames.map((name) => [name, new Map(vocabularies[name].terms.map((term, column) => [term, column]))]),
  );
  const offsets = { word: 0, char_wb: vocabularies.word.terms.length };
  const columns = offsets.char_wb + vocabularies.char_wb.terms.length;
  return {
    columns,
    async vectors(texts, signal) {
      const starts = new Int32Array(texts.length + 1);
      const indices: number[] = [];
      const values: number[] = [];
      await countParts(texts, signal, (name, counts, row) => {
        const known = columnOf.get(name)!;
        const { idf } = vocabularies[name];
        const from = values.length;
        let squares = 0;
        for (const [part, count] of counts) {
          const column = known.get(part);
          if (column === undefined) continue;
          const value = (1 + Math.log(count)) * idf[column]!;
          indices.push(offsets[name] + column);
          values.push(value);
          squares += value * value;
        }
        const factor = weightOfEach / (Math.sqrt(squares) || 1);
        for (let p = from; p < values.length; p++) values[p]! *= factor;
        starts[row + 1] = values.length;
      });
      return { rows: texts.length, columns, starts, indices: Int32Array.from(indices), values: Float64Array.from(values) };
    },
  };
}
