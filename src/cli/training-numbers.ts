/** @file A training in numbers: those that stand under its curves while it runs, and those that stay when it is done. */
import { formatCount, formatNumber } from "../lib/text/format.js";
import type { TrainingNumbers } from "../types/events.js";
import { smoothedLoss, type TrainingPoint } from "./training-chart.js";

/** Seconds that a speed is the mean over. */
const speedSeconds = 20;

/** Whether the events told of a loss, so that there is something to draw. */
export function isTraining(points: readonly TrainingPoint[]): boolean {
  return points.some(({ values }) => values.loss !== undefined);
}

/** Where a training stands, the most important first: loss, held-out loss, learning rate, speeds. */
export function trainingNumbers(points: readonly TrainingPoint[], steps: number): string[] {
  const loss = smoothedLoss(points, steps).at(-1)?.loss;
  const rate = lastOf(points, "learningRate");
  const parts = [
    loss === undefined ? null : `loss ${formatNumber(loss)}`,
    heldOutLoss(points),
    rate === undefined ? null : `learning rate ${formatRate(rate)}`,
    ...(["rows", "tokens"] as const).map((unit) => speed(points, unit)),
  ];
  return parts.filter((part) => part !== null);
}

/** What a training came to: the loss at its start and its end, smoothed, and the held-out loss. */
export function trainingOutcome(points: readonly TrainingPoint[], steps: number): string[] {
  const smooth = smoothedLoss(points, steps);
  const [first, last] = [smooth[0]?.loss, smooth.at(-1)?.loss];
  const loss = first === undefined || last === undefined ? null : `loss ${formatNumber(first)} → ${formatNumber(last)}`;
  return [loss, heldOutLoss(points)].filter((part) => part !== null);
}

/** The last held-out loss, and the best one where that is another; `null` before the first. */
function heldOutLoss(points: readonly TrainingPoint[]): string | null {
  const losses = points.flatMap(({ step, values: { validationLoss: loss } }) => (loss === undefined ? [] : [{ step, loss }]));
  const last = losses.at(-1);
  if (last === undefined) return null;
  const best = losses.reduce((a, b) => (b.loss < a.loss ? b : a));
  const note = best === last ? "" : ` (best ${formatNumber(best.loss)} at step ${formatCount(best.step)})`;
  return `validation loss ${formatNumber(last.loss)}${note}`;
}

function lastOf(points: readonly TrainingPoint[], name: keyof TrainingNumbers): number | undefined {
  return points.findLast(({ values }) => values[name] !== undefined)?.values[name];
}

/** `128 rows/s`: the mean over the last seconds, and over two steps at least; `null` where it was not counted. */
function speed(points: readonly TrainingPoint[], unit: "rows" | "tokens"): string | null {
  const isCounted = ({ values }: TrainingPoint): boolean => values[unit] !== undefined;
  const end = points.findLastIndex(isCounted);
  if (end < 0) return null;
  const last = points[end]!;
  const before = points.slice(0, end);
  const first = before.findLast((point) => isCounted(point) && point.at <= last.at - speedSeconds) ?? before.find(isCounted);
  if (first === undefined || first.at === last.at) return null;
  return `${formatNumber((last.values[unit]! - first.values[unit]!) / (last.at - first.at))} ${unit}/s`;
}

/** As learning rates are written: `2e-5`, `4.1e-5`. */
function formatRate(rate: number): string {
  return rate === 0 ? "0" : Number(rate.toPrecision(2)).toExponential();
}
