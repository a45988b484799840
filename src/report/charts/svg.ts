/** @file What every chart is made of: a frame with a name, marks by arm, an axis, measured text. */

import { displayWidth, truncateMiddle } from "../../lib/text/display-width.js";
import type { Arm } from "../../types/identity.js";
import { type Content, type Markup, markup } from "../markup.js";
import type { Scale } from "./scale.js";

/** Columns of text are about this wide at the charts' 12 pixels: a generous mean of the usual system fonts. */
const pixelsPerColumn = 7;

/** Pixels that a text takes at most, as a rule: there is no font to measure with. */
export function textWidth(text: string): number {
  return displayWidth(text) * pixelsPerColumn;
}

/** The text in at most so many pixels. It is cut in the middle: names of models differ at their ends as often as at their starts. */
export function truncateToPixels(text: string, pixels: number): string {
  return truncateMiddle(text, Math.max(1, Math.floor(pixels / pixelsPerColumn)));
}

export interface Frame {
  readonly width: number;
  readonly height: number;
  /** Unique on the page: the ids of title and description start with it. */
  readonly id: string;
  readonly title: string;
  /** What the chart shows, for those who don't see it. */
  readonly description: string;
  /** `group`: it holds links, which a picture must not. @default "img" */
  readonly role?: "img" | "group";
}

/** An SVG image with a title and a description. Its colors come from the page's style sheet, light or dark. */
export function svg({ width, height, id, title, description, role = "img" }: Frame, content: Content): Markup {
  return markup`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="${role}" aria-labelledby="${id}-title ${id}-desc"><title id="${id}-title">${title}</title><desc id="${id}-desc">${description}</desc>${content}</svg>`;
}

/** A point: a circle for a tuned, a diamond for a prompted approach, a triangle for a hybrid, a square for a baseline, so that no one needs the color. */
export function mark(arm: Arm, x: number, y: number, size = 5): Markup {
  const [cx, cy] = [pixel(x), pixel(y)];
  switch (arm) {
    case "tune":
      return markup`<circle class="mark tune" cx="${cx}" cy="${cy}" r="${size}"/>`;
    case "prompt": {
      const d = size * 1.3;
      return markup`<path class="mark prompt" d="M${cx} ${pixel(y - d)}L${pixel(x + d)} ${cy}L${cx} ${pixel(y + d)}L${pixel(x - d)} ${cy}Z"/>`;
    }
    case "hybrid": {
      const d = size * 1.2;
      return markup`<path class="mark hybrid" d="M${cx} ${pixel(y - d)}L${pixel(x + d)} ${pixel(y + size)}L${pixel(x - d)} ${pixel(y + size)}Z"/>`;
    }
    case "baseline": {
      const s = size * 0.9;
      return markup`<rect class="mark baseline" x="${pixel(x - s)}" y="${pixel(y - s)}" width="${pixel(2 * s)}" height="${pixel(2 * s)}"/>`;
    }
  }
}

/** Vertical grid lines with their numbers below, which stay within the picture. Numbers that would touch are left out. */
export function xAxis(scale: Scale, top: number, bottom: number, format: (value: number) => string, right: number): Markup {
  let end = Number.NEGATIVE_INFINITY;
  const ticks = scale.ticks.map((value) => {
    const text = format(value);
    const half = textWidth(text) / 2;
    const x = scale(value);
    const center = Math.max(half, Math.min(x, right - half));
    const isShown = center - half > end + 6;
    if (isShown) end = center + half;
    const label =
      isShown && markup`<text class="tick" x="${pixel(center)}" y="${pixel(bottom + 16)}" text-anchor="middle">${text}</text>`;
    return markup`<line class="grid" x1="${pixel(x)}" x2="${pixel(x)}" y1="${pixel(top)}" y2="${pixel(bottom)}"/>${label}`;
  });
  return markup`${ticks}`;
}

/** Horizontal grid lines with their numbers on the left. */
export function yAxis(scale: Scale, left: number, right: number, format: (value: number) => string): Markup {
  const ticks = scale.ticks.map((value) => {
    const y = pixel(scale(value));
    return markup`<line class="grid" x1="${left}" x2="${right}" y1="${y}" y2="${y}"/><text class="tick" x="${left - 6}" y="${pixel(scale(value) + 4)}" text-anchor="end">${format(value)}</text>`;
  });
  return markup`${ticks}`;
}

/** A coordinate to a tenth of a pixel: finer is noise, and differs between machines. */
export function pixel(value: number): number {
  return Math.round(value * 10) / 10 + 0;
}
