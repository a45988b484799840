/** @file What makes rows a task that can be learned and measured, and what the user should know of it. */

import { UserError } from "../lib/errors.js";
import { formatCount } from "../lib/text/format.js";
import type { Dataset } from "../types/data.js";
import { textKey } from "./text-key.js";

/** UserError where nothing can be learned: one text, one label, or so many labels that it must be the wrong column. */
export function checkLearnable(dataset: Dataset, labelColumn: string): void {
  const { examples, name, isMultiLabel } = dataset;
  const rows = examples.length;
  const first = examples[0];
  if (first === undefined) throw new UserError(`${name} has no rows to learn from.`);
  if (rows === 1)
    throw new UserError(
      `${name} has one row to learn from. Two rows with different labels are the least: supply more, or raise --limit.`,
    );
  const used = new Set(examples.flatMap(({ labels }) => labels));
  if (used.size === 0) throw new UserError(`No row of ${name} has a label in the column "${labelColumn}".`);
  if (used.size === 1 && !(isMultiLabel && examples.some(({ labels }) => labels.length === 0))) {
    const [only] = used;
    throw new UserError(
      `All ${rows} rows of ${name} have the same label, ${JSON.stringify(only!.slice(0, 40))} (column "${labelColumn}"). Two labels are the least; name another column with --label.`,
    );
  }
  const key = textKey(first.text);
  if (examples.every(({ text }) => text === first.text || textKey(text) === key)) {
    throw new UserError(`All ${rows} texts of ${name} are the same. Name another column with --text.`);
  }
  if (used.size > rows / 2) {
    throw new UserError(
      `The column "${labelColumn}" of ${name} has ${used.size} different labels in ${rows} rows: more than half as many labels as rows. ` +
        "Is that the label? Name another column with --label, or add rows for each label.",
    );
  }
}

/** Test rows whose text was also learned from. */
export function leakWarnings(train: Dataset, test: Dataset): string[] {
  const learned = new Set(train.examples.map(({ text }) => textKey(text)));
  const leaked = test.examples.filter(({ text }) => learned.has(textKey(text)));
  if (leaked.length === 0) return [];
  const [rows, places] = [leaked.length, leaked.slice(0, 3).map(({ id, place }) => place ?? id)];
  return [
    `${formatCount(rows)} of ${formatCount(test.examples.length)} test rows ${rows === 1 ? "has the text" : "have the texts"} of training rows (${places.join(", ")}${rows > 3 ? ", …" : ""}): ` +
      "scores on them are memory, not skill. `crossover check` lists them; delete them from the training file to drop them.",
  ];
}

/** Labels with one row, which a split made here leaves in training. */
export function singleRowWarnings(all: Dataset, test: Dataset): string[] {
  const counts = new Map<string, number>();
  for (const { labels } of all.examples) for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const tested = new Set(test.examples.flatMap(({ labels }) => labels));
  const single = [...counts].filter(([, rows]) => rows === 1).map(([label]) => label);
  const undivided = [...counts].filter(([label, rows]) => rows > 1 && !tested.has(label)).map(([label]) => label);
  return [
    ...(single.length === 0
      ? []
      : [
          `${named(single)} ${single.length === 1 ? "has a single row, which is" : "have a single row each, which is"} used for training: it is never tested.`,
        ]),
    ...(undivided.length === 0
      ? []
      : [
          `${named(undivided)} could not be held back without dividing a group or duplicates: no test row has ${undivided.length === 1 ? "it" : "them"}.`,
        ]),
  ];
}

function named(labels: readonly string[]): string {
  const shown = labels.slice(0, 5).map((label) => JSON.stringify(label.slice(0, 40)));
  return `${labels.length === 1 ? "The label" : `${labels.length} labels`} ${shown.join(", ")}${labels.length > 5 ? ", …" : ""}`;
}
