/** @file From files to a task: rows to learn from, and frozen test rows. */

import { UserError } from "../lib/errors.js";
import { numpyPermutation } from "../lib/numpy-permutation.js";
import { formatCount, formatPlural } from "../lib/text/format.js";
import type { Dataset, Task } from "../types/data.js";
import type { ProgressEvent } from "../types/events.js";
import { contentHash } from "./content-hash.js";
import { type DatasetOptions, readSource } from "./source.js";
import { splitDataset } from "./split.js";
import { isFolder } from "./split-files.js";
import { checkLearnable, leakWarnings, singleRowWarnings } from "./task-checks.js";
import { absentLabelWarnings, checkAnyLearned } from "./test-labels.js";

export interface TaskOptions extends DatasetOptions {
  /** A file of any readable format, or a folder with a train and a test file. */
  readonly path: string;
  /** A file of test rows. @default a `split` column, the test file of the folder, a `test.csv` beside a `train.csv`, or a new split */
  readonly test?: string;
  /** A file of validation rows. @default a `split` column, the validation file of the folder, or rows cut from the training rows */
  readonly validation?: string;
  /**
   * Share of the rows to hold back for testing. If given, a new split is made, whatever the files say.
   *
   * @default 0.25, but at most 2,000 rows
   */
  readonly testShare?: number;
  readonly seed: number;
  /** Receives progress if reading takes long. @default nobody */
  readonly log?: (event: ProgressEvent) => void;
  /** Training rows to use: those that `dataset.shuffle(seed).select(range(limit))` picks in Hugging Face's `datasets`. @default all */
  readonly limit?: number;
  /** Test rows to use, and validation rows if the data has its own; picked in the same way. @default all */
  readonly testLimit?: number;
}

/** Held back where nothing else is said: a quarter keeps three quarters to learn from. */
const defaultTestShare = 0.25;
/** 2,000 rows tell differences of 2 points apart (`methods.md`, power); more would only take labels from training and cost answers. */
const maxTestRows = 2_000;

/**
 * Reads a task. Nothing is merged or guessed silently: repairs are in `warnings`, what was found in `notes`, and how the rows were divided in
 * `splitNote`.
 *
 * Throws a `UserError` if files, columns or labels make no task (see `readTable` and `findColumns`), or if there is only one label, no text,
 * only one text, or more than half as many labels as rows.
 */
export async function readTask(options: TaskOptions): Promise<Task> {
  const { seed, testShare } = options;
  checkNumbers(options);
  const source = await readSource(options.path, { test: options.test, validation: options.validation }, options);
  const { parts, base } = source;
  const warnings = [...source.warnings];
  let train: Dataset;
  let test: Dataset;
  let splitNote: string;
  if (parts.test.length > 0 && testShare === undefined) {
    train = { ...base, examples: parts.train };
    test = { ...base, examples: parts.test };
    checkLearnable(train, source.label);
    checkAnyLearned(parts.train, parts.test, source.label);
    splitNote = source.splitNote;
  } else {
    const all = { ...base, examples: [...parts.train, ...parts.test] };
    checkLearnable(all, source.label);
    // What is asked for is what is held back: the cap is a default as the share is.
    const size = testShare === undefined ? { share: defaultTestShare, maxRows: maxTestRows } : { share: testShare };
    const split = splitDataset(all, { ...size, seed, ...(options.log === undefined ? {} : { log: options.log }) });
    [train, test] = [split.kept, split.held];
    warnings.push(...split.warnings, ...singleRowWarnings(all, test));
    splitNote =
      `${formatCount(test.examples.length)} of ${formatCount(all.examples.length)} rows were held back for testing (seed ${seed}): labels in proportion, ` +
      `duplicates ${source.group === null ? "" : `and rows of one "${source.group}" `}on one side.` +
      (testShare === undefined && all.examples.length * defaultTestShare > maxTestRows
        ? ` A quarter would be more than ${formatCount(maxTestRows)} rows; --test-share holds back as many as it says.`
        : "");
  }
  const ownRows = parts.validation.length;
  const validation = ownRows === 0 ? undefined : limited({ ...base, examples: parts.validation }, options.testLimit, seed);
  if (validation !== undefined) {
    const { length: used } = validation.examples;
    const which =
      used < ownRows
        ? `${formatCount(used)} of ${formatPlural(ownRows, "validation row")}`
        : formatPlural(ownRows, "validation row");
    splitNote += ` ${which} of your own to choose by, neither learned from nor tested on.`;
  }
  const [whole, wholeTest] = [train, test];
  train = limited(train, options.limit, seed);
  test = limited(test, options.testLimit, seed);
  if (train !== whole || test !== wholeTest) {
    splitNote += ` Using ${formatPlural(train.examples.length, "training row")} and ${formatPlural(test.examples.length, "test row")}, sampled with seed ${seed}.`;
    if (train !== whole) checkLearnable(train, source.label);
  }
  splitNote += source.textNote;
  // Of the rows that are used: a split made here keeps equal texts on one side.
  warnings.push(...leakWarnings(train, test), ...absentLabelWarnings(train.examples, test.examples));
  return {
    train,
    test,
    ...(validation === undefined ? {} : { validation, validationHash: contentHash(validation.examples) }),
    trainHash: contentHash(train.examples),
    testHash: contentHash(test.examples),
    splitNote,
    warnings,
    notes: source.notes,
  };
}

/** Reads every labeled row of a file, or the training rows of a folder. Makes the checks of `readTask`, except those on the split. */
export async function readDataset(path: string, options: DatasetOptions = {}): Promise<Dataset> {
  const { base, parts, label } = await readSource(path, {}, options);
  const folder = await isFolder(path);
  const dataset = { ...base, examples: folder ? parts.train : [...parts.train, ...parts.test] };
  checkLearnable(dataset, label);
  return dataset;
}

/** The rows that `dataset.shuffle(seed).select(range(limit))` takes, in that order; the dataset itself where it has no more. */
function limited(dataset: Dataset, limit: number | undefined, seed: number): Dataset {
  const { examples } = dataset;
  if (limit === undefined || limit >= examples.length) return dataset;
  const order = numpyPermutation(examples.length, seed).subarray(0, limit);
  return { ...dataset, examples: Array.from(order, (i) => examples[i]!) };
}

function checkNumbers({ seed, testShare, limit, testLimit }: TaskOptions): void {
  if (!Number.isSafeInteger(seed) || seed < 0) throw new UserError(`The seed must be a whole number from 0 up, not ${seed}.`);
  if (testShare !== undefined && !(testShare > 0 && testShare < 1)) {
    throw new UserError(`The test share must be above 0 and below 1, not ${testShare}. 0.25 holds back a quarter of the rows.`);
  }
  for (const [name, value] of [
    ["limit", limit],
    ["test limit", testLimit],
  ] as const) {
    if (value !== undefined && (!Number.isSafeInteger(value) || value < 1))
      throw new UserError(`The ${name} must be a whole number from 1 up, not ${value}.`);
  }
}
