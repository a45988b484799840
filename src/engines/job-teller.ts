/** @file What a job does while it is done, told with where it stands, so that whoever listens can tell several side by side. */
import type { Turns } from "../lib/queue.js";
import type { Context } from "../types/approach.js";
import type { JobState, PhaseEvent } from "../types/events.js";

/** A job before anything is known of it. */
export interface ToldJob extends Pick<Context, "signal" | "log"> {
  readonly phase: PhaseEvent["phase"];
  /** What it is done on: the engine's spec. */
  readonly subject: string;
  /** Steps of the phase, as planned. */
  readonly total: number;
  /** Notes that were told already, of this job or another: each is told once. */
  readonly toldNotes: Set<string>;
  readonly turns: Turns;
}

/**
 * Has a job done once its turn has come, and tells that it waits, that it was handed over, that it runs from the first thing that it says, and how it ended.
 * Nothing is told of one that is left running when the signal is aborted.
 *
 * @param work does it, and tells what it says
 */
export async function toldJob<Result>(job: ToldJob, work: (log: Context["log"]) => Promise<Result>): Promise<Result> {
  const { phase, subject, total, signal, log, toldNotes, turns } = job;
  let last: PhaseEvent = { kind: "progress", phase, subject, done: 0, total };
  const tell = (state: JobState): void => log({ ...last, job: state });
  tell("waiting");
  try {
    const hear: Context["log"] = (event) => {
      if (event.kind === "progress") last = event;
      else if (!toldNotes.has(event.text)) {
        toldNotes.add(event.text);
        log(event);
      }
      tell("running");
    };
    const result = await turns(() => {
      tell("starting");
      return work(hear);
    });
    // Training may have ended before its last step; what was told with that is not told again.
    last = { kind: "progress", phase, subject, done: last.total, total: last.total };
    tell("done");
    return result;
  } catch (error) {
    if (!signal.aborted) tell("failed");
    throw error;
  }
}
