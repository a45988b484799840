/** @file Who labels rows: what is known of it before anything is asked, and what asking takes. */

import type { Pilot } from "../prompt/asking/output-estimate.js";
import type { ProgramParts } from "../prompt/asking/program-predictor.js";
import type { BatchOptions } from "../prompt/batch/batch-queue.js";
import type { Budget } from "../prompt/client/budget.js";
import type { PriceTable } from "../prompt/prices/prices.js";
import type { JobOptions } from "../run/engine/model-jobs.js";
import type { EngineWork, RunEngine } from "../run/engine/run-engine.js";
import type { RunHooks } from "../run/hooks.js";
import type { ResponseCache } from "../store/response-cache.js";
import type { Predictor, RunEstimate } from "../types/approach.js";
import type { Query } from "../types/data.js";

/** Which labels, and who gives them, as the command line says it. */
export interface LabellerOptions {
  readonly llm?: string;
  readonly model?: string;
  readonly labels?: readonly string[];
  readonly descriptions?: string;
  readonly examples?: string;
  readonly label?: string;
  /** See `TaskOptions.text`. */
  readonly text?: string;
  readonly labelSeparator?: string;
  readonly labelColumns?: readonly string[];
  readonly demos: number;
  readonly seed: number;
  readonly multiLabel?: boolean;
  /** Folder of an earlier run. */
  readonly run?: string;
  readonly approach?: string;
  /** Asks in batches. */
  readonly batches?: BatchOptions;
  /** See `ProgramParts.confidence`. Not asked for unless told. */
  readonly confidence?: NonNullable<ProgramParts["confidence"]>;
  /** A tuned model labels by jobs of an engine, or they ask an LLM. @default on this machine */
  readonly elsewhere?: Elsewhere;
  readonly offline?: boolean;
  readonly maxConcurrency: number;
  readonly timeoutSeconds: number;
  /** How long an LLM may answer nothing before it is given up. @default 600 */
  readonly patienceSeconds?: number;
}

/** Labeling by jobs of an engine. */
export interface Elsewhere {
  /** Where the folders of jobs are. */
  readonly folder: string;
  /** Rows that a job labels. */
  readonly shardRows: number;
  /** Jobs at once at most. */
  readonly jobs: number;
  /** Each asks for a GPU, whatever it does. */
  readonly wantsGpu: boolean;
  /** How a job asks an LLM. */
  readonly asking: JobOptions;
  /** Receives what jobs say of themselves. */
  readonly onEvent: RunHooks["onEvent"];
  /** Reaches the engine. UserError where it can't be. */
  open(needs?: Pick<EngineWork, "wantsGpu">): Promise<RunEngine>;
}

/** What asking needs beyond the plan. */
export interface LabellerSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly prices: PriceTable;
  readonly cache: ResponseCache;
  readonly budget: Budget;
  readonly hasLimit: boolean;
  /** How often the same was asked before, if the stored answers must not be reused. @default 0 */
  readonly repeat?: number;
  /** Asks in batches that are kept here. @default those of the options */
  readonly batches?: BatchOptions;
}

/** What a row of answers tells besides the label and how sure it is. */
export interface AnswerColumns {
  /** The probability of every label, where there is one. */
  readonly probabilities: boolean;
  /** Which of several models answered. @default false */
  readonly answeredBy?: boolean;
}

/** Who labels, ready to be asked. */
export interface OpenLabeller extends Predictor {
  /** To be called once the answers to these queries are on disk: what is kept of them is removed. */
  written?(queries: readonly Query[]): Promise<void>;
  /** To be called once all rows are on disk: nothing is kept any more. */
  finished?(): Promise<void>;
}

/** Known before anything is asked or any key is there. */
export interface LabellerPlan {
  /** For people: the LLM's spec, the model's folder, or the approach. */
  readonly name: string;
  /** The LLM that is asked, where one is. */
  readonly llm?: string;
  /** What a row of answers tells besides the label and how sure it is. */
  readonly columns?: AnswerColumns;
  readonly labels: readonly string[];
  readonly isMultiLabel: boolean;
  /** Hash of all that decides an answer: a file is labeled by one of them, from its first row to its last. */
  readonly fingerprint: string;
  /** The fingerprint by which an earlier version labeled with the same, where it told something else of a text; and what, for people. */
  readonly former?: { readonly fingerprint: string; readonly differs: string };
  /** For people: what was taken from where. */
  readonly notes: readonly string[];
  /** Rows answered together. */
  readonly pieceRows: number;
  /** See `LabelRowsInput`. */
  readonly piecesAhead?: number;
  /** What labels elsewhere, where something does: whoever stops labeling settles what becomes of its jobs. */
  readonly engine?: RunEngine;
  /** Tries on other machines what such texts take, for a plan: `estimate` knows it then. Absent where no other machine works. UserError where it fails. */
  trial?(queries: readonly Query[], signal: AbortSignal): Promise<void>;
  /** What such texts take. `pilot`: answers of this very labeling, from an earlier session. */
  estimate(queries: readonly Query[], pilot: Pilot): Promise<RunEstimate>;
  open(sources: LabellerSources): Promise<OpenLabeller>;
}

/** Makes the plan of who labels, once keys and prices are known. UserError where the options name nobody, or what does not go together. */
export type MakeLabeller = (options: LabellerOptions, env: LabellerSources["env"], prices: PriceTable) => Promise<LabellerPlan>;
