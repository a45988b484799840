/**
 * @file Experiments of a comparison: approaches fitted without one label and then with few rows of it, fitted without a part of the rows, asked about texts
 * that are typed otherwise, and prompts in other words.
 */
import { BudgetError, UserError } from "../../lib/errors.js";
import { measurementKey } from "../../lib/text/measurement-key.js";
import type { Dataset } from "../../types/data.js";
import type { Measurement } from "../../types/measurement.js";
import { isBilled } from "../billed.js";
import { answerOnly } from "../curves/answer-only.js";
import type { CurveLevel } from "../curves/curve-schedule.js";
import { attempt } from "../fits/attempt.js";
import { beginFits } from "../fits/begin-fits.js";
import type { KeptFits } from "../fits/kept-fits.js";
import type { FurtherMeasuring } from "../further-measuring.js";
import { isOfVerdict } from "../identity.js";
import { mainMeasurements } from "../main-measurements.js";
import type { PlannedMeasurement } from "../plan.js";
import { taskFacts } from "../task-facts.js";
import { type Job, jobsIn, keyOf, type Subject } from "./experiment-jobs.js";
import { isShift } from "./experiment-kinds.js";
import { refitSeconds } from "./refit-seconds.js";

/** Everything that experiments are made with. */
export interface ExperimentInput extends FurtherMeasuring {
  /** The approaches, and those of their fits that are still at hand. */
  readonly fits: KeptFits;
  /** `quick`: nothing that a service bills. */
  readonly level: CurveLevel;
  /** Points of learning curves: of these it is known what fitting takes now. */
  readonly points: readonly Measurement[];
}

/** Whether experiments are made with an approach. Its measurement tells. */
export function takesPart(own: Measurement, level: CurveLevel): boolean {
  return isOfVerdict(own.arm) && !own.traits.isRecording && (level === "full" || !isBilled(own));
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
  const begin = beginner(input);
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
    const next = open
      .filter(({ seconds }) => seconds <= left)
      .sort((a, b) => a.turn - b.turn || a.seconds - b.seconds || (keyOf(a) < keyOf(b) ? -1 : 1));
    const [job] = next;
    const done = laboratory.made().length;
    if (job === undefined || signal.aborted) {
      if (isStarted) log({ kind: "progress", phase: "experiment", done, total: done });
      return laboratory.made();
    }
    if (!isStarted) input.onStart();
    isStarted = true;
    const detail = detailOf(job);
    const secondsLeft = Math.min(
      left,
      open.reduce((total, { seconds }) => total + seconds, 0),
    );
    log({ kind: "progress", phase: "experiment", done, total: done + open.length, detail, secondsLeft });
    await begin(next, left);
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

/** Begins jobs that other machines fit, as many as the time suffices for one after the other: these are fitted side by side. */
function beginner(input: ExperimentInput): (jobs: readonly Job[], secondsLeft: number) => Promise<void> {
  const begun = new Set<string>();
  /** Of one approach and seed: several experiments may ask one fit, which is begun for the first of them. */
  const sets = new Map<string, Set<Dataset>>();
  return async (jobs, secondsLeft) => {
    let left = secondsLeft;
    const fits: PlannedMeasurement[] = [];
    for (const job of jobs) {
      if (job.approach.begin === undefined || begun.has(keyOf(job))) continue;
      left -= job.seconds;
      if (left < 0) break;
      begun.add(keyOf(job));
      const planned = plannedOf(job, input);
      const fit = `${job.seed} ${job.approach.name}`;
      const trained = sets.get(fit) ?? new Set();
      sets.set(fit, trained);
      if (trained.has(planned.train) || input.fits.has(job.approach.name, planned.train, job.seed)) continue;
      trained.add(planned.train);
      fits.push(planned);
    }
    try {
      await beginFits(fits, input);
    } catch (error) {
      if (!input.signal.aborted) throw error;
    }
  };
}

function plannedOf({ approach, experiment, train, test, seed }: Job, { seeds }: ExperimentInput): PlannedMeasurement {
  return { approach, split: "test", train: train(), test, seed, repeat: seed - seeds[0]!, experiment };
}

/** `null` where the signal is aborted. */
async function makeOne(job: Job, input: ExperimentInput): Promise<Measurement | UserError | null> {
  const { signal, log, checkpointFolder, sharedFolder } = input;
  try {
    const made = await attempt(plannedOf(job, input), { signal, log, checkpointFolder, sharedFolder, isTimed: false });
    return made instanceof UserError ? made : { ...made, outcomes: made.outcomes.map(answerOnly) };
  } catch (error) {
    if (signal.aborted) return null;
    // The comparison stands: only the experiments of this approach end here.
    if (error instanceof BudgetError) return error;
    throw error;
  }
}

function detailOf({ approach, experiment }: Job): string {
  if (isShift(experiment)) return `${approach.name}, shift: ${experiment.isUnlike ? "without" : "with"} the rows held out`;
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
