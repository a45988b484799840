/** @file What people see of a training while it goes on. */
import type { Context } from "../../types/approach.js";
import type { TrainingNumbers } from "../../types/events.js";
import type { TrainingHooks } from "./train.js";
import type { StepReport } from "./training-job.js";

/** Hooks that tell each step, evaluation and note. */
export function trainingProgress({
  log,
}: Pick<Context, "log">): Required<Pick<TrainingHooks, "onStep" | "onEvaluation" | "onNote">> {
  let last: StepReport | undefined;
  const tell = (report: StepReport, more: TrainingNumbers = {}): void => {
    const { step, steps, loss, learningRate, gradNorm, rows, tokens } = report;
    const training = { loss, learningRate, gradientNorm: gradNorm, rows, tokens, ...more };
    const detail = `loss ${loss.toFixed(3)}, learning rate ${learningRate.toExponential(1)}`;
    log({ kind: "progress", phase: "training", done: step, total: steps, detail, training });
  };
  return {
    onStep: (report) => {
      last = report;
      tell(report);
    },
    onEvaluation: ({ loss }) => {
      if (last !== undefined) tell(last, { validationLoss: loss });
    },
    onNote: (text) => log({ kind: "note", text }),
  };
}
