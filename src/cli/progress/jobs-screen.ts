/** @file Jobs on other machines on the terminal, between the work of this machine and the line about the whole run. */
import type { PhaseEvent } from "../../types/events.js";
import type { Work } from "../overall.js";
import type { OverallLines } from "../overall-lines.js";
import type { ScreenBlock } from "../screen-block.js";
import type { Terminal } from "../terminal.js";
import { makeJobs } from "./jobs.js";
import { logEvery, quietSeconds, redrawSeconds } from "./times.js";

/** Where jobs are shown. */
export interface JobsScreen {
  /** Whether one waits or runs. */
  readonly isOpen: boolean;
  /** Shows what a job told, unless the screen is taken by work of this machine. */
  tell(event: PhaseEvent, now: number, isBusy: boolean): void;
  /** What stands under the work in hand. @param work what that says of itself */
  below(now: number, work?: Work): string[];
  /** Draws what there is besides the work in hand, in its place. */
  draw(now: number): void;
}

/**
 * Jobs with a place on the screen, or a line now and then in a log.
 *
 * @param note prints a line that stays
 */
export function jobsScreen(
  terminal: Terminal,
  {
    block,
    overall,
    note,
  }: { readonly block: ScreenBlock; readonly overall: OverallLines; readonly note: (text: string) => void },
): JobsScreen {
  const jobs = makeJobs(terminal);
  let shownAt = Number.NEGATIVE_INFINITY;
  const below = (now: number, work?: Work): string[] =>
    jobs.isOpen ? [...jobs.summary(now), ...overall.lines(now, null)] : overall.lines(now, work);
  const draw = (now: number): void => {
    const isShown = jobs.isOpen && terminal.isInteractive;
    const under = isShown ? below(now) : [];
    const lines = isShown ? [...jobs.lines(now, under.length), ...under] : [];
    if (lines.length > 0) block.draw(lines);
    else overall.draw(now);
  };
  return {
    get isOpen() {
      return jobs.isOpen;
    },
    below,
    draw,
    tell(event, now, isBusy) {
      const { ended, shown } = jobs.tell(event, now);
      if (ended !== null) note(ended);
      if (shown === null || shown.elapsed < quietSeconds) return;
      const waited = now - shownAt;
      if (terminal.isInteractive) {
        if (isBusy || (waited < redrawSeconds && ended === null)) return;
        draw(now);
      } else {
        if (waited < logEvery(shown.elapsed)) return;
        terminal.err(`${shown.text}\n`);
      }
      shownAt = now;
    },
  };
}
