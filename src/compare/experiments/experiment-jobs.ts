/** @file What may be measured next in experiments: one job a measurement, with what it is expected to take and how soon it comes. */
import { measurementKey } from "../../lib/text/measurement-key.js";
import type { Approach } from "../../types/approach.js";
import type { Dataset } from "../../types/data.js";
import type { PerturbationKind } from "../../types/experiments.js";
import type { Experiment, Measurement } from "../../types/measurement.js";
import { isBilled } from "../billed.js";
import type { CurveLevel } from "../curves/curve-schedule.js";
import type { KeptFits } from "../fits/kept-fits.js";
import type { FurtherMeasuring } from "../further-measuring.js";
import { askedOutcomes } from "../missing.js";
import { nextAddition } from "./addition-order.js";
import {
  newLabelExperiment,
  orderExperiment,
  perturbationExperiment,
  shiftExperiment,
  wordingExperiment,
} from "./experiment-kinds.js";
import { labelRows, someRows } from "./experiment-rows.js";
import { heldOutLabel } from "./held-out-label.js";
import { perturbationKinds, perturbedRows } from "./perturbation.js";
import { shiftedRows } from "./shifted-rows.js";
import { enoughShare } from "./target.js";

/** An approach that experiments are made with. */
export interface Subject {
  readonly approach: Approach;
  readonly own: Measurement;
  /** What fitting on so many rows, and answering, takes. */
  refitSeconds(rows: number): number;
}

/** One measurement that may be made. */
export interface Job {
  readonly subject: Subject;
  readonly approach: Approach;
  readonly experiment: Experiment;
  readonly train: () => Dataset;
  readonly trainSize: number;
  readonly test: Dataset;
  readonly seed: number;
  /** Expected. */
  readonly seconds: number;
  /** What is made first: 0. */
  readonly turn: number;
}

/** What the jobs are made from. */
export interface JobInput extends Pick<FurtherMeasuring, "task" | "seeds"> {
  readonly fits: KeptFits;
  readonly level: CurveLevel;
}

/** Training rows of a fit in quick experiments: it takes seconds, and several are needed. */
const mostQuickRows = 1024;
/** Fits with so many rows of a new label, and without the rows of a shift. */
const mostSeeds = 3;

/** The jobs of an approach that may come next, those that were made or refused among them. */
export function jobsIn(
  { task, fits, seeds, level }: JobInput,
  made: ReadonlyMap<string, Measurement>,
  refused: ReadonlySet<string>,
): (subject: Subject) => Job[] {
  const { train } = task;
  const seed = seeds[0]!;
  const asked = someRows(task.test, seed);
  const perturbed = new Map(perturbationKinds.map((how) => [how, perturbedRows(asked, how, seed)]));
  const mostRows = level === "quick" ? mostQuickRows : undefined;
  const held = heldOutLabel(task, mostRows, seed);
  const ofLabel = held && labelRows(task.test, held.label, seed);

  const whole = { train: () => train, trainSize: train.examples.length, seed } as const;
  const answering = ({ own }: Subject, rows: Dataset): number => {
    const asked = new Set(askedOutcomes(own.outcomes).map(({ id }) => id));
    return (own.predictCost.seconds * rows.examples.filter(({ id }) => asked.has(id)).length) / Math.max(1, asked.size);
  };

  // Chance is measured where it costs time alone: money is spent once.
  const repeats = Array.from({ length: mostSeeds - 1 }, (_, index) => seed + index + 1);

  const perturbationJob = (subject: Subject, how: PerturbationKind): Job => {
    const { approach } = subject;
    const test = perturbed.get(how)!;
    const refit = fits.has(approach.name, train, seed) ? 0 : subject.own.fitCost.seconds;
    const seconds = refit + answering(subject, test);
    return { subject, approach, experiment: perturbationExperiment(how), ...whole, test, seconds, turn: how === "typos" ? 0 : 2 };
  };

  const sayingJobs = (subject: Subject): Job[] => {
    const { reworded = [], reordered = [] } = subject.approach;
    const others = [
      ...reworded.map((approach, index) => ({ approach, experiment: wordingExperiment(index + 1) })),
      ...reordered.map((approach, index) => ({ approach, experiment: orderExperiment(index + 1) })),
    ];
    const seconds = subject.own.fitCost.seconds + answering(subject, asked);
    return others.map((other) => ({ subject, ...other, ...whole, test: asked, turn: 2, seconds }));
  };

  const labelJob = (subject: Subject, rows: number, at: number, turn: number): Job => ({
    subject,
    approach: subject.approach,
    experiment: newLabelExperiment(held!.label, rows, held!.trainRows),
    train: () => held!.withRows(rows, at),
    trainSize: held!.whole.examples.length - held!.trainRows + rows,
    ...{ test: ofLabel!, seed: at, seconds: subject.refitSeconds(held!.whole.examples.length), turn },
  });

  const labelJobs = (subject: Subject): Job[] => {
    if (held === null || ofLabel === null || subject.own.traits.learnsFrom !== "labels") return [];
    const sizes = held.sizes.filter((rows) => !refused.has(keyOf(labelJob(subject, rows, seed, 0))));
    const recalls = new Map(
      sizes.flatMap((rows) => {
        const measured = made.get(keyOf(labelJob(subject, rows, seed, 0)));
        return measured === undefined ? [] : [[rows, recallOf(measured, held.label)] as const];
      }),
    );
    // What all rows of the label do: the comparison has measured it, but of a part of the training rows.
    const all = labelJob(subject, held.trainRows, seed, 1);
    const full = held.whole === train ? subject.own : made.get(keyOf(all));
    if (full === undefined) return [all];
    const target = enoughShare * recallOf(full, held.label, ofLabel);
    const next = nextAddition({ sizes, recalls, target, isNamed: subject.own.arm !== "tune" });
    const first = next === undefined ? [] : [labelJob(subject, next.rows, seed, next.isNarrowing ? 1 : 3)];
    if (isBilled(subject.own)) return next?.isNarrowing ? first : [];
    const repeated = [...recalls.keys(), ...(held.whole === train ? [] : [held.trainRows])];
    return [...first, ...repeats.flatMap((at) => repeated.map((rows) => labelJob(subject, rows, at, 4)))];
  };

  const shiftJobs = shiftJobsIn({ task, mostRows, seed, repeats }, made);
  return (subject) => [
    ...perturbationKinds.filter((how) => perturbed.get(how)!.examples.length > 0).map((how) => perturbationJob(subject, how)),
    ...sayingJobs(subject),
    ...labelJobs(subject),
    ...shiftJobs(subject),
  ];
}

/** The two fits of a shift, one after the other: either says nothing without the other. They come early where a column was named for it. */
function shiftJobsIn(
  {
    task,
    mostRows,
    seed,
    repeats,
  }: Pick<JobInput, "task"> & Pick<Job, "seed"> & { readonly mostRows: number | undefined; readonly repeats: readonly number[] },
  made: ReadonlyMap<string, Measurement>,
): (subject: Subject) => Job[] {
  const sets = [seed, ...repeats].map((at) => ({ at, shifted: shiftedRows(task, mostRows, at) }));
  const test = sets[0]!.shifted?.test;
  return (subject) => {
    const { approach, own } = subject;
    if (test === undefined || own.traits.learnsFrom !== "labels") return [];
    return sets
      .filter(({ at }) => at === seed || !isBilled(own))
      .flatMap(({ at, shifted }) => {
        const { part, alike, unlike } = shifted!;
        const trainSize = unlike.examples.length;
        const refit = subject.refitSeconds(trainSize);
        const jobs = [true, false].map(
          (isUnlike): Job => ({
            ...{ subject, approach, experiment: shiftExperiment(part, isUnlike), trainSize, test, seed: at, seconds: refit },
            ...{ train: () => (isUnlike ? unlike : alike), turn: at !== seed ? 4 : part.by === "length" ? 2 : 0 },
          }),
        );
        const left = jobs.filter((job) => !made.has(keyOf(job)));
        return jobs.map((job) => ({ ...job, seconds: left.length * refit }));
      });
  };
}

/** The key of the measurement that a job leads to. */
export const keyOf = ({ approach, trainSize, seed, experiment }: Job): string =>
  measurementKey({ approach: approach.name, split: "test", trainSize, seed, experiment });

/** The share of rows with the label that are answered with it, of all or of some rows. */
function recallOf({ outcomes }: Measurement, label: string, among?: Dataset): number {
  const ids = among && new Set(among.examples.map(({ id }) => id));
  const own = askedOutcomes(outcomes).filter(({ id, truth }) => truth.includes(label) && (ids === undefined || ids.has(id)));
  return own.length === 0 ? 0 : own.filter(({ answer }) => answer?.includes(label)).length / own.length;
}
