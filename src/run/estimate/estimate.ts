/** @file What a run would take, before anything is spent. */
import { type PlannedMeasurement, planMeasurements } from "../../compare/plan.js";
import type { Approach, RunEstimate } from "../../types/approach.js";
import type { Task } from "../../types/data.js";

/** The estimate of one approach, over its seeds and its validation rows. */
export interface ApproachEstimate extends RunEstimate {
  readonly approach: string;
  /** Texts it would answer. */
  readonly rows: number;
}

/** Estimates every measurement that the comparison would make, in its order. */
export async function estimateRun(
  task: Task,
  approaches: readonly Approach[],
  seeds: readonly number[],
): Promise<ApproachEstimate[]> {
  const estimates = new Map<string, ApproachEstimate>();
  // Seeds differ in the draw, not in the size: one estimate serves them all.
  const known = new Map<string, RunEstimate>();
  for (const planned of planMeasurements(task, approaches, seeds)) {
    const { approach, split, test } = planned;
    const key = `${approach.name} ${split}`;
    const estimate = known.get(key) ?? (await estimateOne(planned));
    known.set(key, estimate);
    const before = estimates.get(approach.name);
    estimates.set(approach.name, {
      approach: approach.name,
      rows: (before?.rows ?? 0) + (estimate.rows ?? test.examples.length),
      calls: (before?.calls ?? 0) + estimate.calls,
      inputTokens: (before?.inputTokens ?? 0) + estimate.inputTokens,
      outputTokens: (before?.outputTokens ?? 0) + estimate.outputTokens,
      usd: before?.usd === null || estimate.usd === null ? null : (before?.usd ?? 0) + estimate.usd,
      usdRange: addRanges(before?.usdRange, rangeOf(estimate)),
      ...(estimate.basis === undefined ? {} : { basis: estimate.basis }),
      seconds: (before?.seconds ?? 0) + estimate.seconds,
      ...addMachineSeconds(before, estimate),
    });
  }
  return [...estimates.values()];
}

/** Where either is known. */
function addMachineSeconds(a: RunEstimate | undefined, b: RunEstimate): Pick<RunEstimate, "machineSeconds"> {
  if (a?.machineSeconds === undefined && b.machineSeconds === undefined) return {};
  return { machineSeconds: (a?.machineSeconds ?? 0) + (b.machineSeconds ?? 0) };
}

function estimateOne({ approach, train, test }: PlannedMeasurement): Promise<RunEstimate> {
  return approach.estimate(
    train,
    test.examples.map(({ id, text }) => ({ id, text })),
  );
}

/** Between what the dollars of an estimate lie; a sum that is known, or is nothing, is both ends. */
export function rangeOf({ usd, usdRange }: RunEstimate): { readonly low: number; readonly high: number } {
  return usdRange ?? { low: usd ?? 0, high: usd ?? 0 };
}

/** The ends added up. */
export function addRanges(
  a: RunEstimate["usdRange"],
  b: { readonly low: number; readonly high: number },
): { readonly low: number; readonly high: number } {
  return { low: (a?.low ?? 0) + b.low, high: (a?.high ?? 0) + b.high };
}

/** Dollars of all estimates whose price is known. */
export function totalUsd(estimates: readonly ApproachEstimate[]): number {
  return estimates.reduce((sum, estimate) => sum + (estimate.usd ?? 0), 0);
}
