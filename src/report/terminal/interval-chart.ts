import { displayWidth, padColumns, wrap } from "../../lib/text/display-width.js";
import { formatPercent } from "../../lib/text/format.js";
import type { Arm } from "../../types/identity.js";
import type { Estimate } from "../../types/scores.js";
import { shareDomain, ticksBetween } from "../charts/scale.js";
import type { Glyphs } from "./glyphs.js";
import type { Style } from "./style.js";

/** One line of the chart. */
export interface ChartRow {
  readonly name: string;
  readonly arm: Arm;
  readonly estimate: Estimate;
  readonly isChosen: boolean;
}

/** Estimates with their intervals, one row each, on one axis of shares below them. Lines of at most `width` columns. */
export function intervalChartLines(rows: readonly ChartRow[], width: number, glyphs: Glyphs, style: Style): string[] {
  const nameWidth = Math.min(Math.max(...rows.map(({ name }) => displayWidth(name))), Math.floor(width * 0.36));
  const valueWidth = 6;
  const plotWidth = width - nameWidth - valueWidth - 4;
  const ticks = ticksBetween(...shareDomain(rows), Math.max(2, Math.floor(plotWidth / 6)));
  const [low, high] = [ticks[0]!, ticks.at(-1)!];
  const columnOf = (share: number): number => Math.round(((share - low) / (high - low)) * (plotWidth - 1));

  const body = rows.flatMap(({ name, arm, estimate, isChosen }) => {
    const bar = intervalBar(estimate, columnOf, plotWidth, arm, glyphs);
    const value = formatPercent(estimate.value).padStart(valueWidth);
    const emphasized = (text: string): string => (isChosen ? style.bold(text) : text);
    return wrap(name, nameWidth).map((part, i) => {
      const label = emphasized(padColumns(part, nameWidth));
      return i === 0 ? `${label}  ${style.arm(arm, bar)}  ${emphasized(value)}` : label;
    });
  });
  return [...body, axisLine(ticks, columnOf, plotWidth, nameWidth, style)].map((line) => line.trimEnd());
}

function intervalBar(
  { value, low, high }: Estimate,
  columnOf: (share: number) => number,
  width: number,
  arm: Arm,
  glyphs: Glyphs,
): string {
  const cells = Array.from({ length: width }, () => " ");
  if (columnOf(value) < 0) return glyphs.offAxis.padEnd(width);
  if (Number.isFinite(low) && Number.isFinite(high)) {
    const [first, last] = [Math.max(0, columnOf(low)), Math.min(width - 1, columnOf(high))];
    cells.fill(glyphs.interval, first, last + 1);
    if (columnOf(low) >= 0) cells[first] = glyphs.intervalLow;
    if (columnOf(high) < width) cells[last] = glyphs.intervalHigh;
  }
  cells[columnOf(value)] = glyphs.marks[arm];
  return cells.join("");
}

function axisLine(
  ticks: readonly number[],
  columnOf: (share: number) => number,
  plotWidth: number,
  nameWidth: number,
  style: Style,
): string {
  let line = "";
  for (const tick of ticks) {
    const text = `${Math.round(tick * 1000) / 10}%`;
    const start = Math.min(
      Math.max(columnOf(tick) - Math.floor(text.length / 2), line === "" ? 0 : line.length + 1),
      plotWidth - text.length,
    );
    if (start >= line.length + (line === "" ? 0 : 1)) line = line.padEnd(start) + text;
  }
  return " ".repeat(nameWidth + 2) + style.dim(line);
}
