/** @file The planned contrasts, and what each says. */
import { random } from "../lib/random.js";
import type { Assumptions, Comparison, Contrast, Estimate, Summary } from "../types.js";
import { holm } from "./holm.js";
import { rowsNeeded } from "./power.js";
import { differenceInterval, differenceTest, discordantRows } from "./scores.js";
import type { ApproachRuns } from "./summary.js";

interface Plan {
  readonly a: string;
  readonly b: string;
  readonly metric: Contrast["metric"];
  /** The one question of the whole tool. Absent where an arm is missing. */
  readonly isPrimary?: true;
}

/**
 * Which pairs are compared, fixed before any test row is looked at, so that Holm's correction knows how many there are:
 *
 * 1. the best tuned against the best prompted approach, in accuracy: the question of the whole tool;
 * 2. the same two in macro-F1;
 * 3. each of the two against every baseline: does it learn anything at all?
 * 4. each of the two against the other candidates of its arm: was the choice on validation rows a good one?
 *
 * Where rows may have several labels, accuracy and macro-F1 change places: to have every label of a row right is a matter of luck with
 * many labels, and always answering the commonest label does well by it.
 *
 * Where one arm is missing, its contrasts are. Pairs of other candidates are not compared: every further question costs power.
 */
export function plannedContrasts(
  best: Comparison["best"],
  summaries: readonly Pick<Summary, "approach" | "arm">[],
  isMultiLabel = false,
): Plan[] {
  const plans: Plan[] = [];
  const [main, second] = isMultiLabel ? (["macroF1", "accuracy"] as const) : (["accuracy", "macroF1"] as const);
  const [tuned, prompted] = [best.tune?.approach, best.prompt?.approach];
  if (tuned !== undefined && prompted !== undefined) {
    plans.push({ a: tuned, b: prompted, metric: main, isPrimary: true }, { a: tuned, b: prompted, metric: second });
  }
  const named = summaries.toSorted((a, b) => (a.approach < b.approach ? -1 : 1));
  const chosen = [
    ["tune", tuned],
    ["prompt", prompted],
  ] as const;
  for (const [, approach] of chosen) {
    if (approach === undefined) continue;
    for (const other of named) if (other.arm === "baseline") plans.push({ a: approach, b: other.approach, metric: main });
  }
  for (const [arm, approach] of chosen) {
    if (approach === undefined) continue;
    for (const other of named) {
      if (other.arm === arm && other.approach !== approach) plans.push({ a: approach, b: other.approach, metric: main });
    }
  }
  return plans;
}

/**
 * Computes the planned contrasts, in their order. `seed` fixes the resampling.
 *
 * The verdict of the primary contrast rests on its own p-value: it is one question, asked once. All others are asked besides, and
 * theirs on the p-value that is corrected for the number of questions.
 */
export function contrastsOf(
  plans: readonly Plan[],
  runs: ReadonlyMap<string, ApproachRuns>,
  assumptions: Assumptions,
  seed: number,
): Contrast[] {
  const tested = plans.map(({ a, b, metric, isPrimary = false }) => {
    const [seriesA, seriesB] = [runs.get(a)!.series, runs.get(b)!.series];
    const stream = `${metric} of ${a} and ${b}`;
    return {
      a,
      b,
      metric,
      difference: differenceInterval(seriesA, seriesB, metric, random(seed, stream)),
      discordant: discordantRows(seriesA, seriesB),
      pValue: differenceTest(seriesA, seriesB, metric, random(seed, `test of ${stream}`)),
      rows: seriesA.groups.length,
      isPrimary,
    };
  });
  const adjusted = holm(tested.map((contrast) => contrast.pValue));
  return tested.map(({ rows, isPrimary, ...contrast }, index) => {
    const adjustedPValue = adjusted[index]!;
    const verdict = verdictOf(contrast.difference, isPrimary ? contrast.pValue : adjustedPValue, assumptions.margin);
    const moreRows = verdict === "undecided" ? rowsNeeded(contrast.difference, rows, assumptions.margin) : null;
    return { ...contrast, adjustedPValue, verdict, moreRows };
  });
}

/**
 * What the interval says beside the margin within which a difference does not matter. `pValue`: corrected for the number of questions,
 * unless it is the primary one.
 *
 * "Better" asks that the whole interval lies beyond the margin, and that the test agrees: with a handful of discordant rows or
 * groups an interval by resampling is too narrow, and the test, which is exact, is not fooled.
 */
export function verdictOf(difference: Estimate, pValue: number, margin: number): Contrast["verdict"] {
  if (difference.low > margin && pValue < 0.05) return "a-better";
  if (difference.high < -margin && pValue < 0.05) return "b-better";
  if (difference.low >= -margin && difference.high <= margin) return "equivalent";
  return "undecided";
}
