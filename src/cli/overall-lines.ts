/** @file How far the whole run is, on the screen below the work in hand, or as a line now and then in a log. */
import { style } from "../report/terminal/style.js";
import { filled } from "./filled-lines.js";
import { makeOverall, type Overall, type Work } from "./overall.js";
import type { ScreenBlock } from "./screen-block.js";
import type { Terminal } from "./terminal.js";

const mostLines = 2;
/** What is done at once needs no telling how far it is. */
const quietSeconds = 1;
/** Seconds between two lines of a log. */
const logEverySeconds = 10;

/** Follows a run, and has the lines. */
export interface OverallLines extends Pick<Overall, "isAbout" | "trouble" | "spending"> {
  /** For the foot of what is drawn; none before there is something to tell. */
  lines(now: number, work?: Work | null): string[];
  /** Draws these alone, in place of what is drawn. */
  draw(now: number): void;
  /** How far it is has changed. `hasJobs`: others work for the run, and tell their time. */
  tell(now: number, hasJobs?: boolean): void;
}

/** Nothing is known yet. */
export function overallLines(terminal: Terminal, block: ScreenBlock): OverallLines {
  const overall = makeOverall();
  let since: number | null = null;
  let toldAt = 0;
  const lines = (now: number, work?: Work | null): string[] => {
    if (since === null || now - since < quietSeconds) return [];
    const width = Math.max(1, terminal.screen().columns - 1);
    return filled(overall.words(now, work), " · ", width).slice(0, mostLines).map(style(terminal.hasErrColor).dim);
  };
  const draw = (now: number): void => {
    const drawn = terminal.isInteractive ? lines(now) : [];
    if (drawn.length > 0) block.draw(drawn);
    else block.clear();
  };
  return {
    isAbout(event, now) {
      const isAbout = overall.isAbout(event, now);
      if (isAbout) since ??= now;
      return isAbout;
    },
    trouble: overall.trouble,
    spending: overall.spending,
    lines,
    draw,
    tell(now, hasJobs = false) {
      if (terminal.isInteractive) {
        draw(now);
        return;
      }
      const words = overall.words(now, hasJobs ? null : undefined);
      if (words.length === 0 || now - Math.max(toldAt, since ?? now) < logEverySeconds) return;
      toldAt = now;
      terminal.err(`${words.join(", ")}\n`);
    },
  };
}
