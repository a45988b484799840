/** @file Where a training stands besides what the optimizer has: what has to be kept to go on to the bit. */
import type { EvaluationReport, StepReport } from "../training-job.js";

/** Changed by the loop as it goes. All randomness is fixed by the seed and these counters. */
export interface TrainingState {
  epoch: number;
  /** Updates of this epoch that are done. */
  at: number;
  /** Passes so far: they number the masks of dropout. */
  passes: number;
  /** Rows and tokens so far. */
  rows: number;
  tokens: number;
  /** Of work until now. */
  seconds: number;
  readonly steps: StepReport[];
  readonly evaluations: EvaluationReport[];
  /** What had the lowest loss on held-out rows: weights by name, and their logits of those rows. */
  best?: { readonly weights: ReadonlyMap<string, Float32Array>; readonly logits?: Float32Array };
}

/** Before the first step. */
export function beginning(): TrainingState {
  return { epoch: 0, at: 0, passes: 0, rows: 0, tokens: 0, seconds: 0, steps: [], evaluations: [] };
}
