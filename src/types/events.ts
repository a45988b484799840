/** @file What happens while something takes time. */
import type { MeasurementKey } from "./measurement.js";
import type { Cost } from "./prediction.js";

/** A kind of work that takes time. `phaseText` has the words. */
export type Phase =
  /** Measurements of a comparison; `done` counts them. */
  | "comparing"
  /** Points of learning curves; `done` counts them, and `total` is what the time is expected to suffice for. */
  | "curve"
  /** Measurements of experiments; `done` counts them. */
  | "experiment"
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
  /** Training rows on which it is chosen how a model is asked. */
  | "choosing-form"
  /** Requests of a service's batch. */
  | "batch"
  /** Answers that a search for a prompt asks for. */
  | "optimizing"
  /** Rows of a file that get a label. */
  | "labeling"
  /** Rows of a pool that are chosen to be labelled; `done` counts them. */
  | "choosing-rows";

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

/**
 * Where a job stands that works on another machine: it waits for its turn; was handed over and has said nothing yet, perhaps for want of a machine; runs; has
 * ended. Several are told of side by side, beside what this machine does; each is told apart by its measurement.
 */
export type JobState = "waiting" | "starting" | "running" | "done" | "failed";

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
  /**
   * Of `comparing`, `curve` and `experiment`: seconds that what is left may take, by what the approaches expect and by how wrong they were so far. Of
   * `comparing` with learning curves and experiments, where these have a limit. Absent where nothing is expected.
   */
  readonly secondsLeft?: number;
  /** Of these, what the measurement may take that begins now. */
  readonly secondsOfNext?: number;
  /** Of work that a job on another machine does. */
  readonly job?: JobState;
  /** Of `asking`: what did not go at once. Absent where everything did. */
  readonly trouble?: AskingTrouble;
}

/** What did not go at once while rows were asked about, until now. */
export interface AskingTrouble {
  /** Requests that were sent again. */
  readonly retries: number;
  /** Of these, what a service refused for too many at once. */
  readonly refusals: number;
  /** Rows that have no usable answer. */
  readonly unanswered: number;
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
  /** Something the user should know of the data, a model or a price. `isReported`: the report says it too. */
  | { readonly kind: "warning"; readonly text: string; readonly isReported?: true }
  /** A measurement was made and is on disk. */
  | { readonly kind: "measured"; readonly measurement: MeasurementKey; readonly fitCost: Cost; readonly predictCost: Cost }
  /** What the run has paid until now, its earlier sessions included. `uncertainUsd` as in `Spending`: requests under way are in it. */
  | { readonly kind: "spending"; readonly paidUsd: number; readonly uncertainUsd: number; readonly budgetUsd?: number }
  /** What follows before learning curves are measured, in words. They refine it. */
  | { readonly kind: "first-answer"; readonly text: string }
  /** An approach could not be measured; the others go on. */
  | { readonly kind: "failed"; readonly approach: string; readonly reason: string };
