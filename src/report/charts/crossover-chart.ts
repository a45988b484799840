import { formatCount } from "../../lib/text/format.js";
import type { OutOfSight } from "../../types/curves.js";
import {
  type CrossoverMark,
  type CrossoverPicture,
  type CurveSeries,
  type LabeledScore,
  type PromptLine,
  scoreDomain,
} from "../crossover-picture.js";
import { type Content, type Markup, markup } from "../markup.js";
import { countScaleAt, linearScale, type Scale, spaced } from "./scale.js";
import { type Frame, mark, pixel, svg, textWidth, truncateToPixels, xAxis, yAxis } from "./svg.js";

export interface CrossoverChartOptions extends Omit<Frame, "height"> {
  /** Of the scores on the axis. */
  readonly formatTick: (score: number) => string;
}

/** Where the parts of the chart stand. */
interface Area {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Pixels beside the plot that names need; with fewer, letters stand there, and the names below. */
const leastNames = 200;
const lineHeight = 15;
const arrowLength = 11;

/**
 * Quality by number of labels (logarithmic): curves with their 95 % intervals and, dashed, as fitted beyond what was measured; prompts as lines across; and
 * where the curve of the pair overtakes its prompt, with the 90 % interval on the axis; or where a curve does well enough. The pair is drawn in full, the others back.
 */
export function crossoverChart(picture: CrossoverPicture, { formatTick, ...frame }: CrossoverChartOptions): Markup {
  const { curves, lines, domain } = picture;
  const { width } = frame;
  const names = [...curves, ...lines].map(({ name }) => name);
  const wanted = Math.max(...names.map(textWidth)) + 16;
  const hasNames = width * 0.38 >= leastNames;
  const plotHeight = Math.round(Math.min(300, width * 0.62));
  const area: Area = {
    left: 46,
    right: width - (hasNames ? Math.min(wanted, width * 0.38) : 22),
    top: 24,
    bottom: 24 + plotHeight,
  };
  const height = area.bottom + 46 + (hasNames ? 0 : names.length * (lineHeight + 3) + 4);
  const x = labelScale(picture, area);
  const y = linearScale(scoreDomain(picture, { hasIntervals: true }), [area.bottom, area.top], 5);
  const drawnBack = <Series extends { readonly isMain: boolean }>(series: readonly Series[]): Series[] =>
    series.toSorted((a, b) => Number(a.isMain) - Number(b.isMain));

  const title = markup`<text class="tick" x="${pixel((area.left + area.right) / 2)}" y="${area.bottom + 36}" text-anchor="middle">labels (logarithmic)</text>`;
  return svg({ ...frame, height }, [
    yAxis(y, area.left, area.right, formatTick),
    xAxis(x, area.top, area.bottom, formatCount, width),
    drawnBack(lines).map((line) => promptBand(line, y, area)),
    drawnBack(curves).map((curve) => curveBands(curve, x, y)),
    picture.mark !== undefined && crossing(picture.mark, x, domain, area),
    drawnBack(curves).map((curve) => enoughMark(curve, x, y, area)),
    drawnBack(lines).map((line, i) => promptLine(line, y, area, i)),
    drawnBack(curves).map((curve) => curveLines(curve, x, y)),
    endNames(picture, y, area, hasNames ? width - area.right - 14 : null),
    hasNames ? null : namesBelow(picture, width, area.bottom + 46),
    title,
  ]);
}

/** The numbers of labels that were measured, as many as can be read: the ends first. */
function labelScale({ curves, domain }: CrossoverPicture, { left, right }: Area): Scale {
  const measured = [...new Set(curves.flatMap(({ points }) => points.map(({ labels }) => labels)))].sort((a, b) => a - b);
  const place = countScaleAt([], domain, [left, right]);
  const candidates = [measured.at(-1)!, measured[0]!, domain[1], ...measured];
  const gap = textWidth(formatCount(domain[1])) + 6;
  return countScaleAt(spaced([...new Set(candidates)], place, gap), domain, [left, right]);
}

/** Within the ticks of an axis: intervals of what is drawn back may reach out of it. */
function within(y: Scale): (score: number) => number {
  const [lowest, highest] = [y.ticks[0]!, y.ticks.at(-1)!];
  return (score) => y(Math.min(highest, Math.max(lowest, score)));
}

function promptBand({ arm, isMain, score: { low, high } }: PromptLine, y: Scale, { left, right }: Area): Markup | null {
  if (!isMain || !Number.isFinite(low) || !Number.isFinite(high)) return null;
  const place = within(y);
  return markup`<rect class="band ${arm}" x="${left}" y="${pixel(place(high))}" width="${pixel(right - left)}" height="${pixel(place(low) - place(high))}"/>`;
}

function promptLine({ arm, isMain, score: { value, low, high } }: PromptLine, y: Scale, area: Area, index: number): Markup {
  const { left, right } = area;
  const [at, place] = [pixel(y(value)), within(y)];
  // Side by side, so that the intervals of prompts that are as good can be told apart.
  const beside = pixel(right - 8 - 6 * index);
  const whisker =
    !isMain && Number.isFinite(low) && Number.isFinite(high)
      ? markup`<line class="whisker muted ${arm}" x1="${beside}" x2="${beside}" y1="${pixel(place(high))}" y2="${pixel(place(low))}"/>`
      : null;
  const line = markup`<line class="line ${arm}${isMain ? "" : " muted"}" x1="${left}" x2="${pixel(right)}" y1="${at}" y2="${at}"/>`;
  return markup`${whisker}${line}${mark(arm, right, y(value), isMain ? 5 : 4)}`;
}

/** The intervals as measured, and beyond them those of the fitted curve. */
function curveBands({ arm, isMain, points, extended }: CurveSeries, x: Scale, y: Scale): Markup {
  return markup`${isMain && area(points, x, y, `band ${arm}`)}${isMain && area(extended, x, y, `band extended ${arm}`)}`;
}

function area(scores: readonly LabeledScore[], x: Scale, y: Scale, className: string): Markup | null {
  const known = scores.filter(({ score }) => Number.isFinite(score.low) && Number.isFinite(score.high));
  if (known.length < 2) return null;
  const place = within(y);
  const upper = known.map(({ labels, score }) => `${pixel(x(labels))} ${pixel(place(score.high))}`);
  const lower = known.toReversed().map(({ labels, score }) => `${pixel(x(labels))} ${pixel(place(score.low))}`);
  return markup`<path class="${className}" d="M${[...upper, ...lower].join("L")}Z"/>`;
}

function curveLines({ arm, isMain, points, extended }: CurveSeries, x: Scale, y: Scale): Markup {
  const muted = isMain ? "" : " muted";
  const marks = points.map(({ labels, score }) => mark(arm, x(labels), y(score.value), isMain ? 4.5 : 3));
  return markup`${path(points, x, y, `line ${arm}${muted}`)}${path(extended, x, y, `line extended ${arm}${muted}`)}${marks}`;
}

/** A line up to the point from which on it does well enough, and a ring around it. */
function enoughMark({ arm, enough }: CurveSeries, x: Scale, y: Scale, { bottom }: Area): Markup | null {
  if (enough === undefined) return null;
  const [cx, cy] = [pixel(x(enough.labels)), pixel(y(enough.score.value))];
  return markup`<line class="enough ${arm}" x1="${cx}" x2="${cx}" y1="${cy}" y2="${bottom}"/><circle class="enough ${arm}" cx="${cx}" cy="${cy}" r="9"/>`;
}

function path(scores: readonly LabeledScore[], x: Scale, y: Scale, className: string): Markup | null {
  if (scores.length < 2) return null;
  const place = within(y);
  return markup`<path class="${className}" d="M${scores.map(({ labels, score }) => `${pixel(x(labels))} ${pixel(place(score.value))}`).join("L")}"/>`;
}

/** A line where the pair crosses, the interval on the axis, an arrow where either is out of sight, and all of it in words above. */
function crossing(
  { labels, measured, text, shortText, beyond }: CrossoverMark,
  x: Scale,
  domain: readonly [number, number],
  { left, right, top, bottom }: Area,
): Markup {
  const { value, low, high, side } = labels;
  const placeOf = (count: number | null, outOfSight: OutOfSight | undefined): number =>
    x(count ?? (outOfSight === "before" ? measured.smallest : measured.largest));
  const at = placeOf(value, side.value);
  const [from, to] = [placeOf(low, side.low) + (side.low === "before" ? arrowLength : 0), placeOf(high, side.high)];
  const upright = (place: number, className: string): Markup =>
    markup`<line class="${className}" x1="${pixel(place)}" x2="${pixel(place)}" y1="${top}" y2="${bottom}"/>`;
  const bar = markup`<line class="labels-interval" x1="${pixel(from)}" x2="${pixel(to)}" y1="${bottom}" y2="${bottom}"/>`;
  const sides = [...new Set([side.value, side.low, side.high])].filter((each) => each !== undefined);
  const heads = sides.map((each) => arrow(placeOf(null, each), bottom, each));
  const words = textWidth(text) <= right ? text : shortText;
  const half = textWidth(words) / 2;
  const center = Math.max(half, Math.min(Math.max(at, left + half), right - half));
  return markup`${value !== null && upright(at, "crossing")}${beyond !== undefined && beyond <= domain[1] && upright(x(beyond), "crossing guess")}${
    to > from && bar
  }${heads}<text class="name chosen" x="${pixel(center)}" y="${top - 9}" text-anchor="middle">${words}</text>`;
}

/** From a number of labels on, outward: into the part of the chart that was not measured. At its left edge it stands inside, off the numbers of the axis. */
function arrow(x: number, y: number, side: OutOfSight): Markup {
  const [base, tip] = side === "before" ? [x + arrowLength, x] : [x, x + arrowLength];
  return markup`<path class="labels-end" d="M${pixel(base)} ${pixel(y - 5)}L${pixel(tip)} ${pixel(y)}L${pixel(base)} ${pixel(y + 5)}Z"/>`;
}

/** Names at the ends of lines, apart from each other, joined to their line where they had to move. `room`: pixels; `null`: letters. */
function endNames({ curves, lines }: CrossoverPicture, y: Scale, { right, top, bottom }: Area, room: number | null): Content {
  const ends = [
    ...curves.map((curve) => ({ ...curve, score: (curve.extended.at(-1) ?? curve.points.at(-1)!).score })),
    ...lines,
  ].map((end) => ({ ...end, wanted: y(end.score.value) }));
  const places = apart(
    ends.map(({ wanted }) => wanted),
    lineHeight,
    [top, bottom],
  );
  return ends.map(({ name, isMain, letter, wanted }, i) => {
    const [at, start] = [places[i]!, right + 12];
    const leader =
      Math.abs(at - wanted) > 3 &&
      markup`<line class="leader" x1="${pixel(right + 6)}" x2="${pixel(start - 1)}" y1="${pixel(wanted)}" y2="${pixel(at)}"/>`;
    const text = room === null ? letter : truncateToPixels(name, room);
    return markup`${leader}<text class="${isMain ? "name chosen" : "name"}" x="${pixel(start)}" y="${pixel(at + 4)}">${text}</text>`;
  });
}

/** Which letter is whose. */
function namesBelow({ curves, lines }: CrossoverPicture, width: number, top: number): Content {
  return [...curves, ...lines].map(({ name, letter, arm, isMain }, i) => {
    const row = top + 10 + i * (lineHeight + 3);
    return markup`<text class="name chosen" x="2" y="${row + 4}">${letter}</text>${mark(arm, 22, row, 4)}<text class="${isMain ? "name chosen" : "name"}" x="34" y="${row + 4}">${truncateToPixels(name, width - 36)}</text>`;
  });
}

/** Places at least `gap` apart, in the order of those that are wanted, as near to them as going down and then up again gets. */
function apart(wanted: readonly number[], gap: number, [top, bottom]: readonly [number, number]): number[] {
  const order = wanted.map((_, index) => index).sort((a, b) => wanted[a]! - wanted[b]!);
  const places = order.map((index) => Math.min(bottom, Math.max(top, wanted[index]!)));
  for (let i = 1; i < places.length; i++) places[i] = Math.max(places[i]!, places[i - 1]! + gap);
  let limit = bottom;
  for (let i = places.length - 1; i >= 0; i--) {
    places[i] = Math.min(places[i]!, limit);
    limit = places[i]! - gap;
  }
  const placed = wanted.slice();
  for (const [i, index] of order.entries()) placed[index] = places[i]!;
  return placed;
}
