/**
 * @file `events.jsonl` of a run's folder: what happened while it was measured, to show the curves later. Nothing is computed from it, so it may be
 * lost: it is not a journal, but bounded and without checksums, and damaged lines are skipped.
 */
import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import { phaseKey } from "../lib/text/phase-text.js";
import type { PhaseEvent, RunEvent } from "../types/events.js";
import { openLineFile, wholeLineBytes } from "./line-file.js";

/** An event with its time: ISO 8601, UTC. */
export type LoggedEvent = RunEvent & { readonly at: string };

export interface EventLog {
  /** Adds an event. Progress of a phase is kept at most every half second, besides evaluations and the end. */
  add(event: RunEvent): void;
}

/** Bytes that a log may have: about 30,000 steps of a training. */
const mostBytes = 8 * 2 ** 20;
/** The eye follows no curve closer than this. */
const leastMilliseconds = 500;

/** Opens the log for appending. A log that cannot be written does not fail the run. */
export function openEventLog(path: string, now: () => number = Date.now): EventLog {
  const file = openLineFile(path, wholeLineBytes(path));
  let isOpen = true;
  const keptAt = new Map<string, number>();
  const isKept = (event: PhaseEvent, at: number): boolean => {
    const key = phaseKey(event);
    const isTurn = at - (keptAt.get(key) ?? Number.NEGATIVE_INFINITY) >= leastMilliseconds;
    const isMark = event.done >= event.total || event.training?.validationLoss !== undefined;
    if (!isTurn && !isMark) return false;
    keptAt.set(key, at);
    return true;
  };
  return {
    add(event) {
      const at = now();
      if (!isOpen || file.bytes >= mostBytes || (event.kind === "progress" && !isKept(event, at))) return;
      try {
        file.append(JSON.stringify({ at: new Date(at).toISOString(), ...event } satisfies LoggedEvent));
      } catch {
        isOpen = false;
      }
    },
  };
}

/** What is read of a line: its kind and its time. The rest is as it was written by this version. */
const lineSchema = z.looseObject({ at: z.iso.datetime(), kind: z.enum(["progress", "note", "warning", "measured", "failed"]) });

/** Reads the events of a run in order; none if there is no log. */
export function readEventLog(path: string): LoggedEvent[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .flatMap((line) => {
      try {
        return [lineSchema.parse(JSON.parse(line)) as unknown as LoggedEvent];
      } catch {
        return [];
      }
    });
}
