/** @file Stored measurements to a comparison. Pure: the same rows give the same numbers, on any machine, at any time. */

import { sha256 } from "../lib/hash.js";
import type { Arm, Assumptions, BreakEven, Comparison, Measurement, Summary, TaskFacts } from "../types.js";
import { type ArmChoice, bestOfArm } from "./best.js";
import { contrastsOf, plannedContrasts } from "./contrasts.js";
import { breakEven } from "./cost.js";
import { factorRows } from "./factors.js";
import { pickIdentity } from "./identity.js";
import { metricChoice, scoreOf } from "./metrics/metric-choice.js";
import { runsByApproach, summaryOf } from "./summary.js";
import { unansweredApproach } from "./unanswered.js";

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
  const all = [...runsByApproach(measurements, task)];
  // Without an outcome of any test row there is nothing to score.
  const runs = new Map(all.filter(([, { present }]) => present.length > 0));
  const unanswered = all.flatMap(([, approachRuns]) => unansweredApproach(approachRuns) ?? []);
  const metrics = metricChoice(all[0]?.[1].series.seeds[0] ?? { truths: [], labelCount: task.labels.length }, task);
  const summaries = [...runs.values()]
    .map((approachRuns) => summaryOf(approachRuns, task, assumptions, seed))
    .sort((a, b) => scoreOf(b, metrics.ranking).value - scoreOf(a, metrics.ranking).value || (a.approach < b.approach ? -1 : 1));
  const mostlyMissing = new Set(unanswered.filter(({ reason }) => reason === "missing").map(({ approach }) => approach));
  const choose = (arm: Arm): ArmChoice => {
    const measured = summaries.filter((summary) => summary.arm === arm).map((summary) => summary.approach);
    return bestOfArm(arm, measured, measurements, task, metrics, assumptions, mostlyMissing);
  };
  const [tune, prompt] = [choose("tune"), choose("prompt")];
  const best = { tune: tune.best, prompt: prompt.best };
  const rivals = [...tune.rivals, ...prompt.rivals];
  const unmeasured = unanswered.filter(({ approach }) => !runs.has(approach));
  const crossing = breakEvenOf(best, summaries, assumptions);
  return {
    task,
    assumptions,
    measurements,
    metrics,
    summaries,
    contrasts: contrastsOf(plannedContrasts(best, summaries, metrics, rivals), runs, assumptions, seed, task.labels),
    best,
    ...(rivals.length > 0 && { rivals }),
    factors: factorRows({
      summaries,
      outcomes: new Map([...runs].map(([approach, { measurements: own }]) => [approach, own[0]!.outcomes])),
      assumptions,
      breakEven: crossing,
      metrics,
      labelCount: task.labels.length,
    }),
    breakEven: crossing,
    failed: [
      ...failed.filter(({ approach }) => !unmeasured.some((each) => each.approach === approach)),
      ...unmeasured.map(({ approach, testRows, example }) => {
        const { traits, ...rest } = all.find(([name]) => name === approach)![1].measurements[0]!;
        const reason = { kind: "no-outcome" as const, testRows, ...(example !== undefined && { example }) };
        return { approach, ...pickIdentity(rest), traits, reason };
      }),
    ],
    ...(unanswered.length > 0 && { unanswered }),
  };
}

function breakEvenOf(best: Comparison["best"], summaries: readonly Summary[], assumptions: Assumptions): BreakEven | null {
  const tuned = summaries.find((summary) => summary.approach === best.tune?.approach);
  const prompted = summaries.find((summary) => summary.approach === best.prompt?.approach);
  return tuned === undefined || prompted === undefined ? null : breakEven(tuned, prompted, assumptions);
}
