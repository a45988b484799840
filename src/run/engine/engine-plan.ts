/** @file What a plan says of an engine: how long its machines work, and what that comes to. */
import { isAskedByJobs } from "../../prompt/providers/vllm.js";
import type { Approach, RunEstimate } from "../../types/approach.js";
import type { Task } from "../../types/data.js";
import type { ApproachEstimate } from "../estimate/estimate.js";
import type { RunHooks } from "../hooks.js";
import { defaultRunOptions, type RunOptions } from "../run-options.js";
import type { RunEngine } from "./run-engine.js";

/** What jobs of a run are expected to take. */
export interface EnginePlan {
  /** The engine, as `--engine` names it. */
  readonly engine: string;
  /** The most jobs at once. */
  readonly jobs: number;
  /** Of its machines, added up; the learning curves' with them. */
  readonly machineSeconds: number;
  /** What an hour of a machine costs, and who says so. */
  readonly usdPerHour: number;
  readonly pricedBy: "engine" | "user" | "default";
  /** The hours are a bill, the trial's among them. */
  readonly isBilled: boolean;
}

/**
 * Tries every approach that other machines fit, so that it can be estimated. Who bills is asked about first: a plan that nobody allows to spend stays without.
 *
 * @param yes the user has allowed it
 */
export async function tryElsewhere(
  task: Task,
  approaches: readonly Approach[],
  { engine, yes, seed }: { readonly engine: RunEngine; readonly yes: boolean; readonly seed: number },
  { signal, onEvent, confirm }: RunHooks,
): Promise<void> {
  const tried = approaches.filter(({ trial }) => trial !== undefined);
  if (tried.length === 0) return;
  if (engine.engine.isBilled === true && !yes) {
    const subject = `A trial, which tells what jobs of ${engine.found} take,`;
    if ((await confirm({ usd: null, subject })) !== true) return;
  }
  const queries = task.test.examples.map(({ id, text }) => ({ id, text }));
  for (const approach of tried) {
    onEvent({ kind: "note", text: `${approach.name} is tried on ${engine.engine.spec}, by a few steps.` });
    await approach.trial!(task.train, { seed, queries, signal, log: onEvent });
  }
}

/** What the machines' time comes to. Where it is not known of any approach, `machineSeconds` is 0. */
export async function enginePlan(
  { usdPerMachineHour, engineJobs }: Pick<RunOptions, "usdPerMachineHour" | "engineJobs">,
  { engine }: RunEngine,
  estimates: readonly Pick<RunEstimate, "machineSeconds">[],
  signal: AbortSignal,
): Promise<EnginePlan> {
  const machineSeconds = estimates.reduce((sum, each) => sum + (each.machineSeconds ?? 0), 0);
  const isGiven = usdPerMachineHour !== defaultRunOptions.usdPerMachineHour;
  const told = isGiven ? null : ((await engine.usdPerHour?.(signal)) ?? null);
  return {
    engine: engine.spec,
    jobs: engineJobs,
    machineSeconds,
    usdPerHour: told ?? usdPerMachineHour,
    pricedBy: isGiven ? "user" : told === null ? "default" : "engine",
    isBilled: engine.isBilled === true,
  };
}

/** The estimates with what an engine bills for its machines: not known where their time is not. */
export function withMachines(
  estimates: readonly ApproachEstimate[],
  approaches: readonly Approach[],
  { isBilled, usdPerHour }: EnginePlan,
): ApproachEstimate[] {
  if (!isBilled) return [...estimates];
  const isElsewhere = ({ begin, model }: Approach): boolean =>
    begin !== undefined || (model !== undefined && isAskedByJobs(model));
  const elsewhere = new Set(approaches.filter(isElsewhere).map(({ name }) => name));
  return estimates.map((estimate) => {
    if (!elsewhere.has(estimate.approach) || estimate.usd === null) return estimate;
    const { machineSeconds } = estimate;
    return { ...estimate, usd: machineSeconds === undefined ? null : estimate.usd + (machineSeconds / 3600) * usdPerHour };
  });
}
