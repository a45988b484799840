/** @file The contract of both arms: an approach is fitted to rows and becomes a predictor. */
import type { Dataset, Query } from "./data.js";
import type { ProgressEvent } from "./events.js";
import type { Identity, PredictorFacts, Traits } from "./identity.js";
import type { Cost, Prediction } from "./prediction.js";

/**
 * A way of making a predictor from labelled examples: tuning a model or writing a prompt.
 *
 * Both arms implement this one interface, so `compare/` cannot favor either: it hands them the
 * same examples and seed, and sees only what comes back.
 */
export interface Approach extends Omit<Identity, "method"> {
  /** Unique in a comparison, and shown to the user: `tune:probe`, `prompt:few-shot@openai:gpt-6-luna`. */
  readonly name: string;
  /** See `Identity`. @default the name */
  readonly method?: string;
  /**
   * Those that are left out are told from what is measured. `asksLlm`: in the arm `prompt`, unless no answer counts tokens and the size of the
   * model or of its files is known. `isRecording`: its facts have a `recording`. `learnsFrom`: `labels` where fitting was charged with some.
   * `isMajority`: false.
   */
  readonly traits?: Partial<Traits>;
  /** One sentence for people: what it does. */
  readonly summary: string;
  /**
   * The same, under the same name, with other words of the same meaning where its own are built in: how far its answers hang on them. Absent where it has no
   * words, or a person chose them.
   */
  readonly reworded?: readonly Approach[];
  /** The same, under the same name, with the examples that it shows in other orders: how far its answers hang on that. Absent where it shows none, or finds some for each text. */
  readonly reordered?: readonly Approach[];
  /** What running it would take, before anything is spent. */
  estimate(train: Dataset, queries: readonly Query[]): Promise<RunEstimate>;
  /**
   * Tries on other machines what a fit takes there, which `estimate` then knows: a few steps that are thrown away. Absent where `estimate` needs no other
   * machine. `UserError` where it fails there.
   */
  trial?(train: Dataset, context: BeginContext): Promise<void>;
  /**
   * Begins a fit on other machines, which `fit` with the same rows and seed then waits for: so many run at once. What it does is told as it happens, to the
   * log of `begin` alone; what goes wrong is told by `fit`. Absent where fitting is the work of this machine, on which several at once would hold each other up.
   */
  begin?(train: Dataset, context: BeginContext): Promise<void>;
  /** Learns from `train` alone. Validation rows are cut from `train`, never passed beside it. */
  fit(train: Dataset, context: FitContext): Promise<Predictor>;
}

/** A fitted approach. Holds resources (a session, a connection pool): dispose of it. */
export interface Predictor extends AsyncDisposable {
  readonly facts: PredictorFacts;
  /** One prediction a query, in the order given. */
  predict(queries: readonly Query[], context: PredictContext): Promise<Prediction[]>;
  /** Everything needed to run this predictor elsewhere, as files: relative path to content. */
  files(): Promise<ReadonlyMap<string, Uint8Array>>;
}

/** What everything that takes time is given. */
export interface Context {
  readonly signal: AbortSignal;
  /**
   * Adds to the measured cost. Wall time is taken from outside and not to be spent again: of seconds, only what a cache saved, which
   * the clock did not see.
   */
  spend(cost: Partial<Cost>): void;
  log(event: ProgressEvent): void;
}

/** All that `fit` may use besides its examples. */
export interface FitContext extends Context {
  /** The only source of randomness: equal seeds and examples give equal predictors. */
  readonly seed: number;
  /**
   * A folder of this fit alone, which need not exist yet: what is kept there lets the same fit go on after the process was killed. The caller
   * deletes it once the measurement is stored. Changes no result.
   */
  readonly checkpointFolder?: string;
  /**
   * A folder that all fits of a run have in common, which need not exist yet: what several of them need is kept there once. The caller deletes it when no fit
   * is left that has a checkpoint folder. Changes no result. @default none
   */
  readonly sharedFolder?: string;
  /** Which repetition of the comparison this is, from 0, which it is unless told: what is stored of one must not answer for another. */
  readonly repeat?: number;
}

/** What a fit is begun with; everything but the texts is what `fit` is given later. */
export interface BeginContext
  extends Pick<FitContext, "seed" | "repeat" | "checkpointFolder" | "sharedFolder" | "signal" | "log"> {
  /** The texts that the predictor will be asked about. A machine that is only asked once answers them when it has learned. */
  readonly queries: readonly Query[];
}

/** What predicting is given. */
export interface PredictContext extends Context {
  /** False while latency is measured: local caches (of embeddings) are then neither read nor written. Paid answers are cached always. */
  readonly useCache: boolean;
}

/** What fitting on a training set and answering some queries would take. */
export interface RunEstimate {
  /** Requests to a service that bills. */
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** `null` where the price is unknown. */
  readonly usd: number | null;
  /** Where `usd` can only be guessed before anything is asked: between what it is taken to lie. */
  readonly usdRange?: { readonly low: number; readonly high: number };
  /** How many of the queries would be asked about, where these are a sample. @default all */
  readonly rows?: number;
  /** What the estimate rests on, in a sentence for people. */
  readonly basis?: string;
  readonly seconds: number;
  /** The part of `seconds` that other machines work, of which several work at once. Absent where they work no part, or it is not known. */
  readonly machineSeconds?: number;
  /** The part of `seconds` that embeds texts: it is not spent again for texts that were embedded before. @default 0 */
  readonly embeddingSeconds?: number;
}

/** A way of tuning with the training rows per label that it suits. */
export interface TuningRange {
  readonly method: string;
  readonly from: number;
  /** `null`: from `from` on. */
  readonly below: number | null;
}

/** Why a way of tuning was picked. `rowsPerLabel`: in the median over the labels; `suits`: the way that so many rows are for. */
export type TuningReason =
  /** An engine trains it, so that this machine's time does not count. `engine`: as `--engine` names it. */
  | { readonly kind: "engine"; readonly engine: string }
  /** The time budget leaves none for training. */
  | { readonly kind: "no-time" }
  /** It is the one that the rows are for. `seconds`: of one training; absent where nothing is trained. */
  | { readonly kind: "rows"; readonly rowsPerLabel: number; readonly suits: TuningRange; readonly seconds?: number }
  /** Those that more rows are for would take longer than there is time. */
  | {
      readonly kind: "time";
      readonly rowsPerLabel: number;
      readonly suits: TuningRange;
      readonly tooLong: readonly { readonly method: string; readonly seconds: number }[];
      readonly budgetSeconds: number;
    };
