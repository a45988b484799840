/** @file Labels of rows that are held out, against those that are learned. */

import { UserError } from "../lib/errors.js";
import { formatCount } from "../lib/text/format.js";
import type { Example } from "../types/data.js";
import { plainNumber } from "./audit/lookalikes.js";

/** The rows with their labels in the spelling of training where they are the same numbers, and what was changed, in a sentence. */
export function inTrainingSpelling(
  train: readonly Example[],
  held: readonly Example[],
): { readonly examples: readonly Example[]; readonly notes: readonly string[] } {
  const learned = labelsOf(train);
  const byNumber = new Map<string, string[]>();
  for (const label of learned) {
    const number = plainNumber(label);
    if (number !== null) byNumber.set(number, [...(byNumber.get(number) ?? []), label]);
  }
  const spellings = new Map<string, string>();
  for (const label of labelsOf(held)) {
    const [only, ...others] = byNumber.get(plainNumber(label) ?? "") ?? [];
    if (!learned.has(label) && only !== undefined && others.length === 0) spellings.set(label, only);
  }
  if (spellings.size === 0) return { examples: held, notes: [] };
  const examples = held.map((example) => ({
    ...example,
    labels: [...new Set(example.labels.map((label) => spellings.get(label) ?? label))],
  }));
  const shown = [...spellings].slice(0, 3).map(([own, other]) => `${JSON.stringify(own)} is ${JSON.stringify(other)}`);
  return {
    examples,
    notes: [
      `Labels of rows that are held out are numbers in another notation than in training, and were taken for the same: ${shown.join(", ")}${spellings.size > 3 ? ", …" : ""}.`,
    ],
  };
}

/** UserError where not one label of the test rows is learned: nothing could be right. */
export function checkAnyLearned(train: readonly Example[], test: readonly Example[], labelColumn: string): void {
  const [learned, tested] = [labelsOf(train), labelsOf(test)];
  if (tested.size === 0 || [...tested].some((label) => learned.has(label))) return;
  throw new UserError(
    `No label of the test rows occurs in a training row (column "${labelColumn}"). Test rows have ${few(tested)}; training rows have ${few(learned)}. ` +
      "Write the labels of both in one way, or name another column with --label.",
  );
}

/** Labels that are tested and never learned. */
export function absentLabelWarnings(train: readonly Example[], test: readonly Example[]): string[] {
  const learned = labelsOf(train);
  const missing = [...labelsOf(test)].filter((label) => !learned.has(label));
  if (missing.length === 0) return [];
  const rows = test.filter(({ labels }) => labels.some((label) => !learned.has(label))).length;
  const named =
    missing.length === 1
      ? `The label ${few(new Set(missing))} occurs`
      : `${missing.length} labels, ${few(new Set(missing))}, occur`;
  return [
    `${named} in the test rows, but in no training row: ${formatCount(rows)} of ${formatCount(test.length)} test rows ${rows === 1 ? "has" : "have"} ${missing.length === 1 ? "it" : "one of them"}.`,
  ];
}

function labelsOf(examples: readonly Example[]): ReadonlySet<string> {
  return new Set(examples.flatMap(({ labels }) => labels));
}

function few(labels: ReadonlySet<string>): string {
  const shown = [...labels].slice(0, 6).map((label) => JSON.stringify(label.slice(0, 40)));
  return `${shown.join(", ")}${labels.size > 6 ? `, … (${labels.size})` : ""}`;
}
