/** @file The planned contrasts, and what each says. */
import type { Comparison } from "../types/comparison.js";
import type { Contrast, MoreRows, Reading } from "../types/contrast.js";
import type { Estimate, MetricChoice, Summary } from "../types/scores.js";
import type { MeasuredDifference, PairDifference } from "./pair-difference.js";
import { holm } from "./statistics/holm.js";
import { moreNeeded } from "./statistics/power.js";

interface Plan {
  readonly a: string;
  readonly b: string;
  readonly metric: Contrast["metric"];
  /** The one question of the whole tool. Absent where an arm is missing, and where it is several questions since an arm could not be ranked. */
  readonly isPrimary?: true;
}

/**
 * Which pairs are compared, fixed before any test row is looked at, so that Holm's correction knows how many there are:
 *
 * 1. the best tuned against the best prompted approach, in the metric that decides: the question of the whole tool;
 * 2. the same two in the other metrics;
 * 3. each of the two against every baseline: does it learn anything at all?
 * 4. each of the two against the other candidates of its arm: was the choice on validation rows a good one?
 * 5. each distilled model against the same model without what it was taught: did that pay?
 *
 * Where validation rows could not rank an arm, 1 and 2 are asked of each candidate that may be its best (`rivals`), and Holm's correction
 * holds for all of them: the answer must not be the luckiest of several.
 *
 * So they are where the test rows turned the choice of an arm (`turned`): of every candidate of the arm, since each might have been the one.
 *
 * Where one arm is missing, its contrasts are. Pairs of other candidates are not compared: every further question costs power.
 */
export function plannedContrasts(
  best: Comparison["best"],
  summaries: readonly (Pick<Summary, "approach" | "arm"> & { readonly facts?: Pick<Summary["facts"], "distilled"> })[],
  { primary: main, others }: Pick<MetricChoice, "primary" | "others">,
  rivals: readonly string[] = [],
  turned: readonly ("tune" | "prompt")[] = [],
): Plan[] {
  const plans: Plan[] = [];
  const [tuned, prompted] = [best.tune?.approach, best.prompt?.approach];
  const armOf = new Map(summaries.map(({ approach, arm }) => [approach, arm]));
  const contenders = (arm: "tune" | "prompt"): string[] => {
    const chosen = best[arm];
    if (chosen === null) return [];
    const others = turned.includes(arm) ? [...armOf.keys()].filter((each) => each !== chosen.approach) : rivals;
    return [chosen.approach, ...others.filter((other) => armOf.get(other) === arm)];
  };
  const pairs = contenders("tune").flatMap((a) => contenders("prompt").map((b) => ({ a, b })));
  for (const pair of pairs) {
    plans.push({ ...pair, metric: main, ...(pairs.length === 1 && { isPrimary: true }) });
    plans.push(...others.map((metric) => ({ ...pair, metric })));
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
  for (const { approach, facts } of named) {
    const student = facts?.distilled?.student;
    if (student !== undefined && armOf.has(student)) plans.push({ a: approach, b: student, metric: main });
  }
  return plans;
}

/**
 * The planned contrasts, in their order, each with what it says beside the margin. A pair without a test row that both have an outcome of is
 * left out.
 *
 * The verdict of the primary contrast rests on its own p-value: it is one question, asked once. All others are asked besides, and
 * theirs on the p-value that is corrected for the number of questions.
 *
 * @param differenceOf what the rows say of a pair; `null` where they say nothing
 */
export function contrastsOf(
  plans: readonly Plan[],
  differenceOf: (a: string, b: string, metric: Contrast["metric"]) => PairDifference | null,
  margin: number,
): Contrast[] {
  const tested = plans.flatMap(({ a, b, metric, isPrimary = false }) => {
    const found = differenceOf(a, b, metric);
    return found === null ? [] : [{ a, b, metric, isPrimary, ...found }];
  });
  // Each other reading is corrected among its own kind: they answer the same questions again, not further ones.
  const corrected = (kind: "measured" | "asWrong" | "offered" | "readable" | "undisputed"): number[] =>
    holm(tested.map((each) => (each[kind] || each.measured).pValue));
  const [adjusted, adjustedAsWrong, adjustedOffered, adjustedReadable, adjustedUndisputed] = [
    corrected("measured"),
    corrected("asWrong"),
    corrected("offered"),
    corrected("readable"),
    corrected("undisputed"),
  ];
  return tested.map((each, index): Contrast => {
    const { a, b, metric, isPrimary, discordant, measured, asWrong, offered, readable, undisputed } = each;
    const { asked, missing, units, overRows } = each;
    const judged = ({ rows, difference, pValue }: MeasuredDifference, adjustedPValue: number): Reading => {
      return { rows, difference, pValue, verdict: verdictOf(difference, isPrimary ? pValue : adjustedPValue, margin) };
    };
    const { difference, pValue, verdict } = judged(measured, adjusted[index]!);
    return {
      a,
      b,
      metric,
      discordant,
      difference,
      pValue,
      adjustedPValue: adjusted[index]!,
      verdict,
      moreRows: verdict === "undecided" ? moreRowsFor(difference, overRows, { units, margin }) : null,
      ...(asked.isSample && { askedRows: asked.rows }),
      ...(offered && { offered: { ...judged(offered, adjustedOffered[index]!), neverAnswered: offered.neverAnswered } }),
      ...(readable && { readable: judged(readable, adjustedReadable[index]!) }),
      ...(undisputed && { undisputed: judged(undisputed, adjustedUndisputed[index]!) }),
      ...(asWrong && { missing: { rows: missing, asWrong: judged(asWrong, adjustedAsWrong[index]!) } }),
    };
  });
}

/**
 * How many more rows, or groups of them, would decide it. What the luck of seeds adds to the interval they do not make narrower: where there is some, there is no bound;
 * where that alone is wider than the margin, no number of rows is told.
 */
function moreRowsFor(
  difference: Estimate,
  overRows: Estimate,
  { units: { count, quantile, unit }, margin }: { readonly units: PairDifference["units"]; readonly margin: number },
): MoreRows | null {
  const width = ({ low, high }: Estimate): number => (high - low) / 2;
  const ofSeeds = Math.sqrt(Math.max(0, width(difference) ** 2 - width(overRows) ** 2));
  if (ofSeeds >= Math.max(margin, Math.abs(difference.value) - margin)) return null;
  const needed = moreNeeded({ difference: overRows, units: count, quantile, margin });
  return needed && { ...needed, ...(ofSeeds > 0 && { high: null }), unit };
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
