/** @file The training loop: batch, loss and gradients, optimizer, again. */
import { setImmediate } from "node:timers/promises";
import { evaluateDim } from "../autodiff/dims.js";
import { createSession } from "../autodiff/session.js";
import { float32, float32Of, type TensorValue, type Values } from "../autodiff/values.js";
import { throwIfAborted, UserError } from "../lib/errors.js";
import { epochUpdates, updatesPerEpoch } from "./batches.js";
import {
  type ClassifierGraph,
  classifierLoss,
  maskedDropout,
  type TrainingGraph,
  targetsInput,
  trainingGraph,
} from "./classifier.js";
import { createDropoutMasks, type DropoutMasks } from "./dropout-masks.js";
import { type Dropout, noDropout } from "./encoders/encoder-graph.js";
import { createOptimizer, type Optimizer } from "./optimizer.js";
import { learningRateFactor, type ScheduleKind, warmupStepsOf } from "./schedule.js";
import { type TargetOptions, targetsOf, totalWeight } from "./target-weights.js";
import { paddedTokens } from "./token-batch.js";
import type { TokenIds } from "./tokenizer.js";

/** Float32 weights by name. */
export type Weights = Readonly<Record<string, TensorValue<"float32">>>;

/** A classifier as it is before training. */
export interface Trainable {
  /** The graph, with dropout where the family has it. */
  build(dropout: Dropout): ClassifierGraph;
  /** Where training starts. Left as they are. */
  readonly weights: Weights;
  /** The token that fills up a batch. */
  readonly padId: number;
}

/** One row to learn. */
export interface TrainingRow {
  readonly ids: TokenIds;
  /** Indices of its labels. */
  readonly labels: readonly number[];
}

/** How to train. Names as in Hugging Face's `TrainingArguments`, in our spelling. */
export interface TrainingSettings extends TargetOptions {
  readonly epochs: number;
  /** At least so many updates, however few the rows: further epochs are added. */
  readonly minSteps: number;
  /** Rows of one update. */
  readonly batchSize: number;
  /** Tokens computed at once: what bounds the memory. Does not change the result but by rounding. */
  readonly tokensPerPass: number;
  /** Of the schedule, its highest. */
  readonly learningRate: number;
  readonly schedule: ScheduleKind;
  /** Share of the steps in which the learning rate rises. */
  readonly warmupRatio: number;
  /** Of matrices; biases and normalization have none. */
  readonly weightDecay: number;
  /** Gradients longer than this, all together, are shortened to it. */
  readonly maxGradNorm: number;
  /** Share of units dropped, from 0 to 1. */
  readonly dropout: number;
  /** Which weights change, by name; all unless told. */
  readonly isTrained?: (name: string) => boolean;
  readonly seed: number;
  /** Threads of the session. Results are equal to the bit only for equal numbers. */
  readonly threads?: number;
}

/** What one update did. */
export interface StepReport {
  /** From 1. */
  readonly step: number;
  readonly steps: number;
  /** Of the update's rows, before it. */
  readonly loss: number;
  readonly learningRate: number;
  /** Before it was bounded. */
  readonly gradNorm: number;
}

/** Updates that training on `rows` rows takes. */
export function stepsOf(rows: number, settings: Pick<TrainingSettings, "epochs" | "minSteps" | "batchSize">): number {
  return Math.max(settings.minSteps, Math.ceil(settings.epochs * updatesPerEpoch(rows, settings)));
}

/**
 * Trains, and returns the weights, all of them. The same seed, rows, settings and number of threads give the same bytes.
 *
 * Blocks the thread during each step and leaves it free between steps, where `signal` is looked at.
 * @throws UserError where the loss or the gradients are no longer finite
 */
export async function train(
  model: Trainable,
  rows: readonly TrainingRow[],
  settings: TrainingSettings,
  { signal, onStep }: { readonly signal: AbortSignal; readonly onStep?: (report: StepReport) => void },
): Promise<Weights> {
  const { batchSize, tokensPerPass, seed, dropout, maxGradNorm, threads } = settings;
  const graph = model.build(dropout > 0 ? maskedDropout : noDropout);
  const training = trainingGraph(graph, classifierLoss(graph, settings.isMultiLabel), settings.isTrained);
  const optimizer = optimizerOf(training, model.weights, settings);
  const weights = weightsIn(optimizer, training);
  const masks = createDropoutMasks({ seed });
  await using session = await createSession<string>(training.outputs, threads === undefined ? {} : { threads });

  const lengths = rows.map(({ ids }) => ids.length);
  const steps = stepsOf(rows.length, settings);
  const schedule = { kind: settings.schedule, warmupSteps: warmupStepsOf(settings.warmupRatio, steps), totalSteps: steps };
  let [step, passes] = [0, 0];
  for (let epoch = 0; step < steps; epoch++) {
    for (const update of epochUpdates(lengths, epoch, { batchSize, tokensPerPass, seed }).slice(0, steps - step)) {
      throwIfAborted(signal);
      const rowsOfUpdate = update.flat().map((row) => rows[row]!.labels);
      const denominator = totalWeight(rowsOfUpdate, settings);
      let loss = 0;
      for (const pass of update) {
        const batch = pass.map((row) => rows[row]!);
        const tokens = paddedTokens(
          batch.map(({ ids }) => ids),
          model.padId,
        );
        const targets = targetsOf(
          batch.map(({ labels }) => labels),
          settings,
          denominator,
        );
        const dropped = drawMasks(training, masks, passes++, 1 - dropout, tokens.input_ids.shape);
        const results = await session.run({ ...weights, ...tokens, ...dropped, [targetsInput]: targets });
        loss += float32Of(results["loss"]!)[0]!;
        addGradients(optimizer, training, results, tokens.input_ids.data);
      }
      const learningRate = settings.learningRate * learningRateFactor(schedule, step);
      const { gradNorm } = optimizer.step({ learningRate, maxGradNorm });
      step++;
      if (!Number.isFinite(loss) || !Number.isFinite(gradNorm)) throw diverged(step, steps, loss, settings.learningRate);
      onStep?.({ step, steps, loss, learningRate, gradNorm });
      // Otherwise a signal would never come through: a session computes on this thread.
      await setImmediate();
    }
  }
  return Object.fromEntries(Object.entries(weights).map(([name, { data, shape }]) => [name, float32(data.slice(), shape)]));
}

function optimizerOf({ weights, gradients }: TrainingGraph, initial: Weights, { weightDecay }: TrainingSettings): Optimizer {
  const optimizer = createOptimizer({
    weightDecay,
    parameters: weights.map((weight) => {
      const gradient = gradients.find((candidate) => candidate.weight === weight);
      const { name } = weight.params;
      const { shape } = initialOf(initial, name);
      // In every family the vectors are the biases and the scales of normalization.
      return { name, shape, decay: shape.length > 1, frozen: gradient === undefined, table: gradient?.isByToken ?? false };
    }),
  });
  for (const { params } of weights) optimizer.views(params.name).weights.set(initialOf(initial, params.name).data);
  return optimizer;
}

function initialOf(initial: Weights, name: string): TensorValue<"float32"> {
  const value = initial[name];
  if (value === undefined) throw new Error(`"${name}" has no initial value`);
  return value;
}

/** The weights where the optimizer has them: fed from there, changed there. */
function weightsIn(optimizer: Optimizer, { weights }: TrainingGraph): Weights {
  return Object.fromEntries(
    weights.map(({ params: { name, shape } }) => {
      const known = shape.map((length) => {
        if (typeof length === "number") return length;
        throw new Error(`the weight "${name}" has an axis "${length}" of unknown length`);
      });
      return [name, float32(optimizer.views(name).weights, known)];
    }),
  );
}

/** Masks of one pass; `[batch, sequence]` are the lengths that their shapes depend on. */
function drawMasks(
  { masks: inputs }: TrainingGraph,
  masks: DropoutMasks,
  pass: number,
  keep: number,
  [batch, sequence]: readonly number[],
): Values {
  if (inputs.length === 0) return {};
  const binding = new Map([
    ["batch", batch!],
    ["sequence", sequence!],
  ]);
  const shapes = inputs.map(({ params }) => params.shape.map((dim) => evaluateDim(dim, binding)));
  const lengths = shapes.map((shape) => shape.reduce((total, length) => total * length, 1));
  const drawn = masks.draw(
    pass,
    lengths.map((length, stream) => ({ stream, length, keep })),
  );
  return Object.fromEntries(inputs.map(({ params }, i) => [params.name, float32(drawn[i]!, shapes[i]!)]));
}

function addGradients(optimizer: Optimizer, { gradients }: TrainingGraph, results: Values, ids: BigInt64Array): void {
  for (const { weight, output, isByToken } of gradients) {
    const gradient = float32Of(results[output]!);
    if (isByToken) optimizer.accumulateRows(weight.params.name, ids, gradient);
    else optimizer.accumulate(weight.params.name, gradient);
  }
}

function diverged(step: number, steps: number, loss: number, learningRate: number): UserError {
  return new UserError(
    `Training diverged: at step ${step} of ${steps} the loss was ${loss}, or its gradients were not finite. ` +
      `The learning rate is ${learningRate}: try a tenth of it.`,
  );
}
