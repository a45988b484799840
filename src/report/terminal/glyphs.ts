import type { Arm } from "../../types/identity.js";

/** The signs that charts and tables are drawn with. */
export interface Glyphs {
  readonly rule: string;
  readonly bullet: string;
  readonly intervalLow: string;
  readonly intervalHigh: string;
  readonly interval: string;
  readonly marks: Readonly<Record<Arm, string>>;
  readonly chosen: string;
  /** Stands at the left edge of a chart for what lies beyond it. */
  readonly offAxis: string;
  /** The same at its right edge. */
  readonly offAxisRight: string;
  /** Joins the points of a curve. */
  readonly curve: string;
  /** An interval on an axis, what lies within it, and a line up from there. */
  readonly axisInterval: string;
  readonly axisMark: string;
  readonly upright: string;
}

/** One sign an arm, so that a chart can be read without color. */
export const unicodeGlyphs: Glyphs = {
  rule: "─",
  bullet: "•",
  intervalLow: "├",
  intervalHigh: "┤",
  interval: "─",
  marks: { tune: "●", prompt: "◆", hybrid: "▲", baseline: "■" },
  chosen: "→",
  offAxis: "◂",
  offAxisRight: "▸",
  curve: "·",
  axisInterval: "━",
  axisMark: "╋",
  upright: "┊",
};

/** For terminals and logs without Unicode. */
export const asciiGlyphs: Glyphs = {
  rule: "-",
  bullet: "*",
  intervalLow: "|",
  intervalHigh: "|",
  interval: "-",
  marks: { tune: "o", prompt: "x", hybrid: "^", baseline: "#" },
  chosen: ">",
  offAxis: "<",
  offAxisRight: ">",
  curve: ".",
  axisInterval: "=",
  axisMark: "+",
  upright: ":",
};

const replacements: Readonly<Record<string, string>> = {
  "−": "-",
  "–": "-",
  "…": ".",
  "±": "+-",
  "≈": "~",
  "→": "->",
  "×": "x",
  "·": "-",
  "≥": ">=",
  "≤": "<=",
  "∞": "inf",
  "’": "'",
  "“": '"',
  "”": '"',
};

/** Our own typography in ASCII. Names from the data stay as they are: there is no right spelling of "größer" in ASCII. */
export function toAscii(text: string): string {
  return text.replace(/[−–…±≈→×·≥≤∞’“”]/g, (sign) => replacements[sign]!);
}
