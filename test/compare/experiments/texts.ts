/** @file A task of texts in which the label stands as a word, and approaches that read it: what they can answer is known beforehand. */
import type { Approach, FitContext } from "../../../src/types/approach.js";
import type { Dataset, Example, Task } from "../../../src/types/data.js";
import type { Arm } from "../../../src/types/identity.js";
import type { Prediction } from "../../../src/types/prediction.js";
import { fake } from "../fakes.js";

/** Rows of each label, in both parts alike. Texts end with a period. */
export function textTask(
  rowsOfLabel: Readonly<Record<string, number>>,
  options: {
    readonly groupSize?: number;
    readonly isMultiLabel?: boolean;
    readonly testRows?: Readonly<Record<string, number>>;
  } = {},
): Task {
  const { groupSize = 0, isMultiLabel = false } = options;
  const labels = Object.keys(rowsOfLabel);
  const part = (name: string, counts: Readonly<Record<string, number>>): Dataset => {
    const examples = Object.entries(counts).flatMap(([label, rows]) =>
      Array.from({ length: rows }, (_, row): Example => {
        // Every third row of a task with several labels has the next label too.
        const next = labels[(labels.indexOf(label) + 1) % labels.length]!;
        const own = isMultiLabel && row % 3 === 0 ? [label, next] : [label];
        const text = `Number ${row} is about ${own.join(" and ")}.`;
        const example = { id: `${name}-${label}-${row}`, text, labels: own };
        return groupSize === 0 ? example : { ...example, group: `${name} ${Math.floor(row / groupSize)}` };
      }),
    );
    return { name: "texts", labels, isMultiLabel, descriptions: {}, examples };
  };
  return {
    train: part("train", rowsOfLabel),
    test: part("test", options.testRows ?? rowsOfLabel),
    trainHash: "c".repeat(64),
    testHash: "d".repeat(64),
    splitNote: "given",
    warnings: [],
  };
}

export interface Reader {
  readonly approach: Approach;
  /** Training rows of each fit. */
  readonly fits: number[];
  /** Texts of each call. */
  readonly asked: (readonly string[])[];
  readonly disposals: () => number;
}

/** Answers the labels whose names it reads in the text, of those that it has `needs` training rows of; else the first one that it knows. */
export function reader(
  name: string,
  arm: Arm,
  options: {
    readonly needs?: number;
    readonly isCaseSensitive?: boolean;
    readonly costUsd?: number;
    readonly onFit?: (train: Dataset, context: FitContext) => void;
    readonly fitSeconds?: number;
  } = {},
): Reader {
  const { needs = 1, isCaseSensitive = false, costUsd } = options;
  const fits: number[] = [];
  let known: string[] = [];
  let first = "";
  const { approach, trace } = fake(name, arm, () => "", {
    ...(needs > 0 && { fitCost: { labels: 100, seconds: options.fitSeconds ?? 0 } }),
    onFit: (context, train) => {
      fits.push(train.examples.length);
      options.onFit?.(train, context);
      first = train.labels[0]!;
      known = train.labels.filter((label) => train.examples.filter(({ labels }) => labels.includes(label)).length >= needs);
    },
    returns: (queries) => {
      const labels = known;
      const usual = known[0] ?? first;
      return queries.map(({ text }): Prediction => {
        const words = (isCaseSensitive ? text : text.toLowerCase()).split(/[^a-z]+/i);
        const found = labels.filter((label) => words.includes(label));
        return { answer: found.length > 0 ? found : [usual], ...(costUsd !== undefined && { costUsd }) };
      });
    },
  });
  // A fit of its own keeps what it learned: several are at hand at once.
  const keeping: Approach = {
    ...approach,
    async fit(train, context) {
      const predictor = await approach.fit(train, context);
      const mine = known;
      return {
        ...predictor,
        predict: (queries, asking) => {
          known = mine;
          return predictor.predict(queries, asking);
        },
      };
    },
  };
  return {
    approach: keeping,
    fits,
    get asked() {
      return trace.asked.map(({ queries }) => queries.map(({ text }) => text));
    },
    disposals: () => trace.disposals,
  };
}
