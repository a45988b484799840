/** @file Wrong labels among the test rows: which are suspected, how sure that is, and what they would change. */
import type { TaskFacts } from "../../types/data.js";
import type { LabelNoise } from "../../types/noise.js";
import type { Outcome } from "../../types/prediction.js";
import type { Estimate, Metric } from "../../types/scores.js";
import { isOutcomeRight } from "../calibration/claims.js";
import { surenessOf } from "../calibration/sureness.js";
import { onRows, type Series } from "../metrics/scores.js";
import { type MeasuredDifference, measuredDifference } from "../pair-difference.js";
import type { ApproachRuns } from "../summary.js";
import { type SuspectedRow, suspectedLabels } from "./suspected-labels.js";
import { wrongShare } from "./wrong-share.js";

/** See `LabelNoise`, before the readings are held against a margin. */
export interface MeasuredLabelNoise extends Omit<LabelNoise, "leftOut" | "corrected"> {
  readonly leftOut: MeasuredDifference | null;
  readonly corrected: MeasuredDifference;
}

/**
 * What the answers of two approaches say of the labels of the test rows. `null` where rows may have several labels, or the two share no row.
 *
 * @param metric the one that decides
 * @param seed fixes the resampling
 */
export function labelNoise(
  a: ApproachRuns,
  b: ApproachRuns,
  task: TaskFacts,
  metric: Metric,
  seed: number,
): MeasuredLabelNoise | null {
  const ofB = new Set(b.present);
  const shared = a.present.filter((row) => ofB.has(row));
  if (task.isMultiLabel || shared.length === 0) return null;
  const [seriesA, seriesB] = [onRows(a.series, shared), onRows(b.series, shared)];
  const [outcomesA, outcomesB] = [a, b].map(({ measurements }) => shared.map((row) => measurements[0]!.outcomes[row]!)) as [
    Outcome[],
    Outcome[],
  ];
  const [tuned, prompted] = [a.measurements[0]!.approach, b.measurements[0]!.approach];
  const suspects = suspectedLabels(outcomesA, outcomesB, task);
  const alike = suspects.filter(({ by }) => by !== "confident");
  const share = cautious([shareBy(tuned, outcomesA, outcomesB, alike), shareBy(prompted, outcomesB, outcomesA, alike)]);
  const suspected = new Set(suspects.map(({ row }) => row));
  const others = shared.flatMap((_, row) => (suspected.has(row) ? [] : [row]));
  const reading = (x: Series, y: Series, name: string): MeasuredDifference =>
    measuredDifference(x, y, metric, seed, `${metric} of ${tuned} and ${prompted}, ${name}`);
  return {
    tuned,
    prompted,
    rows: shared.length,
    suspects: suspects.map(({ row: _, ...suspect }) => suspect),
    alike: alike.length,
    wrongShare: share,
    ceiling: { ifAll: 1 - suspects.length / shared.length, expected: share && ceilingOf(share, alike.length / shared.length) },
    leftOut: others.length === 0 ? null : reading(onRows(seriesA, others), onRows(seriesB, others), "suspects left out"),
    corrected: reading(corrected(seriesA, suspects, task), corrected(seriesB, suspects, task), "suspects corrected"),
  };
}

/** The share of wrong labels by how sure one of the two is. */
function shareBy(
  by: string,
  own: readonly Outcome[],
  other: readonly Outcome[],
  alike: readonly SuspectedRow[],
): LabelNoise["wrongShare"] {
  const sureness = own.map(surenessOf);
  const of = (rows: readonly number[]): number[] | null => {
    const values = rows.map((row) => sureness[row]!);
    return values.every((value) => value !== null && Number.isFinite(value)) ? values : null;
  };
  const [right, alone]: [number[], number[]] = [[], []];
  for (const [row, outcome] of own.entries()) {
    if (!isOutcomeRight(other[row]!) || outcome.answer === null) continue;
    (isOutcomeRight(outcome) ? right : alone).push(row);
  }
  const kinds = [right, alone, alike.map(({ row }) => row)].map(of);
  if (kinds.includes(null)) return null;
  const share = wrongShare({ right: kinds[0]!, alone: kinds[1]!, alike: kinds[2]! });
  return share && { ...share, by };
}

/**
 * The smaller estimate. A hard text that misleads both in the same way, as where they read it by the same encoder, is answered more surely than a mistake
 * of one alone, and taken for a wrong label: of two estimates that err upward the smaller one errs less.
 */
function cautious(shares: readonly LabelNoise["wrongShare"][]): LabelNoise["wrongShare"] {
  const told = shares.filter((share) => share !== null).sort((x, y) => x.value - y.value);
  return told.length === 0 ? null : { ...told[0]!, low: Math.min(...told.map(({ low }) => low)) };
}

function ceilingOf({ value, low, high }: Estimate, alike: number): Estimate {
  return { value: 1 - value * alike, low: 1 - high * alike, high: 1 - low * alike };
}

/** The same answers beside the suggested labels. */
function corrected({ seeds, groups }: Series, suspects: readonly SuspectedRow[], { labels }: TaskFacts): Series {
  const suggested = new Map(suspects.map(({ row, suggested }) => [row, [labels.indexOf(suggested)]]));
  return {
    seeds: seeds.map((coded) => ({ ...coded, truths: coded.truths.map((truth, row) => suggested.get(row) ?? truth) })),
    groups,
  };
}
