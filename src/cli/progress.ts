/** @file What goes on, with the time left: drawn in place on a screen, a line now and then elsewhere. */

import { noteText, phaseKey, phaseText } from "../lib/text/phase-text.js";
import { visibleText } from "../lib/text/visible-text.js";
import type { PhaseEvent, ProgressEvent } from "../types/events.js";
import { noteLines } from "./notes.js";
import type { SpendingEvent } from "./overall.js";
import { overallLines } from "./overall-lines.js";
import { jobsScreen } from "./progress/jobs-screen.js";
import { addPoint, endText, isSameWork, logText, type Stage, secondsLeft, stageLines } from "./progress/stage.js";
import { logEvery, quietSeconds, redrawSeconds } from "./progress/times.js";
import { screenBlock } from "./screen-block.js";
import type { Terminal } from "./terminal.js";
import { isTraining } from "./training-numbers.js";

/** Work of this machine that says nothing for so long makes room for jobs on others. */
const silentSeconds = 3;

/** Shows what goes on, with the time left. */
export interface Progress {
  log(event: ProgressEvent | SpendingEvent): void;
  /** Clears what is drawn. To be called before anything else is printed, and at the end. */
  clear(): void;
}

/**
 * Shows events on the terminal: a bar, and for a training its curves, which are replaced by one line at the end. The time left is what
 * the rest takes at the mean speed of the stage so far. Below it stands how far the whole run is. A training that is interrupted by another stage (an evaluation, a note) goes on
 * with its curves. Jobs on other machines are told by their number while this machine works, and with their curves while it waits for them.
 *
 * @param signal says once it is aborted that the step in hand is finished first
 */
export function makeProgress(terminal: Terminal, signal?: AbortSignal): Progress {
  const block = screenBlock(terminal);
  const overall = overallLines(terminal, block);
  let stage: Stage | null = null;
  let training: Stage | null = null;
  /** A training that is complete: its last evaluation may still be told. */
  let ending: Stage | null = null;
  const note = (text: string): void => {
    block.clear();
    terminal.err(noteLines(text, terminal));
  };
  const jobs = jobsScreen(terminal, { block, overall, note });
  const conclude = (ended: Stage): void => {
    if (ended.shownAt === null) return;
    note(endText(ended));
    ended.shownAt = null;
  };
  const endTraining = (): void => {
    if (ending === null) return;
    conclude(ending);
    [training, ending] = [null, null];
  };
  signal?.addEventListener("abort", () => note("Stopping after the step in hand; press Ctrl-C again to stop at once."), {
    once: true,
  });

  const stageOf = (event: PhaseEvent, now: number): Stage => {
    const current = [stage, training].find((known) => known !== null && isSameWork(known, event));
    if (current) return current;
    const { total, done } = event;
    const name = visibleText(phaseText(event));
    // Beside the rows that it is on.
    const unit = event.phase === "training" ? " steps" : "";
    const times = { startedAt: now, startedWith: done, toldAt: now, shownAt: null };
    return { key: phaseKey(event), name, unit, total, done, ...times, points: [] };
  };

  return {
    clear() {
      endTraining();
      block.clear();
    },
    log(given) {
      if (given.kind === "spending") {
        overall.spending(given);
        return;
      }
      if (given.kind === "note") {
        endTraining();
        note(noteText(given));
        return;
      }
      const event = visibleEvent(given);
      const now = terminal.now() / 1000;
      if (overall.isAbout(event, now)) {
        endTraining();
        stage = null;
        if (jobs.isOpen && terminal.isInteractive) jobs.draw(now);
        else overall.tell(now, jobs.isOpen);
        return;
      }
      if (event.job !== undefined) {
        // What this machine does is drawn by its own events.
        const isBusy = stage !== null && stage.done < stage.total && now - stage.toldAt < silentSeconds;
        jobs.tell(event, now, isBusy);
        return;
      }
      overall.trouble(event);
      const current = stageOf(event, now);
      if (ending !== current) endTraining();
      // Curves stay in sight while an evaluation comes between: only what is drawn over them takes them away.
      if (stage !== current && (stage === null || stage !== training)) jobs.draw(now);
      stage = current;
      [current.done, current.toldAt, current.trouble] = [event.done, now, event.trouble];
      if (event.training !== undefined) addPoint(current.points, { step: event.done, at: now, values: event.training });
      if (isTraining(current.points)) training = current;
      if (event.done >= event.total) {
        if (training === current) ending = current;
        else conclude(current);
        return;
      }
      const elapsed = now - current.startedAt;
      if (elapsed < quietSeconds) return;
      const waited = current.shownAt === null ? Number.POSITIVE_INFINITY : now - current.shownAt;
      if (terminal.isInteractive) {
        if (waited < redrawSeconds) return;
        const left = secondsLeft(event, current, elapsed);
        const below = jobs.below(now, left === null ? undefined : { phase: event.phase, secondsLeft: left });
        block.draw([...stageLines(event, current, elapsed, terminal, below.length), ...below]);
      } else {
        // Held-out losses are few, and what a log is read for.
        if (waited < logEvery(elapsed) && event.training?.validationLoss === undefined) return;
        terminal.err(`${logText(event, current, elapsed)}\n`);
      }
      current.shownAt = now;
    },
  };
}

/** Names of files may come from anywhere. */
function visibleEvent(event: PhaseEvent): PhaseEvent {
  const { detail } = event;
  return { ...event, ...(detail === undefined ? {} : { detail: visibleText(detail) }) };
}
