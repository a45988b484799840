/** @file What goes on, with the time left: drawn in place on a screen, a line now and then elsewhere. */

import { displayWidth, truncateMiddle, wrap } from "../lib/text/display-width.js";
import { formatCount, formatSeconds } from "../lib/text/format.js";
import { noteText, phaseKey, phaseText } from "../lib/text/phase-text.js";
import { visibleText } from "../lib/text/visible-text.js";
import { style } from "../report/terminal/style.js";
import type { AskingTrouble, PhaseEvent, ProgressEvent } from "../types/events.js";
import { filled } from "./filled-lines.js";
import { noteLines } from "./notes.js";
import { type SpendingEvent, troubleWords } from "./overall.js";
import { overallLines } from "./overall-lines.js";
import { screenBlock } from "./screen-block.js";
import type { Terminal } from "./terminal.js";
import { type TrainingPoint, trainingChartLines } from "./training-chart.js";
import { isTraining, trainingNumbers, trainingOutcome } from "./training-numbers.js";

/** Seconds a stage must have lasted before it is shown: what is done at once needs no bar. */
const quietSeconds = 1;
/** Seconds between two drawings: the eye follows no faster, and a slow connection has other work. */
const redrawSeconds = 0.1;
/** Seconds between lines where the screen can't be redrawn (a log file, CI): at first, and when a stage has lasted long. */
const logEverySeconds = [10, 60] as const;
const barCells = 24;
const narrowBarCells = 10;
/** Lines of numbers under a chart. */
const mostNumberLines = 2;
/** Lines of the screen that a chart leaves to what was printed before. */
const spareRows = 6;

/** Shows what goes on, with the time left. */
export interface Progress {
  log(event: ProgressEvent | SpendingEvent): void;
  /** Clears what is drawn. To be called before anything else is printed, and at the end. */
  clear(): void;
}

/** A piece of work that is shown. */
interface Stage {
  readonly key: string;
  readonly name: string;
  /** What it counts, where its name does not say it. */
  readonly unit: string;
  readonly total: number;
  done: number;
  readonly startedAt: number;
  /** How much was done when the stage was first seen: a resumed stage must not look fast. */
  readonly startedWith: number;
  /** When it was last heard of. */
  toldAt: number;
  shownAt: number | null;
  /** What was measured on the way: where it is a training, its curves. */
  readonly points: TrainingPoint[];
  /** What did not go at once. */
  trouble?: AskingTrouble | undefined;
}

/**
 * Shows events on the terminal: a bar, and for a training its curves, which are replaced by one line at the end. The time left is what
 * the rest takes at the mean speed of the stage so far. Below it stands how far the whole run is. A training that is interrupted by another stage (an evaluation, a note) goes on
 * with its curves.
 *
 * @param signal says once it is aborted that the step in hand is finished first
 */
export function makeProgress(terminal: Terminal, signal?: AbortSignal): Progress {
  const block = screenBlock(terminal);
  const overall = overallLines(terminal, block);
  let stage: Stage | null = null;
  let training: Stage | null = null;
  /** A training that is complete: its last evaluation may still be told. */
  let ending: Stage | null = null;
  const note = (text: string): void => {
    block.clear();
    terminal.err(noteLines(text, terminal));
  };
  const conclude = (ended: Stage): void => {
    if (ended.shownAt === null) return;
    const done = `${ended.name}: ${formatCount(ended.done)}${ended.unit} in ${formatSeconds(ended.toldAt - ended.startedAt)}`;
    const trouble = ended.trouble === undefined ? [] : troubleWords(ended.trouble);
    note([done, ...trainingOutcome(ended.points, ended.total), ...trouble].join(", "));
    ended.shownAt = null;
  };
  const endTraining = (): void => {
    if (ending === null) return;
    conclude(ending);
    [training, ending] = [null, null];
  };
  signal?.addEventListener("abort", () => note("Stopping after the step in hand; press Ctrl-C again to stop at once."), {
    once: true,
  });

  const stageOf = (event: PhaseEvent, now: number): Stage => {
    const current = [stage, training].find((known) => known !== null && isSameWork(known, event));
    if (current) return current;
    const { total, done } = event;
    const name = visibleText(phaseText(event));
    // Beside the rows that it is on.
    const unit = event.phase === "training" ? " steps" : "";
    const times = { startedAt: now, startedWith: done, toldAt: now, shownAt: null };
    return { key: phaseKey(event), name, unit, total, done, ...times, points: [] };
  };

  return {
    clear() {
      endTraining();
      block.clear();
    },
    log(given) {
      if (given.kind === "spending") {
        overall.spending(given);
        return;
      }
      if (given.kind === "note") {
        endTraining();
        note(noteText(given));
        return;
      }
      const event = visibleEvent(given);
      const now = terminal.now() / 1000;
      if (overall.isAbout(event, now)) {
        endTraining();
        stage = null;
        overall.tell(now);
        return;
      }
      overall.trouble(event);
      const current = stageOf(event, now);
      if (ending !== current) endTraining();
      // Curves stay in sight while an evaluation comes between: only what is drawn over them takes them away.
      if (stage !== current && (stage === null || stage !== training)) overall.draw(now);
      stage = current;
      [current.done, current.toldAt, current.trouble] = [event.done, now, event.trouble];
      if (event.training !== undefined) addPoint(current.points, { step: event.done, at: now, values: event.training });
      if (isTraining(current.points)) training = current;
      if (event.done >= event.total) {
        if (training === current) ending = current;
        else conclude(current);
        return;
      }
      const elapsed = now - current.startedAt;
      if (elapsed < quietSeconds) return;
      const waited = current.shownAt === null ? Number.POSITIVE_INFINITY : now - current.shownAt;
      if (terminal.isInteractive) {
        if (waited < redrawSeconds) return;
        const left = secondsLeft(event, current, elapsed);
        const below = overall.lines(now, left === null ? undefined : { phase: event.phase, secondsLeft: left });
        block.draw([...screenLines(event, current, elapsed, terminal, below.length), ...below]);
      } else {
        const [first, last] = logEverySeconds;
        // Held-out losses are few, and what a log is read for.
        if (waited < Math.min(Math.max(first, elapsed / 10), last) && event.training?.validationLoss === undefined) return;
        const left = timeLeft(event, current, elapsed);
        const count = `${formatCount(event.done)} of ${formatCount(event.total)} (${Math.floor(shareOf(event) * 100)} %)`;
        terminal.err(`${[`${current.name}: ${count}`, ...left, ...details(event, current)].join(", ")}\n`);
      }
      current.shownAt = now;
    },
  };
}

/** Names of files may come from anywhere. */
function visibleEvent(event: PhaseEvent): PhaseEvent {
  const { detail } = event;
  return { ...event, ...(detail === undefined ? {} : { detail: visibleText(detail) }) };
}

/** The same work with another total, or fewer done, are the next piece of work of the same kind; a training may end before its time. */
function isSameWork(stage: Stage, event: PhaseEvent): boolean {
  const { done, total } = event;
  const endsEarly = stage.points.length > 0 && done >= total && total <= stage.total;
  return stage.key === phaseKey(event) && (stage.total === total || endsEarly) && done >= stage.done;
}

/** Adds what was said; a step that is told of twice, as when it is evaluated, is one point. */
function addPoint(points: TrainingPoint[], point: TrainingPoint): void {
  const last = points.at(-1);
  if (last?.step === point.step) points[points.length - 1] = { ...last, values: { ...last.values, ...point.values } };
  else points.push(point);
}

const shareOf = ({ done, total }: PhaseEvent): number => (total === 0 ? 1 : done / total);

function secondsLeft({ done, total }: PhaseEvent, { startedWith }: Stage, elapsed: number): number | null {
  const doneHere = done - startedWith;
  return doneHere > 0 ? (elapsed / doneHere) * (total - done) : null;
}

function timeLeft(event: PhaseEvent, stage: Stage, elapsed: number): string[] {
  const seconds = secondsLeft(event, stage, elapsed);
  return seconds === null ? [] : [`${formatSeconds(seconds)} left`];
}

/** A bar; under it, while something is trained and there is room, its curves and its numbers. No line fills the screen's width, or it would break. */
function screenLines(event: PhaseEvent, stage: Stage, elapsed: number, terminal: Terminal, below: number): string[] {
  const { columns, rows } = terminal.screen();
  const width = Math.max(1, columns - 1);
  const chart = terminal.hasUnicode ? trainingChartLines(stage.points, stage.total, width, style(terminal.hasErrColor)) : [];
  const left = timeLeft(event, stage, elapsed);
  if (chart.length === 0 || chart.length + spareRows + below > rows)
    return barLines(event, stage.name, [...left, ...details(event, stage)], width, terminal);
  return [
    ...barLines(event, stage.name, left, width, terminal),
    ...chart,
    ...filled(details(event, stage), " · ", width).slice(0, mostNumberLines),
  ];
}

/** Name, bar, count, time left and what else fits. On a narrow screen the bar becomes shorter, then the name, which is never cut, has lines of its own. */
function barLines(event: PhaseEvent, name: string, parts: readonly string[], width: number, { hasUnicode }: Terminal): string[] {
  const count = ` ${formatCount(event.done)} of ${formatCount(event.total)}`;
  const [done, open] = hasUnicode ? ["█", "░"] : ["#", "-"];
  const bar = (cells: number): string => {
    const full = Math.round(shareOf(event) * cells);
    return ` ${done.repeat(full)}${open.repeat(cells - full)}`;
  };
  const left = parts.length > 0 ? `, ${parts[0]}` : "";
  const nameColumns = displayWidth(name);
  const bars = [bar(barCells) + count + left, bar(narrowBarCells) + count + left];
  const beside = bars.find((each) => nameColumns + displayWidth(each) <= width);
  const below = [...bars, count + left, count].find((each) => displayWidth(each) <= width) ?? count;
  const lines = beside === undefined ? [...wrap(name, width), truncateMiddle(below, width)] : [name + beside];
  return [...lines.slice(0, -1), filled([lines.at(-1)!, ...parts.slice(1)], ", ", width)[0]!];
}

/** What is said besides the count: the numbers of a training, or the event's own words. */
function details({ detail }: PhaseEvent, { points, total }: Stage): string[] {
  if (isTraining(points)) return trainingNumbers(points, total);
  return detail === undefined ? [] : [detail];
}
