/** @file An approach that is asked about a random sample of the rows: what asking costs, in money or in time, is then a choice. */
import type { Approach, Predictor } from "../../types/approach.js";
import type { Dataset, Query, Task } from "../../types/data.js";
import type { Prediction } from "../../types/prediction.js";
import { rowOrder } from "./row-order.js";

/** The fewest rows that say something: of fewer, also of the validation rows, a choice would be left to chance. */
export const leastSampledRows = 20;

/** Which rows are asked about. */
export interface SampleOptions {
  /** Test rows at most. */
  readonly rows: number;
  /** Fixes which: the same for every approach. */
  readonly seed: number;
  readonly task: Pick<Task, "train" | "validation" | "test">;
}

/** So many of the test rows. */
export interface SampleShare {
  readonly rows: number;
  readonly of: number;
}

/** How many of these validation rows an approach is asked about that is asked about such a share of the test rows. */
export function sampledValidationCount(held: number, { rows, of }: SampleShare): number {
  return Math.min(held, Math.max(leastSampledRows, Math.ceil((held * rows) / of)));
}

const unasked: Prediction = { answer: null, failure: "unasked" };

/**
 * The approach, asked about so many test rows at most, and about the same share of the validation rows, but 20 of them at least. To all others its prediction is
 * `unasked`. Estimates and costs are of the rows that are asked about.
 *
 * Which rows these are hangs on the seed and the test rows alone: every approach and repetition is asked about the same, more rows hold those that fewer
 * would have been, and a test row whose text an experiment has changed is asked about where it is itself. As it is where there are no more test rows.
 */
export function sampledApproach(approach: Approach, options: SampleOptions): Approach {
  return options.rows >= options.task.test.examples.length ? approach : wrapped(approach, askedAmong(options));
}

function wrapped(approach: Approach, askedOf: (queries: readonly Query[]) => ReadonlySet<Query>): Approach {
  const { reworded, reordered } = approach;
  const all = (others: readonly Approach[]): Approach[] => others.map((other) => wrapped(other, askedOf));
  return {
    ...approach,
    ...(reworded !== undefined && { reworded: all(reworded) }),
    ...(reordered !== undefined && { reordered: all(reordered) }),
    async estimate(train, queries) {
      const asked = [...askedOf(queries)];
      return { ...(await approach.estimate(train, asked)), rows: asked.length };
    },
    async fit(train, context) {
      return sampledPredictor(await approach.fit(train, context), askedOf);
    },
  };
}

function sampledPredictor(predictor: Predictor, askedOf: (queries: readonly Query[]) => ReadonlySet<Query>): Predictor {
  return {
    // What is known of a predictor may change while it answers.
    get facts() {
      return predictor.facts;
    },
    async predict(queries, context) {
      const asked = [...askedOf(queries)];
      const predictions = asked.length === 0 ? [] : await predictor.predict(asked, context);
      const byQuery = new Map(asked.map((query, place) => [query, predictions[place]!]));
      return queries.map((query) => byQuery.get(query) ?? unasked);
    },
    files: () => predictor.files(),
    [Symbol.asyncDispose]: () => predictor[Symbol.asyncDispose](),
  };
}

/** Those of some queries that are asked about, in their order. */
function askedAmong({ rows, seed, task }: SampleOptions): (queries: readonly Query[]) => ReadonlySet<Query> {
  const { train, validation, test } = task;
  const chosen = new Set(
    rowOrder(test.examples, seed)
      .slice(0, rows)
      .map(({ id }) => id),
  );
  const share = { rows, of: test.examples.length };
  const [ofTest, ofTraining] = [textsById([test]), textsById(validation === undefined ? [train] : [train, validation])];
  // An id of a test row may stand for another row in the training file.
  const isValidation = (query: Query): boolean => isAmong(query, ofTraining) && !isAmong(query, ofTest);
  return (queries) => {
    const held = queries.filter(isValidation);
    const ofHeld = new Set(rowOrder(held, seed).slice(0, sampledValidationCount(held.length, share)));
    const isHeld = new Set(held);
    return new Set(queries.filter((query) => (isHeld.has(query) ? ofHeld.has(query) : chosen.has(query.id))));
  };
}

function textsById(datasets: readonly Dataset[]): ReadonlyMap<string, ReadonlySet<string>> {
  const texts = new Map<string, Set<string>>();
  for (const { id, text } of datasets.flatMap(({ examples }) => examples)) {
    const known = texts.get(id);
    if (known === undefined) texts.set(id, new Set([text]));
    else known.add(text);
  }
  return texts;
}

function isAmong({ id, text }: Query, texts: ReadonlyMap<string, ReadonlySet<string>>): boolean {
  return texts.get(id)?.has(text) ?? false;
}
