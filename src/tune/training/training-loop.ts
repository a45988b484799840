/** @file The training loop: batch, loss and gradients, optimizer, again. Over plain data, in whatever thread. */
import { setImmediate } from "node:timers/promises";
import { openModel } from "../../autodiff/session.js";
import { float32, float32Of, type Values } from "../../autodiff/values.js";
import { throwIfAborted, UserError } from "../../lib/errors.js";
import { createOptimizer, type Optimizer } from "../optimizer/optimizer.js";
import { tokenBatch } from "../pretrained/token-batch.js";
import type { Update } from "./batches.js";
import { openCheckpoints } from "./checkpoints/checkpoints.js";
import { beginning, type TrainingState } from "./checkpoints/training-state.js";
import { drawMasks } from "./dropout/dropout-feeds.js";
import { createDropoutMasks } from "./dropout/dropout-masks.js";
import { isStale, lowestLoss } from "./early-stopping.js";
import { type Evaluation, openEvaluator } from "./evaluator.js";
import { rulesOf } from "./objectives/objective.js";
import { learningRateFactor, warmupStepsOf } from "./schedule.js";
import type { StepModel } from "./step-model.js";
import type { LoopSettings, StepReport, TrainingEvent, TrainingJob, TrainingResult, Weights } from "./training-job.js";

/** Updates of a whole training. */
export function totalSteps(updatesPerEpoch: number, { epochs, minSteps }: Pick<LoopSettings, "epochs" | "minSteps">): number {
  return Math.max(minSteps, Math.ceil(epochs * updatesPerEpoch));
}

/** The model's weights, with what AdamW knows of them. The initial values are copied: nothing else of them is needed afterwards. */
export function filledOptimizer({ weights }: StepModel, initial: Weights, weightDecay: number): Optimizer {
  const optimizer = createOptimizer({ weightDecay, parameters: weights });
  for (const { name } of weights) {
    const value = initial[name];
    if (value === undefined) throw new Error(`"${name}" has no initial value`);
    optimizer.views(name).weights.set(value.data);
  }
  return optimizer;
}

/**
 * Trains the weights in the optimizer, and returns those that were trained. The same job and number of threads give the same bytes, interrupted or not.
 *
 * Blocks the thread during each step and leaves it free between steps, where `signal` is looked at.
 * @throws UserError where the loss or the gradients are no longer finite
 */
export async function runTraining(
  job: TrainingJob,
  optimizer: Optimizer,
  { signal, report }: { readonly signal: AbortSignal; readonly report: (event: TrainingEvent) => void },
): Promise<TrainingResult> {
  const { model, objective, rows, settings } = job;
  const rules = rulesOf(objective, { rows, ...settings });
  const weights = weightsIn(optimizer, model);
  const masks = createDropoutMasks({ seed: settings.seed });
  await using session = await openModel(model.onnx, model.outputs, job);
  await using evaluator = job.evaluation && (await openEvaluator(job, job.evaluation, weights));
  const checkpoints = job.checkpoint && openCheckpoints(job.checkpoint, (text) => report({ kind: "note", text }));

  const steps = totalSteps(rules.updatesPerEpoch, settings);
  const schedule = { kind: settings.schedule, warmupSteps: warmupStepsOf(settings.warmupRatio, steps), totalSteps: steps };
  const state: TrainingState = (await checkpoints?.resume(optimizer)) ?? beginning();
  const resumedSeconds = state.seconds;
  const startedAt = performance.now();

  /** The loss of an update; its gradients are then in the optimizer. */
  const learn = async (update: Update): Promise<number> => {
    let loss = 0;
    for (const pass of update) {
      const ids = pass.map((row) => rows[row]!.ids);
      const tokens = tokenBatch(ids, job.padId);
      const dropped = drawMasks(model.masks, masks, state.passes++, 1 - settings.dropout, tokens);
      const results = await session.run({ ...weights, ...tokens, ...dropped, ...rules.targets(pass, update) });
      loss += float32Of(results["loss"]!)[0]!;
      addGradients(optimizer, model, results, tokens.token_ids.data);
      state.rows += ids.length;
      state.tokens += ids.reduce((total, { length }) => total + length, 0);
    }
    return loss;
  };

  let updates = rules.updates(state.epoch);
  const takeStep = async (): Promise<void> => {
    if (state.at === updates.length) {
      state.epoch++;
      state.at = 0;
      updates = rules.updates(state.epoch);
    }
    const done = state.steps.length;
    const learningRate = settings.learningRate * learningRateFactor(schedule, done);
    const loss = await learn(updates[state.at++]!);
    const step = done + 1;
    // The optimizer changes nothing where the norm is not finite; a loss that is not is found before it.
    const { gradNorm } = Number.isFinite(loss)
      ? optimizer.step({ learningRate, maxGradNorm: settings.maxGradNorm })
      : { gradNorm: Number.NaN };
    if (!Number.isFinite(gradNorm)) throw diverged(step, steps, loss, settings.learningRate, checkpoints?.kept());
    const taken: StepReport = { step, steps, loss, learningRate, gradNorm, rows: state.rows, tokens: state.tokens };
    state.steps.push(taken);
    report({ kind: "step", report: taken });
  };

  // The last epoch may be a part of one.
  const isDue = (every: "epoch" | number): boolean =>
    every === "epoch" ? state.at === updates.length || state.steps.length === steps : state.steps.length % every === 0;
  /** Whether the last step is still to be followed by an evaluation. */
  const isToBeEvaluated = (): boolean => {
    const step = state.steps.length;
    if (job.evaluation === undefined || step === 0 || state.evaluations.at(-1)?.step === step) return false;
    return step === steps || isDue(job.evaluation.every);
  };
  const note = ({ logits, loss, ...scores }: Evaluation): void => {
    const evaluated = { step: state.steps.length, loss, ...scores };
    state.evaluations.push(evaluated);
    if (job.evaluation?.keep !== "last" && lowestLoss(state.evaluations) === evaluated)
      state.best = { weights: trainedWeights(optimizer, model), ...(logits && { logits }) };
    report({ kind: "evaluation", report: evaluated, ...(logits && { logits }) });
  };

  let settledStep = isToBeEvaluated() ? undefined : state.steps.length;
  for (;;) {
    // Between a step and what follows it, everything can be kept: also where an evaluation was cut short.
    state.seconds = resumedSeconds + (performance.now() - startedAt) / 1000;
    if (signal.aborted) await checkpoints?.save(state, optimizer);
    throwIfAborted(signal);
    if (evaluator !== undefined && isToBeEvaluated()) {
      const evaluation = await evaluator.evaluate(signal);
      if (evaluation === undefined) continue;
      note(evaluation);
    }
    if (state.steps.length !== settledStep) {
      settledStep = state.steps.length;
      if (job.snapshots && isDue(job.snapshots.every))
        report({ kind: "snapshot", step: settledStep, weights: copiesOf(weights) });
      if (checkpoints?.isDue()) await checkpoints.save(state, optimizer);
    }
    if (state.steps.length >= steps || isStale(state.evaluations, job.evaluation?.patience)) break;
    await takeStep();
    // Otherwise a signal would never come through: a session computes on this thread.
    await setImmediate();
  }

  const { steps: reports, evaluations, best } = state;
  const kept = model.weights
    .filter(({ frozen }) => !frozen)
    .map(({ name, shape }) => {
      const numbers = best?.weights.get(name) ?? optimizer.views(name).weights;
      return [name, float32(numbers.slice(), shape)] as const;
    });
  return {
    weights: Object.fromEntries(kept),
    steps: reports,
    evaluations,
    bestStep: (best && lowestLoss(evaluations)?.step) ?? reports.length,
    ...(best?.logits && { heldOutLogits: best.logits }),
    seconds: resumedSeconds + (performance.now() - startedAt) / 1000,
    resumedSeconds,
  };
}

/** The weights where the optimizer has them: fed from there, changed there. */
function weightsIn(optimizer: Optimizer, { weights }: StepModel): Weights {
  return Object.fromEntries(weights.map(({ name, shape }) => [name, float32(optimizer.views(name).weights, shape)]));
}

function copiesOf(weights: Weights): Weights {
  return Object.fromEntries(Object.entries(weights).map(([name, { data, shape }]) => [name, float32(data.slice(), shape)]));
}

/** Copies of those that change. */
function trainedWeights(optimizer: Optimizer, { weights }: StepModel): Map<string, Float32Array> {
  const trained = weights.filter(({ frozen }) => !frozen);
  return new Map(trained.map(({ name }) => [name, optimizer.views(name).weights.slice()]));
}

function addGradients(optimizer: Optimizer, { weights }: StepModel, results: Values, ids: BigInt64Array): void {
  for (const { name, gradient, table } of weights) {
    if (gradient === undefined) continue;
    const values = float32Of(results[gradient]!);
    if (table) optimizer.accumulateRows(name, ids, values);
    else optimizer.accumulate(name, values);
  }
}

function diverged(step: number, steps: number, loss: number, learningRate: number, kept: string | undefined): UserError {
  return new UserError(
    `Training diverged: at step ${step} of ${steps} the loss was ${loss}, or its gradients were not finite. ` +
      `The learning rate is ${learningRate}: try a tenth of it.${kept === undefined ? "" : ` ${kept}`}`,
  );
}
