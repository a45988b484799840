/** @file Who is asked again: a prompt of a run, its own LLM or another, or whatever else the run stored. */

import { join } from "node:path";
import type { LabellerOptions, LabellerPlan } from "../../label/labeller.js";
import { planPrompted } from "../../label/prompted-labeller.js";
import { readStoredPrompt } from "../../label/stored-prompt.js";
import type { PriceTable } from "../../prompt/prices/prices.js";
import type { RunHooks } from "../../run/hooks.js";
import { storedOptions } from "../../run/stored-options.js";
import { kinds } from "../../ship/kinds/kinds.js";
import { findArtifact } from "../../ship/load-predictor.js";
import { artifactOfRun, choiceNote } from "../../ship/run-artifacts.js";
import type { Run } from "../../store/run.js";
import { planArtifact } from "../artifact-labeller.js";
import type { RecheckOptions } from "./recheck-options.js";
import { rechecksFolder } from "./rechecks-folder.js";

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
 * @throws UserError where the run has no such one, or it cannot be asked so
 */
export async function planAsking(run: Run, options: RecheckOptions, env: RunHooks["env"], prices: PriceTable): Promise<Asking> {
  const { folder } = run;
  const { llm, maxConcurrency, timeoutSeconds, patienceSeconds, offline, batch } = options;
  const manner: LabellerOptions = {
    maxConcurrency,
    timeoutSeconds,
    offline,
    demos: 0,
    seed: 0,
    ...(patienceSeconds !== undefined && { patienceSeconds }),
    // Priced by it. Each asking keeps its own.
    ...(batch === true && { batches: { folder: join(rechecksFolder(folder), "batches") } }),
  };
  const isOtherLlm = llm !== undefined && options.approach === undefined;
  const artifact = isOtherLlm ? undefined : await artifactOfRun(folder, options.approach);
  const files = artifact === undefined ? undefined : await findArtifact(artifact.folder);
  const note = artifact === undefined ? null : choiceNote(artifact);
  if (artifact !== undefined && files !== undefined && files.fields.kind !== "prompt" && llm === undefined) {
    const input = { run: folder, columns: { probabilities: false }, options: manner, env, prices };
    const labeller = await planArtifact(files, input);
    return { approach: artifact.approach, labeller, llm: null, asksLlm: kinds[files.fields.kind].asksLlm, note };
  }
  // Read twice: who labels does not say whose prompt it is.
  const { approach } = await readStoredPrompt(folder, artifact?.approach);
  const { confidence } = storedOptions(run);
  const prompted = { ...manner, run: folder, approach, ...(llm && { llm }), ...(confidence && { confidence }) };
  const labeller = await planPrompted(prompted, env, prices);
  return { approach, labeller, llm: labeller.name, asksLlm: true, note };
}
