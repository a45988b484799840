/** @file Who is asked again: a prompt of a run, its own LLM or another, or whatever else the run stored. */

import type { LabellerPlan } from "../../label/labeller.js";
import { planPrompted } from "../../label/prompted-labeller.js";
import { readStoredPrompt } from "../../label/stored-prompt.js";
import { sha256 } from "../../lib/hash.js";
import type { PriceTable } from "../../prompt/prices/prices.js";
import type { RunHooks } from "../../run/hooks.js";
import { storedOptions } from "../../run/stored-options.js";
import type { Artifact } from "../../ship/kinds/kind.js";
import { kinds } from "../../ship/kinds/kinds.js";
import { findArtifact, type LoadedPredictor, loadArtifact } from "../../ship/load-predictor.js";
import { artifactOfRun, choiceNote } from "../../ship/run-artifacts.js";
import type { Run } from "../../store/run.js";
import type { RecheckOptions } from "./recheck-options.js";

/** An approach of a run, and how it is asked. */
export interface Asking {
  readonly approach: string;
  readonly labeller: LabellerPlan;
  /** The LLM that a prompt is asked of; `null` for all else. */
  readonly llm: string | null;
  /** Whether an LLM answers, or may, which may say something else each time; a stored model doesn't. */
  readonly asksLlm: boolean;
  /** What must be known of why it is this approach; see `choiceNote`. */
  readonly note: string | null;
}

/**
 * The approach that is named, or the one that the run advises, or, where it chose none, the best; with another LLM, the run's best prompt where the
 * advised one is none.
 *
 * @throws UserError where the run has no such one
 */
export async function planAsking(run: Run, options: RecheckOptions, env: RunHooks["env"], prices: PriceTable): Promise<Asking> {
  const { folder } = run;
  const { llm, maxConcurrency, timeoutSeconds, patienceSeconds, offline } = options;
  const isOtherLlm = llm !== undefined && options.approach === undefined;
  const artifact = isOtherLlm ? undefined : await artifactOfRun(folder, options.approach);
  const files = artifact === undefined ? undefined : await findArtifact(artifact.folder);
  const note = artifact === undefined ? null : choiceNote(artifact);
  if (artifact !== undefined && files !== undefined && files.fields.kind !== "prompt" && llm === undefined) {
    const { asksLlm } = kinds[files.fields.kind];
    const labeller = asksLlm ? mixedPlan(files, options) : storedModelPlan(files);
    return { approach: artifact.approach, labeller, llm: null, asksLlm, note };
  }
  // Read twice: who labels does not say whose prompt it is.
  const { approach } = await readStoredPrompt(folder, artifact?.approach);
  const { confidence } = storedOptions(run);
  const manner = { maxConcurrency, timeoutSeconds, offline, ...(patienceSeconds !== undefined && { patienceSeconds }) };
  const prompted = {
    ...manner,
    demos: 0,
    seed: 0,
    run: folder,
    approach,
    ...(llm && { llm }),
    ...(confidence && { confidence }),
  };
  const labeller = await planPrompted(prompted, env, prices);
  return { approach, labeller, llm: labeller.name, asksLlm: true, note };
}

/** Texts that the estimate of a stored model is timed on. */
const trialTexts = 32;

/** What is known of files without loading them. */
function planOf({ folder, manifest }: Artifact): Omit<LabellerPlan, "estimate" | "open"> {
  return {
    name: folder,
    labels: manifest?.labels ?? [],
    isMultiLabel: manifest?.isMultiLabel ?? false,
    fingerprint: sha256("artifact", JSON.stringify(manifest?.files ?? folder)),
    notes: [],
    pieceRows: 256,
  };
}

/** An approach of several parts, one of which asks an LLM: nothing is tried before it may be paid for, and what it costs the run knows. */
function mixedPlan(artifact: Artifact, { timeoutSeconds, patienceSeconds, maxConcurrency }: RecheckOptions): LabellerPlan {
  const manner = { timeoutSeconds, maxConcurrency, ...(patienceSeconds !== undefined && { patienceSeconds }) };
  return {
    ...planOf(artifact),
    estimate: async () => ({ calls: 0, inputTokens: 0, outputTokens: 0, usd: null, seconds: 0 }),
    open: ({ env, prices, cache, budget }) => loadArtifact(artifact, { ...manner, env, prices, cache, budget }),
  };
}

/** What the run stored of an approach that runs on this machine. */
function storedModelPlan(artifact: Artifact): LabellerPlan {
  let loaded: Promise<LoadedPredictor> | undefined;
  const open = (): Promise<LoadedPredictor> => (loaded ??= loadArtifact(artifact));
  return {
    ...planOf(artifact),
    async estimate(queries) {
      const trial = queries.slice(0, trialTexts);
      const predictor = await open();
      const startedAt = performance.now();
      await predictor.predict(trial, { signal: new AbortController().signal, useCache: false, spend: () => {}, log: () => {} });
      const seconds = (performance.now() - startedAt) / 1000;
      const basis = `Time is from a trial with ${trial.length} rows on this machine.`;
      const none = { calls: 0, inputTokens: 0, outputTokens: 0, usd: 0 };
      return { ...none, seconds: (seconds / Math.max(1, trial.length)) * queries.length, basis };
    },
    open,
  };
}
