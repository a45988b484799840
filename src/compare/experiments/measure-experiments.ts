/**
 * @file Experiments of a comparison: approaches fitted without one label and then with few rows of it, asked about texts that are typed otherwise, and
 * prompts in other words.
 */
import { BudgetError, UserError } from "../../lib/errors.js";
import { measurementKey } from "../../lib/text/measurement-key.js";
import type { Approach } from "../../types/approach.js";
import type { Dataset } from "../../types/data.js";
import type { PerturbationKind } from "../../types/experiments.js";
import type { Experiment, Measurement } from "../../types/measurement.js";
import { attempt } from "../attempt.js";
import { isBilled } from "../billed.js";
import { answerOnly } from "../curves/answer-only.js";
import type { CurveLevel } from "../curves/curve-schedule.js";
import type { FurtherMeasuring } from "../further-measuring.js";
import type { KeptFits } from "../kept-fits.js";
import { mainMeasurements } from "../main-measurements.js";
import { taskFacts } from "../task-facts.js";
import { nextAddition } from "./addition-order.js";
import { newLabelExperiment, perturbationExperiment, wordingExperiment } from "./experiment-kinds.js";
import { labelRows, someRows } from "./experiment-rows.js";
import { heldOutLabel } from "./held-out-label.js";
import { perturbationKinds, perturbedRows } from "./perturbation.js";
import { refitSeconds } from "./refit-seconds.js";
import { enoughShare } from "./target.js";

/** Everything that experiments are made with. */
export interface ExperimentInput extends FurtherMeasuring {
  /** The approaches, and those of their fits that are still at hand. */
  readonly fits: KeptFits;
  /** `quick`: nothing that a service bills. */
  readonly level: CurveLevel;
  /** Points of learning curves: of these it is known what fitting takes now. */
  readonly points: readonly Measurement[];
}

/** Training rows that a new label is held out of in quick experiments: a fit takes seconds, and several are needed. */
const mostQuickRows = 1024;
/** Fits with so many rows of a new label. */
const seedsOfLabel = 3;

/** Whether experiments are made with an approach. Its measurement tells. */
export function takesPart(own: Measurement, level: CurveLevel): boolean {
  return own.arm !== "baseline" && !own.traits.isRecording && (level === "full" || !isBilled(own));
}

/** An approach that experiments are made with. */
interface Subject {
  readonly approach: Approach;
  readonly own: Measurement;
  /** What fitting on so many rows, and answering, takes. */
  refitSeconds(rows: number): number;
}

/** One measurement that may be made. */
interface Job {
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

/**
 * Makes one after the other until the time is spent or `signal` is aborted, and returns them with those of earlier sessions. What can't be measured is noted;
 * the comparison stands without it.
 */
export async function measureExperiments(input: ExperimentInput): Promise<Measurement[]> {
  const { signal, log } = input;
  const laboratory = laboratoryOf(input);
  const earlier = new Map(input.finished.map((each) => [measurementKey(each), each]));
  const began = performance.now();
  let [spent, isStarted] = [0, false];
  for (;;) {
    const open = laboratory.open();
    const known = open.find((job) => isSameRows(earlier.get(keyOf(job)), job.test));
    if (known !== undefined) {
      const made = earlier.get(keyOf(known))!;
      spent += made.elapsedSeconds ?? 0;
      laboratory.add(known, made);
      continue;
    }
    const left = input.seconds - spent - (performance.now() - began) / 1000;
    const [job] = open
      .filter(({ seconds }) => seconds <= left)
      .sort((a, b) => a.turn - b.turn || a.seconds - b.seconds || (keyOf(a) < keyOf(b) ? -1 : 1));
    const done = laboratory.made().length;
    if (job === undefined || signal.aborted) {
      if (isStarted) log({ kind: "progress", phase: "experiment", done, total: done });
      return laboratory.made();
    }
    if (!isStarted) input.onStart();
    isStarted = true;
    const detail = detailOf(job);
    log({ kind: "progress", phase: "experiment", done, total: done + open.length, detail });
    const made = await makeOne(job, input);
    if (made === null) continue;
    if (made instanceof UserError) {
      log({ kind: "note", text: `The experiment with ${detail} was not made: ${made.message}` });
      laboratory.refuse(job, made);
      continue;
    }
    laboratory.add(job, made);
    await input.onMeasurement?.(made);
  }
}

/** What has been made, and what may be made next. */
interface Laboratory {
  open(): Job[];
  add(job: Job, made: Measurement): void;
  refuse(job: Job, error: UserError): void;
  made(): Measurement[];
}

function laboratoryOf(input: ExperimentInput): Laboratory {
  const { task, fits, seeds, points, level } = input;
  const main = mainMeasurements(input.measurements, taskFacts(task)).filter(
    ({ split, seed }) => split === "test" && seed === seeds[0],
  );
  const made = new Map<string, Measurement>();
  const subjects = fits.approaches.flatMap((approach): Subject[] => {
    const own = main.find((each) => each.approach === approach.name);
    return own === undefined || !takesPart(own, level)
      ? []
      : [{ approach, own, refitSeconds: (rows) => refitSeconds(own, [...points, ...made.values()], rows) }];
  });
  const refused = new Set<string>();
  const jobsOf = jobsIn(input, made, refused);
  return {
    open: () => subjects.flatMap(jobsOf).filter((job) => !made.has(keyOf(job)) && !refused.has(keyOf(job))),
    add: (job, measurement) => void made.set(keyOf(job), measurement),
    refuse(job, error) {
      refused.add(keyOf(job));
      if (error instanceof BudgetError) subjects.splice(subjects.indexOf(job.subject), 1);
    },
    made: () => [...made.values()],
  };
}

/** The jobs of an approach that may come next, those that were made or refused among them. */
function jobsIn(
  { task, fits, seeds, level }: ExperimentInput,
  made: ReadonlyMap<string, Measurement>,
  refused: ReadonlySet<string>,
): (subject: Subject) => Job[] {
  const { train } = task;
  const seed = seeds[0]!;
  const asked = someRows(task.test, seed);
  const perturbed = new Map(perturbationKinds.map((how) => [how, perturbedRows(asked, how, seed)]));
  const held = heldOutLabel(task, level === "quick" ? mostQuickRows : undefined, seed);
  const ofLabel = held && labelRows(task.test, held.label, seed);

  const whole = { train: () => train, trainSize: train.examples.length, seed } as const;
  const answering = ({ own }: Subject, rows: Dataset): number =>
    (own.predictCost.seconds * rows.examples.length) / Math.max(1, own.outcomes.length);

  const perturbationJob = (subject: Subject, how: PerturbationKind): Job => {
    const { approach } = subject;
    const test = perturbed.get(how)!;
    const refit = fits.has(approach.name, train, seed) ? 0 : subject.own.fitCost.seconds;
    const seconds = refit + answering(subject, test);
    return { subject, approach, experiment: perturbationExperiment(how), ...whole, test, seconds, turn: how === "typos" ? 0 : 2 };
  };

  const wordingJobs = (subject: Subject): Job[] =>
    (subject.approach.reworded ?? []).map((approach, index) => ({
      ...{ subject, approach, experiment: wordingExperiment(index + 1), ...whole, test: asked, turn: 2 },
      seconds: subject.own.fitCost.seconds + answering(subject, asked),
    }));

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
    // Money is spent once; chance is measured where it costs time alone.
    if (isBilled(subject.own)) return next?.isNarrowing ? first : [];
    const repeats = Array.from({ length: seedsOfLabel - 1 }, (_, index) => seed + index + 1);
    const repeated = [...recalls.keys(), ...(held.whole === train ? [] : [held.trainRows])];
    return [...first, ...repeats.flatMap((at) => repeated.map((rows) => labelJob(subject, rows, at, 4)))];
  };

  return (subject) => [
    ...perturbationKinds.filter((how) => perturbed.get(how)!.examples.length > 0).map((how) => perturbationJob(subject, how)),
    ...wordingJobs(subject),
    ...labelJobs(subject),
  ];
}

/** `null` where the signal is aborted. */
async function makeOne(
  job: Job,
  { signal, log, checkpointFolder, seeds }: ExperimentInput,
): Promise<Measurement | UserError | null> {
  const { approach, experiment, train, test, seed } = job;
  const planned = { approach, split: "test", train: train(), test, seed, repeat: seed - seeds[0]!, experiment } as const;
  try {
    const made = await attempt(planned, { signal, log, checkpointFolder, isTimed: false });
    return made instanceof UserError ? made : { ...made, outcomes: made.outcomes.map(answerOnly) };
  } catch (error) {
    if (signal.aborted) return null;
    // The comparison stands: only the experiments of this approach end here.
    if (error instanceof BudgetError) return error;
    throw error;
  }
}

const keyOf = ({ approach, trainSize, seed, experiment }: Job): string =>
  measurementKey({ approach: approach.name, split: "test", trainSize, seed, experiment });

function detailOf({ approach, experiment }: Job): string {
  const { kind: _, ...settings } = experiment;
  return `${approach.name}, ${experiment.kind}: ${Object.values(settings).join(", ")}`;
}

function isSameRows(measured: Measurement | undefined, { examples }: Dataset): boolean {
  return (
    measured !== undefined &&
    measured.outcomes.length === examples.length &&
    measured.outcomes.every(({ id }, row) => id === examples[row]!.id)
  );
}

/** The share of rows with the label that are answered with it, of all or of some rows. */
function recallOf({ outcomes }: Measurement, label: string, among?: Dataset): number {
  const ids = among && new Set(among.examples.map(({ id }) => id));
  const own = outcomes.filter(({ id, truth }) => truth.includes(label) && (ids === undefined || ids.has(id)));
  return own.filter(({ answer }) => answer?.includes(label)).length / own.length;
}
