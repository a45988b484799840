/** @file The curves of a training in a few lines of text: loss in braille dots, the learning rate in blocks below it. */

import { quantile } from "../lib/quantile.js";
import { movingAverage } from "../lib/smoothing.js";
import { displayWidth } from "../lib/text/display-width.js";
import { formatNumber } from "../lib/text/format.js";
import type { Style } from "../report/terminal/style.js";
import type { TrainingNumbers } from "../types/events.js";

/** What one event of a training said. */
export interface TrainingPoint {
  /** From 1. */
  readonly step: number;
  /** When it was said, in seconds of the terminal's clock. */
  readonly at: number;
  /** `training` of the event. */
  readonly values: TrainingNumbers;
}

/** Lines of the loss curve. Each has four dots from top to bottom. */
const plotRows = 4;
/** Narrower, a curve shows nothing. */
const leastCells = 10;

/** Share of all steps over which the loss is smoothed. */
const smoothedShare = 0.05;

/** The loss as a moving average over about a twentieth of all steps. Losses that are no numbers are passed over. */
export function smoothedLoss(
  points: readonly TrainingPoint[],
  steps: number,
): { readonly step: number; readonly loss: number }[] {
  const losses = lossesOf(points, "loss");
  const means = movingAverage(
    losses.map(({ loss }) => loss),
    smoothedShare * steps,
  );
  return losses.map(({ step }, i) => ({ step, loss: means[i]! }));
}

/**
 * Curves over all `steps`, so that they grow to the right as training goes on: single losses faint, the smoothed loss over them, held-out
 * losses as `●`; below it the learning rate. No line is wider than `width`; none at all where that is too narrow.
 */
export function trainingChartLines(points: readonly TrainingPoint[], steps: number, width: number, style: Style): string[] {
  const smooth = smoothedLoss(points, steps);
  const raw = lossesOf(points, "loss");
  const heldOut = lossesOf(points, "validationLoss");
  const losses = raw.map(({ loss }) => loss);
  if (smooth.length < 2) return [];
  // One wild batch must not press the curve flat: its dot is left out.
  const [low, high] = [...smooth, ...heldOut].reduce(([least, most], { loss }) => [Math.min(least, loss), Math.max(most, loss)], [
    quantile(losses, 0.05),
    quantile(losses, 0.95),
  ] as [number, number]);
  const labels = [formatNumber(high), formatNumber(low), "lr"];
  const gutter = Math.max(...labels.map(displayWidth));
  const cells = width - gutter - 2;
  if (cells < leastCells) return [];

  const scale: Scale = { steps, low, high, columns: 2 * cells, rows: 4 * plotRows };
  const faint = dots(raw, scale);
  const line = curve(smooth, scale);
  const marks = new Set(heldOut.map((point) => cellOf(point, scale)));
  const rows = Array.from({ length: plotRows }, (_, row) => {
    const label = row === 0 ? labels[0]! : row === plotRows - 1 ? labels[1]! : "";
    const edge = style.dim(`${label.padStart(gutter)} ${label === "" ? "│" : "┤"}`);
    return edge + drawn(cells, row, { faint, line, marks }, style);
  });
  const rates = learningRates(points, steps, cells);
  return rates === "" ? rows : [...rows, `${style.dim(`${"lr".padStart(gutter)} │`)}${rates}`];
}

interface LossPoint {
  readonly step: number;
  readonly loss: number;
}

function lossesOf(points: readonly TrainingPoint[], name: "loss" | "validationLoss"): LossPoint[] {
  return points.flatMap(({ step, values }) => {
    const loss = values[name];
    return loss !== undefined && Number.isFinite(loss) ? [{ step, loss }] : [];
  });
}

/** From steps and losses to dots: column 0 is the first step, row 0 the highest loss. */
interface Scale {
  readonly steps: number;
  readonly low: number;
  readonly high: number;
  readonly columns: number;
  readonly rows: number;
}

function columnOf(step: number, { steps, columns }: Pick<Scale, "steps" | "columns">): number {
  const share = steps > 1 ? (step - 1) / (steps - 1) : 0;
  return Math.round(Math.min(Math.max(share, 0), 1) * (columns - 1));
}

function rowOf(loss: number, { low, high, rows }: Scale): number {
  return high > low ? Math.round(((high - loss) / (high - low)) * (rows - 1)) : rows - 1;
}

/** The number of the cell that a point falls into, row by row. */
function cellOf({ step, loss }: LossPoint, scale: Scale): number {
  return Math.floor(rowOf(loss, scale) / 4) * (scale.columns / 2) + Math.floor(columnOf(step, scale) / 2);
}

/** Bits of Unicode's braille patterns: by row, then column. */
const brailleBits = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;

/** The bits of every cell, row by row. */
type Dots = Uint8Array;

function set(dotted: Dots, column: number, row: number, { columns, rows }: Scale): void {
  if (row < 0 || row >= rows) return;
  const cell = Math.floor(row / 4) * (columns / 2) + Math.floor(column / 2);
  dotted[cell] = dotted[cell]! | brailleBits[row % 4]![column % 2]!;
}

const noDots = ({ columns, rows }: Scale): Dots => new Uint8Array((columns * rows) / 8);

function dots(points: readonly LossPoint[], scale: Scale): Dots {
  const dotted = noDots(scale);
  for (const { step, loss } of points) set(dotted, columnOf(step, scale), rowOf(loss, scale), scale);
  return dotted;
}

/** A line without gaps through the points; of those in one column, through their mean. */
function curve(points: readonly LossPoint[], scale: Scale): Dots {
  const dotted = noDots(scale);
  const sums = new Map<number, { sum: number; count: number }>();
  for (const { step, loss } of points) {
    const column = columnOf(step, scale);
    const { sum, count } = sums.get(column) ?? { sum: 0, count: 0 };
    sums.set(column, { sum: sum + loss, count: count + 1 });
  }
  let before: { readonly column: number; readonly row: number } | null = null;
  for (const [column, { sum, count }] of sums) {
    const row = rowOf(sum / count, scale);
    const from: { readonly column: number; readonly row: number } = before ?? { column, row };
    const length = Math.max(column - from.column, Math.abs(row - from.row), 1);
    for (let i = 0; i <= length; i++) {
      const share = i / length;
      set(
        dotted,
        Math.round(from.column + share * (column - from.column)),
        Math.round(from.row + share * (row - from.row)),
        scale,
      );
    }
    before = { column, row };
  }
  return dotted;
}

interface Layers {
  readonly faint: Dots;
  readonly line: Dots;
  /** Cells of held-out losses. */
  readonly marks: ReadonlySet<number>;
}

/** One line of cells. Where the curve runs nothing else is drawn, so that it can be followed without color too. */
function drawn(cells: number, row: number, { faint, line, marks }: Layers, style: Style): string {
  const runs: { readonly layer: keyof Layers | "none"; text: string }[] = [];
  for (let cell = row * cells; cell < (row + 1) * cells; cell++) {
    const bits = line[cell]! || faint[cell]!;
    const layer = marks.has(cell) ? "marks" : line[cell]! > 0 ? "line" : bits > 0 ? "faint" : "none";
    const sign = layer === "marks" ? "●" : bits > 0 ? braille(bits) : " ";
    const last = runs.at(-1);
    if (last?.layer === layer) last.text += sign;
    else runs.push({ layer, text: sign });
  }
  if (runs.at(-1)?.layer === "none") runs.pop();
  const colored = {
    marks: style.warn,
    line: (text: string) => style.arm("tune", text),
    faint: style.dim,
    none: (text: string) => text,
  };
  return runs.map(({ layer, text }) => colored[layer](text)).join("");
}

/**
 * The smoothed loss in one line of blocks that grows to the right as training goes on: the highest cell is the highest of all so far. Empty before there are
 * two losses.
 *
 * @param cells of all `steps`
 */
export function lossSparkline(points: readonly TrainingPoint[], steps: number, cells: number): string {
  const smooth = smoothedLoss(points, steps);
  if (smooth.length < 2) return "";
  const byCell = new Map<number, number>();
  for (const point of smooth) byCell.set(columnOf(point.step, { steps, columns: cells }), point.loss);
  const [low, high] = [Math.min(...byCell.values()), Math.max(...byCell.values())];
  let [text, block] = ["", " "];
  for (let cell = 0; cell <= Math.max(...byCell.keys()); cell++) {
    const loss = byCell.get(cell);
    if (loss !== undefined) {
      const share = high > low ? (loss - low) / (high - low) : 0;
      block = blocks[Math.min(Math.floor(share * blocks.length), blocks.length - 1)]!;
    }
    text += block;
  }
  return text;
}

const braille = (bits: number): string => String.fromCodePoint(0x2800 + bits);

const blocks = "▁▂▃▄▅▆▇█";

/** The learning rate by cell, as a share of the highest so far. */
function learningRates(points: readonly TrainingPoint[], steps: number, cells: number): string {
  const rates = points.flatMap(({ step, values: { learningRate: rate } }) => (rate === undefined ? [] : [{ step, rate }]));
  const highest = rates.reduce((most, { rate }) => Math.max(most, rate), 0);
  if (!(highest > 0)) return "";
  const byCell = new Map(rates.map(({ step, rate }) => [columnOf(step, { steps, columns: cells }), rate]));
  const reached = Math.max(...byCell.keys());
  let [text, block] = ["", " "];
  for (let cell = 0; cell <= reached; cell++) {
    const rate = byCell.get(cell);
    // With fewer steps than cells a rate holds until the next one; before the first one known, there is none.
    if (rate !== undefined) block = blocks[Math.min(Math.floor((rate / highest) * blocks.length), blocks.length - 1)]!;
    text += block;
  }
  return text;
}
