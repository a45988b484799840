/** @file How many labels one approach saves against another that learns too, on average over the scores that both reach. */
import { quantile } from "../../lib/quantile.js";
import { checkNumber } from "../plain/rows.js";
import { type ArmReplicates, checkDrawnTogether } from "./crossed-bootstrap.js";

/** A curve as scores at training-set sizes, ascending. */
export interface MeasuredCurve {
  readonly sizes: readonly number[];
  readonly scores: ArrayLike<number>;
}

/** Labels that are saved. */
export interface DataAdvantage {
  readonly kind: "advantage";
  /** Labels that the first approach needs less than the second for the same score, on average; negative where it needs more. */
  readonly labels: number;
  /** The lowest and the highest score that both reach. */
  readonly window: readonly [lowest: number, highest: number];
}

/** Why there is no advantage to tell. */
export interface NoAdvantage {
  readonly kind: "refused";
  /**
   * `too-few-sizes`: a curve has fewer than two. `no-scores`: a score is no number. `no-overlap`: no score is reached by both within their
   * sizes.
   */
  readonly reason: "too-few-sizes" | "no-scores" | "no-overlap";
}

/** Scores at which the curves are compared. */
const heights = 1000;

/**
 * The data advantage of one approach over another (Le Scao & Rush 2021, "How many data points is a prompt worth?"): the mean over 1,000
 * scores, evenly spaced over those that both curves reach, of the labels that the second needs for it less the labels that the first needs.
 * Between sizes the curves are straight in the number of labels; a score is reached where it is reached first. Checked against
 * numpy.interp.
 */
export function dataAdvantage(first: MeasuredCurve, second: MeasuredCurve): DataAdvantage | NoAdvantage {
  if (first.sizes.length < 2 || second.sizes.length < 2) return { kind: "refused", reason: "too-few-sizes" };
  const [a, b] = [rising(first), rising(second)];
  if (![...a, ...b].every(Number.isFinite)) return { kind: "refused", reason: "no-scores" };
  const lowest = Math.max(a[0]!, b[0]!);
  const highest = Math.min(a.at(-1)!, b.at(-1)!);
  if (!(highest > lowest)) return { kind: "refused", reason: "no-overlap" };
  let [sum, atA, atB] = [0, 1, 1];
  for (let step = 0; step < heights; step++) {
    const height = step === heights - 1 ? highest : lowest + ((highest - lowest) * step) / (heights - 1);
    while (a[atA]! < height) atA++;
    while (b[atB]! < height) atB++;
    sum += sizeBetween(second.sizes, b, atB, height) - sizeBetween(first.sizes, a, atA, height);
  }
  return { kind: "advantage", labels: sum / heights, window: [lowest, highest] };
}

/** The highest score up to each size. */
function rising({ sizes, scores }: MeasuredCurve): number[] {
  const highest: number[] = [];
  for (let at = 0; at < sizes.length; at++) highest.push(at === 0 ? scores[0]! : Math.max(highest[at - 1]!, scores[at]!));
  return highest;
}

/** The size between `at − 1` and `at` at which the height is reached. */
function sizeBetween(sizes: readonly number[], scores: readonly number[], at: number, height: number): number {
  const [below, above] = [scores[at - 1]!, scores[at]!];
  if (height <= below) return sizes[at - 1]!;
  return sizes[at - 1]! + ((height - below) / (above - below)) * (sizes[at]! - sizes[at - 1]!);
}

/** Labels that are saved, with their interval. */
export interface DataAdvantageEstimate extends DataAdvantage {
  readonly low: number;
  readonly high: number;
  /** Share of the replicates whose curves have a score in common; the interval is of those. */
  readonly overlapping: number;
}

/** The data advantage of one approach over another, both of one `crossedBootstrap`, with the interval between the replicates' quantiles. */
export function dataAdvantageInterval(
  first: ArmReplicates,
  second: ArmReplicates,
  { confidence = 0.95 }: { readonly confidence?: number } = {},
): DataAdvantageEstimate | NoAdvantage {
  checkDrawnTogether(first, second);
  checkNumber("confidence", confidence, confidence > 0 && confidence < 1, "a number between 0 and 1");
  const measured = dataAdvantage(first, second);
  if (measured.kind === "refused") return measured;
  const drawn = first.means.flatMap((scores, replicate) => {
    const advantage = dataAdvantage({ sizes: first.sizes, scores }, { sizes: second.sizes, scores: second.means[replicate]! });
    return advantage.kind === "refused" ? [] : advantage.labels;
  });
  const tail = (1 - confidence) / 2;
  const values = drawn.length > 0 ? drawn : [measured.labels];
  return {
    ...measured,
    low: Math.min(measured.labels, quantile(values, tail)),
    high: Math.max(measured.labels, quantile(values, 1 - tail)),
    overlapping: drawn.length / first.means.length,
  };
}
