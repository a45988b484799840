/** @file From stored measurements to a comparison. Pure: the same rows give the same numbers, on any machine, at any time. */
import type { Comparison } from "../types/comparison.js";
import type { Reading } from "../types/contrast.js";
import type { TaskFacts } from "../types/data.js";
import type { ExperimentResults } from "../types/experiments.js";
import type { Measurement } from "../types/measurement.js";
import type { Assumptions, BreakEven } from "../types/prices.js";
import type { Summary } from "../types/scores.js";
import { bestOf } from "./best.js";
import { contrastsOf, plannedContrasts, verdictOf } from "./contrasts.js";
import { breakEven, usdPerThousand } from "./cost.js";
import { bestPairFirst } from "./curves/learning-curves.js";
import { factorRows } from "./factors.js";
import type { MeasuredDifference } from "./pair-difference.js";
import { type RowStatistics, rowStatistics } from "./row-statistics.js";

/** What a comparison is computed from. */
export interface SummarizeInput {
  readonly task: TaskFacts;
  readonly assumptions: Assumptions;
  readonly measurements: readonly Measurement[];
  readonly failed: Comparison["failed"];
  /**
   * What these measurements say whatever is assumed. Given again, it makes a comparison under other assumptions a matter of milliseconds.
   *
   * @default computed from the measurements
   */
  readonly rows?: RowStatistics;
}

/**
 * Everything that follows from the measurements: summaries with intervals, the best of each arm, the planned contrasts, the factor
 * table and the break-even.
 */
export function summarize({
  task,
  assumptions,
  measurements,
  failed,
  rows = rowStatistics(task, measurements),
}: SummarizeInput): Comparison {
  const { metrics, unanswered, unmeasured } = rows;
  const summaries = rows.approaches.map(({ summary, price }) => ({
    ...summary,
    usdPerThousand: usdPerThousand(price, assumptions),
  }));
  const [tune, prompt] = [bestOf(rows.candidates.tune, assumptions), bestOf(rows.candidates.prompt, assumptions)];
  const best = { tune: tune.best, prompt: prompt.best };
  const rivals = [...tune.rivals, ...prompt.rivals];
  const crossovers = bestPairFirst(rows.curves?.crossovers ?? [], best);
  const experiments = experimentsOf(rows, best);
  const crossing = breakEvenOf(best, summaries, assumptions);
  return {
    task,
    assumptions,
    measurements,
    metrics,
    summaries,
    contrasts: contrastsOf(plannedContrasts(best, summaries, metrics, rivals), rows.difference, assumptions.margin),
    best,
    ...(rivals.length > 0 && { rivals }),
    factors: factorRows({
      summaries,
      answersChanged: rows.answersChanged,
      assumptions,
      breakEven: crossing,
      metrics,
      labelCount: task.labels.length,
      best,
      curves: rows.curves?.curves ?? [],
      crossovers,
      experiments,
    }),
    breakEven: crossing,
    ...(rows.curves !== null && { curves: rows.curves.curves, crossovers }),
    ...(rows.calibrations.length > 0 && { calibrations: rows.calibrations }),
    ...(experiments !== null && { experiments }),
    ...ofBestPair(rows, best, assumptions),
    failed: [...failed.filter(({ approach }) => !unmeasured.some((each) => each.approach === approach)), ...unmeasured],
    ...(unanswered.length > 0 && { unanswered }),
  };
}

/** What is looked at of the best of both arms alone: suspected labels with what they would change, and slices. */
function ofBestPair(
  rows: RowStatistics,
  { tune, prompt }: Comparison["best"],
  { margin }: Assumptions,
): Pick<Comparison, "noise" | "slices"> {
  if (tune === null || prompt === null) return {};
  const pair = [tune.approach, prompt.approach] as const;
  const [noise, slices] = [rows.labelNoise(...pair), rows.slices(...pair)];
  const judged = (measured: MeasuredDifference): Reading => {
    return { ...measured, verdict: verdictOf(measured.difference, measured.pValue, margin) };
  };
  return {
    ...(noise !== null && {
      noise: { ...noise, leftOut: noise.leftOut && judged(noise.leftOut), corrected: judged(noise.corrected) },
    }),
    ...(slices !== null && { slices }),
  };
}

/** What experiments showed, with which of the best of both arms loses more. */
function experimentsOf(
  { experiments, lossDifferences }: RowStatistics,
  { tune, prompt }: Comparison["best"],
): ExperimentResults | null {
  if (experiments === null || tune === null || prompt === null) return experiments;
  const differences = lossDifferences(tune.approach, prompt.approach);
  return differences.length === 0 ? experiments : { ...experiments, lossDifferences: differences };
}

function breakEvenOf(best: Comparison["best"], summaries: readonly Summary[], assumptions: Assumptions): BreakEven | null {
  const tuned = summaries.find((summary) => summary.approach === best.tune?.approach);
  const prompted = summaries.find((summary) => summary.approach === best.prompt?.approach);
  return tuned === undefined || prompted === undefined ? null : breakEven(tuned, prompted, assumptions);
}
