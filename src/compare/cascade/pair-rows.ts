/** @file The rows that two approaches share, as a cascade of them sees them. */
import type { ScoreCalibration } from "../../types/cascade.js";
import type { Measurement } from "../../types/measurement.js";
import type { Outcome } from "../../types/prediction.js";
import type { Assumptions } from "../../types/prices.js";
import { answerConfidence, calibrated } from "../calibration/score-calibration.js";
import { type CodedRows, codeOutcomes, type LabelSpace } from "../metrics/label-indices.js";
import { presentRows } from "../missing.js";
import { type MeasuredPrice, measuredPrice, usdPerThousand } from "../money/price.js";

/** One seed of both. All lists have an entry a row. */
export interface PairSeed {
  readonly small: CodedRows;
  /** As it answered. */
  readonly llm: CodedRows;
  /** What is answered where the row is handed on: the small model's answer stands where the other one cannot be used. */
  readonly handedOn: CodedRows;
  /** How sure the small model is; −∞ where it has no answer. */
  readonly confidence: Float64Array;
}

/** The rows that both have an outcome of in every seed. */
export interface PairRows {
  readonly ids: readonly string[];
  readonly groups: readonly (string | undefined)[];
  /** What is drawn, or put into a fold, as a whole: a group, or a row without one. */
  readonly units: readonly string[];
  /** At least one. */
  readonly seeds: readonly PairSeed[];
  /** What predictions cost, before any price is assumed; `null` where that is not known. */
  readonly prices: { readonly small: MeasuredRowPrices | null; readonly llm: MeasuredRowPrices | null };
  /** Rows before those were left out that one of the two has no outcome of. */
  readonly of: number;
}

/** What an approach's predictions cost, by the bill of each row or by the clock. */
export interface MeasuredRowPrices {
  readonly price: MeasuredPrice;
  /** List price of each row in USD, the mean over the seeds; `null`: by the clock, the same for all. */
  readonly listed: Float64Array | null;
}

/** USD that each row costs, by both; `null` where that is not known. */
export interface RowsUsd {
  readonly small: Float64Array | null;
  readonly llm: Float64Array | null;
}

/** One approach's measurements of a split, by ascending seed. */
export type SplitRuns = readonly Measurement[];

/**
 * Pairs two approaches on the rows of a split. Where one has fewer seeds, its first stands in for the others. `null` where they share no row, or where
 * the small one does not tell how sure it is.
 */
export function pairRows(
  small: SplitRuns,
  llm: SplitRuns,
  calibration: ScoreCalibration | null,
  space: LabelSpace,
): PairRows | null {
  const rows = presentRows([...small, ...llm].map(({ outcomes }) => outcomes));
  if (small.length === 0 || llm.length === 0 || rows.length === 0) return null;
  const kept = (measurement: Measurement): Outcome[] => rows.map((row) => measurement.outcomes[row]!);
  const seeds: PairSeed[] = [];
  for (const [place, measurement] of small.entries()) {
    const outcomes = kept(measurement).map((outcome) => calibrated(outcome, calibration, space));
    const confidences = outcomes.map((outcome) => answerConfidence(outcome, space));
    if (confidences.includes(null)) return null;
    const coded = codeOutcomes(outcomes, space);
    const other = codeOutcomes(kept(llm[place] ?? llm[0]!), space);
    seeds.push({
      small: coded,
      llm: other,
      handedOn: { ...other, answers: other.answers.map((answer, row) => answer ?? coded.answers[row]!) },
      confidence: Float64Array.from(confidences as number[]),
    });
  }
  const [first] = small;
  const shown = kept(first!);
  const groups = shown.map(({ group }) => group);
  const ids = shown.map(({ id }) => id);
  return {
    ids,
    groups,
    units: ids.map((id, row) => (groups[row] === undefined ? `row:${id}` : `group:${groups[row]}`)),
    seeds,
    prices: { small: measuredRowPrices(small, rows), llm: measuredRowPrices(llm, rows) },
    of: first!.outcomes.length,
  };
}

/** As it was billed, the mean where it was not; by the clock the same for all. */
function measuredRowPrices(runs: SplitRuns, rows: readonly number[]): MeasuredRowPrices | null {
  const price = measuredPrice(runs);
  if (price === null || price.kind === "machine") return price && { price, listed: null };
  const mean = price.usdPerThousand / 1000;
  const priceOf = ({ costUsd }: Outcome): number => (typeof costUsd === "number" ? costUsd : mean);
  const listed = Float64Array.from(rows, (row) => {
    return runs.reduce((sum, { outcomes }) => sum + priceOf(outcomes[row]!), 0) / runs.length;
  });
  return { price, listed };
}

/** What each row costs by both, under such prices. */
export function usdOfRows({ prices, ids }: Pick<PairRows, "prices" | "ids">, assumptions: Assumptions): RowsUsd {
  const usd = (of: MeasuredRowPrices | null): Float64Array | null => {
    const mean = usdPerThousand(of?.price ?? null, assumptions);
    if (of === null || mean === null) return null;
    const { llmPrice = 1 } = assumptions;
    return of.listed?.map((price) => llmPrice * price) ?? new Float64Array(ids.length).fill(mean.value / 1000);
  };
  return { small: usd(prices.small), llm: usd(prices.llm) };
}
