/** @file A piece of work that goes on: what is known of it, and the lines that show it. */
import { displayWidth, truncateMiddle, wrap } from "../../lib/text/display-width.js";
import { formatCount, formatSeconds } from "../../lib/text/format.js";
import { phaseKey } from "../../lib/text/phase-text.js";
import { style } from "../../report/terminal/style.js";
import type { AskingTrouble, PhaseEvent } from "../../types/events.js";
import { filled } from "../filled-lines.js";
import { troubleWords } from "../overall.js";
import type { Terminal } from "../terminal.js";
import { type TrainingPoint, trainingChartLines } from "../training-chart.js";
import { isTraining, trainingNumbers, trainingOutcome } from "../training-numbers.js";

const barCells = 24;
const narrowBarCells = 10;
/** Lines of numbers under a chart. */
const mostNumberLines = 2;
/** Lines of the screen that a chart leaves to what was printed before. */
export const spareRows = 6;

/** A piece of work that is shown. */
export interface Stage {
  readonly key: string;
  readonly name: string;
  /** What it counts, where its name does not say it. */
  readonly unit: string;
  readonly total: number;
  done: number;
  /** When it was first seen, in seconds of the terminal's clock. */
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

/** The same work with another total, or fewer done, are the next piece of work of the same kind; a training may end before its time. */
export function isSameWork(stage: Stage, event: PhaseEvent): boolean {
  const { done, total } = event;
  const endsEarly = stage.points.length > 0 && done >= total && total <= stage.total;
  return stage.key === phaseKey(event) && (stage.total === total || endsEarly) && done >= stage.done;
}

/** Adds what was said of a training; a step that is told of twice, as when it is evaluated, is one point. */
export function addPoint(points: TrainingPoint[], point: TrainingPoint): void {
  const last = points.at(-1);
  if (last?.step === point.step) points[points.length - 1] = { ...last, values: { ...last.values, ...point.values } };
  else points.push(point);
}

/** By the mean speed of the stage so far; `null` before it has one. */
export function secondsLeft({ done, total }: Pick<PhaseEvent, "done" | "total">, stage: Stage, elapsed: number): number | null {
  const doneHere = done - stage.startedWith;
  return doneHere > 0 ? (elapsed / doneHere) * (total - done) : null;
}

/** The line that stays when it is done. */
export function endText({ name, done, unit, startedAt, toldAt, points, total, trouble }: Stage): string {
  const took = `${name}: ${formatCount(done)}${unit} in ${formatSeconds(toldAt - startedAt)}`;
  return [took, ...trainingOutcome(points, total), ...(trouble === undefined ? [] : troubleWords(trouble))].join(", ");
}

/** Its line in a log. */
export function logText(event: PhaseEvent, stage: Stage, elapsed: number): string {
  const count = `${formatCount(event.done)} of ${formatCount(event.total)} (${Math.floor(shareOf(event) * 100)} %)`;
  return [`${stage.name}: ${count}`, ...timeLeft(event, stage, elapsed), ...details(event, stage)].join(", ");
}

/**
 * A bar; under it, while something is trained and there is room, its curves and its numbers. No line fills the screen's width, or it would break.
 *
 * @param below lines that will stand under it
 */
export function stageLines(event: PhaseEvent, stage: Stage, elapsed: number, terminal: Terminal, below: number): string[] {
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

const shareOf = ({ done, total }: PhaseEvent): number => (total === 0 ? 1 : done / total);

function timeLeft(event: PhaseEvent, stage: Stage, elapsed: number): string[] {
  const seconds = secondsLeft(event, stage, elapsed);
  return seconds === null ? [] : [`${formatSeconds(seconds)} left`];
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
