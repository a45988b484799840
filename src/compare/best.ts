/** @file The best candidate of an arm, chosen on validation rows. Test rows have no part in it; where they show a better one, `shown-better.ts` turns the choice. */
import type { BestChoice, ChoiceBasis } from "../types/comparison.js";
import type { TaskFacts } from "../types/data.js";
import type { Arm } from "../types/identity.js";
import type { Measurement } from "../types/measurement.js";
import type { Assumptions } from "../types/prices.js";
import type { Metric, MetricChoice } from "../types/scores.js";
import { mainMeasurements } from "./main-measurements.js";
import { codeOutcomes } from "./metrics/label-indices.js";
import { metricChoice } from "./metrics/metric-choice.js";
import { scoreIn } from "./metrics/metrics.js";
import { askedOutcomes, askedRows, presentRows } from "./missing.js";
import { type MeasuredPrice, measuredPrice, usdPerThousand } from "./money/price.js";

/** The best of an arm, and the candidates that could not be ranked against it. */
export interface ArmChoice {
  readonly best: BestChoice | null;
  readonly rivals: readonly string[];
}

/** Share of the validation rows that it was asked about that a candidate must have an outcome of: with fewer, its score is of other rows than the rest's. */
const leastShare = 0.5;

/** What validation rows say of an arm's candidates, whatever prices are assumed. */
export interface Candidates {
  /** Those that the best may be, by name, with what measurements say of their prices. */
  readonly priced: readonly { readonly approach: string; readonly price: MeasuredPrice | null }[];
  /** Why there is nothing to choose from, where there is one candidate. */
  readonly sole?: ChoiceBasis;
  /** Scores on the validation rows that all of these have an outcome of; or why there are none. */
  readonly ranked:
    | { readonly metric: Metric; readonly scores: ReadonlyMap<string, number>; readonly rows: number; readonly of: number }
    | Extract<ChoiceBasis, { readonly kind: "cheapest" }>;
}

/**
 * The candidates of an arm with their scores on the validation rows that all have an outcome of: in the metric that ranks, or the accuracy
 * where these rows are too few for that.
 *
 * A candidate with fewer than half of the validation rows that it was asked about has no score.
 *
 * @param measurements all of the comparison, of which experiments and smaller training sets have no part in this
 * @param measured approaches of the arm that have an outcome of test rows, in any order
 * @param unanswered approaches that most answers to test rows could not be had from: candidates only where there is no other one
 */
export function candidatesOf(
  arm: Arm,
  measured: readonly string[],
  measurements: readonly Measurement[],
  task: TaskFacts,
  { ranking }: Pick<MetricChoice, "ranking">,
  unanswered: ReadonlySet<string> = new Set(),
): Candidates {
  const ofArm = mainMeasurements(measurements, task).filter((measurement) => measurement.arm === arm);
  const answering = measured.filter((approach) => !unanswered.has(approach));
  const candidates = (answering.length > 0 ? answering : measured).toSorted();
  const answers = candidates.map((approach) => {
    const own = ofArm.filter((measurement) => measurement.approach === approach);
    const outcomes = own.find(({ split }) => split === "validation")?.outcomes ?? [];
    return { approach, outcomes, price: measuredPrice(own) };
  });
  const priced = answers.map(({ approach, price }) => ({ approach, price }));
  const [only, ...others] = candidates;
  const sole = only !== undefined && others.length === 0 ? { sole: soleBasis(only, ofArm) } : {};
  const rankable = answers.filter(({ outcomes }) => isEnough(presentRows([outcomes]).length, askedOutcomes(outcomes).length));
  const answersOfAll = rankable.map(({ outcomes }) => outcomes);
  const rows = presentRows(answersOfAll);
  const total = askedRows(answersOfAll).length;
  if (!isEnough(rows.length, total)) {
    const isCut = answers.some(({ outcomes }) => outcomes.length > 0);
    return { priced, ...sole, ranked: { kind: "cheapest", why: isCut ? "few-answered-rows" : "no-validation-rows" } };
  }
  const coded = rankable.map(({ approach, outcomes }) => {
    const shared = rows.map((row) => outcomes[row]!);
    return { approach, rows: codeOutcomes(shared, task) };
  });
  const metric = ranking === "macroF1" ? metricChoice(coded[0]!.rows, task).ranking : ranking;
  const scores = new Map(coded.map((each) => [each.approach, scoreIn(each.rows, metric)]));
  return { priced, ...sole, ranked: { metric, scores, rows: rows.length, of: total } };
}

/**
 * The candidate with the best score on validation rows, of those that keep all limits where one does; of equals the one with the cheaper predictions, then the first by name. `null` where
 * the arm has no candidate. One without a score stays beside the best as its rival. Where none has one, the cheapest stands first, and all
 * others are its rivals.
 */
export function bestOf(
  { priced: all, sole, ranked }: Candidates,
  assumptions: Assumptions,
  isWithinLimits: (approach: string) => boolean = () => true,
): ArmChoice {
  const within = all.filter(({ approach }) => isWithinLimits(approach));
  const priced = within.length > 0 ? within : all;
  const [only] = priced;
  if (only === undefined) return { best: null, rivals: [] };
  if (sole !== undefined) return { best: { approach: only.approach, basis: sole }, rivals: [] };
  if (priced.length === 1) return { best: { approach: only.approach, basis: { kind: "only-within-limits" } }, rivals: [] };
  const byPrice = priced
    .map(({ approach, price }) => ({ approach, usd: usdPerThousand(price, assumptions)?.value ?? Number.POSITIVE_INFINITY }))
    .sort((a, b) => compareNumbers(a.usd, b.usd))
    .map(({ approach }) => approach);
  if ("kind" in ranked) {
    const [cheapest, ...others] = byPrice;
    return { best: { approach: cheapest!, basis: ranked }, rivals: others };
  }
  const { metric, scores, rows, of } = ranked;
  const scored = byPrice.filter((approach) => scores.has(approach));
  if (scored.length === 0) {
    const [cheapest, ...others] = byPrice;
    return { best: { approach: cheapest!, basis: { kind: "cheapest", why: "few-answered-rows" } }, rivals: others };
  }
  // Of equals the cheaper one, which comes first.
  const approach = scored.reduce((a, b) => (scores.get(b)! > scores.get(a)! ? b : a));
  return {
    best: { approach, basis: { kind: "validation", metric, score: scores.get(approach)!, rows, of } },
    rivals: byPrice.filter((each) => !scores.has(each)),
  };
}

function isEnough(present: number, rows: number): boolean {
  return present > 0 && present >= leastShare * rows;
}

/** Why there was nothing to choose from. */
function soleBasis(only: string, ofArm: readonly Measurement[]): ChoiceBasis {
  return { kind: ofArm.every(({ approach }) => approach === only) ? "only-candidate" : "only-measured" };
}

/** Ascending; two infinities are equal, which their difference (NaN) would not say. */
function compareNumbers(a: number, b: number): number {
  return a === b ? 0 : a - b;
}
