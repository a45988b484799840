/** @file What a comparison measures, in which order: decided before anything is spent, so that an estimate and the run cannot differ. */
import { type Split, splitDataset } from "../data/split.js";
import { UserError } from "../lib/errors.js";
import type { Approach } from "../types/approach.js";
import type { Dataset, Task } from "../types/data.js";
import type { Arm } from "../types/identity.js";
import type { Experiment, Measurement } from "../types/measurement.js";

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

/** The floor first: what is wrong with the data shows before time and money are spent. Of some arms the best is chosen by validation rows. */
const arms: Readonly<Record<Arm, { readonly hasBest: boolean; readonly place: number }>> = {
  baseline: { hasBest: false, place: 0 },
  tune: { hasBest: true, place: 1 },
  prompt: { hasBest: true, place: 2 },
  hybrid: { hasBest: false, place: 3 },
};

/**
 * Everything to be measured: baselines, then what is quickest, so that a first answer is there early. Where an arm has several candidates, each
 * answers validation rows first, the user's own or cut from the training rows (the first seed); then the test rows, once a seed.
 *
 * @param secondsOf expected seconds by approach. @default all equal: arm by arm, in the order given
 * @throws UserError where two approaches share a name, or there is nothing to measure
 */
export function planMeasurements(
  task: Task,
  approaches: readonly Approach[],
  seeds: readonly number[],
  secondsOf: ReadonlyMap<string, number> = new Map(),
): PlannedMeasurement[] {
  const firstSeed = seeds[0];
  if (approaches.length === 0) throw new UserError("There is no approach to compare: name at least one.");
  if (firstSeed === undefined) throw new UserError("There is no seed: give at least one.");
  const names = new Set<string>();
  for (const { name } of approaches) {
    if (names.has(name)) throw new UserError(`Two approaches are named "${name}". Name each model once.`);
    names.add(name);
  }
  const isChosen = ({ arm }: Approach): boolean => arms[arm].hasBest && approaches.filter((each) => each.arm === arm).length > 1;
  // Cut once: the same rows for both arms.
  const cut = approaches.some(isChosen) ? validationRows(task, firstSeed) : null;
  const seconds = ({ name, arm }: Approach): number => (arm === "baseline" ? 0 : (secondsOf.get(name) ?? 0));
  // What other machines fit is waited for last: it is begun before, and this machine works meanwhile.
  const isElsewhere = ({ begin }: Approach): number => Number(begin !== undefined);
  const inOrder = approaches.toSorted(
    (a, b) => isElsewhere(a) - isElsewhere(b) || seconds(a) - seconds(b) || arms[a.arm].place - arms[b.arm].place,
  );
  return inOrder.flatMap((approach) => {
    const choice = { approach, split: "validation", seed: firstSeed, repeat: 0 } as const;
    const tests = [...new Set(seeds)].map(
      (seed, repeat): PlannedMeasurement => ({ approach, split: "test", train: task.train, test: task.test, seed, repeat }),
    );
    return cut !== null && isChosen(approach) ? [{ ...choice, train: cut.kept, test: cut.held }, ...tests] : tests;
  });
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
