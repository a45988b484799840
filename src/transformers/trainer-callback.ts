import { UserError } from "../lib/errors.js";
import type { Metrics } from "./evaluation.js";
import type { LogEntry, TrainerState } from "./training-log.js";

/** Functions that are called during a training. */
export interface TrainerCallback {
  /** Evaluations in a row without a lower loss after which training stops. @default 1 */
  readonly patience?: number;
  onStepEnd?(state: TrainerState): void;
  onLog?(entry: LogEntry, state: TrainerState): void;
  onEvaluate?(metrics: Metrics, state: TrainerState): void;
  /** Called after the model was saved to a folder. */
  onSave?(folder: string, state: TrainerState): void;
}

/** Stops the training when `eval_loss` no longer falls: `EarlyStoppingCallback` in Python. */
export function earlyStopping({ patience = 1 }: { readonly patience?: number } = {}): TrainerCallback {
  if (!(Number.isInteger(patience) && patience > 0)) throw new UserError(`patience is ${patience}. Give a whole number above 0.`);
  return { patience };
}
