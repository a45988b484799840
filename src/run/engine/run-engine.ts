/** @file The engine of a run: what `--engine` names, reached and limited. */
import { openEngine } from "../../engines/open-engine.js";
import { type TrackedEngine, trackedEngine } from "../../engines/tracked-engine.js";
import { atMost, type SharedTurns } from "../../lib/queue.js";
import { formatPlural } from "../../lib/text/format.js";
import { confirmUsd } from "../confirm-usd.js";
import type { RunHooks } from "../hooks.js";
import type { engineOptions } from "../options/engine-options.js";
import type { RunOptions } from "../run-options.js";

/** This machine, as `--engine` names it. */
export const localEngine = "local";

/** What trains models of a run elsewhere. */
export interface RunEngine {
  readonly engine: TrackedEngine;
  /** What it is, for people: `Ray 2.60 at http://127.0.0.1:8265`. */
  readonly found: string;
  /** One for all jobs of the run: so many are worked on at once. */
  readonly turns: SharedTurns;
}

/**
 * Asks before jobs are handed to who bills for them: how long they take is not known before, and no budget ends them.
 *
 * @param subject what hands them over, as the subject of a sentence
 */
export async function confirmEngine(
  { engine, found }: RunEngine,
  { subject, confirm }: { readonly subject: string; readonly confirm: RunHooks["confirm"] },
): Promise<void> {
  if (engine.isBilled !== true) return;
  await confirmUsd({ usd: null, subject: `${subject}, with jobs of ${found},` }, confirm);
}

/** Which engine, and what it is given. */
export type EngineOptions = Pick<RunOptions, keyof typeof engineOptions>;

/** What an engine is opened for. */
export interface EngineWork {
  /** The beginning of a sentence. @default "Models are trained" */
  readonly does?: "Models are trained" | "Models are trained, and vllm: models asked," | "Rows are labeled";
  /** Whether its jobs need a GPU. @default false */
  readonly wantsGpu?: boolean;
}

/**
 * The engine that the options name, which was reached and can be used; `undefined` where this machine does the work. `UserError` where it can't be reached.
 */
export async function openRunEngine(
  options: EngineOptions,
  { env, signal, onEvent }: Pick<RunHooks, "env" | "signal" | "onEvent">,
  { does = "Models are trained", wantsGpu = false }: EngineWork = {},
): Promise<RunEngine | undefined> {
  const { engine: spec, engineJobs, engineStorage: storage, engineTimeout: timeoutSeconds, engineImage: image } = options;
  const engine = openEngine(spec, {
    env,
    cpus: options.engineCpus,
    gpus: wantsGpu ? Math.max(1, options.engineGpus) : options.engineGpus,
    installsPackages: options.enginePip,
    ...(storage !== undefined && { storage }),
    ...(timeoutSeconds !== undefined && { timeoutSeconds }),
    ...(image !== undefined && { image }),
  });
  if (engine === null) return undefined;
  const found = await engine.check(signal);
  onEvent({ kind: "note", text: `${does} by ${found}, ${formatPlural(engineJobs, "job")} at once at most.` });
  return { engine: trackedEngine(engine), found, turns: atMost(engineJobs) };
}
