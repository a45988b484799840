/** @file The rows that two approaches share, as a cascade of them sees them. */
import type { ScoreCalibration } from "../../types/cascade.js";
import type { Measurement } from "../../types/measurement.js";
import type { Outcome } from "../../types/prediction.js";
import type { Assumptions } from "../../types/prices.js";
import { answerConfidence, calibrated } from "../calibration/score-calibration.js";
import { type CodedRows, codeOutcomes, type LabelSpace } from "../metrics/label-indices.js";
import { presentRows } from "../missing.js";
import { measuredPrice, usdPerThousand } from "../money/price.js";

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
  /** USD that each row costs; `null` where that is not known. */
  readonly usd: { readonly small: Float64Array | null; readonly llm: Float64Array | null };
  /** Rows before those were left out that one of the two has no outcome of. */
  readonly of: number;
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
  { space, assumptions }: { readonly space: LabelSpace; readonly assumptions: Assumptions },
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
    usd: { small: rowPrices(small, rows, assumptions), llm: rowPrices(llm, rows, assumptions) },
    of: first!.outcomes.length,
  };
}

/** What each row costs: as it was billed, the mean where it was not; by the clock the same for all. `null` where a price is not known. */
function rowPrices(runs: SplitRuns, rows: readonly number[], assumptions: Assumptions): Float64Array | null {
  const measured = measuredPrice(runs);
  const price = usdPerThousand(measured, assumptions);
  if (measured === null || price === null) return null;
  const mean = price.value / 1000;
  const { llmPrice = 1 } = assumptions;
  const priceOf = ({ costUsd }: Outcome): number =>
    measured.kind === "machine" || typeof costUsd !== "number" ? mean : llmPrice * costUsd;
  return Float64Array.from(rows, (row) => runs.reduce((sum, { outcomes }) => sum + priceOf(outcomes[row]!), 0) / runs.length);
}
