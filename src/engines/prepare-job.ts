/** @file A training set and options as a staged job: what is cut, what is settled, what the job is told. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../lib/errors.js";
import { patienceOf, settledOptions } from "../tune/fine-tuning.js";
import { checkFullNumbers, type FullSettings } from "../tune/full-options.js";
import { loraDefaults } from "../tune/lora/lora.js";
import { cutHeldOut } from "../tune/training/held-out.js";
import { labelIndices } from "../tune/training/training-rows.js";
import type { BeginContext } from "../types/approach.js";
import type { Dataset, Example, Query } from "../types/data.js";
import type { EngineTunedOptions, EngineUseOptions } from "./engine-tuned-options.js";
import type { JobSettings } from "./job/job.js";
import { type ModelSource, modelSource } from "./job/model-source.js";
import type { SharedModels } from "./job/shared-models.js";
import { type StagedTraining, stageTraining, type TrainingJob } from "./job/stage.js";

/** A job that is staged, and what it was made of. Disposing of it removes its folder, where nobody keeps that. */
export interface PreparedJob extends AsyncDisposable {
  readonly staged: StagedTraining;
  readonly source: ModelSource;
  readonly settings: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly queries: readonly Query[];
}

/** What a job is prepared for. */
export interface PrepareContext extends Pick<BeginContext, "seed" | "checkpointFolder" | "queries" | "signal"> {
  /** Updates that are timed, where the job is a trial. @default the job itself */
  readonly trial?: number;
  /** Where models are kept for all jobs of a run. @default each job has a copy */
  readonly shared?: SharedModels;
}

/** A job that trains a classifier. */
export interface PreparedFineTuning extends PreparedJob {
  /** Rows of the training set, by index. */
  readonly learned: readonly number[];
  readonly heldOut: readonly number[];
  /** The indices of each row's labels. */
  readonly indices: readonly (readonly number[])[];
}

/** Stages the job of a fit: in the checkpoint folder, or in one of its own. */
export async function prepareJob(
  dataset: Dataset,
  options: EngineTunedOptions,
  chosen: Partial<FullSettings>,
  context: PrepareContext,
): Promise<PreparedFineTuning> {
  const { seed, queries, trial } = context;
  const { method, model, classWeight = "none", rank = loraDefaults.rank, alpha = loraDefaults.alpha } = options;
  const { labels, isMultiLabel, examples } = dataset;
  const indices = labelIndices(dataset);
  const settings = settledOptions(dataset, chosen);
  const source = await modelSource(model, { method, labelCount: labels.length, seed, lora: { rank, alpha } });
  const { learned, heldOut } = cutHeldOut(dataset, indices, seed);
  const rowsOf = (rows: readonly number[]): readonly Example[] => rows.map((row) => examples[row]!);
  const jobSettings: JobSettings = {
    ...namedSettings(settings, source),
    class_weight: classWeight,
    ...(method === "lora" && { rank, alpha }),
    ...(heldOut.length > 0 && { patience: patienceOf(learned.length, settings) }),
    ...(options.checkpointSeconds !== undefined && { checkpoint_seconds: options.checkpointSeconds }),
  };
  const pooling = source.known?.head.pooling;
  const training = {
    spec: {
      method,
      task: { name: dataset.name, labels, is_multi_label: isMultiLabel },
      model: source.model,
      ...(typeof pooling === "string" && { pooling }),
      settings: jobSettings,
      seed,
      ...(trial !== undefined && { trial }),
    },
    learned: rowsOf(learned),
    validation: rowsOf(heldOut),
    queries,
    ...(source.known && { start: source.known.start }),
  };
  const staged = await stagedIn(context, training, source, options);
  return { ...staged, source, settings, learned, heldOut, indices, queries };
}

/** Stages a job in the checkpoint folder, or where there is none in a folder of its own, which disposing of it removes. */
export async function stagedIn(
  { checkpointFolder, shared }: Pick<PrepareContext, "checkpointFolder" | "shared">,
  training: Omit<TrainingJob, "modelFiles">,
  { files }: ModelSource,
  { model, wantsGpu }: Pick<EngineUseOptions, "wantsGpu"> & { readonly model: string },
): Promise<Pick<PreparedJob, "staged" | typeof Symbol.asyncDispose>> {
  const own = checkpointFolder === undefined ? await mkdtemp(join(tmpdir(), "crossover-job-")) : undefined;
  const remove = async (): Promise<void> => {
    if (own !== undefined) await rm(own, { recursive: true, force: true });
  };
  try {
    const kept = files && (await shared?.keep(model, files));
    const modelFiles = kept?.files ?? (await files?.()) ?? new Map();
    const staged = await stageTraining(join(own ?? checkpointFolder!, "job"), { ...training, modelFiles });
    return {
      staged: { ...staged, ...(kept && { model: kept }), ...(wantsGpu !== undefined && { wantsGpu }) },
      [Symbol.asyncDispose]: remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** The settings that were given, checked. Those that choose among layers are computed here alone. */
export function chosenSettings(options: EngineTunedOptions): Partial<FullSettings> {
  const { engine: _e, method: _m, queries: _q, model: _model, classWeight: _c, rank, alpha, ...rest } = options;
  const { checkpointSeconds: _s, wantsGpu: _w, threads: _t, stopsOnAbort: _a, turns: _u, ...chosen } = rest;
  checkFullNumbers(chosen);
  for (const [name, usual] of [
    ["frozenLayers", 0],
    ["reinitializedLayers", 0],
    ["layerwiseDecay", 1],
  ] as const)
    if ((chosen[name] ?? usual) !== usual)
      throw new UserError(`${name} has no part in a job of an engine. Leave it out, or train with --engine local.`);
  if (rank !== undefined && !(Number.isInteger(rank) && rank > 0))
    throw new UserError(`rank is ${rank}. Give a whole number above 0.`);
  if (alpha !== undefined && !(alpha > 0 && Number.isFinite(alpha)))
    throw new UserError(`alpha is ${alpha}. Give a number above 0.`);
  return chosen;
}

/** What all ways of training have, by the names of `job.json`. */
export function namedSchedule(
  settings: Pick<
    FullSettings,
    "batchSize" | "epochs" | "minSteps" | "schedule" | "warmupRatio" | "weightDecay" | "maxGradNorm" | "dropout"
  >,
) {
  return {
    batch_size: settings.batchSize,
    epochs: settings.epochs,
    min_steps: settings.minSteps,
    schedule: settings.schedule,
    warmup_ratio: settings.warmupRatio,
    weight_decay: settings.weightDecay,
    max_grad_norm: settings.maxGradNorm,
    dropout: settings.dropout,
  };
}

/** Settings by the names of `job.json`. */
function namedSettings(settings: FullSettings, { known }: ModelSource): Omit<JobSettings, "class_weight"> {
  const learningRate = settings.learningRate ?? known?.learningRate;
  return {
    ...namedSchedule(settings),
    label_smoothing: settings.labelSmoothing,
    ...(learningRate !== undefined && { learning_rate: learningRate }),
    ...(known && { max_tokens: known.pretrained.maxTokens }),
  };
}
