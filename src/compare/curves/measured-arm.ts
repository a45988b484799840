/** @file What was measured of one approach: what each run scored on each test row, by the training rows that it learned from. */

/** A score of the test rows as a function of how often each was drawn: what scores that are no mean of rows need, such as macro-F1. */
export type WeightedScore = (weights: Float64Array) => number;

/** A score that is a function of means over the rows drawn, as micro-F1 is of hits, labels given and labels true: far quicker to draw than a `WeightedScore`. */
export interface CountedScore {
  /** What each test row adds, count by count. */
  readonly counts: readonly ArrayLike<number>[];
  /** The score of the counts' means a row, in the same order. */
  readonly score: (means: readonly number[]) => number;
}

/** One run of one approach over the test rows. */
export interface Run {
  /** Runs of one seed have their luck in common: at all sizes, and in all approaches, since they learned from the same training rows. */
  readonly seed: number;
  /** What each test row scores, such as 1 where it is answered rightly and 0 where not; or the score of the rows drawn. */
  readonly rows: ArrayLike<number> | CountedScore | WeightedScore;
}

/** A run that learned from `size` training rows. */
export interface SizedRun extends Run {
  readonly size: number;
}

/** What an approach scored: at several training-set sizes, or without learning, which is a line over all sizes. */
export type MeasuredArm =
  | { readonly kind: "curve"; readonly runs: readonly SizedRun[] }
  | { readonly kind: "line"; readonly runs: readonly Run[] };

/** The runs of one approach at one size; a line has one such, of size 0. */
export interface RunsAtSize {
  readonly size: number;
  readonly runs: readonly Run[];
}

/** The runs by their sizes, ascending. */
export function runsBySize(arm: MeasuredArm): RunsAtSize[] {
  if (arm.kind === "line") return [{ size: 0, runs: arm.runs }];
  const bySize = new Map<number, Run[]>();
  for (const run of arm.runs) bySize.set(run.size, [...(bySize.get(run.size) ?? []), run]);
  return [...bySize].sort(([a], [b]) => a - b).map(([size, runs]) => ({ size, runs }));
}
