/** @file Options of training through an engine. */
import type { Turns } from "../lib/queue.js";
import type { FullOptions } from "../tune/full-options.js";
import type { SetFitOptions } from "../tune/setfit.js";
import type { Query } from "../types/data.js";
import type { Engine } from "./engine.js";
import type { JobMethod } from "./job/job.js";

/** How an engine is used, whatever is trained. */
export interface EngineUseOptions {
  readonly engine: Engine;
  /**
   * The texts that a job answers beside training, without labels, where its fit was not begun with some: a model that is not computed here answers these
   * alone. @default none
   */
  readonly queries?: readonly Query[];
  /** The least seconds between checkpoints. @default 120 */
  readonly checkpointSeconds?: number;
  /** The job needs a GPU. @default false */
  readonly wantsGpu?: boolean;
  /** How many jobs run at once: `atMost(4)`, one for all approaches of a run. @default all that were begun */
  readonly turns?: Turns;
  /** Asked when the signal is aborted, once for every job that runs: whether it is to be stopped. @default it runs on, and the same fit finds it again */
  stopsOnAbort?(): Promise<boolean>;
}

/** Options of `engineTuned`. */
export interface EngineTunedOptions extends FullOptions, EngineUseOptions {
  readonly method: Exclude<JobMethod, "setfit">;
  /** Of `lora`. @default 8 and 16, as in `tune:lora` */
  readonly rank?: number;
  readonly alpha?: number;
}

/** Options of `engineSetFit`. */
export interface EngineSetFitOptions extends SetFitOptions, EngineUseOptions {
  /** A folder with the configuration of a model whose weights are not on this machine: it says how the model is pooled. @default none */
  readonly configuration?: string;
}
