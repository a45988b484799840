/**
 * @file What runs a job elsewhere: a command, a Ray cluster, a service for jobs. A job is a folder in and a folder out; nothing else passes between it
 * and whoever ordered it, but lines of its log.
 */

import type { SharedModel } from "./job/shared-models.js";

/** A staged job: everything that the engine's machine needs, in a folder of this machine. */
export interface StagedJob {
  /** Unique among all jobs of all runs, in letters, digits, `-` and `_`: two runs never take each other's. */
  readonly id: string;
  /** The folder with `job.json`, the rows and the script. Its results come to `out/` in it. */
  readonly folder: string;
  /** The script to run in that folder: `train.py`, `label.py` or `batch.py`. It is called with the folder as its one argument. */
  readonly script: string;
  /** The script is one process, and hands out the machine's GPUs itself. @default a process a GPU */
  readonly isOneProcess?: true;
  /** What lies in the folder's `model/`, where other jobs are given the same: an engine may have it brought to them in one copy. */
  readonly model?: SharedModel;
  /** The job needs a GPU. An engine that gives none says so when it is asked. @default false */
  readonly wantsGpu?: boolean;
}

/** How a job ended. */
export type JobEnd =
  | { readonly kind: "done" }
  /** `log`: its last lines, the latest last. `why`: what the engine says, in a sentence, where it says anything. `isLost`: the engine no longer knows the job, which is nobody's fault. */
  | { readonly kind: "failed"; readonly log: readonly string[]; readonly why?: string; readonly isLost?: true }
  | { readonly kind: "stopped" };

/** A job that was handed to an engine, running or ended. */
export interface EngineJob {
  readonly id: string;
  /**
   * What the job wrote, from its first line on, and how it ended, which is what the generator returns. Ends with the job, not before; a connection that breaks
   * is tried again. Rejects with the signal's reason where that is aborted; the job then runs on.
   */
  follow(signal: AbortSignal): AsyncGenerator<string, JobEnd>;
  /** Ends the job. Done where it has ended already. */
  stop(): Promise<void>;
  /** Brings the files of the job's `out/` into the folder's `out/`, each whole or not at all. `UserError` where they cannot be had. */
  fetch(signal: AbortSignal): Promise<void>;
  /** Removes what the engine keeps of an ended job: its record, its uploaded files. The folder of this machine stays. */
  forget(): Promise<void>;
}

/** Something that runs jobs. */
export interface Engine {
  /** As `--engine` names it, without secrets. */
  readonly spec: string;
  /** Whoever hands a job over is billed for it, by time: the user is asked first. @default it costs what the user's own machines cost */
  readonly isBilled?: true;
  /** Its jobs share one machine, as far as is known here: two that each want a whole GPU can't run at once. @default each has what it needs */
  readonly isOneMachine?: true;
  /** Dollars of an hour of the machine that jobs run on, where the engine tells them; `null` where it tells none. Of one that was checked. */
  usdPerHour?(signal: AbortSignal): Promise<number | null>;
  /** Whether it can be reached and used, before anything is staged. `UserError` with what to do where not. Tells what it is, for people: `Ray 2.60 at http://127.0.0.1:8265`. */
  check(signal: AbortSignal): Promise<string>;
  /**
   * Hands a job over. The same id twice is one job: who is not sure whether a submission arrived submits again. One that failed or was stopped is begun
   * anew under its id, and goes on from its last checkpoint.
   */
  submit(job: StagedJob, signal: AbortSignal): Promise<EngineJob>;
  /** A job that was handed over before, also by a process that is gone; `null` where the engine knows none of that id: it is lost. */
  attach(job: StagedJob, signal: AbortSignal): Promise<EngineJob | null>;
  /** Removes what jobs of this process had in common. To be called when none of them is left. */
  release?(): Promise<void>;
}
