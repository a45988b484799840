/** @file Parts of a text that must fit a number of lines: each has shorter forms, and those that matter least give way first. */
import { displayWidth } from "../../lib/text/display-width.js";

/** One way to write a part. */
export interface Form {
  readonly lines: readonly string[];
  /** Forms with the lowest number give way first. The last form of a part never does. */
  readonly worth: number;
}

/** A part of the text. */
export interface Part {
  /** What is said to be left out where nothing of it is left. Absent: nothing is. */
  readonly name?: string;
  /** From the longest to the shortest. */
  readonly forms: readonly Form[];
}

/** A part without a shorter form. */
export const fixed = (lines: readonly string[]): Part => ({ forms: [{ lines, worth: 0 }] });

/** The screen, and what follows the parts on it. */
export interface Fit {
  readonly mostLines: number;
  /** Lines of the screen that a line takes. */
  readonly linesOf: (line: string) => number;
  /** What comes last, told the names of the parts of which nothing is left. */
  readonly rest: (leftOut: readonly string[]) => readonly string[];
}

/** The lines of all parts in at most `mostLines` lines of the screen, if there are forms for it. */
export function fitParts(parts: readonly Part[], { mostLines, linesOf, rest }: Fit): string[] {
  const forms = parts.map(() => 0);
  const linesNow = (): string[] => {
    const shown = parts.map((part, i) => part.forms[forms[i]!]!.lines);
    const leftOut = parts.flatMap(({ name, forms: [longest] }, i) =>
      name !== undefined && longest!.lines.length > 0 && shown[i]!.length === 0 ? [name] : [],
    );
    return [...shown.flat(), ...rest(leftOut)];
  };
  const fits = (): boolean => linesNow().reduce((sum, line) => sum + linesOf(line), 0) <= mostLines;
  const given: number[] = [];
  while (!fits()) {
    const open = parts.map((part, i) =>
      forms[i]! < part.forms.length - 1 ? part.forms[forms[i]!]!.worth : Number.POSITIVE_INFINITY,
    );
    const least = open.indexOf(Math.min(...open));
    if (open[least] === Number.POSITIVE_INFINITY) return linesNow();
    forms[least]! += 1;
    given.push(least);
  }
  // What gave way before something longer did may have its room now.
  for (const part of given.reverse()) {
    forms[part]! -= 1;
    if (!fits()) forms[part]! += 1;
  }
  return linesNow();
}

/** Lines that a text takes on a screen that breaks what is wider than it. Colors take none. */
export function screenLines(line: string, columns: number): number {
  return Math.max(1, Math.ceil(displayWidth(line.replace(/\u001b\[\d+m/g, "")) / columns));
}
