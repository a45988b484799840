/** @file Jobs on other machines, side by side: which there are, where each stands, and the lines that show them. */
import { displayWidth, padColumns, truncateMiddle } from "../../lib/text/display-width.js";
import { formatCount, formatNumber, formatPlural } from "../../lib/text/format.js";
import { phaseKey } from "../../lib/text/phase-text.js";
import { visibleText } from "../../lib/text/visible-text.js";
import { style } from "../../report/terminal/style.js";
import type { JobState, PhaseEvent } from "../../types/events.js";
import { filled } from "../filled-lines.js";
import { roughly } from "../overall.js";
import type { Terminal } from "../terminal.js";
import { lossSparkline, smoothedLoss } from "../training-chart.js";
import { addPoint, endText, logText, type Stage, secondsLeft, spareRows, stageLines } from "./stage.js";

/** In the order in which they are told. */
const states = ["running", "starting", "waiting", "done", "failed"] as const satisfies readonly JobState[];
/** Before a job has ended. */
const openStates: ReadonlySet<JobState> = new Set(["waiting", "starting", "running"]);
/** Of more jobs than this not each leaves a line when it is done. */
const mostEndings = 4;
/** Lines of jobs at most: more are told by their number. */
const mostLines = 8;
const mostNameColumns = 36;
const sparkCells = 12;
/** Before, nothing is said of the time that is left: seconds of work, and the share of a job's steps that have been made in all. */
const least = { seconds: 5, share: 0.1 };

/** A job as far as it was told. */
interface Job {
  state: JobState;
  /** Its last event. */
  event: PhaseEvent;
  /** `null` before it runs. */
  stage: Stage | null;
  readonly name: string;
  /** Steps that it was planned with. */
  readonly total: number;
}

/** Follows jobs through their events. */
export interface Jobs {
  /** Whether one waits or runs. */
  readonly isOpen: boolean;
  /**
   * Notes an event of a job. `ended`: the line that stays, where the job has come to its end. `shown`: for how long jobs have been at work, and their line in
   * a log; `null` before and after.
   */
  tell(event: PhaseEvent, now: number): { readonly ended: string | null; readonly shown: JobsLine | null };
  /** A line with their numbers, `3 jobs run, 8 wait, 4 are done, about 12 min left`; none where one job alone is known, which tells that itself. */
  summary(now: number): string[];
  /**
   * One that runs alone with its curves, several with a line each.
   *
   * @param below lines that will stand under them
   */
  lines(now: number, below: number): string[];
}

/** Jobs in a line of a log. */
export interface JobsLine {
  readonly text: string;
  readonly elapsed: number;
}

/** No job is known. */
export function makeJobs(terminal: Terminal): Jobs {
  let jobs = new Map<string, Job>();
  let startedAt: number | null = null;
  const inState = (state: JobState): Job[] => [...jobs.values()].filter((job) => job.state === state);
  const openJobs = (): Job[] => [...jobs.values()].filter(({ state }) => openStates.has(state));
  const isOpen = (): boolean => openJobs().length > 0;

  const words = (now: number): string[] => {
    const counts = Object.fromEntries(states.map((state) => [state, inState(state).length])) as Record<JobState, number>;
    const { running, starting, waiting, done, failed } = counts;
    const verb = (count: number, one: string, several: string): string => `${formatCount(count)} ${count === 1 ? one : several}`;
    const left = startedAt === null ? null : timeLeft([...jobs.values()], now - startedAt, now);
    return [
      running === 0 && starting === 0 ? "no job runs" : "",
      running === 0 ? "" : verb(running, "job runs", "jobs run"),
      starting === 0 ? "" : running === 0 ? verb(starting, "job starts", "jobs start") : verb(starting, "starts", "start"),
      ...(waiting === 0 ? [] : [verb(waiting, "waits", "wait")]),
      ...(done === 0 ? [] : [verb(done, "is done", "are done")]),
      ...(failed === 0 ? [] : [`${formatCount(failed)} failed`]),
      ...(left === null ? [] : [`about ${roughly(left)} left`]),
    ].filter((word) => word !== "");
  };
  /** The last job that has not ended, where it runs. */
  const alone = (): Job | undefined => (openJobs().length === 1 ? inState("running")[0] : undefined);
  const shownLine = (now: number): JobsLine | null => {
    if (startedAt === null) return null;
    const [only, elapsed] = [alone(), now - startedAt];
    return {
      elapsed,
      text: only === undefined || jobs.size > 1 ? words(now).join(", ") : logText(only.event, only.stage!, elapsed),
    };
  };

  return {
    get isOpen() {
      return isOpen();
    },
    tell(event, now) {
      // Those of an earlier part of the run are nobody's any more.
      if (event.job === "waiting" && !isOpen()) {
        jobs = new Map();
        startedAt = null;
      }
      const key = phaseKey(event);
      const job = jobs.get(key) ?? { state: "waiting", event, stage: null, name: nameOf(event), total: event.total };
      jobs.set(key, job);
      [job.state, job.event] = [event.job!, event];
      if (event.job === "starting" || event.job === "running") startedAt ??= now;
      if (event.job === "running") run(job, event, now);
      const { stage } = job;
      if (stage !== null) stage.toldAt = now;
      const isShort = stage === null || now - stage.startedAt < leastTold;
      const isTold = event.job === "done" && !isShort && jobs.size <= mostEndings;
      return { ended: isTold ? endText(stage) : null, shown: isOpen() ? shownLine(now) : null };
    },
    summary(now) {
      const width = Math.max(1, terminal.screen().columns - 1);
      return jobs.size === 1 && alone() !== undefined ? [] : filled(words(now), ", ", width).slice(0, 1);
    },
    lines(now, below) {
      const only = alone();
      if (only !== undefined) return stageLines(only.event, only.stage!, now - only.stage!.startedAt, terminal, below);
      const working = [...jobs.values()].filter(({ state }) => state === "running" || state === "starting");
      if (working.length === 0) return [];
      const { columns, rows } = terminal.screen();
      const room = Math.max(1, Math.min(mostLines, rows - spareRows - below));
      const shown = working.length > room ? working.slice(0, Math.max(1, room - 1)) : working;
      const nameColumns = Math.min(mostNameColumns, Math.max(...shown.map(({ name }) => displayWidth(name))));
      const hidden = working.length - shown.length;
      return [
        ...shown.map((job) => jobLine(job, { now, nameColumns, width: Math.max(1, columns - 1), terminal })),
        ...(hidden === 0 ? [] : [`and ${formatCount(hidden)} more`]),
      ];
    },
  };
}

/** What is done at once needs no line of its own. */
const leastTold = 1;

/** Takes note of what a job that runs has reached; one that begins again, from a checkpoint before, begins its times again. */
function run(job: Job, event: PhaseEvent, now: number): void {
  const { done, total, training } = event;
  const before = job.stage;
  if (before === null || done < before.done) {
    const points = (before?.points ?? []).filter(({ step }) => step <= done);
    const times = { startedAt: now, startedWith: done, toldAt: now, shownAt: null };
    job.stage = { key: phaseKey(event), name: job.name, unit: " steps", total, done, ...times, points };
  }
  const stage = job.stage!;
  stage.done = done;
  if (training !== undefined) addPoint(stage.points, { step: done, at: now, values: training });
}

/** `tune:full, 423 rows, seed 42`. */
function nameOf({ measurement, subject }: PhaseEvent): string {
  if (measurement === undefined) return visibleText(subject ?? "a job");
  const { approach, trainSize, seed, experiment } = measurement;
  const changed = experiment === undefined ? "" : `, ${experiment.kind}`;
  return visibleText(`${approach}, ${formatPlural(trainSize, "row")}, seed ${seed}${changed}`);
}

/**
 * Seconds until all are done: at the steps a second that all of them together have made since the first one began, waiting for machines included, and not
 * less than the slowest of those that run needs by itself. `null` before that is known.
 */
function timeLeft(jobs: readonly Job[], elapsed: number, now: number): number | null {
  const made = jobs.reduce((sum, { state, stage, total }) => {
    if (stage === null) return sum;
    return sum + (state === "done" ? total : stage.done) - stage.startedWith;
  }, 0);
  const whole = Math.max(...jobs.map(({ total }) => total));
  if (elapsed < least.seconds || made <= 0 || made < least.share * whole) return null;
  const open = jobs.filter(({ state }) => openStates.has(state));
  if (open.length === 0) return null;
  const left = open.reduce((sum, { total, stage }) => sum + Math.max(0, total - (stage?.done ?? 0)), 0);
  const alone = open.map(({ event, stage }) => (stage === null ? 0 : (secondsLeft(event, stage, now - stage.startedAt) ?? 0)));
  return Math.max((left * elapsed) / made, ...alone);
}

/** Name, loss as a small curve, count, loss, time left: as much of it as fits. */
function jobLine(
  { name, event, stage }: Job,
  {
    now,
    nameColumns,
    width,
    terminal,
  }: { readonly now: number; readonly nameColumns: number; readonly width: number; readonly terminal: Terminal },
): string {
  const { points, total } = stage ?? { points: [], total: event.total };
  const { tune } = arms(terminal);
  const shown = padColumns(truncateMiddle(name, Math.min(nameColumns, width)), Math.min(nameColumns, width));
  const hasCurve = terminal.hasUnicode && displayWidth(shown) + sparkCells + 2 <= width;
  const curve = hasCurve ? lossSparkline(points, total, sparkCells) : "";
  const loss = smoothedLoss(points, total).at(-1)?.loss;
  const isUnderway = stage !== null && event.done < event.total;
  const left = isUnderway ? secondsLeft(event, stage, now - stage.startedAt) : null;
  const parts = [
    stage === null ? "starts" : `${formatCount(event.done)} of ${formatCount(event.total)}`,
    ...(loss === undefined ? [] : [`loss ${formatNumber(loss)}`]),
    ...(left === null ? [] : [`${roughly(left)} left`]),
  ];
  const columns = displayWidth(shown) + (hasCurve ? sparkCells + 2 : 0);
  const rest = filled(parts, ", ", Math.max(1, width - columns - 2))[0]!;
  if (columns + 2 + displayWidth(rest) > width) return shown;
  return `${shown}${hasCurve ? `  ${tune(padColumns(curve, sparkCells))}` : ""}  ${rest}`;
}

const arms = ({ hasErrColor }: Terminal) => ({ tune: (text: string): string => style(hasErrColor).arm("tune", text) });
