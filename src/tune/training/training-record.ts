/** @file How a classifier was trained, as the JSON files that Hugging Face's `Trainer` leaves, under its names. */
import type { EvaluationReport, StepReport } from "./training-job.js";

/** A training, as far as it is known. */
export interface TrainingRecord {
  readonly steps: readonly StepReport[];
  readonly evaluations: readonly EvaluationReport[];
  /** Updates that the saved weights are the result of. */
  readonly bestStep: number;
  readonly seconds: number;
  /** Rows that were learned, without those held out. */
  readonly rows: number;
}

type Json = Readonly<Record<string, unknown>>;

/** The scores of an evaluation, by the names that `Trainer` gives them. */
function evaluationFields({ loss, accuracy, macroF1 }: EvaluationReport): Json {
  return {
    eval_loss: loss,
    ...(accuracy !== undefined && { eval_accuracy: accuracy }),
    ...(macroF1 !== undefined && { eval_macro_f1: macroF1 }),
  };
}

/** `trainer_state.json`. */
export function trainerState({ steps, evaluations, bestStep, rows }: TrainingRecord): Json {
  const seenBy = new Map(steps.map((report) => [report.step, report.rows]));
  const epoch = (step: number): Json => {
    const seen = seenBy.get(step);
    return seen === undefined || rows === 0 ? {} : { epoch: seen / rows };
  };
  const last = steps.at(-1);
  const log = [
    ...steps.map(({ step, loss, learningRate, gradNorm }) => ({
      step,
      ...epoch(step),
      loss,
      learning_rate: learningRate,
      grad_norm: gradNorm,
    })),
    ...evaluations.map((report) => ({ step: report.step, ...epoch(report.step), ...evaluationFields(report) })),
  ].sort((a, b) => a.step - b.step);
  return {
    global_step: last?.step ?? 0,
    ...(last !== undefined && { max_steps: last.steps, ...epoch(last.step) }),
    ...(evaluations.length > 0 && { best_global_step: bestStep }),
    log_history: log,
  };
}

/** `all_results.json`: the training as a whole, and the scores of the weights that were kept. */
export function allResults({ steps, evaluations, bestStep, seconds, rows }: TrainingRecord): Json {
  const last = steps.at(-1);
  const best = evaluations.findLast(({ step }) => step === bestStep);
  return {
    ...(last !== undefined && rows > 0 && { epoch: last.rows / rows }),
    train_samples: rows,
    train_runtime: seconds,
    ...(last !== undefined && {
      train_loss: steps.reduce((total, { loss }) => total + loss, 0) / steps.length,
      train_steps_per_second: steps.length / seconds,
      train_samples_per_second: last.rows / seconds,
    }),
    ...(best !== undefined && evaluationFields(best)),
  };
}

/** Settings whose names in `TrainingArguments` are not just ours with underscores. */
const argumentNames: Readonly<Record<string, string>> = {
  epochs: "num_train_epochs",
  batchSize: "per_device_train_batch_size",
  schedule: "lr_scheduler_type",
  labelSmoothing: "label_smoothing_factor",
};

/** Settings by the names of Hugging Face's `TrainingArguments`; what it has not keeps its own name, with underscores. */
export function trainingArguments(
  settings: Readonly<Record<string, string | number | boolean | undefined>>,
): Record<string, string | number | boolean> {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, value]) => {
      const argument = argumentNames[name] ?? name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      return value === undefined ? [] : [[argument, value] as const];
    }),
  );
}
