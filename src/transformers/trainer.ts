/** @file Hugging Face's `Trainer`, over the training loop of `tune/`. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { writeFileAtomic } from "../lib/atomic-write.js";
import { UserError } from "../lib/errors.js";
import { nearestNames } from "../lib/text/nearest-name.js";
import { classifierLossGraph } from "../tune/classifier/classifier.js";
import { modelFiles } from "../tune/classifier/classifier-files.js";
import { logitsOf, logitsSession } from "../tune/classifier/classifier-logits.js";
import { textClassifierGraph } from "../tune/classifier/classifier-model.js";
import { type TrainingHooks, type TrainingRow, train, type Weights } from "../tune/training/train.js";
import { type Answered, logitRows, type Metrics, metricsOf } from "./evaluation.js";
import { type ProgressLine, progressLine } from "./progress-line.js";
import type { SequenceClassificationModel } from "./sequence-classifier.js";
import {
  optionNames,
  type PredictionOutput,
  type TrainerOptions,
  type TrainOptions,
  type TrainOutput,
} from "./trainer-options.js";
import { requiredLabels, rowLabels, type TokenizedDataset, tokenRows } from "./trainer-rows.js";
import { initialState, type TrainerState, type TrainingLog, trainingLog, writeState } from "./training-log.js";
import { isDue, type TrainingPlan, trainingPlan } from "./training-plan.js";

/** What follows a training. */
interface TrainingWatch {
  readonly log: TrainingLog;
  readonly hooks: Omit<TrainingHooks, "signal">;
  /** Aborted with what a function of the caller threw, or with what the disk refused. */
  readonly failed: AbortSignal;
  /** Waits until all is written. */
  settle(): Promise<void>;
}

/**
 * Trains and evaluates a model, and predicts with it.
 *
 * It does what Python's `Trainer` does, except for random numbers: `args.seed` fixes the row order and dropout, which differ from PyTorch's.
 * With `trainSamplingStrategy: "sequential"` and no dropout the losses equal Python's (golden/transformers.json).
 */
export class Trainer {
  readonly model: SequenceClassificationModel;
  readonly #options: TrainerOptions;
  readonly #line: ProgressLine;
  #state: TrainerState = initialState;

  constructor(options: TrainerOptions) {
    const unknown = Object.keys(options).find((name) => !optionNames.some((known) => known === name));
    if (unknown !== undefined)
      throw new UserError(`Trainer can't honor "${unknown}". It takes ${nearestNames(unknown, optionNames).join(", ")}.`);
    const { args, evalDataset } = options;
    if (args.values.evalStrategy !== "no" && evalDataset === undefined)
      throw new UserError(
        `evalStrategy is "${args.values.evalStrategy}", and there is nothing to evaluate on. Give the Trainer an evalDataset, or leave evalStrategy out.`,
      );
    if (args.values.evalStrategy === "no" && options.callbacks?.some(({ patience }) => patience !== undefined))
      throw new UserError('Early stopping needs evaluations to go by: set evalStrategy to "epoch" or "steps".');
    if (options.model.classifier.isMultiLabel)
      throw new UserError(
        "The model gives several labels a text, which is not trained here: use the tuned approaches of crossover run.",
      );
    this.model = options.model;
    this.#options = options;
    this.#line = progressLine(process.stderr);
  }

  get state(): TrainerState {
    return this.#state;
  }

  /**
   * Trains the model in place. It ends with the last weights, or with `loadBestModelAtEnd` with those that had the lowest `eval_loss`.
   *
   * Throws a `UserError` if the rows cannot be learned by this model, or the loss is no longer finite.
   */
  async train({ signal, resumeFromCheckpoint = false }: TrainOptions = {}): Promise<TrainOutput> {
    const { trainDataset, evalDataset, callbacks = [] } = this.#options;
    const args = this.#options.args.values;
    if (trainDataset === undefined) throw new UserError("There is nothing to train on. Give the Trainer a trainDataset.");
    const rows = this.#rows(trainDataset);
    if (rows.length === 0) throw new UserError("The training dataset has no rows. Give at least one.");
    const { classifier, config } = this.model;
    const plan = trainingPlan(args, rows.length, config.dropout);
    const heldOut = plan.evaluation === undefined || evalDataset === undefined ? [] : this.#rows(evalDataset);
    const patience = callbacks.find((callback) => callback.patience !== undefined)?.patience;
    const folder = join(args.outputDir, "interrupted-training");
    if (!resumeFromCheckpoint) await rm(folder, { recursive: true, force: true });

    const watch = this.#watch(plan, heldOut);
    const result = await train(
      {
        build: (dropout) => classifierLossGraph(textClassifierGraph(classifier.pretrained, classifier.head, dropout), false),
        weights: classifier.weights,
        padId: classifier.pretrained.tokenizer.padId,
        objective: {
          kind: "labels",
          labelCount: classifier.labels.length,
          isMultiLabel: false,
          labelSmoothing: args.labelSmoothingFactor,
        },
      },
      rows,
      {
        ...plan.settings,
        ...(plan.evaluation !== undefined && {
          evaluation: {
            rows: heldOut,
            every: plan.evaluation,
            keep: args.loadBestModelAtEnd ? "best" : "last",
            ...(patience !== undefined && { patience }),
          },
        }),
        ...(plan.saving !== undefined && { snapshots: { every: plan.saving } }),
      },
      {
        ...watch.hooks,
        signal: signal === undefined ? watch.failed : AbortSignal.any([signal, watch.failed]),
        ...(plan.saving !== undefined && { checkpoint: { folder } }),
      },
    ).finally(watch.settle);
    watch.failed.throwIfAborted();
    await rm(folder, { recursive: true, force: true });
    this.model.classifier = { ...classifier, weights: result.weights };
    const taken = result.steps.length;
    const trainingLoss = result.steps.reduce((total, { loss }) => total + loss, 0) / taken;
    const metrics = {
      train_runtime: result.seconds,
      train_samples_per_second: result.steps[taken - 1]!.rows / result.seconds,
      train_steps_per_second: taken / result.seconds,
      train_loss: trainingLoss,
    };
    watch.log.add(metrics);
    this.#state = watch.log.state;
    return { globalStep: taken, trainingLoss, metrics };
  }

  /** Follows a training: keeps its log, calls the callbacks, writes checkpoints. What the caller's functions throw is in `failed`. */
  #watch(plan: TrainingPlan, heldOut: readonly TrainingRow[]): TrainingWatch {
    const { callbacks = [], args } = this.#options;
    const { loggingFirstStep, disableTqdm: isQuiet, loadBestModelAtEnd } = args.values;
    const log = trainingLog(plan, this.#state, { loggingFirstStep, isQuiet, line: this.#line });
    const failure = new AbortController();
    const told = (change: () => (state: TrainerState) => void): void => {
      try {
        const tell = change();
        this.#state = log.state;
        tell(log.state);
      } catch (error) {
        failure.abort(error);
      }
    };
    let saving = Promise.resolve();
    let evaluatedAt = performance.now();
    return {
      log,
      failed: failure.signal,
      settle: async () => {
        await saving;
        this.#line.clear();
      },
      hooks: {
        onStep: (report) =>
          told(() => {
            const entry = log.step(report);
            evaluatedAt = performance.now();
            return (state) => {
              for (const callback of callbacks) {
                callback.onStepEnd?.(state);
                if (entry !== undefined) callback.onLog?.(entry, state);
              }
            };
          }),
        onEvaluation: ({ step }, logits) => {
          // The loop evaluates after the last step in any case; Python only where it is due.
          if (logits === undefined || !(isDue(plan.evaluation, step, plan) || loadBestModelAtEnd)) return;
          told(() => {
            const metrics = this.#metrics("eval", {
              predictions: logitRows(logits, heldOut.length),
              labelIds: heldOut.map(({ labels }) => labels[0]!),
              seconds: (performance.now() - evaluatedAt) / 1000,
            });
            const entry = log.add(metrics, step);
            return (state) => {
              for (const callback of callbacks) {
                callback.onLog?.(entry, state);
                callback.onEvaluate?.(metrics, state);
              }
            };
          });
        },
        onSnapshot: (step, weights) => {
          const { state } = log;
          saving = saving.then(() => this.#saveCheckpoint(step, weights, state)).catch((error) => failure.abort(error));
        },
        onNote: (text) => this.#line.note(text),
      },
    };
  }

  /** Evaluates the model on a dataset, by default the evaluation dataset: `eval_loss`, what `computeMetrics` adds, and the speed. */
  async evaluate(dataset: TokenizedDataset | undefined = this.#options.evalDataset): Promise<Metrics> {
    if (dataset === undefined)
      throw new UserError("There is nothing to evaluate on. Give the Trainer an evalDataset, or evaluate() a dataset.");
    const labelIds = requiredLabels(dataset, this.model);
    const { predictions, seconds } = await this.#answer(dataset);
    const metrics = this.#metrics("eval", { predictions, labelIds, seconds });
    const entry = { ...metrics, epoch: this.#state.epoch, step: this.#state.globalStep };
    this.#state = { ...this.#state, logHistory: [...this.#state.logHistory, entry] };
    for (const callback of this.#options.callbacks ?? []) callback.onEvaluate?.(metrics, this.#state);
    return metrics;
  }

  /** Predicts a dataset; the metrics have `test_loss` and others if the dataset has classes. */
  async predict(dataset: TokenizedDataset): Promise<PredictionOutput> {
    const labelIds = rowLabels(dataset, this.model);
    const { predictions, seconds } = await this.#answer(dataset);
    if (labelIds !== undefined)
      return { predictions, labelIds, metrics: this.#metrics("test", { predictions, labelIds, seconds }) };
    return {
      predictions,
      labelIds: null,
      metrics: { test_runtime: seconds, test_samples_per_second: predictions.length / seconds },
    };
  }

  /** Saves the model and its tokenizer to a folder, by default `outputDir`: see `SequenceClassificationModel.savePretrained`. */
  async saveModel(folder: string = this.#options.args.values.outputDir): Promise<void> {
    const { args, evalDataset } = this.#options;
    const { seed, outputDir: _, ...values } = args.values;
    const hasLabels = evalDataset !== undefined && rowLabels(evalDataset, this.model) !== undefined;
    const rows = hasLabels ? this.#rows(evalDataset).slice(0, sampledRows) : [];
    await this.model.savePretrained(folder, {
      seed,
      settings: Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (value === null ? [] : [[name, value]]))),
      sample: { of: "held-out", rows },
    });
    await writeState(folder, this.#state);
    for (const callback of this.#options.callbacks ?? []) callback.onSave?.(folder, this.#state);
  }

  #rows(dataset: TokenizedDataset): TrainingRow[] {
    const labels = requiredLabels(dataset, this.model);
    return tokenRows(dataset, this.model).map((ids, row) => ({ ids, labels: [labels[row]!] }));
  }

  #metrics(prefix: string, answered: Answered): Metrics {
    const { args, computeMetrics } = this.#options;
    return metricsOf(answered, {
      prefix,
      labelSmoothing: args.values.labelSmoothingFactor,
      batchSize: args.values.perDeviceEvalBatchSize,
      computeMetrics,
    });
  }

  async #answer(dataset: TokenizedDataset): Promise<Omit<Answered, "labelIds">> {
    const ids = tokenRows(dataset, this.model);
    if (ids.length === 0) throw new UserError("The dataset has no rows to answer.");
    const { pretrained } = this.model.classifier;
    await using session = await logitsSession(this.model.classifier);
    const startedAt = performance.now();
    const found = await logitsOf(session, ids, pretrained.tokenizer.padId, {
      signal: new AbortController().signal,
      onDone: (done) => this.#line.show(`answering: ${done} of ${ids.length}`),
    }).finally(() => this.#line.clear());
    return { predictions: found.map((row) => Array.from(row)), seconds: (performance.now() - startedAt) / 1000 };
  }

  /** A folder of the model as it was after a step, as in Python but for what only Python's optimizer reads. */
  async #saveCheckpoint(step: number, weights: Weights, state: TrainerState): Promise<void> {
    const folder = join(this.#options.args.values.outputDir, `checkpoint-${step}`);
    const files = await modelFiles({ ...this.model.classifier, weights });
    for (const [path, content] of files) await writeFileAtomic(join(folder, path), content);
    await writeState(folder, state);
    for (const callback of this.#options.callbacks ?? []) callback.onSave?.(folder, state);
  }
}

/** On so many evaluation rows the 8-bit copy of a saved model is compared with the float32 one. */
const sampledRows = 200;
