/** @file Where one of two approaches does better: by true label, and by length of the text. */
import type { Slice, SliceOf, Slices } from "../../types/slices.js";
import { minEstimableRows } from "../metrics/metrics.js";
import { differenceInterval, exactAccuracyTest, onRows, rightShare } from "../metrics/scores.js";
import { tieRuns } from "../metrics/tie-runs.js";
import { holm } from "../statistics/holm.js";
import type { ApproachRuns } from "../summary.js";

/** Below this corrected p-value the two differ in a slice. */
const significance = 0.05;

interface SlicedRows {
  readonly of: SliceOf;
  readonly rows: readonly number[];
}

/**
 * Compares two approaches within each slice that has 20 rows or more, by an exact test corrected for the number of slices. `null` where there is none.
 *
 * Groups are no slices: rows of one group are one observation, and one says nothing.
 *
 * @param labels the labels of the task, in their order
 */
export function slicesOf(a: ApproachRuns, b: ApproachRuns, labels: readonly string[]): Slices | null {
  const ofB = new Set(b.present);
  const shared = a.present.filter((row) => ofB.has(row));
  const { truths } = a.series.seeds[0]!;
  const byLabel = labels.map((label, place): SlicedRows => {
    return { of: { kind: "label", label }, rows: shared.filter((row) => truths[row]!.includes(place)) };
  });
  // Where all rows are in it, a slice is no part of them.
  const slices = [...byLabel, ...byLength(a, shared)].filter(
    ({ rows }) => rows.length >= minEstimableRows && rows.length < shared.length,
  );
  if (slices.length === 0) return null;
  const tested = slices.map(({ of, rows }) => {
    const [ownA, ownB] = [onRows(a.series, rows), onRows(b.series, rows)];
    return { of, rows, ownA, ownB, pValue: exactAccuracyTest(ownA, ownB) };
  });
  const adjusted = holm(tested.map(({ pValue }) => pValue));
  const differing = tested.flatMap(({ of, rows, ownA, ownB, pValue }, index): Slice[] => {
    const adjustedPValue = adjusted[index]!;
    if (adjustedPValue >= significance) return [];
    const difference = differenceInterval(ownA, ownB, "accuracy");
    return [{ of, rows: rows.length, a: rightShare(ownA), b: rightShare(ownB), difference, pValue, adjustedPValue }];
  });
  return {
    a: a.measurements[0]!.approach,
    b: b.measurements[0]!.approach,
    tested: tested.length,
    differing: differing.sort((x, y) => x.pValue - y.pValue),
  };
}

/** The rows by thirds of the texts' length; nothing where some row's is not known. */
function byLength({ measurements }: ApproachRuns, rows: readonly number[]): SlicedRows[] {
  const { outcomes } = measurements[0]!;
  const lengths = rows.map((row) => outcomes[row]!.characters ?? Number.NaN);
  if (lengths.some(Number.isNaN)) return [];
  const order = [...rows.keys()].sort((x, y) => lengths[x]! - lengths[y]!);
  const thirds: number[][] = [[], [], []];
  for (const [start, end] of tieRuns(order, lengths)) {
    const third = Math.min(2, Math.floor((3 * (start + end)) / 2 / order.length));
    thirds[third]!.push(...order.slice(start, end));
  }
  const names = ["short", "middle", "long"] as const;
  return thirds.flatMap((places, third) => {
    if (places.length === 0) return [];
    const [from, to] = [lengths[places[0]!]!, lengths[places.at(-1)!]!];
    return [{ of: { kind: "length", third: names[third]!, from, to }, rows: places.map((place) => rows[place]!) }];
  });
}
