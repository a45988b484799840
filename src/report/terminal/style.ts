import type { Arm } from "../../types/identity.js";
import type { VerdictTone } from "../verdict-names.js";

/** Colors and weights of the terminal. Each takes a text that is already laid out, because codes would be counted as columns. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  warn(text: string): string;
  bad(text: string): string;
  /** As a verdict of this tone. */
  verdict(tone: VerdictTone, text: string): string;
  arm(arm: Arm, text: string): string;
}

const plain: Style = {
  bold: (text) => text,
  dim: (text) => text,
  good: (text) => text,
  warn: (text) => text,
  bad: (text) => text,
  verdict: (_, text) => text,
  arm: (_, text) => text,
};

const code = (on: number, off: number) => (text: string) => (text === "" ? "" : `\u001b[${on}m${text}\u001b[${off}m`);

/** Every SGR code that is printed here or in the audit: what else looks like one was not meant. */
export const colorCode = /\u001b\[(?:[012]|22|3[1-6]|39)m/;

/** SGR codes of the 16 basic colors, which follow the user's own palette, light or dark. */
const colors: Readonly<Record<Arm, (text: string) => string>> = {
  tune: code(36, 39),
  prompt: code(33, 39),
  hybrid: code(35, 39),
  baseline: code(2, 22),
};

const colored: Style = {
  bold: code(1, 22),
  dim: code(2, 22),
  good: code(32, 39),
  warn: code(33, 39),
  bad: code(31, 39),
  verdict: (tone, text) => colored[tone === "unsure" ? "warn" : tone](text),
  arm: (arm, text) => colors[arm](text),
};

/** The style to draw with: without color every function returns its text as it is. */
export function style(hasColor: boolean): Style {
  return hasColor ? colored : plain;
}
