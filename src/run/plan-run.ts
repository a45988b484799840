/** @file A run that is planned: the encoder is loaded and the way of tuning is picked. Nothing is spent, and nothing is locked. */
import { join } from "node:path";
import { type Disposables, owning } from "../lib/disposables.js";
import { tuningText } from "../lib/text/tuning-text.js";
import { openEmbeddingCache } from "../store/embedding-cache.js";
import { loadEncoder } from "../tune/pretrained/encoder.js";
import { type ModelContext, resolveModel } from "../tune/pretrained/resolve-model.js";
import type { Approach } from "../types/approach.js";
import type { Encoder } from "../types/encoder.js";
import { type ApproachSources, makeApproaches, planWarnings, withTuning } from "./approaches.js";
import { type ApproachEstimate, estimateRun } from "./estimate.js";
import { checkGateNames } from "./gates.js";
import type { RunHooks } from "./hooks.js";
import { downloadNote, localDownloadNotes } from "./model-downloads.js";
import type { RunInputs } from "./run-inputs.js";
import type { RunOptions } from "./run-options.js";

/** Dispose of it: it holds the encoder. */
export interface RunPlan extends AsyncDisposable {
  readonly inputs: RunInputs;
  /** The options with what was picked, by which approaches are made. The model is the one that was resolved. */
  readonly options: RunOptions;
  /** The model in words that mean the same one tomorrow. */
  readonly pinnedModel: string;
  readonly encoder: Encoder;
  /** One a repetition. */
  readonly seeds: readonly number[];
}

/** What a plan would take. */
export interface PlanEstimate {
  readonly approaches: readonly ApproachEstimate[];
  /** What the user should know of the models, in sentences. */
  readonly warnings: readonly string[];
  /** Which local LLMs would be downloaded first, in sentences. */
  readonly downloads: readonly string[];
}

const modelContext = ({ env, options }: RunInputs, { signal, onEvent }: RunHooks): ModelContext => ({
  env,
  offline: options.offline,
  signal,
  log: onEvent,
});

/** What `planRun` would have to download first, in words; `undefined` where the model is here. */
export function plannedDownload(inputs: RunInputs, hooks: RunHooks): Promise<string | undefined> {
  return downloadNote(inputs.options.model, inputs.options.path, modelContext(inputs, hooks));
}

/** Finds the encoder, downloads it where it is not here, and picks the way of tuning. */
export function planRun(inputs: RunInputs, hooks: RunHooks): Promise<RunPlan> {
  return owning(async (held) => {
    const given = inputs.options;
    const { folder, pinned } = await resolveModel(given.model, modelContext(inputs, hooks));
    const local = { ...given, model: folder };
    const encoder = await openEncoder(local, inputs.runs, held);
    const options = inputs.resumed ? local : await withTuning(local, inputs.task.train, encoder);
    const { method, reason } = options.ladder ?? {};
    if (!inputs.resumed && method && reason) hooks.onEvent({ kind: "note", text: tuningText({ method, reason }) });
    const seeds = Array.from({ length: options.repeat }, (_, i) => options.seed + i);
    return { inputs, options, pinnedModel: pinned, encoder, seeds };
  });
}

/** The approaches of a plan, which nothing is asked of yet. */
export function plannedApproaches(
  { inputs, options, encoder }: RunPlan,
  { onEvent }: RunHooks,
  stores: Pick<ApproachSources, "responses" | "bill" | "warn"> = {},
): Promise<Approach[]> {
  const { env, task, folder } = inputs;
  const batch = { folder: join(folder, "batches"), log: onEvent };
  return makeApproaches(options, { encoder, env, task, batch, ...stores });
}

/** What the plan would cost and take. Nothing is spent to know it. */
export async function estimatePlan(plan: RunPlan, hooks: RunHooks): Promise<PlanEstimate> {
  const { inputs, seeds } = plan;
  const unasked: string[] = [];
  const approaches = await plannedApproaches(plan, hooks, { warn: (text) => unasked.push(text) });
  checkGateNames(
    inputs.gates,
    approaches.map(({ name }) => name),
  );
  return {
    approaches: await estimateRun(inputs.task, approaches, seeds),
    warnings: [...unasked, ...(await planWarnings(inputs.options, inputs.env))],
    downloads: await localDownloadNotes(inputs.options.llm, modelContext(inputs, hooks)),
  };
}

async function openEncoder(options: RunOptions, runs: string, held: Disposables): Promise<Encoder> {
  const cache = options.cache ? held.use(await openEmbeddingCache(join(runs, ".cache", "embeddings.db"))) : undefined;
  return held.use(await loadEncoder(options.model, cache === undefined ? {} : { cache }));
}
