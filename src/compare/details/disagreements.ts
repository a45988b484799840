import type { Comparison } from "../../types/comparison.js";
import type { Outcome } from "../../types/prediction.js";
import { mainMeasurements } from "../main-measurements.js";
import { isMissing } from "../missing.js";

/** One test row with the answers of the best of both arms. */
export interface Disagreement {
  readonly id: string;
  readonly truth: readonly string[];
  readonly tuned: Outcome;
  readonly prompted: Outcome;
}

/** The test rows that the best of both arms answer differently, by who is right. In the order of the test set. */
export interface Disagreements {
  readonly onlyTuned: readonly Disagreement[];
  readonly onlyPrompted: readonly Disagreement[];
  readonly bothWrong: readonly Disagreement[];
}

/** Where the best tuned and the best prompted approach differ, of the rows that both have an outcome of (first seed); `null` where an arm is missing. */
export function disagreements(comparison: Comparison): Disagreements | null {
  const tuned = outcomesOf(comparison, comparison.best.tune?.approach);
  const prompted = outcomesOf(comparison, comparison.best.prompt?.approach);
  if (tuned === undefined || prompted === undefined) return null;
  const promptedById = new Map(prompted.map((outcome) => [outcome.id, outcome]));
  const found: { onlyTuned: Disagreement[]; onlyPrompted: Disagreement[]; bothWrong: Disagreement[] } = {
    onlyTuned: [],
    onlyPrompted: [],
    bothWrong: [],
  };
  for (const outcome of tuned) {
    const other = promptedById.get(outcome.id);
    // A row that one of them has no outcome of says nothing of either.
    if (other === undefined || isMissing(outcome) || isMissing(other)) continue;
    if (key(outcome.answer) === key(other.answer)) continue;
    const row = { id: outcome.id, truth: outcome.truth, tuned: outcome, prompted: other };
    if (key(outcome.answer) === key(outcome.truth)) found.onlyTuned.push(row);
    else if (key(other.answer) === key(other.truth)) found.onlyPrompted.push(row);
    else found.bothWrong.push(row);
  }
  return found;
}

/** The test outcomes of an approach's first seed on the whole training set. */
export function outcomesOf({ measurements, task }: Comparison, approach: string | undefined): readonly Outcome[] | undefined {
  return mainMeasurements(measurements, task)
    .filter((measurement) => measurement.approach === approach && measurement.split === "test")
    .toSorted((a, b) => a.seed - b.seed)[0]?.outcomes;
}

function key(labels: readonly string[] | null): string {
  return JSON.stringify(labels?.toSorted() ?? null);
}
