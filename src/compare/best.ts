/** @file The best candidate of an arm, chosen on validation rows. Test rows are looked at by nobody who chooses. */
import type { Arm, Assumptions, BestChoice, ChoiceBasis, Measurement, MetricChoice, TaskFacts } from "../types.js";
import { usdPerThousand } from "./cost.js";
import { isStandIn } from "./language-model.js";
import { mainMeasurements } from "./main-measurements.js";
import { codeOutcomes } from "./metrics/label-indices.js";
import { metricChoice } from "./metrics/metric-choice.js";
import { scoreIn } from "./metrics/metrics.js";
import { presentRows } from "./missing.js";

/** The best of an arm, and the candidates that could not be ranked against it. */
export interface ArmChoice {
  readonly best: BestChoice | null;
  readonly rivals: readonly string[];
}

/** Share of the validation rows that a candidate must have an outcome of: with fewer, its score is of other rows than the rest's. */
const leastShare = 0.5;

/**
 * The arm's candidate with the best score on the validation rows that all candidates have an outcome of; of equals the one with the
 * cheaper predictions, then the first by name. `null` where the arm has no candidate. The score is the metric that ranks, or the accuracy
 * where these rows are too few for that.
 *
 * Where a language model was asked, a stand-in for one is no candidate, however it scored. A candidate with fewer than half of the
 * validation rows has no validation score: it is not ranked, and stays beside the best as its rival. Where none can be ranked, the
 * cheapest stands first, and all others are its rivals.
 *
 * @param measurements all of the comparison, of which experiments and smaller training sets have no part in this
 * @param measured approaches of the arm that have an outcome of test rows, in any order
 * @param unanswered approaches that most answers to test rows could not be had from: candidates only where there is no other one
 */
export function bestOfArm(
  arm: Arm,
  measured: readonly string[],
  measurements: readonly Measurement[],
  task: TaskFacts,
  { ranking }: Pick<MetricChoice, "ranking">,
  assumptions: Assumptions,
  unanswered: ReadonlySet<string> = new Set(),
): ArmChoice {
  const ofArm = mainMeasurements(measurements, task).filter((measurement) => measurement.arm === arm);
  const models = new Set(ofArm.filter((each) => !isStandIn(each)).map(({ approach }) => approach));
  const eligible = models.size === 0 ? measured : measured.filter((approach) => models.has(approach));
  const answering = eligible.filter((approach) => !unanswered.has(approach));
  const candidates = answering.length > 0 ? answering : eligible;
  const [only] = candidates;
  if (only === undefined) return { best: null, rivals: [] };
  if (candidates.length === 1) return { best: { approach: only, basis: soleBasis(only, measured, ofArm) }, rivals: [] };

  const priced = candidates.map((approach) => {
    const own = ofArm.filter((measurement) => measurement.approach === approach);
    const outcomes = own.find(({ split }) => split === "validation")?.outcomes ?? [];
    return { approach, outcomes, usd: usdPerThousand(own, assumptions)?.value ?? Number.POSITIVE_INFINITY };
  });
  priced.sort((a, b) => compareNumbers(a.usd, b.usd) || (a.approach < b.approach ? -1 : 1));
  const rankable = priced.filter(({ outcomes }) => isEnough(presentRows([outcomes]).length, outcomes.length));
  const rows = presentRows(rankable.map(({ outcomes }) => outcomes));
  const total = rankable[0]?.outcomes.length ?? 0;
  if (!isEnough(rows.length, total)) {
    const [cheapest, ...others] = priced.map(({ approach }) => approach);
    const isCut = priced.some(({ outcomes }) => outcomes.length > 0);
    const why = isCut ? "few-answered-rows" : "no-validation-rows";
    return { best: { approach: cheapest!, basis: { kind: "cheapest", why } }, rivals: others };
  }
  const coded = rankable.map(({ approach, outcomes }) => {
    const shared = rows.map((row) => outcomes[row]!);
    return { approach, rows: codeOutcomes(shared, task) };
  });
  const metric = ranking === "macroF1" ? metricChoice(coded[0]!.rows, task).ranking : ranking;
  const judged = coded.map((each) => ({ approach: each.approach, score: scoreIn(each.rows, metric) }));
  // Stable: of equals the cheaper one stays first.
  judged.sort((a, b) => b.score - a.score);
  const best = judged[0]!;
  const rivals = priced.filter((candidate) => !rankable.includes(candidate)).map(({ approach }) => approach);
  return {
    best: {
      approach: best.approach,
      basis: { kind: "validation", metric, score: best.score, rows: rows.length, of: total },
    },
    rivals,
  };
}

function isEnough(present: number, rows: number): boolean {
  return present > 0 && present >= leastShare * rows;
}

/** Why there was nothing to choose from. */
function soleBasis(only: string, measured: readonly string[], ofArm: readonly Measurement[]): ChoiceBasis {
  const others = ofArm.filter(({ approach }) => approach !== only);
  if (others.length === 0) return { kind: "only-candidate" };
  const isOnlyModel = others.every((other) => measured.includes(other.approach) && isStandIn(other));
  return { kind: isOnlyModel ? "only-language-model" : "only-measured" };
}

/** Ascending; two infinities are equal, which their difference (NaN) would not say. */
function compareNumbers(a: number, b: number): number {
  return a === b ? 0 : a - b;
}
