/** @file Options of training through an engine. */
import type { Turns } from "../lib/queue.js";
import type { FullOptions } from "../tune/full-options.js";
import type { Query } from "../types/data.js";
import type { Engine } from "./engine.js";
import type { JobMethod } from "./job/job.js";

/** Options of `engineTuned`. */
export interface EngineTunedOptions extends FullOptions {
  readonly engine: Engine;
  readonly method: JobMethod;
  /**
   * The texts that a job answers beside training, without labels, where its fit was not begun with some: a model that is not computed here answers these
   * alone. @default none
   */
  readonly queries?: readonly Query[];
  /** Of `lora`. @default 8 and 16, as in `tune:lora` */
  readonly rank?: number;
  readonly alpha?: number;
  /** The least seconds between checkpoints. @default 120 */
  readonly checkpointSeconds?: number;
  /** The job needs a GPU. @default false */
  readonly wantsGpu?: boolean;
  /** How many jobs run at once: `atMost(4)`, one for all approaches of a run. @default all that were begun */
  readonly turns?: Turns;
  /** Asked when the signal is aborted, once for every job that runs: whether it is to be stopped. @default it runs on, and the same fit finds it again */
  stopsOnAbort?(): Promise<boolean>;
}
