/** @file The nouns of the project. Imports nothing; every folder may import it. */

/** One labelled text. */
export interface Example {
  /** Stable across runs and unique in its dataset: results of two approaches pair up by it. */
  readonly id: string;
  readonly text: string;
  /** Names in `Dataset.labels`: one, or several (also none) where the task is multi-label. Label indices exist only inside `tune/`. */
  readonly labels: readonly string[];
  /** Rows of one group (a customer, a document) never sit on two sides of a split. */
  readonly group?: string;
  /** Where the row stands, for people: `tickets.csv:41`. Has no part in any hash. */
  readonly place?: string;
}

/** Labelled examples, immutable. Every split and subset is again a `Dataset`, with the same `labels`. */
export interface Dataset {
  /** Shown to people; the file's name without its extension unless told otherwise. */
  readonly name: string;
  /** Every label that may occur, in a fixed order, also those absent from this subset. */
  readonly labels: readonly string[];
  readonly isMultiLabel: boolean;
  /** What a label means, in words, for the prompted arm. Labels without an entry are described by their own name. */
  readonly descriptions: Readonly<Record<string, string>>;
  /** Other names of a label by which an answer may call it. Labels without an entry have none. */
  readonly aliases?: Readonly<Record<string, readonly string[]>>;
  readonly examples: readonly Example[];
}

/** One labelled task, frozen: what both arms learn from, and the test rows that both are measured on. */
export interface Task {
  readonly train: Dataset;
  readonly test: Dataset;
  /** Rows that the user keeps to choose by: never learned from, never tested on. Where there are none, they are cut from `train`. */
  readonly validation?: Dataset;
  /** SHA-256 of the test rows (id, text, labels), so that two runs can be seen to share a test set. */
  readonly testHash: string;
  readonly trainHash: string;
  /** The same of the validation rows, where there are some of the user's own. */
  readonly validationHash?: string;
  /** How the split came about, in one sentence for people. */
  readonly splitNote: string;
  /** What the reader noticed and the user should know: suspicious labels, recoded files, dropped rows. */
  readonly warnings: readonly string[];
  /** What was done without being asked, and is no cause for alarm: columns found, files picked up. */
  readonly notes?: readonly string[];
}

/** A text to be answered: an example without its labels, which a predictor never sees. */
export type Query = Pick<Example, "id" | "text">;

/** Why there is no answer. `missing`: a recording has no such row. `error`: the service failed for good. */
export type Failure = "unparseable" | "refused" | "truncated" | "missing" | "error";

/** Tokens one answer used, as the service reported them. */
export interface Usage {
  /** All input tokens, cached ones included. */
  readonly inputTokens: number;
  /** The part of `inputTokens` that was read from the service's prompt cache. */
  readonly cachedInputTokens: number;
  /** The part of `inputTokens` that was written to the service's prompt cache, where that is billed at a price of its own. None unless told. */
  readonly cacheWriteInputTokens?: number;
  /** All output tokens, reasoning included. */
  readonly outputTokens: number;
  /** The part of `outputTokens` that was reasoning. */
  readonly reasoningTokens: number;
}

/** How sure an approach is of one answer, and by what. */
export interface Confidence {
  /** From 0 to 1. */
  readonly value: number;
  /** `probability`: of a trained model. `logprob`: from the LLM's log-probabilities. `votes`: share of repeated answers. `stated`: what the LLM said itself. */
  readonly source: "probability" | "logprob" | "votes" | "stated";
}

/** What an approach says of one text. */
export interface Prediction {
  /** Label names: exactly one where the task is single-label. `null` where no label could be had; it counts as wrong. */
  readonly answer: readonly string[] | null;
  /** Present exactly where `answer` is `null`. */
  readonly failure?: Failure;
  /**
   * Beside the failure `refused`: that the filter of the service which hosts the model refused, and not the model. Such a row says nothing of
   * the model, so it counts as missing, not as wrong. Absent where the model itself refused.
   */
  readonly refusedBy?: "host";
  /**
   * Probability of each label, where the approach has one. Sums to 1 unless the task is multi-label. Of more than 200 labels a measurement keeps
   * the 100 largest and those of the true labels.
   */
  readonly scores?: Readonly<Record<string, number>>;
  /** How sure it is of its answer, where it can tell. */
  readonly confidence?: Confidence;
  /** What was said, word for word (at most 500 characters), where it was not simply a label; for `error` what the service said. Untrusted text. */
  readonly rawAnswer?: string;
  /** Seconds from request to answer, where each text is its own request. */
  readonly latencySeconds?: number;
  readonly usage?: Usage;
  /** What this answer costs at list price, cached or not. Absent where nothing is billed per answer; `null` where the price is unknown. */
  readonly costUsd?: number | null;
  /** True where the answer came from a store and was not billed now. */
  readonly isCached?: boolean;
  /** Present where a recording holds another answer to the same row too, with other labels. */
  readonly isDisputed?: true;
}

/** What something used up. Adding two costs adds each field. */
export interface Cost {
  readonly usd: number;
  /** Seconds of work on this machine, or of waiting for a service. Includes what a cache saved: it is the cost of doing it alone. */
  readonly seconds: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Labelled examples learned from. */
  readonly labels: number;
}

/** What asking services came to. */
export interface Spending {
  /** Paid for answers, at list price. */
  readonly paidUsd: number;
  /** The most that requests may have cost besides whose fate is unknown: they broke off, or were answered without a count of tokens. */
  readonly uncertainUsd: number;
  /** How many those are. */
  readonly uncertainRequests: number;
}

/** A kind of work that takes time. `phaseText` has the words. */
export type Phase =
  /** Measurements of a comparison; `done` counts them. */
  | "comparing"
  /** Points of learning curves; `done` counts them, and `total` is what the time is expected to suffice for. */
  | "curve"
  /** Bytes from a hub, in `unit`. */
  | "downloading"
  | "finding-duplicates"
  | "comparing-texts"
  | "counting-tokens"
  | "embedding"
  | "fitting"
  /** Fits of a regularization path, over all folds. */
  | "choosing-c"
  /** Steps of gradient descent. */
  | "training"
  | "predicting"
  /** Single answers, one after the other, for their latency. */
  | "timing"
  /** Rows that a service is asked about. */
  | "asking"
  /** Requests of a service's batch. */
  | "batch"
  /** Answers that a search for a prompt asks for. */
  | "optimizing"
  /** Rows of a file that get a label. */
  | "labeling";

/** What is measured while a model is trained. A number is absent where it was not measured at this step. */
export interface TrainingNumbers {
  /** Of the step's batch. */
  readonly loss?: number;
  /** Of rows that are not learned from; only in the event after an evaluation. */
  readonly validationLoss?: number;
  readonly learningRate?: number;
  /** L2 norm of the whole gradient, before it is clipped. */
  readonly gradientNorm?: number;
  /** Rows learned from since the phase began. Speeds are differences. */
  readonly rows?: number;
  /** Tokens learned from since the phase began. */
  readonly tokens?: number;
}

/** How far a piece of work is. */
export interface PhaseEvent {
  readonly kind: "progress";
  readonly phase: Phase;
  /** What the work is done on or with: an LLM, a batch, a repository, an optimizer. Untrusted text. */
  readonly subject?: string;
  /** In steps of the phase, or in `unit`. */
  readonly done: number;
  readonly total: number;
  /** @default the phase's own steps */
  readonly unit?: "kB" | "MB";
  /** More, in words for people. Untrusted text. */
  readonly detail?: string;
  /** Which of several settings is being tried, from 1. */
  readonly trial?: { readonly number: number; readonly of: number };
  /** The measurement that the work is part of. Absent outside of one. */
  readonly measurement?: MeasurementKey;
  /** Present where the phase is a training: it can be drawn as curves. */
  readonly training?: TrainingNumbers;
  /** Paid in this phase until now, where something is. */
  readonly usd?: number;
}

/** Something to be told in words. */
export interface NoteEvent {
  readonly kind: "note";
  readonly text: string;
  /** The measurement that it is about. Absent outside of one. */
  readonly measurement?: MeasurementKey;
}

/** Progress. Dropping every event changes no result. */
export type ProgressEvent = PhaseEvent | NoteEvent;

/** What happens in a run, in the order it happens. */
export type RunEvent =
  | ProgressEvent
  /** Something the user should know of the data, a model or a price. Also in the report where it is about the data. */
  | { readonly kind: "warning"; readonly text: string }
  /** A measurement was made and is on disk. */
  | { readonly kind: "measured"; readonly measurement: MeasurementKey; readonly fitCost: Cost; readonly predictCost: Cost }
  /** What follows before learning curves are measured, in words. They refine it. */
  | { readonly kind: "first-answer"; readonly text: string }
  /** An approach could not be measured; the others go on. */
  | { readonly kind: "failed"; readonly approach: string; readonly reason: string };

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
  /** Which repetition of the comparison this is, from 0, which it is unless told: what is stored of one must not answer for another. */
  readonly repeat?: number;
}

export interface PredictContext extends Context {
  /** False while latency is measured: local caches (of embeddings) are then neither read nor written. Paid answers are cached always. */
  readonly useCache: boolean;
}

/**
 * The two ways that are compared, what is made of both (a cascade, a distilled model), and the floor under all. A verdict is between `tune` and
 * `prompt`: a `hybrid` is ranked beside them.
 */
export type Arm = "tune" | "prompt" | "hybrid" | "baseline";

/** What an approach is, as data. Its name is for people: nothing is read out of it. */
export interface Identity {
  readonly arm: Arm;
  /** The way: `probe`, `zero-shot`, `file`, `recorded`, `majority`. */
  readonly method: string;
  /** What the way is applied to: the spec of an LLM, or the name of an encoder. Absent where there is no model. */
  readonly model?: string;
  /** Tells apart approaches of one method and one model: the name of a prompt's file, the number of a recording. */
  readonly variant?: string;
}

/** What is true of an approach and matters to whoever compares it. */
export interface Traits {
  /** Its answers come from a language model, now or when they were recorded. One of the arm `prompt` that asks none is a stand-in for one. */
  readonly asksLlm: boolean;
  /** It replays answers that were given before. */
  readonly isRecording: boolean;
  /** `labels`: labelled examples, by training or in its prompt. `unknown`: a recording, of which nobody told. */
  readonly learnsFrom: "labels" | "nothing" | "unknown";
  /** It always gives the most frequent label: what any approach must beat to have learned anything. */
  readonly isMajority: boolean;
}

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
  /** What running it would take, before anything is spent. */
  estimate(train: Dataset, queries: readonly Query[]): Promise<RunEstimate>;
  /** Learns from `train` alone. Validation rows are cut from `train`, never passed beside it. */
  fit(train: Dataset, context: FitContext): Promise<Predictor>;
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
  /** What the estimate rests on, in a sentence for people. */
  readonly basis?: string;
  readonly seconds: number;
}

/** A fitted approach. Holds resources (a session, a connection pool): dispose of it. */
export interface Predictor extends AsyncDisposable {
  readonly facts: PredictorFacts;
  /** One prediction a query, in the order given. */
  predict(queries: readonly Query[], context: PredictContext): Promise<Prediction[]>;
  /** Everything needed to run this predictor elsewhere, as files: relative path to content. */
  files(): Promise<ReadonlyMap<string, Uint8Array>>;
}

/** What fitting changed and what a person had to supply, counted: the raw material of the factors "customization" and "skill". */
export interface PredictorFacts {
  /** Numbers that fitting set from the examples. */
  readonly trainedParameters: number;
  /** Numbers in the whole model, where they can be known. */
  readonly totalParameters: number | null;
  /** Tokens or, without a tokenizer, words of instruction and examples sent with each text. 0 where there is no prompt. */
  readonly promptTokens: number;
  /** Words a person wrote for it beyond the labels: instruction, label descriptions. */
  readonly humanWords: number;
  /** Settings that fitting chose by measuring, e.g. `{ C: 10 }`. */
  readonly chosen: Readonly<Record<string, string | number>>;
  /** Size of those of its files that have to be shipped to run it, in bytes; `null` where there are none: the model stays with a service, or it is no model to be shipped, as a baseline. */
  readonly artifactBytes: number | null;
  /** What it needs at prediction time that is not in its files, e.g. "OPENAI_API_KEY", "network". */
  readonly needs: readonly string[];
  /**
   * Present where answers that were given before are replayed: how they came about was not measured, so all of the above, and what fitting
   * took, is unknown. What the user told of it stands here; `null`: not told.
   */
  readonly recording?: {
    /** Labelled examples that the answers rest on: shown in the prompt, or learned from. */
    readonly labels: number | null;
    /** Words a person wrote for it. */
    readonly words: number | null;
  };
}

/** One prediction beside the truth. */
export interface Outcome extends Prediction {
  readonly id: string;
  /** The true labels. */
  readonly truth: readonly string[];
  /** The row's group, where it has one: rows of one group are not independent, and intervals must know. */
  readonly group?: string;
}

/**
 * What one approach did with one training set and one seed.
 *
 * Stores outcomes, not scores: every metric, interval and chart is computed from these rows, so a
 * new metric never needs a new run. Plain JSON.
 */
export interface Measurement extends Identity {
  /** Its name. */
  readonly approach: string;
  readonly traits: Traits;
  /** `validation`: fitted on a part of the training set, answered the rest of it; serves only to choose within an arm. */
  readonly split: "validation" | "test";
  /** Training rows that it was fitted on. Fewer than the comparison's own measurements: a point of a learning curve. */
  readonly trainSize: number;
  readonly seed: number;
  /** Present where the rows are not the task's as they are. */
  readonly experiment?: Experiment;
  /** One row an example of the split, in its order. */
  readonly outcomes: readonly Outcome[];
  /**
   * Seconds of single requests, one after the other, without local caches. For an approach that answers each text by a
   * request of its own these are the outcomes' latencies; for a local model, of a sample of the rows. Empty: not measured.
   */
  readonly latencies: readonly number[];
  readonly fitCost: Cost;
  readonly predictCost: Cost;
  /** Seconds that fitting and answering took by the clock: less than the costs say where a cache served. Absent where it was not timed. */
  readonly elapsedSeconds?: number;
  readonly facts: PredictorFacts;
}

/** What was changed in the rows to see what follows: a label held out of the training, texts shifted in the test set. Plain JSON. */
export interface Experiment {
  readonly kind: string;
  /** The settings of this kind. */
  readonly [setting: string]: string | number | boolean;
}

/** What tells a measurement from the others of a comparison. */
export type MeasurementKey = Pick<Measurement, "approach" | "split" | "trainSize" | "seed" | "experiment">;

/** An approach that could not be measured, and why. */
export interface FailedApproach extends Identity {
  /** Its name. */
  readonly approach: string;
  readonly traits: Traits;
  readonly reason: FailedReason;
}

/** The message of the error that ended it, or that it has no outcome of any test row. `example`: see `UnansweredApproach`. */
export type FailedReason = string | { readonly kind: "no-outcome"; readonly testRows: number; readonly example?: string };

/** A number and how sure we are of it. */
export interface Estimate {
  readonly value: number;
  /** Ends of the 95 % interval. */
  readonly low: number;
  readonly high: number;
}

/**
 * What approaches are judged by. `exactMatch`: the share of rows all of whose labels are right, which the accuracy is where rows may have
 * several. `macroF1`: the mean over the labels that have test rows.
 */
export type Metric = "accuracy" | "exactMatch" | "macroF1" | "microF1";

/** Which metric decides, which one ranks, and how many labels and rows macro-F1 rests on. */
export interface MetricChoice {
  /** Of the primary contrast, and of those with baselines and with the other candidates. */
  readonly primary: Metric;
  /** The others in which the primary pair is contrasted. */
  readonly others: readonly Metric[];
  /** By which validation rows choose, and tables and charts rank. */
  readonly ranking: Metric;
  /** Labels that have test rows: those that macro-F1 is the mean over. */
  readonly labelsScored: number;
  /** Test rows of such a label, in the median. */
  readonly rowsOfLabel: number;
}

/** Scores of one label, one against the rest. */
export interface LabelScore {
  readonly label: string;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Test rows with this label. */
  readonly support: number;
  /** False below 20 test rows: the F1 is then hardly more than a guess. */
  readonly isEstimable: boolean;
}

/**
 * Test rows that say nothing of an approach: a recording lacks them, or the service failed (see `isMissing`). They are left out of its
 * scores; what the scores would be were each of them wrong stands here.
 */
export interface MissingRows {
  /** Test rows that at least one of its seeds has no outcome of. */
  readonly rows: number;
  /** By reason. First seed. */
  readonly reasons: Readonly<Partial<Record<Failure, number>>>;
  /** What was said of one of them, by the service or its filter. Absent where nothing was. Untrusted text. */
  readonly example?: string;
  /** Scores over all test rows, each missing one counted as wrong. */
  readonly worstCase: Pick<Summary, "accuracy" | "macroF1" | "multiLabel" | "balancedAccuracy" | "mcc">;
}

/**
 * One approach on the test rows, learned from the whole training set. Scores and costs are means over its seeds; intervals say what
 * other test rows would have changed. Scores are over the rows that it has an outcome of: all, unless `missing` is there.
 */
export interface Summary extends Identity {
  /** Its name. */
  readonly approach: string;
  readonly traits: Traits;
  readonly seeds: readonly number[];
  readonly trainSize: number;
  /** All test rows, also those that are missing. */
  readonly testRows: number;
  /** Present where it has no outcome of some test rows. */
  readonly missing?: MissingRows;
  readonly accuracy: Estimate;
  readonly macroF1: Estimate;
  readonly balancedAccuracy: number;
  readonly mcc: number;
  /** Where a row may have several labels; `accuracy` is then the share of rows whose whole set of labels is right. */
  readonly multiLabel?: { readonly microF1: Estimate; readonly samplesF1: number; readonly hammingLoss: number };
  /**
   * Right labels beyond those that its answers would have if they were shuffled among the rows: 0 for whoever guesses, 1 for whoever is always
   * right, of the rows it answered. Absent where these do not differ in their labels.
   */
  readonly aboveGuessing?: Estimate;
  /** Of the first seed, where the approach gives probabilities: log loss, Brier score, expected calibration error. */
  readonly calibration: { readonly logLoss: number; readonly brier: number; readonly ece: number } | null;
  readonly perLabel: readonly LabelScore[];
  /** Rows are truths, columns answers, in the order of the labels; one more column counts rows without an answer. First seed. */
  readonly confusion: readonly (readonly number[])[];
  /** Rows without a usable answer, by reason, the missing ones included. First seed. */
  readonly failures: Readonly<Partial<Record<Failure, number>>>;
  /** Accuracy among the rows that got an answer. */
  readonly answeredAccuracy: number | null;
  readonly latency: { readonly p50: number; readonly p95: number; readonly requests: number } | null;
  /**
   * USD per 1,000 predictions; `null` where unknown. `standardError`: of the value, by how much single requests differ; absent where that was
   * not measured.
   */
  readonly usdPerThousand: { readonly value: number; readonly basis: PriceBasis; readonly standardError?: number } | null;
  readonly fitCost: Cost;
  readonly predictCost: Cost;
  readonly facts: PredictorFacts;
}

/** What the price of a prediction follows from. */
export type PriceBasis =
  /** The mean list price of so many requests. */
  | { readonly kind: "list-price"; readonly requests: number }
  /** This machine's price over the texts that it answers in the share of the time it is busy. */
  | {
      readonly kind: "machine";
      readonly textsPerSecond: number;
      readonly usdPerHour: number;
      /** See `Assumptions`. */
      readonly utilization: number;
    };

/** What was spent before the first prediction, in USD. */
export interface SetupCost {
  /** Making the labels it learned from. */
  readonly labels: number;
  /** Machine time of fitting, and what services billed for it. */
  readonly fitting: number;
}

/**
 * How much more to test for a verdict, with 80 % power: between what the two ends of the difference's 80 % interval would need, were one of them
 * the truth. In 90 % of cases it takes `low` at least.
 */
export interface MoreRows {
  readonly low: number;
  /** `null`: without a bound, since the truth may well be the margin itself. */
  readonly high: number | null;
  /** `groups` where rows come in groups: it is their number that counts. */
  readonly unit: "rows" | "groups";
  /** What they would show if the difference is as it looks now: one beyond the margin, or none that matters. */
  readonly aim: "difference" | "equivalence";
}

/** What one choice of rows says of two approaches. */
export interface Reading {
  /** Test rows it rests on. */
  readonly rows: number;
  readonly difference: Estimate;
  readonly pValue: number;
  readonly verdict: Contrast["verdict"];
}

/** `a` minus `b` on the same test rows: those that both have an outcome of, in every seed. */
export interface Contrast {
  readonly a: string;
  readonly b: string;
  readonly metric: Metric;
  readonly difference: Estimate;
  /** Rows where only `a` is right, only `b` is right (accuracy; first seed). */
  readonly discordant: readonly [number, number];
  /**
   * Accuracy and all labels right: the mid-p McNemar test, or its generalization where rows are grouped or there are several seeds.
   * Macro-F1 and micro-F1: a paired permutation test.
   */
  readonly pValue: number;
  /** The same after Holm's correction over all planned contrasts. */
  readonly adjustedPValue: number;
  readonly verdict: "a-better" | "b-better" | "equivalent" | "undecided";
  /** Where undecided: how many more test rows or groups would decide it with 80 % power; `null` where it can't be said. */
  readonly moreRows: MoreRows | null;
  /** Present where one of the two has no outcome of some test rows: how many were left out, and what all rows say, the missing ones wrong. */
  readonly missing?: { readonly rows: number; readonly asWrong: Reading };
  /** Present where `b` asked an LLM that never answered some labels: which, and what the rows of the other labels say. */
  readonly offered?: Reading & { readonly neverAnswered: readonly string[] };
  /** Present where `b` asked an LLM and more than a tenth of its answers could not be read or were cut off: what the other rows say. */
  readonly readable?: Reading;
  /** Present where a recording has answers with different labels to some rows: what the other rows say. */
  readonly undisputed?: Reading;
}

/** What prices the comparison assumes. Users set them; the report lists them. */
export interface Assumptions {
  /** Differences within this many points of accuracy (0.01 = one point) do not matter in practice. */
  readonly margin: number;
  /** What one label costs to make. */
  readonly usdPerLabel: number;
  /** Price of a machine like this one. */
  readonly usdPerMachineHour: number;
  /** Share of the time that the machine serving the tuned model is busy. */
  readonly utilization: number;
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

/** From how many requests on the tuned model is the cheaper one. */
export interface BreakEven {
  readonly tuned: string;
  readonly prompted: string;
  /** `null`: never, at these prices. 0: from the first request. */
  readonly requests: number | null;
  /**
   * Ends of the 95 % interval of `requests`: what other requests would have changed. `high` is `null` where it may be never. Absent
   * where it was not measured how much single requests differ in cost.
   */
  readonly interval?: { readonly low: number; readonly high: number | null };
  /**
   * What varies too and is not in the interval: how fast this machine runs, where that is the price of one of the two, since it was timed
   * once. Absent where both are billed by request.
   */
  readonly leavesOut?: "machine-speed";
  /** What `requests` follows from: what the tuned one costs more to set up, over what a request saves. */
  readonly basis: {
    /** Of the tuned one minus that of the prompted one. */
    readonly extraSetup: SetupCost;
    /** Running prices. */
    readonly usdPerThousand: { readonly tuned: number; readonly prompted: number };
    /** False where one of the two is a recording: what setting it up took is not known, and counted as nothing. */
    readonly isSetupKnown: boolean;
  };
}

/** The six factors of the decision, and quality, which they are traded against. */
export type FactorName = "customization" | "time" | "cost" | "data" | "flexibility" | "skill" | "quality";

/** A score in one metric. `labels`: present where macro-F1 is the mean over fewer labels than the task has. */
export interface MetricScore {
  readonly metric: Metric;
  readonly score: Estimate;
  readonly labels?: LabelsScored;
}

/** How many of the task's labels have test rows. */
export interface LabelsScored {
  readonly scored: number;
  readonly of: number;
}

/**
 * One cell of the factor table: what was measured, as numbers, or why nothing was. A new kind is one member here, which `compare/factors.ts`
 * fills and `advise/words/factor-cells.ts` says.
 */
export type FactorCell =
  | ({
      readonly kind: "score";
      /** The same in the metrics that do not rank. */
      readonly others: readonly MetricScore[];
      readonly balancedAccuracy: number;
      readonly testRows: number;
      /** Present where test rows are missing: how many, and the share of right rows were each of them wrong. */
      readonly missing?: { readonly rows: number; readonly metric: "accuracy" | "exactMatch"; readonly asWrong: number };
      /** How many seeds the scores are the means of. */
      readonly seeds: number;
    } & MetricScore)
  | ({
      readonly kind: "changes";
      /** Share of the test rows that it answers otherwise than the approach it started from. Absent where there is none. */
      readonly answersChanged?: { readonly share: number; readonly from: string };
    } & Pick<PredictorFacts, "trainedParameters" | "totalParameters" | "promptTokens" | "artifactBytes">)
  | {
      readonly kind: "time";
      readonly fitSeconds: number;
      /** Seconds of one answer; `null` where that was not measured. */
      readonly latency: Summary["latency"];
      /** All test rows, and what answering them took. */
      readonly testRows: number;
      readonly predictSeconds: number;
    }
  | {
      readonly kind: "price";
      readonly usdPerThousand: number;
      readonly basis: PriceBasis;
      /** `null`: not known. */
      readonly setup: SetupCost | null;
      /** Present for the two approaches that it is about. */
      readonly breakEven?: BreakEven;
    }
  | {
      readonly kind: "labels";
      /** Labelled examples that it learned from. */
      readonly labels: number;
      /** The user told, of a recording: it was not measured. */
      readonly isTold: boolean;
      readonly trainRows: number;
    }
  | {
      readonly kind: "effort";
      /** Words a person wrote. */
      readonly words: number;
      /** The user told, of a recording: nothing else is known. */
      readonly isTold: boolean;
      /** Settings chosen by measuring. */
      readonly settings: PredictorFacts["chosen"];
      readonly needs: readonly string[];
    }
  | { readonly kind: "not-measured"; readonly why: NotMeasured };

/**
 * Why a cell has no measurement. `recorded`: how the answers came about was not measured. `labels-not-told`, `words-not-told`: nor did the
 * user tell. `no-experiment`: the rows as they are cannot show it.
 */
export type NotMeasured = "recorded" | "labels-not-told" | "words-not-told" | "price-unknown" | "no-experiment";

/** What a row of the factor table shows. `adaptation`: labels for a new class, and points lost on shifted texts. */
export type FactorMeasure =
  | { readonly kind: "score"; readonly metric: Metric; readonly labels?: LabelsScored }
  | { readonly kind: Exclude<FactorCell["kind"], "score" | "not-measured"> | "adaptation" };

export interface FactorRow {
  readonly factor: FactorName;
  readonly measure: FactorMeasure;
  /** By approach name. */
  readonly cells: Readonly<Record<string, FactorCell>>;
}

/** What a comparison knows of its data without holding the rows. */
export interface TaskFacts {
  readonly name: string;
  readonly labels: readonly string[];
  readonly isMultiLabel: boolean;
  readonly trainRows: number;
  readonly testRows: number;
  readonly trainHash: string;
  readonly testHash: string;
  /** Of the user's own validation rows, where there are some. */
  readonly validationHash?: string;
  readonly splitNote: string;
  readonly warnings: readonly string[];
}

/** Why a row has no usable answer; `missing`: see `MissingRows`. */
export type UnansweredReason = "missing" | "unparseable" | "refused" | "truncated";

/** An approach most of whose test rows have no usable answer, for whatever reasons: nothing is concluded from it. */
export interface UnansweredApproach {
  readonly approach: string;
  readonly arm: Arm;
  /** The most frequent reason, told apart by whether it speaks of the approach (`unparseable`, `refused`, `truncated`) or of nothing (`missing`). */
  readonly reason: UnansweredReason;
  /** Test rows by reason, the most frequent first; their sum is `rows`. First seed. Absent where it is one reason. */
  readonly reasons?: Readonly<Partial<Record<UnansweredReason, number>>>;
  /** Test rows without a usable answer. First seed. */
  readonly rows: number;
  readonly testRows: number;
  /** What was said in place of one answer. Absent where nothing was. Untrusted text. */
  readonly example?: string;
}

/**
 * Everything measured on one task, and what follows from it. A run's folder holds the task's facts, the assumptions and the
 * measurements; the rest is computed from them on load, so that old runs gain new statistics.
 */
export interface Comparison {
  readonly task: TaskFacts;
  readonly assumptions: Assumptions;
  readonly measurements: readonly Measurement[];
  readonly metrics: MetricChoice;
  /** One an approach, the best in `metrics.ranking` first. */
  readonly summaries: readonly Summary[];
  /** The primary contrast first. */
  readonly contrasts: readonly Contrast[];
  /** The best of each arm, chosen without looking at the test rows; `null` where an arm has no approach that ran. */
  readonly best: { readonly tune: BestChoice | null; readonly prompt: BestChoice | null };
  /**
   * Candidates that validation rows could not rank against the best of their arm: a verdict must hold against each of them. Absent where
   * both arms could be ranked.
   */
  readonly rivals?: readonly string[];
  readonly factors: readonly FactorRow[];
  readonly breakEven: BreakEven | null;
  /** Approaches that could not be measured, and why: also those that have no outcome of any test row, which have no summary. */
  readonly failed: readonly FailedApproach[];
  /** Approaches that most answers could not be had from. Absent where there is none. */
  readonly unanswered?: readonly UnansweredApproach[];
  /** What all of it came to, with what was measured anew. Absent where nothing was asked. */
  readonly spending?: Spending;
}

/** The best of an arm. */
export interface BestChoice {
  readonly approach: string;
  readonly basis: ChoiceBasis;
}

/** How the best of an arm was chosen. */
export type ChoiceBasis =
  /** There was no other one: at all, that asks a language model, or that was fully measured. */
  | { readonly kind: "only-candidate" | "only-language-model" | "only-measured" }
  /** Its predictions cost the least, since no validation rows could rank the candidates: none were held back, or too few have all answers. */
  | { readonly kind: "cheapest"; readonly why: "no-validation-rows" | "few-answered-rows" }
  /** It has the best score on the validation rows that all candidates answered, which are `rows` of `of`. */
  | { readonly kind: "validation"; readonly metric: Metric; readonly score: number; readonly rows: number; readonly of: number };

/** Texts to vectors, frozen. Implemented in `tune/`; the prompted arm gets one handed in. */
export interface Encoder extends AsyncDisposable {
  readonly name: string;
  /** Where its files are, where the name is not what it can be loaded by again: a folder of Hugging Face's cache. */
  readonly folder?: string;
  /** Numbers in one vector. */
  readonly dimension: number;
  /** Longest input in tokens; longer texts are cut. */
  readonly maxTokens: number;
  readonly parameters: number;
  /** Languages that it was trained on, by their English names, where its card names them. */
  readonly languages?: readonly string[];
  /** SHA-256 of weights and tokenizer: the key of every cached embedding. */
  readonly hash: string;
  /** Size of its files as they are stored. Absent where it is not made of a model folder: what is fitted on it is then saved without it. */
  readonly fileBytes?: number;
  /** One vector a text, in the order given, each of length 1. Cached vectors are charged with the seconds they once took. */
  embed(texts: readonly string[], context: PredictContext): Promise<readonly Float32Array[]>;
  /** Tokens of each text with the special ones, before any cut. */
  countTokens(texts: readonly string[]): readonly number[];
}

/** Where an encoder keeps its vectors between runs. */
export interface EmbeddingCache {
  /** By key; `undefined` where there is none. */
  get(keys: readonly string[]): Promise<readonly (CachedEmbedding | undefined)[]>;
  set(entries: readonly { readonly key: string; readonly value: CachedEmbedding }[]): Promise<void>;
}

export interface CachedEmbedding {
  readonly vector: Float32Array;
  /** What it took to compute. */
  readonly seconds: number;
}
