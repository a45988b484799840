import { summarize } from "../compare/summarize.js";
import { tunedFolder } from "../run/artifacts.js";
import { readRun } from "../store/run.js";
import { hasLlmPrompt } from "./stored-prompt.js";

/** A tuned model of a run. */
export interface TunedOfRun {
  readonly approach: string;
  /** Where its files are. */
  readonly folder: string;
}

/**
 * The tuned model that `--run` means: the approach that is named, or, of a run that has no prompt for an LLM, its best one. `undefined` where it
 * means a prompt.
 */
export async function tunedOfRun(run: string, approach: string | undefined): Promise<TunedOfRun | undefined> {
  const named = approach === undefined ? undefined : tunedFolder(run, approach);
  if (approach !== undefined) return named === undefined ? undefined : { approach, folder: named };
  const { manifest, measurements } = await readRun(run);
  if (await hasLlmPrompt(run, measurements)) return undefined;
  const { task, assumptions, failed } = manifest;
  const { best, summaries } = summarize({ task, assumptions, measurements, failed });
  // The best first; should its files be gone, another one's.
  for (const name of [best.tune?.approach, ...summaries.map((summary) => summary.approach)]) {
    const folder = name === undefined ? undefined : tunedFolder(run, name);
    if (name !== undefined && folder !== undefined) return { approach: name, folder };
  }
  return undefined;
}
