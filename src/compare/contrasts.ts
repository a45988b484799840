/** @file The planned contrasts, and what each says. */
import { random } from "../lib/random.js";
import type { Assumptions, Comparison, Contrast, Estimate, MetricChoice, MoreRows, Reading, Summary } from "../types.js";
import { isPromptedLlm } from "./language-model.js";
import { differenceInterval, differenceTest, discordantRows, onRows, type Series } from "./metrics/scores.js";
import { neverAnswered } from "./never-answered.js";
import { holm } from "./statistics/holm.js";
import { effectiveUnits } from "./statistics/jackknife.js";
import { moreNeeded } from "./statistics/power.js";
import { tQuantile } from "./statistics/student.js";
import type { ApproachRuns } from "./summary.js";
import { unreadableRows } from "./unanswered.js";

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
 *
 * Where validation rows could not rank an arm, 1 and 2 are asked of each candidate that may be its best (`rivals`), and Holm's correction
 * holds for all of them: the answer must not be the luckiest of several.
 *
 * Where one arm is missing, its contrasts are. Pairs of other candidates are not compared: every further question costs power.
 */
export function plannedContrasts(
  best: Comparison["best"],
  summaries: readonly Pick<Summary, "approach" | "arm">[],
  { primary: main, others }: Pick<MetricChoice, "primary" | "others">,
  rivals: readonly string[] = [],
): Plan[] {
  const plans: Plan[] = [];
  const [tuned, prompted] = [best.tune?.approach, best.prompt?.approach];
  const armOf = new Map(summaries.map(({ approach, arm }) => [approach, arm]));
  const contenders = (arm: "tune" | "prompt"): string[] => {
    const chosen = best[arm];
    return chosen === null ? [] : [chosen.approach, ...rivals.filter((rival) => armOf.get(rival) === arm)];
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
  return plans;
}

/**
 * Computes the planned contrasts, in their order, each on the test rows that both approaches have an outcome of. A pair without such a row
 * is left out. `seed` fixes the resampling.
 *
 * The verdict of the primary contrast rests on its own p-value: it is one question, asked once. All others are asked besides, and
 * theirs on the p-value that is corrected for the number of questions.
 */
export function contrastsOf(
  plans: readonly Plan[],
  runs: ReadonlyMap<string, ApproachRuns>,
  assumptions: Assumptions,
  seed: number,
  labels: readonly string[],
): Contrast[] {
  const tested = plans.flatMap(({ a, b, metric, isPrimary = false }) => {
    const [runsA, runsB] = [runs.get(a)!, runs.get(b)!];
    const ofB = new Set(runsB.present);
    const shared = runsA.present.filter((row) => ofB.has(row));
    if (shared.length === 0) return [];
    const all = runsA.series.groups.length;
    const [commonA, commonB] = [onRows(runsA.series, shared), onRows(runsB.series, shared)];
    const stream = `${metric} of ${a} and ${b}`;
    const measured = measuredDifference(commonA, commonB, metric, seed, stream);
    const asWrong =
      shared.length < all && measuredDifference(runsA.series, runsB.series, metric, seed, `${stream}, missing as wrong`);
    /** What some of the shared rows say; `false` where they are none, or all. */
    const readingOf = (rows: readonly number[], name: string): MeasuredDifference | false =>
      rows.length > 0 &&
      rows.length < shared.length &&
      measuredDifference(onRows(runsA.series, rows), onRows(runsB.series, rows), metric, seed, `${stream}, ${name}`);
    const isLlm = isAgainstLlm(runsA, runsB);
    const never = isLlm ? neverAnswered(commonB) : [];
    const unreadable = isLlm ? unreadableRows(runsB) : new Set();
    const truthsOf = (row: number) => runsB.series.seeds[0]!.truths[row]!;
    const offered = readingOf(
      shared.filter((row) => !truthsOf(row).some((label) => never.includes(label))),
      "offered",
    );
    const readable = readingOf(
      shared.filter((row) => !unreadable.has(row)),
      "readable",
    );
    const undisputed = readingOf(
      shared.filter((row) => !isDisputed(runsA, row) && !isDisputed(runsB, row)),
      "undisputed",
    );
    return [
      {
        a,
        b,
        metric,
        undisputed,
        readable,
        offered: offered && { ...offered, neverAnswered: never.map((label) => labels[label]!) },
        groups: commonA.groups,
        discordant: discordantRows(commonA, commonB),
        measured,
        asWrong,
        missing: all - shared.length,
        isPrimary,
      },
    ];
  });
  // Each other reading is corrected among its own kind: they answer the same questions again, not further ones.
  const corrected = (kind: "asWrong" | "offered" | "readable" | "undisputed"): number[] =>
    holm(tested.map((each) => (each[kind] || each.measured).pValue));
  const adjusted = holm(tested.map(({ measured }) => measured.pValue));
  const [adjustedAsWrong, adjustedOffered, adjustedReadable, adjustedUndisputed] = [
    corrected("asWrong"),
    corrected("offered"),
    corrected("readable"),
    corrected("undisputed"),
  ];
  return tested.map(
    ({ measured, asWrong, offered, readable, undisputed, missing, isPrimary, groups, ...names }, index): Contrast => {
      const judged = ({ rows, difference, pValue }: MeasuredDifference, adjustedPValue: number): Reading => {
        return {
          rows,
          difference,
          pValue,
          verdict: verdictOf(difference, isPrimary ? pValue : adjustedPValue, assumptions.margin),
        };
      };
      const { difference, pValue, verdict } = judged(measured, adjusted[index]!);
      const moreRows = verdict === "undecided" ? moreRowsFor(difference, groups, assumptions.margin) : null;
      return {
        ...names,
        difference,
        pValue,
        adjustedPValue: adjusted[index]!,
        verdict,
        moreRows,
        ...(offered && { offered: { ...judged(offered, adjustedOffered[index]!), neverAnswered: offered.neverAnswered } }),
        ...(readable && { readable: judged(readable, adjustedReadable[index]!) }),
        ...(undisputed && { undisputed: judged(undisputed, adjustedUndisputed[index]!) }),
        ...(asWrong && { missing: { rows: missing, asWrong: judged(asWrong, adjustedAsWrong[index]!) } }),
      };
    },
  );
}

function isDisputed({ measurements }: ApproachRuns, row: number): boolean {
  return measurements.some(({ outcomes }) => outcomes[row]!.isDisputed === true);
}

/** How many more rows, or groups of them, would decide it. */
function moreRowsFor(difference: Estimate, groups: Series["groups"], margin: number): MoreRows | null {
  const named = new Set(groups.filter((group) => group !== undefined));
  const units = named.size + groups.filter((group) => group === undefined).length;
  const quantile = tQuantile(0.975, Math.max(1, effectiveUnits(groups) - 1));
  const needed = moreNeeded({ difference, units, quantile, margin });
  return needed && { ...needed, unit: named.size > 0 ? "groups" : "rows" };
}

/** Whether it is the question of the tool, and an LLM the answer: a tuned model was offered every label that it learned from. */
function isAgainstLlm(a: ApproachRuns, b: ApproachRuns): boolean {
  return a.measurements[0]!.arm === "tune" && b.measurements.some(isPromptedLlm);
}

type MeasuredDifference = Omit<Reading, "verdict">;

function measuredDifference(a: Series, b: Series, metric: Contrast["metric"], seed: number, stream: string): MeasuredDifference {
  return {
    rows: a.groups.length,
    difference: differenceInterval(a, b, metric),
    pValue: differenceTest(a, b, metric, random(seed, `test of ${stream}`)),
  };
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
