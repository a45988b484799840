/** @file A whole run from code: planned, opened, measured, published. The command line takes the same steps one by one. */
import process from "node:process";
import type { Comparison } from "../types.js";
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

/** The options of a run, and where it is kept. All but the data's path have defaults: `defaultRunOptions`, `defaultRunManner`. */
export type RunRequest = Pick<RunOptions, "path"> & Partial<RunOptions & RunManner>;

/**
 * Compares on the data, keeps the run in its folder with its reports, and returns what was found. What is stopped is resumed by
 * `crossover resume`.
 *
 * @param hooks `env` is the process's unless given. Without `confirm` a run that would spend more than a dollar is refused: give it
 * `budgetUsd`, or `yes`.
 * @throws UserError where something is to be mended
 * @throws Interrupted where `signal` is aborted, or the money may not be spent
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
