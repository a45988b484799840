import { formatCount, formatSeconds } from "../lib/format.js";
import type { ProgressEvent } from "../types.js";
import { noteLines } from "./notes.js";
import type { Terminal } from "./terminal.js";

/** Seconds a stage must have lasted before it is shown: what is done at once needs no bar. */
const quietSeconds = 1;
/** Seconds between lines where the screen can't be redrawn (a log file, CI). */
const logEverySeconds = 10;
const barCells = 24;

/** Shows what goes on, with the time left. */
export interface Progress {
  log(event: ProgressEvent): void;
  /** Clears the bar. To be called before anything else is printed, and at the end. */
  clear(): void;
}

interface Stage {
  readonly name: string;
  readonly total: number;
  done: number;
  readonly startedAt: number;
  /** How much was done when the stage was first seen: a resumed stage must not look fast. */
  readonly startedWith: number;
  shownAt: number | null;
}

/**
 * Draws a bar that is redrawn in place on a screen, and a line now and then elsewhere. The time left is what the rest takes at
 * the mean speed of the stage so far.
 */
export function makeProgress(terminal: Terminal): Progress {
  let stage: Stage | null = null;
  let isDrawn = false;
  const clear = (): void => {
    if (isDrawn) terminal.err("\r\u001b[K");
    isDrawn = false;
  };
  return {
    clear,
    log(event) {
      if (event.kind === "note") {
        clear();
        terminal.err(noteLines(event.text, terminal));
        return;
      }
      const now = terminal.now() / 1000;
      // The same words with another total, or fewer done, are the next piece of work of the same kind.
      if (stage?.name !== event.stage || stage.total !== event.total || event.done < stage.done) {
        clear();
        stage = {
          name: event.stage,
          total: event.total,
          done: event.done,
          startedAt: now,
          startedWith: event.done,
          shownAt: null,
        };
      }
      stage.done = event.done;
      const elapsed = now - stage.startedAt;
      const isDone = event.done >= event.total;
      if (isDone && stage.shownAt !== null) {
        clear();
        terminal.err(`${event.stage}: ${formatCount(event.total)} in ${formatSeconds(elapsed)}\n`);
        stage.shownAt = null;
      } else if (!isDone && elapsed >= quietSeconds) {
        if (terminal.isInteractive) {
          terminal.err(`\r\u001b[K${cut(line(event, elapsed, event.done - stage.startedWith, true), terminal.width)}`);
          isDrawn = true;
          stage.shownAt = now;
        } else if (stage.shownAt === null || now - stage.shownAt >= logEverySeconds) {
          terminal.err(`${line(event, elapsed, event.done - stage.startedWith, false)}\n`);
          stage.shownAt = now;
        }
      }
    },
  };
}

function line(event: ProgressEvent & { kind: "progress" }, elapsed: number, doneHere: number, hasBar: boolean): string {
  const share = event.total === 0 ? 1 : event.done / event.total;
  const left = doneHere > 0 ? `, ${formatSeconds((elapsed / doneHere) * (event.total - event.done))} left` : "";
  const detail = event.detail === undefined ? "" : `, ${event.detail}`;
  const count = `${formatCount(event.done)} of ${formatCount(event.total)}`;
  if (!hasBar) return `${event.stage}: ${count} (${Math.floor(share * 100)} %)${left}${detail}`;
  const full = Math.round(share * barCells);
  return `${event.stage} ${"█".repeat(full)}${"░".repeat(barCells - full)} ${count}${left}${detail}`;
}

function cut(text: string, width: number): string {
  return text.length < width ? text : `${text.slice(0, width - 2)}…`;
}
