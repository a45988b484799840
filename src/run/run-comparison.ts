/** @file A whole run from code: it is planned, opened, measured and published. The command line takes the same steps one by one. */
import process from "node:process";
import type { Comparison } from "../types/comparison.js";
import type { RunHooks } from "./hooks.js";
import { measureRun } from "./measure-run.js";
import { openRun } from "./open-run.js";
import { planRun } from "./plan-run.js";
import { publishRun } from "./publish-run.js";
import { readInputs } from "./run-inputs.js";
import {
  checkOptions,
  defaultRunManner,
  defaultRunOptions,
  partedOptions,
  type RunManner,
  type RunOptions,
} from "./run-options.js";

/** The options of a run. All but the data's path have defaults: `defaultRunOptions`, `defaultRunManner`. */
export type RunRequest = Pick<RunOptions, "path"> & Partial<RunOptions & RunManner>;

/**
 * Runs a comparison, saves the run with its reports in a folder, and returns the comparison. `crossover resume` resumes a run that was stopped.
 *
 * @param hooks `env` is by default the process's. Without `confirm`, a run that would cost more than a dollar is refused: give `budgetUsd` or `yes`.
 * @throws UserError if the user must fix something
 * @throws Interrupted if `signal` is aborted before the learning curves, or the money may not be spent
 */
export async function runComparison(request: RunRequest, hooks: Partial<RunHooks> = {}): Promise<Comparison> {
  checkOptions(request);
  const { options, manner } = partedOptions({ ...defaultRunOptions, ...defaultRunManner, ...request });
  const whole: RunHooks = {
    env: process.env,
    signal: new AbortController().signal,
    onEvent: () => {},
    confirm: async () => undefined,
    ...hooks,
  };
  await using plan = await planRun(await readInputs(options, manner, whole), whole);
  await using open = await openRun(plan, whole);
  return (await publishRun(open, await measureRun(open, whole))).comparison;
}
