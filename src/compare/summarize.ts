/** @file From stored measurements to a comparison. Pure: the same rows give the same numbers, on any machine, at any time. */
import type { Comparison } from "../types/comparison.js";
import type { Contrast, Reading } from "../types/contrast.js";
import type { TaskFacts } from "../types/data.js";
import type { ExperimentResults } from "../types/experiments.js";
import type { Measurement } from "../types/measurement.js";
import type { Assumptions } from "../types/prices.js";
import { type ArmChoice, bestOf } from "./best.js";
import { contrastsOf, plannedContrasts, verdictOf } from "./contrasts.js";
import { bestPairFirst } from "./curves/learning-curves.js";
import { factorRows } from "./factors.js";
import { withStandInsAsBaselines } from "./language-model.js";
import { brokenLimits } from "./limits.js";
import { moneyOf } from "./money/money.js";
import { usdPerThousand } from "./money/price.js";
import type { MeasuredDifference } from "./pair-difference.js";
import { type RowStatistics, rowStatistics } from "./row-statistics.js";
import { type HeardChoice, heardChoice } from "./shown-better.js";

/** What a comparison is computed from. */
export interface SummarizeInput {
  readonly task: TaskFacts;
  readonly assumptions: Assumptions;
  readonly measurements: readonly Measurement[];
  readonly failed: Comparison["failed"];
  /**
   * What these measurements say whatever is assumed: with it a comparison under other assumptions is a matter of milliseconds.
   *
   * @default computed from the measurements, and remembered for the same list of them
   */
  readonly rows?: RowStatistics;
}

/**
 * Everything that follows from the measurements: summaries with intervals, the best of each arm, the planned contrasts, the factor
 * table and the bills by the month.
 */
export function summarize({
  task,
  assumptions,
  measurements,
  failed,
  rows = remembered(task, measurements),
}: SummarizeInput): Comparison {
  const { metrics, unanswered, unmeasured } = rows;
  const summaries = rows.approaches.map(({ summary, price }) => ({
    ...summary,
    usdPerThousand: usdPerThousand(price, assumptions),
  }));
  const outside = new Set(
    summaries.filter((summary) => brokenLimits(summary, assumptions).length > 0).map(({ approach }) => approach),
  );
  const isWithin = (approach: string): boolean => !outside.has(approach);
  const [tune, prompt] = (["tune", "prompt"] as const).map((arm) => bestOf(rows.candidates[arm], assumptions, isWithin)) as [
    ArmChoice,
    ArmChoice,
  ];
  const rivals = [...tune.rivals, ...prompt.rivals];
  const contrasted = (of: Comparison["best"], turned?: HeardChoice["turned"]): Contrast[] =>
    contrastsOf(plannedContrasts(of, summaries, metrics, rivals, turned), rows.difference, assumptions.margin);
  const validated = { tune: tune.best, prompt: prompt.best };
  const planned = contrasted(validated);
  const candidates = new Set([...rows.candidates.tune.priced, ...rows.candidates.prompt.priced].map(({ approach }) => approach));
  const { best, turned } = heardChoice(validated, planned, {
    summaries,
    metric: metrics.primary,
    rivals,
    isEligible: (approach, chosen) => candidates.has(approach) && (isWithin(approach) || !isWithin(chosen)),
  });
  const crossovers = bestPairFirst(rows.curves?.crossovers ?? [], best);
  const experiments = experimentsOf(rows, best);
  const money = moneyOf(summaries, best, assumptions);
  return {
    task,
    assumptions,
    measurements: withStandInsAsBaselines(measurements),
    metrics,
    summaries,
    contrasts: turned.length === 0 ? planned : contrasted(best, turned),
    best,
    ...(rivals.length > 0 && { rivals }),
    factors: factorRows({
      summaries,
      answersChanged: rows.answersChanged,
      assumptions,
      breakEvens: money.breakEvens,
      metrics,
      labelCount: task.labels.length,
      best,
      curves: rows.curves?.curves ?? [],
      crossovers,
      experiments,
    }),
    money,
    ...(rows.curves !== null && { curves: rows.curves.curves, crossovers }),
    ...(rows.calibrations.length > 0 && { calibrations: rows.calibrations }),
    ...(experiments !== null && { experiments }),
    ...ofBestPair(rows, best, assumptions),
    failed: [...failed.filter(({ approach }) => !unmeasured.some((each) => each.approach === approach)), ...unmeasured],
    ...(unanswered.length > 0 && { unanswered }),
  };
}

const known = new WeakMap<readonly Measurement[], { readonly task: TaskFacts; readonly rows: RowStatistics }>();

function remembered(task: TaskFacts, measurements: readonly Measurement[]): RowStatistics {
  const found = known.get(measurements);
  if (found?.task === task) return found.rows;
  const rows = rowStatistics(task, measurements);
  known.set(measurements, { task, rows });
  return rows;
}

/** What is looked at of the best of both arms alone: suspected labels with what they would change, slices, and the two as one. */
function ofBestPair(
  rows: RowStatistics,
  { tune, prompt }: Comparison["best"],
  assumptions: Assumptions,
): Pick<Comparison, "noise" | "slices" | "cascade" | "noCascade"> {
  if (tune === null || prompt === null) return {};
  const { margin } = assumptions;
  const pair = [tune.approach, prompt.approach] as const;
  const cascade = rows.cascade(...pair, assumptions);
  const [noise, slices] = [rows.labelNoise(...pair), rows.slices(...pair)];
  const judged = (measured: MeasuredDifference): Reading => {
    return { ...measured, verdict: verdictOf(measured.difference, measured.pValue, margin) };
  };
  return {
    ...(noise !== null && {
      noise: { ...noise, leftOut: noise.leftOut && judged(noise.leftOut), corrected: judged(noise.corrected) },
    }),
    ...(slices !== null && { slices }),
    ...("kind" in cascade ? { noCascade: cascade } : { cascade }),
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
