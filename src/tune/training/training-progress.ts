/** @file What people see of a training while it goes on. */
import type { Context } from "../../types.js";
import type { TrainingHooks } from "./train.js";
import type { StepReport } from "./training-job.js";

/** Hooks that tell each step, evaluation and note as progress of `stage`. */
export function trainingProgress(
  { log }: Pick<Context, "log">,
  stage = "training",
): Required<Pick<TrainingHooks, "onStep" | "onEvaluation" | "onNote">> {
  let last: StepReport | undefined;
  const tell = (report: StepReport, more: Readonly<Record<string, number>> = {}): void => {
    const { step, steps, loss, learningRate, gradNorm, rows, tokens } = report;
    const values = { loss, "learning rate": learningRate, "gradient norm": gradNorm, rows, tokens, ...more };
    const detail = `loss ${loss.toFixed(3)}, learning rate ${learningRate.toExponential(1)}`;
    log({ kind: "progress", stage, done: step, total: steps, detail, values });
  };
  return {
    onStep: (report) => {
      last = report;
      tell(report);
    },
    onEvaluation: ({ loss }) => {
      if (last !== undefined) tell(last, { "validation loss": loss });
    },
    onNote: (text) => log({ kind: "note", text }),
  };
}
