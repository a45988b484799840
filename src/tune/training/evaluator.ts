/** @file Answers held-out rows with the weights that are being trained. */
import { setImmediate } from "node:timers/promises";
import { openModel } from "../../autodiff/session.js";
import { float32Of } from "../../autodiff/values.js";
import { tokenBatch } from "../pretrained/token-batch.js";
import { rulesOf } from "./objectives/objective.js";
import type { Scores } from "./objectives/objective-rules.js";
import type { TrainingJob, Weights } from "./training-job.js";

/** What one evaluation finds. */
export interface Evaluation extends Scores {
  readonly loss: number;
  /** [rows, labels], where the objective has logits. */
  readonly logits?: Float32Array;
}

/** Holds a session: dispose of it. */
export interface Evaluator extends AsyncDisposable {
  /** By the weights as they are now; nothing where the signal, looked at between passes, says to stop. */
  evaluate(signal: AbortSignal): Promise<Evaluation | undefined>;
}

/** An evaluator of the job's held-out rows. `weights` are views of those that are being trained: nothing is copied. */
export async function openEvaluator(
  { objective, settings, padId, threads }: TrainingJob,
  { model, rows }: NonNullable<TrainingJob["evaluation"]>,
  weights: Weights,
): Promise<Evaluator> {
  const rules = rulesOf(objective, { ...settings, rows });
  const session = await openModel(model.onnx, model.outputs, threads === undefined ? {} : { threads });
  const passes = rules.evaluation();
  return {
    evaluate: async (signal) => {
      let loss = 0;
      let all: Float32Array | undefined;
      for (const pass of passes) {
        if (signal.aborted) return undefined;
        const tokens = tokenBatch(
          pass.map((row) => rows[row]!.ids),
          padId,
        );
        const results = await session.run({ ...weights, ...tokens, ...rules.targets(pass, passes) });
        // The signal comes as a message, and needs a turn.
        await setImmediate();
        loss += float32Of(results["loss"]!)[0]!;
        if (results["logits"] === undefined) continue;
        const logits = float32Of(results["logits"]);
        const width = logits.length / pass.length;
        all ??= new Float32Array(rows.length * width);
        for (const [i, row] of pass.entries()) all.set(logits.subarray(i * width, (i + 1) * width), row * width);
      }
      return { loss, ...(all && { logits: all, ...rules.score?.(all) }) };
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}
