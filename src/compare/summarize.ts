/** @file Stored measurements to a comparison. Pure: the same rows give the same numbers, on any machine, at any time. */
import { sha256 } from "../lib/hash.js";
import type { Arm, Assumptions, BestChoice, BreakEven, Comparison, Measurement, Summary, TaskFacts } from "../types.js";
import { bestOfArm } from "./best.js";
import { contrastsOf, plannedContrasts } from "./contrasts.js";
import { breakEven } from "./cost.js";
import { factorRows } from "./factors.js";
import { runsByApproach, summaryOf } from "./summary.js";

export interface SummarizeInput {
  readonly task: TaskFacts;
  readonly assumptions: Assumptions;
  readonly measurements: readonly Measurement[];
  readonly failed: Comparison["failed"];
}

/**
 * Everything that follows from the measurements: summaries with intervals, the best of each arm, the planned contrasts, the factor
 * table and the break-even. Resampling is seeded by the test set's hash.
 */
export function summarize({ task, assumptions, measurements, failed }: SummarizeInput): Comparison {
  const seed = Number.parseInt(sha256(task.testHash).slice(0, 8), 16);
  const runs = runsByApproach(measurements, task);
  const summaries = [...runs.values()]
    .map((approachRuns) => summaryOf(approachRuns, task, assumptions, seed))
    .sort((a, b) => b.macroF1.value - a.macroF1.value || (a.approach < b.approach ? -1 : 1));
  const bestOf = (arm: Arm): BestChoice | null => {
    const candidates = summaries.filter((summary) => summary.arm === arm).map((summary) => summary.approach);
    return bestOfArm(arm, candidates, measurements, task, assumptions);
  };
  const best = { tune: bestOf("tune"), prompt: bestOf("prompt") };
  const crossing = breakEvenOf(best, summaries, assumptions);
  return {
    task,
    assumptions,
    measurements,
    summaries,
    contrasts: contrastsOf(plannedContrasts(best, summaries, task.isMultiLabel), runs, assumptions, seed),
    best,
    factors: factorRows({
      summaries,
      outcomes: new Map([...runs].map(([approach, { measurements: own }]) => [approach, own[0]!.outcomes])),
      assumptions,
      breakEven: crossing,
    }),
    breakEven: crossing,
    failed,
  };
}

function breakEvenOf(best: Comparison["best"], summaries: readonly Summary[], assumptions: Assumptions): BreakEven | null {
  const tuned = summaries.find((summary) => summary.approach === best.tune?.approach);
  const prompted = summaries.find((summary) => summary.approach === best.prompt?.approach);
  return tuned === undefined || prompted === undefined ? null : breakEven(tuned, prompted, assumptions);
}
