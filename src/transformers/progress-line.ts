/** @file What a program's user sees while it works: one line on stderr that is written anew, or plain lines where stderr is no screen. */
import process from "node:process";
import { formatCount } from "../lib/text/format.js";
import { noteText, phaseText } from "../lib/text/phase-text.js";
import { terminalCleaner } from "../lib/text/terminal-text.js";
import type { ProgressEvent } from "../types/events.js";

/** Where progress goes. */
export interface ProgressLine {
  /** Writes over what was shown before. Nothing where stderr is no screen. */
  show(text: string): void;
  /** A line that stays. */
  note(text: string): void;
  /** Takes what is shown away. */
  clear(): void;
}

/** The part of a stream that a progress line needs. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Often enough to look alive. */
const redrawMilliseconds = 100;

const clearLine = "\r\u001b[2K";

/** Names of files and columns, and what a service said, are foreign. */
const clean = terminalCleaner([]);

/** Makes a progress line. @param stream where it is drawn. @default stderr */
export function progressLine(stream: ProgressStream = process.stderr): ProgressLine {
  const isScreen = stream.isTTY === true && !process.env["CI"] && process.env["TERM"] !== "dumb";
  let shownAt = Number.NEGATIVE_INFINITY;
  let isShown = false;
  const clear = (): void => {
    if (isShown) stream.write(clearLine);
    isShown = false;
    shownAt = Number.NEGATIVE_INFINITY;
  };
  return {
    show(text) {
      const now = performance.now();
      if (!isScreen || now - shownAt < redrawMilliseconds) return;
      shownAt = now;
      isShown = true;
      // A line that wraps could not be written over.
      stream.write(clearLine + clean(text).slice(0, (stream.columns || 80) - 1));
    },
    note(text) {
      clear();
      stream.write(`${clean(text)}\n`);
    },
    clear,
  };
}

const line = progressLine();

/** Shows an event of something that is under way. */
export function noteProgress(event: ProgressEvent): void {
  if (event.kind === "note") line.note(noteText(event));
  else if (event.done >= event.total) line.clear();
  else
    line.show(
      `${phaseText(event)} ${event.detail ?? `${formatCount(event.done)} of ${formatCount(event.total)}`} (${Math.floor((100 * event.done) / event.total)}%)`,
    );
}
