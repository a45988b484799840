import { UserError } from "../lib/errors.js";
import type { Metrics } from "./evaluation.js";
import type { LogEntry, TrainerState } from "./training-log.js";

/** What may be done on the way. */
export interface TrainerCallback {
  /** Ends the training when so many evaluations in a row were no better than one before them. */
  readonly patience?: number;
  onStepEnd?(state: TrainerState): void;
  onLog?(entry: LogEntry, state: TrainerState): void;
  onEvaluate?(metrics: Metrics, state: TrainerState): void;
  /** After the model was written to a folder. */
  onSave?(folder: string, state: TrainerState): void;
}

/** `EarlyStoppingCallback` in Python: ends the training when the `eval_loss` gets no lower. One evaluation is enough unless told. */
export function earlyStopping({ patience = 1 }: { readonly patience?: number } = {}): TrainerCallback {
  if (!(Number.isInteger(patience) && patience > 0)) throw new UserError(`patience is ${patience}. Give a whole number above 0.`);
  return { patience };
}
