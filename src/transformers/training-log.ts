/** @file What a training tells on its way: `state.logHistory`, with the keys of Python's `trainer_state.json`, and lines on stderr. */
import { join } from "node:path";
import { writeFileAtomic } from "../lib/atomic-write.js";
import { formatNumber, formatSeconds } from "../lib/text/format.js";
import type { StepReport } from "../tune/training/training-job.js";
import type { Metrics } from "./evaluation.js";
import type { ProgressLine } from "./progress-line.js";
import { isDue, type TrainingPlan } from "./training-plan.js";

/** One line of `state.logHistory`: `loss`, `grad_norm`, `learning_rate`, or metrics; `epoch` and `step` in each. */
export type LogEntry = Metrics;

/** Where a training stands. */
export interface TrainerState {
  /** Updates so far. */
  readonly globalStep: number;
  /** Updates in all. */
  readonly maxSteps: number;
  /** Passes over the training rows so far, with fractions. */
  readonly epoch: number;
  readonly logHistory: readonly LogEntry[];
  /** The lowest `eval_loss` so far, and the update after which it was; `null` before an evaluation. */
  readonly bestMetric: number | null;
  readonly bestGlobalStep: number | null;
}

/** Before any training. */
export const initialState: TrainerState = {
  globalStep: 0,
  maxSteps: 0,
  epoch: 0,
  logHistory: [],
  bestMetric: null,
  bestGlobalStep: null,
};

/** Turns reports of the loop into a state. */
export interface TrainingLog {
  readonly state: TrainerState;
  /** The entry that is due after this step, if one is. */
  step(report: StepReport): LogEntry | undefined;
  /** Metrics as an entry, after the update of that number. */
  add(metrics: Metrics, step?: number): LogEntry;
}

/** A log that goes on from `before`. */
export function trainingLog(
  plan: TrainingPlan,
  before: TrainerState,
  {
    loggingFirstStep,
    line,
    isQuiet,
  }: { readonly loggingFirstStep: boolean; readonly line: ProgressLine; readonly isQuiet: boolean },
): TrainingLog {
  let state: TrainerState = { ...initialState, maxSteps: plan.steps, logHistory: before.logHistory };
  let losses: number[] = [];
  const startedAt = performance.now();
  const add = (metrics: Metrics, step = state.globalStep): LogEntry => {
    const entry = { ...metrics, epoch: step / plan.updatesPerEpoch, step };
    const loss = metrics["eval_loss"];
    const isBest = loss !== undefined && !(state.bestMetric !== null && loss >= state.bestMetric);
    state = {
      ...state,
      logHistory: [...state.logHistory, entry],
      ...(isBest && { bestMetric: loss, bestGlobalStep: step }),
    };
    line.note(entryText(entry, plan.steps));
    return entry;
  };
  return {
    get state() {
      return state;
    },
    step(report) {
      const { step, steps, loss, learningRate, gradNorm } = report;
      state = { ...state, globalStep: step, epoch: step / plan.updatesPerEpoch };
      losses.push(loss);
      const secondsLeft = ((performance.now() - startedAt) / 1000 / step) * (steps - step);
      if (!isQuiet)
        line.show(
          `training: step ${step} of ${steps}, loss ${loss.toFixed(3)}, learning rate ${learningRate.toExponential(1)}, ${formatSeconds(secondsLeft)} left`,
        );
      if (!isDue(plan.logging, step, plan) && !(loggingFirstStep && step === 1)) return undefined;
      const mean = losses.reduce((total, one) => total + one, 0) / losses.length;
      losses = [];
      return add({ loss: mean, grad_norm: gradNorm, learning_rate: learningRate });
    },
    add,
  };
}

/** An entry for people, without what is only for machines: `step 125 of 125: eval_loss 0.31, eval_accuracy 0.88`. */
function entryText(entry: LogEntry, steps: number): string {
  const values = Object.entries(entry).filter(([name]) => !/^(epoch|step)$|_(per_second|runtime)$/.test(name));
  return `step ${entry["step"]} of ${steps}: ${values.map(([name, value]) => `${name} ${valueText(value)}`).join(", ")}`;
}

function valueText(value: number): string {
  return value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential(2) : formatNumber(value);
}

/** Writes `trainer_state.json` to a folder, with Python's keys. */
export function writeState(folder: string, state: TrainerState): Promise<void> {
  const content = {
    global_step: state.globalStep,
    max_steps: state.maxSteps,
    epoch: state.epoch,
    best_metric: state.bestMetric,
    best_global_step: state.bestGlobalStep,
    log_history: state.logHistory,
  };
  return writeFileAtomic(join(folder, "trainer_state.json"), `${JSON.stringify(content, null, 2)}\n`);
}
