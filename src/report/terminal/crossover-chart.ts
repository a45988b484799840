import { displayWidth, truncate } from "../../lib/text/display-width.js";
import { formatCount } from "../../lib/text/format.js";
import type { Arm } from "../../types/identity.js";
import { countScaleAt, spaced, ticksBetween } from "../charts/scale.js";
import { type CrossoverMark, type CrossoverPicture, type LabeledScore, scoreDomain } from "../crossover-picture.js";
import type { Glyphs } from "./glyphs.js";
import type { Style } from "./style.js";

export interface CrossoverChartOptions {
  /** Columns. */
  readonly width: number;
  readonly glyphs: Glyphs;
  readonly style: Style;
  /** Of the scores on the axis. */
  readonly formatTick: (score: number) => string;
  /** Makes a name harmless. */
  readonly say: (text: string) => string;
}

/** Lines of the plot without its axis. */
const plotHeight = 10;
/** Columns between two dots of a curve that was not measured. */
const extendedGap = 2;

/** One place of the plot. */
interface Place {
  readonly sign: string;
  /** Whose color it has; none: it is dimmed. */
  readonly arm?: Arm;
  readonly isBold?: boolean;
}

/** Quality by number of labels: curves as dots, prompts as lines across, letters at their ends, and on the axis where the pair crosses, or a curve does well enough. */
export function crossoverChartLines(picture: CrossoverPicture, options: CrossoverChartOptions): string[] {
  const { curves, lines, domain } = picture;
  const { width, glyphs, style, formatTick } = options;
  const ticks = ticksBetween(...scoreDomain(picture, { hasIntervals: false }), plotHeight / 2);
  const [lowest, highest] = [ticks[0]!, ticks.at(-1)!];
  const rowOf = (score: number): number => Math.round(((highest - score) / (highest - lowest)) * (plotHeight - 1));
  const names = ticks.map((tick) => formatTick(tick));
  const nameWidth = Math.max(...names.map((name) => name.length));
  const plotWidth = width - nameWidth - 2 - curves.length - lines.length - 1;
  const place = countScaleAt([], domain, [0, plotWidth - 1]);
  const columnOf = (labels: number): number => Math.round(place(labels));

  const rows: (Place | undefined)[][] = Array.from({ length: plotHeight }, () =>
    Array.from({ length: plotWidth }, () => undefined),
  );
  const put = (column: number, score: number, sign: Place): void => {
    rows[rowOf(score)]![column] = sign;
  };
  const backFirst = (a: { readonly isMain: boolean }, b: { readonly isMain: boolean }): number =>
    Number(a.isMain) - Number(b.isMain);
  for (const { arm, isMain, score } of lines.toSorted(backFirst)) {
    for (let column = 0; column < plotWidth; column++) put(column, score.value, { sign: glyphs.rule, arm, isBold: isMain });
    put(plotWidth - 1, score.value, { sign: glyphs.marks[arm], arm, isBold: isMain });
  }
  for (const { arm, isMain, points, extended } of curves.toSorted(backFirst)) {
    drawCurve(points, columnOf, 1, (column, score) => put(column, score, { sign: glyphs.curve, arm }));
    drawCurve(extended, columnOf, extendedGap, (column, score) => put(column, score, { sign: glyphs.curve, arm }));
    for (const { labels, score } of points) put(columnOf(labels), score.value, { sign: glyphs.marks[arm], arm, isBold: isMain });
  }
  const { mark } = picture;
  if (mark !== undefined && mark.labels.value !== null) {
    const column = columnOf(mark.labels.value);
    for (const row of rows) row[column] ??= { sign: glyphs.upright };
  }
  const plot = rows.map((row, index) => {
    const name = names[ticks.findIndex((tick) => rowOf(tick) === index)] ?? "";
    const letters = endLetters(picture, (score) => rowOf(score) === index, style);
    // No blanks at the end of a line: in color they could not be trimmed any more.
    const drawn = letters === "" ? row.slice(0, row.findLastIndex((each) => each !== undefined) + 1) : row;
    return `${" ".repeat(nameWidth - name.length)}${style.dim(name)} ${styled(drawn, style)} ${letters}`.trimEnd();
  });
  const axis = axisPlaces(mark, columnOf, plotWidth, glyphs);
  for (const { arm, enough } of curves) {
    if (enough !== undefined) axis[columnOf(enough.labels)] = { sign: glyphs.axisMark, arm, isBold: true };
  }
  const margin = " ".repeat(nameWidth + 1);
  return [
    ...plot,
    `${margin}${styled(axis, style)}`,
    `${margin}${style.dim(tickLine(picture, place, { plotWidth, width: width - nameWidth - 1 }))}`,
    ...letterLines(picture, options),
  ].map((line) => line.trimEnd());
}

/** Calls `put` for each column from the first score to the last; straight in between. */
function drawCurve(
  scores: readonly LabeledScore[],
  columnOf: (labels: number) => number,
  step: number,
  put: (column: number, score: number) => void,
): void {
  for (const [index, { labels, score }] of scores.slice(1).entries()) {
    const before = scores[index]!;
    const [from, to] = [columnOf(before.labels), columnOf(labels)];
    for (let column = from; column <= to; column++) {
      const share = to === from ? 1 : (column - from) / (to - from);
      if (column % step === 0) put(column, before.score.value + share * (score.value - before.score.value));
    }
  }
}

function styled(row: readonly (Place | undefined)[], style: Style): string {
  let text = "";
  for (let start = 0; start < row.length; ) {
    const first = row[start];
    let end = start;
    while (end < row.length && row[end]?.arm === first?.arm && row[end]?.isBold === first?.isBold) end++;
    const signs = row.slice(start, end).map((place) => place?.sign ?? " ");
    const part = signs.join("");
    const weighted = first?.isBold === true ? style.bold(part) : part;
    text += part.trim() === "" ? part : first?.arm === undefined ? style.dim(part) : style.arm(first.arm, weighted);
    start = end;
  }
  return text;
}

function endLetters({ curves, lines }: CrossoverPicture, isHere: (score: number) => boolean, style: Style): string {
  const ends = [...curves.map((curve) => ({ ...curve, score: (curve.extended.at(-1) ?? curve.points.at(-1)!).score })), ...lines];
  return ends
    .filter(({ score }) => isHere(score.value))
    .map(({ letter, arm }) => style.arm(arm, letter))
    .join("");
}

function axisPlaces(
  mark: CrossoverMark | undefined,
  columnOf: (labels: number) => number,
  width: number,
  glyphs: Glyphs,
): Place[] {
  const places: Place[] = Array.from({ length: width }, () => ({ sign: glyphs.rule }));
  if (mark === undefined) return places;
  const { labels, measured } = mark;
  const { value, low, high, side } = labels;
  const columnAt = (count: number | null, outOfSight: "before" | "after" | undefined): number =>
    columnOf(count ?? (outOfSight === "before" ? measured.smallest : measured.largest));
  const [first, last] = [columnAt(low, side.low), columnAt(high, side.high)];
  for (let column = first; column <= last; column++) places[column] = { sign: glyphs.axisInterval };
  const sides = [side.value, side.low, side.high];
  if (sides.includes("before")) places[columnOf(measured.smallest)] = { sign: glyphs.offAxis };
  if (sides.includes("after")) places[columnOf(measured.largest)] = { sign: glyphs.offAxisRight };
  if (value !== null) places[columnOf(value)] = { sign: glyphs.axisMark };
  return places;
}

function tickLine(
  { curves, domain }: CrossoverPicture,
  place: (labels: number) => number,
  { plotWidth, width }: { readonly plotWidth: number; readonly width: number },
): string {
  const measured = [...new Set(curves.flatMap(({ points }) => points.map(({ labels }) => labels)))].sort((a, b) => a - b);
  const candidates = [...new Set([measured.at(-1)!, measured[0]!, domain[1], ...measured])];
  let line = "";
  for (const labels of spaced(candidates, place, formatCount(domain[1]).length + 1)) {
    const text = formatCount(labels);
    const start = Math.min(plotWidth - text.length, Math.max(0, Math.round(place(labels)) - Math.floor(text.length / 2)));
    if (line === "" || start > line.length) line = line.padEnd(start) + text;
  }
  const unit = " labels";
  return line.length + unit.length <= width ? line + unit : line;
}

/** Whose the letters are, as many beside each other as there is room for. */
function letterLines({ curves, lines }: CrossoverPicture, { width, glyphs, style, say }: CrossoverChartOptions): string[] {
  const result: { text: string; columns: number }[] = [];
  for (const { name, letter, arm, isMain } of [...curves, ...lines]) {
    const plain = `${letter} ${glyphs.marks[arm]} ${truncate(say(name), width - 4)}`;
    const columns = displayWidth(plain);
    const text = style.arm(arm, isMain ? style.bold(plain) : plain);
    const last = result.at(-1);
    if (last !== undefined && last.columns + 3 + columns <= width) {
      last.text += `   ${text}`;
      last.columns += 3 + columns;
    } else result.push({ text, columns });
  }
  return result.map(({ text }) => text);
}
