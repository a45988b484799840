/** @file What a comparison measures, in which order: decided before anything is spent, so that an estimate and the run cannot differ. */
import { type Split, splitDataset } from "../data/split.js";
import { UserError } from "../lib/errors.js";
import type { Approach, Arm, Dataset, Experiment, Measurement, Task } from "../types.js";

/** One measurement to be made. */
export interface PlannedMeasurement {
  readonly approach: Approach;
  readonly split: Measurement["split"];
  readonly train: Dataset;
  readonly test: Dataset;
  readonly seed: number;
  /** What was changed in these rows. Absent where they are the task's. */
  readonly experiment?: Experiment;
  /** Place of the seed among all, from 0. */
  readonly repeat: number;
}

/** Held back from the training rows where an arm has several candidates to choose from. */
const validationShare = 0.2;
const maxValidationRows = 500;
/** With fewer training rows a fifth of them decides nothing, and the arm goes without. */
const minRowsToValidate = 20;

/** The cheap ones first: what is wrong with the data shows before money is spent. Of some arms the best is chosen by validation rows. */
const arms: Readonly<Record<Arm, { readonly hasBest: boolean }>> = {
  baseline: { hasBest: false },
  tune: { hasBest: true },
  prompt: { hasBest: true },
  hybrid: { hasBest: false },
};

/**
 * Everything to be measured: for each arm with several candidates, each of them once on validation rows, the user's own or cut from the
 * training rows (the first seed); then every approach on the test rows, once a seed.
 *
 * @throws UserError where two approaches share a name, or there is nothing to measure
 */
export function planMeasurements(task: Task, approaches: readonly Approach[], seeds: readonly number[]): PlannedMeasurement[] {
  const firstSeed = seeds[0];
  if (approaches.length === 0) throw new UserError("There is no approach to compare: name at least one.");
  if (firstSeed === undefined) throw new UserError("There is no seed: give at least one.");
  const names = new Set<string>();
  for (const { name } of approaches) {
    if (names.has(name)) throw new UserError(`Two approaches are named "${name}". Name each model once.`);
    names.add(name);
  }
  let cut: Pick<Split, "kept" | "held"> | null | undefined;
  const plan: PlannedMeasurement[] = [];
  for (const [arm, { hasBest }] of Object.entries(arms)) {
    const candidates = approaches.filter((approach) => approach.arm === arm);
    if (hasBest && candidates.length > 1) {
      // Cut once: the same rows for both arms.
      if (cut === undefined) cut = validationRows(task, firstSeed);
      if (cut !== null) {
        for (const approach of candidates) {
          plan.push({ approach, split: "validation", train: cut.kept, test: cut.held, seed: firstSeed, repeat: 0 });
        }
      }
    }
    for (const approach of candidates) {
      for (const [repeat, seed] of [...new Set(seeds)].entries()) {
        plan.push({ approach, split: "test", train: task.train, test: task.test, seed, repeat });
      }
    }
  }
  return plan;
}

/**
 * What to fit on and what to answer for the choice within an arm: the user's own validation rows, or the training rows in two. `null` where
 * these are too few or cannot be divided: no reason not to measure at all.
 */
function validationRows({ train, validation }: Task, seed: number): Pick<Split, "kept" | "held"> | null {
  if (validation !== undefined) return { kept: train, held: validation };
  if (train.examples.length < minRowsToValidate) return null;
  try {
    return splitDataset(train, { share: validationShare, maxRows: maxValidationRows, seed });
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}
