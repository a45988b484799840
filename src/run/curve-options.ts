import { type CurveEstimate, type CurveOptions, estimateCurves } from "../compare/curves/curve-schedule.js";
import { experimentUsd } from "../compare/experiments/experiment-estimate.js";
import type { Approach } from "../types/approach.js";
import type { Task } from "../types/data.js";
import type { RunOptions } from "./run-options.js";

/** The options of learning curves, as a comparison takes them; nothing where none are wanted. */
export function curveOptions({ curve, curveTime }: Pick<RunOptions, "curve" | "curveTime">): { readonly curve?: CurveOptions } {
  return curve === "off" ? {} : { curve: { level: curve, ...(curveTime !== undefined && { seconds: curveTime }) } };
}

/**
 * What curves, and the experiments within their time, are expected to take.
 *
 * @param own what the comparison itself is expected to take, and its seeds
 */
export async function estimateCurvesOfRun(
  task: Task,
  approaches: readonly Approach[],
  curve: CurveOptions,
  own: { readonly seconds: number; readonly seeds: readonly number[] },
): Promise<CurveEstimate> {
  const estimate = await estimateCurves(task, approaches, curve, own);
  const more = curve.level === "full" ? await experimentUsd(task, approaches) : 0;
  return { ...estimate, usd: estimate.usd === null || more === null ? null : estimate.usd + more };
}
