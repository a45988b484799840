/** @file Plans a run: loads the encoder and picks the tuning method. Nothing is spent, and nothing is locked. */
import { join } from "node:path";
import type { CurveEstimate } from "../compare/curves/curve-schedule.js";
import { type Disposables, owning } from "../lib/disposables.js";
import { tuningText } from "../lib/text/tuning-text.js";
import { isAskedByJobs } from "../prompt/providers/vllm.js";
import { openEmbeddingCache } from "../store/embedding-cache.js";
import { loadEncoder } from "../tune/pretrained/encoder.js";
import { type ModelContext, resolveModel } from "../tune/pretrained/resolve-model.js";
import type { Approach } from "../types/approach.js";
import type { Encoder } from "../types/encoder.js";
import { type ApproachSources, makeApproaches, planWarnings, withEngineTuning, withTuning } from "./approaches.js";
import { curveOptions, estimateCurvesOfRun } from "./curve-options.js";
import { engineModel } from "./engine/engine-model.js";
import { type EnginePlan, enginePlan, tryElsewhere, withMachines } from "./engine/engine-plan.js";
import { localEngine, openRunEngine, type RunEngine } from "./engine/run-engine.js";
import { type ApproachEstimate, estimateRun } from "./estimate/estimate.js";
import { labelPriceNotes } from "./estimate/label-prices.js";
import { sampleNote } from "./estimate/sample-note.js";
import { checkGateNames } from "./gates.js";
import type { RunHooks } from "./hooks.js";
import { localDownloadNotes } from "./llms/local-llms.js";
import { downloadNote } from "./model-downloads.js";
import { idleOptions } from "./options/idle-options.js";
import type { RunInputs } from "./run-inputs.js";
import { defaultRunOptions, type RunOptions } from "./run-options.js";

/** A planned run. It holds the encoder: dispose of it. */
export interface RunPlan extends AsyncDisposable {
  readonly inputs: RunInputs;
  /** The options with everything that was picked and the resolved model; approaches are made from them. */
  readonly options: RunOptions;
  /** The model, pinned to its revision. */
  readonly pinnedModel: string;
  /** Of this machine. Where an engine trains a model of the Hub, or of a family that is not computed here, it is the embedded one. */
  readonly encoder: Encoder;
  /** What trains models, where that is not this machine. */
  readonly engine?: RunEngine;
  /** A folder with the configuration of a model that the engine's machine gets from the Hub. */
  readonly configuration?: string;
  /** One seed per repetition. */
  readonly seeds: readonly number[];
}

/** The estimate of a plan. */
export interface PlanEstimate {
  readonly approaches: readonly ApproachEstimate[];
  /** What the learning curves would take besides. Absent where none are wanted. */
  readonly curve?: CurveEstimate;
  /** What the machines of an engine are expected to work. Absent without one. */
  readonly engine?: EnginePlan;
  /** What the user should know about the models, in sentences. */
  readonly warnings: readonly string[];
  /** That language models are asked about a sample of the rows, in a sentence. Absent where they are asked about all. */
  readonly sample?: string;
  /** What prompts would cost with more or fewer labels in them, in sentences. */
  readonly labelPrices: readonly string[];
  /** The local LLMs that would be downloaded first, in sentences. */
  readonly downloads: readonly string[];
}

const modelContext = ({ env, options }: RunInputs, { signal, onEvent }: RunHooks): ModelContext => ({
  env,
  offline: options.offline,
  signal,
  log: onEvent,
});

/** Says what `planRun` would download; `undefined` if the model is on this machine. */
export function plannedDownload(inputs: RunInputs, hooks: RunHooks): Promise<string | undefined> {
  // An engine's machine downloads what it trains.
  if (inputs.options.engine !== localEngine) return Promise.resolve(undefined);
  return downloadNote(inputs.options.model, inputs.options.path, modelContext(inputs, hooks));
}

/** Loads the encoder, downloading it if necessary, and picks the tuning method. */
export function planRun(inputs: RunInputs, hooks: RunHooks): Promise<RunPlan> {
  return owning(async (held) => {
    const given = inputs.options;
    const isAsking = given.llm.some(isAskedByJobs);
    const does = isAsking ? "Models are trained, and vllm: models asked," : "Models are trained";
    const engine = await openRunEngine(given, { ...hooks, env: inputs.env }, { does, wantsGpu: isAsking });
    const elsewhere = engine && (await engineModel(given.model, modelContext(inputs, hooks)));
    const isAway = elsewhere?.configuration !== undefined;
    const { folder, pinned } = isAway
      ? { folder: elsewhere.pinned, pinned: elsewhere.pinned }
      : await resolveModel(given.model, modelContext(inputs, hooks));
    const local = { ...given, model: folder };
    const encoder = await openEncoder(
      elsewhere?.isComputedHere === false ? { ...local, model: defaultRunOptions.model } : local,
      inputs.runs,
      held,
    );
    const { train } = inputs.task;
    const options = inputs.resumed
      ? local
      : elsewhere === undefined
        ? await withTuning(local, train, encoder)
        : withEngineTuning(local, elsewhere);
    const { method, reason } = options.ladder ?? {};
    if (!inputs.resumed && method && reason) hooks.onEvent({ kind: "note", text: tuningText({ method, reason }) });
    const seeds = Array.from({ length: options.repeat }, (_, i) => options.seed + i);
    const away = { ...(engine && { engine }), ...(isAway && { configuration: elsewhere.configuration }) };
    return { inputs, options, pinnedModel: pinned, encoder, ...away, seeds };
  });
}

/** Makes the approaches of a plan, without asking them anything. */
export function plannedApproaches(
  { inputs, options, encoder, engine, configuration }: RunPlan,
  { onEvent }: RunHooks,
  stores: Pick<ApproachSources, "responses" | "bill" | "warn"> = {},
): Promise<Approach[]> {
  const { env, task, pool, folder } = inputs;
  const batch = { folder: join(folder, "batches"), log: onEvent };
  return makeApproaches(options, {
    encoder,
    env,
    task,
    ...(pool !== undefined && { pool }),
    ...(engine && { engine }),
    ...(configuration !== undefined && { configuration }),
    batch,
    ...stores,
  });
}

/** Estimates the cost and time of a plan. Nothing is spent, but for a trial on machines that bill, where that is allowed. */
export async function estimatePlan(plan: RunPlan, hooks: RunHooks): Promise<PlanEstimate> {
  const { inputs, seeds } = plan;
  const unasked: string[] = [];
  const approaches = await plannedApproaches(plan, hooks, { warn: (text) => unasked.push(text) });
  checkGateNames(
    inputs.gates,
    approaches.map(({ name }) => name),
  );
  if (plan.engine !== undefined) {
    const trial = { engine: plan.engine, yes: inputs.manner.yes, seed: seeds[0]! };
    await tryElsewhere(inputs.task, approaches, trial, hooks);
  }
  const estimates = await estimateRun(inputs.task, approaches, seeds);
  const approachesWith = (labelsInPrompt: RunOptions["labelsInPrompt"]): Promise<Approach[]> =>
    plannedApproaches({ ...plan, options: { ...plan.options, labelsInPrompt } }, hooks);
  const labelPrices = await labelPriceNotes(plan.options, { ...inputs, seeds, approachesWith, estimates });
  const { curve } = curveOptions(plan.options);
  const sample = sampleNote(plan.options, inputs.task, approaches, seeds);
  const seconds = estimates.reduce((sum, each) => sum + each.seconds, 0);
  const curves = curve && (await estimateCurvesOfRun(inputs.task, approaches, curve, { seconds, seeds }));
  const elsewhere =
    plan.engine && (await enginePlan(plan.options, plan.engine, [...estimates, ...(curves ? [curves] : [])], hooks.signal));
  return {
    approaches: elsewhere === undefined ? estimates : withMachines(estimates, approaches, elsewhere),
    ...(curves && { curve: curves }),
    ...(elsewhere && { engine: elsewhere }),
    warnings: [...unasked, ...idleOptions(inputs.options, approaches), ...(await planWarnings(inputs.options, inputs.env))],
    ...(sample !== null && { sample }),
    labelPrices,
    downloads: await localDownloadNotes(inputs.options.llm, modelContext(inputs, hooks)),
  };
}

async function openEncoder(options: RunOptions, runs: string, held: Disposables): Promise<Encoder> {
  const cache = options.cache ? held.use(await openEmbeddingCache(join(runs, ".cache", "embeddings.db"))) : undefined;
  return held.use(await loadEncoder(options.model, cache === undefined ? {} : { cache }));
}
