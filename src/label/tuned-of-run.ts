import { summarize } from "../compare/summarize.js";
import { tunedFolder } from "../run/artifacts.js";
import { type Run, readRun } from "../store/run.js";
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
export async function tunedOfRun(folder: string, approach: string | undefined): Promise<TunedOfRun | undefined> {
  const run = await readRun(folder);
  if (approach !== undefined) return tunedApproach(run, approach);
  const { manifest, measurements } = run;
  if (await hasLlmPrompt(folder, measurements)) return undefined;
  const { task, assumptions, failed } = manifest;
  const { best, summaries } = summarize({ task, assumptions, measurements, failed });
  // The best first; should its files be gone, another one's.
  for (const name of [best.tune?.approach, ...summaries.map((summary) => summary.approach)]) {
    const found = name === undefined ? undefined : tunedApproach(run, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function tunedApproach(run: Run, approach: string): TunedOfRun | undefined {
  const folder = tunedFolder(run, approach);
  return folder === undefined ? undefined : { approach, folder };
}
