/** @file The options of a run: everything that decides its result, and where it is kept. */
import { defaultAssumptions } from "../compare/assumptions.js";
import type { TaskOptions } from "../data/data.js";
import type { OptimizerName } from "../prompt/optimizers/optimizers.js";
import type { LadderChoice } from "../tune/ladder.js";
import type { ClassWeight } from "../tune/regression/class-weights.js";

/** Everything that decides what a run does. Plain JSON, kept in `run.json`; holds no key. */
export interface RunOptions {
  readonly path: string;
  readonly test?: string;
  readonly validation?: string;
  readonly text?: string;
  readonly label?: string;
  readonly group?: string;
  readonly id?: string;
  readonly multiLabel?: boolean;
  readonly labelSeparator?: string;
  readonly labelColumns?: readonly string[];
  readonly descriptions?: string;
  readonly testShare?: number;
  readonly limit?: number;
  readonly testLimit?: number;
  readonly seed: number;
  readonly repeat: number;
  readonly model: string;
  readonly classWeight: ClassWeight;
  readonly llm: readonly string[];
  /** What the user told of all recordings of the run: labelled examples that the answers rest on, and words a person wrote. */
  readonly recordedLabels?: number;
  readonly recordedWords?: number;
  readonly approaches?: readonly string[];
  /** Folders and files of prompts to ask, in place of the built-in ones. */
  readonly prompt?: readonly string[];
  /** What they held when the run began. No flag sets it. */
  readonly promptHash?: string;
  /** Settings tried for each trained approach. */
  readonly search?: number;
  /** Seconds that one training may take which is picked for the user. */
  readonly timeBudget?: number;
  /** What was picked when the run began. No flag sets it. */
  readonly ladder?: LadderChoice;
  readonly demos: number;
  /** How LLMs are to say how sure they are; absent: not asked. */
  readonly confidence?: "logprob" | "calibrated" | "codes" | "stated";
  /** How prompts are searched for; with any of these options `prompt:optimized` is among the approaches. */
  readonly optimizer?: OptimizerName | "auto";
  readonly optimizerCalls?: number;
  readonly optimizerUsd?: number;
  /** Seconds. */
  readonly optimizerTime?: number;
  /** LLMs are asked in batches, at the price of batches. */
  readonly batch?: boolean;
  readonly maxConcurrency: number;
  readonly timeoutSeconds: number;
  /** How long an LLM may answer nothing before it is given up. @default 600 */
  readonly patienceSeconds?: number;
  readonly budgetUsd?: number;
  readonly prices?: string;
  readonly margin: number;
  readonly usdPerLabel: number;
  readonly usdPerMachineHour: number;
  readonly utilization: number;
  readonly cache: boolean;
  readonly offline: boolean;
  readonly require: readonly string[];
}

/** Where a run is kept and what it may do without asking. Changes no result. */
export interface RunManner {
  /** The run's folder within `runs`; made of the data's name and the time where it is absent. */
  readonly name?: string;
  /** Folder of all runs. */
  readonly runs: string;
  /** Files to write the report to besides the run's folder. */
  readonly output: readonly string[];
  /** Whether money may be spent without asking. */
  readonly yes: boolean;
  /** A file of keys and settings. */
  readonly envFile?: string;
}

/** What holds where an option is not given. */
export const defaultRunOptions = {
  seed: 42,
  repeat: 1,
  model: "minilm-l6",
  classWeight: "none",
  llm: [],
  demos: 8,
  maxConcurrency: 8,
  timeoutSeconds: 120,
  ...defaultAssumptions,
  cache: true,
  offline: false,
  require: [],
} as const satisfies Partial<RunOptions>;

/** What holds where nothing is said of a run's place. */
export const defaultRunManner = { runs: "runs", output: [], yes: false } as const satisfies RunManner;

/** The part of the options that says which data, for `readTask`. */
export function taskOptions(options: RunOptions): TaskOptions {
  const { path, test, validation, text, label, group, id, multiLabel, descriptions, testShare, limit, testLimit, seed } = options;
  const { labelSeparator, labelColumns } = options;
  return {
    path,
    seed,
    ...(test === undefined ? {} : { test }),
    ...(validation === undefined ? {} : { validation }),
    ...(text === undefined ? {} : { text }),
    ...(label === undefined ? {} : { label }),
    ...(group === undefined ? {} : { group }),
    ...(id === undefined ? {} : { id }),
    ...(multiLabel === undefined ? {} : { isMultiLabel: multiLabel }),
    ...(labelSeparator === undefined ? {} : { labelSeparator }),
    ...(labelColumns === undefined ? {} : { labelColumns }),
    ...(descriptions === undefined ? {} : { descriptions }),
    ...(testShare === undefined ? {} : { testShare }),
    ...(limit === undefined ? {} : { limit }),
    ...(testLimit === undefined ? {} : { testLimit }),
  };
}
