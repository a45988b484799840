import type { Pilot } from "../prompt/asking/output-estimate.js";
import type { Prediction } from "../types/prediction.js";

/** What labeling came to so far. Plain JSON. */
export interface LabelTotals extends Pilot {
  /** Rows written. */
  readonly rows: number;
  /** Rows by the label they got; a row with several counts once for each. */
  readonly labels: Readonly<Record<string, number>>;
  /** Rows without a label, by reason. */
  readonly failures: Readonly<Record<string, number>>;
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly reasoningTokens: number;
  /** At list price, also of answers that were stored; `null` where one was not known. */
  readonly usd: number | null;
}

/** Before the first row. */
export const noTotals: LabelTotals = {
  rows: 0,
  labels: {},
  failures: {},
  answers: 0,
  inputTokens: 0,
  cachedInputTokens: 0,
  outputTokens: 0,
  outputTokensSquared: 0,
  reasoningTokens: 0,
  usd: 0,
};

/** A text that holds nothing is not asked about. */
export const emptyText = "empty";

/** The totals where rows that had failed so have these predictions. What the failed ones had cost stays in the sum. */
export function replacePredictions(
  totals: LabelTotals,
  failures: readonly string[],
  predictions: readonly (Prediction | null)[],
): LabelTotals {
  const left = new Map(Object.entries(totals.failures));
  for (const failure of failures) left.set(failure, (left.get(failure) ?? 0) - 1);
  const failuresLeft = Object.fromEntries([...left].filter(([, rows]) => rows > 0));
  return addPredictions({ ...totals, rows: totals.rows - failures.length, failures: failuresLeft }, predictions);
}

/** The totals with the predictions added; a row without a prediction had an empty text. */
export function addPredictions(totals: LabelTotals, predictions: readonly (Prediction | null)[]): LabelTotals {
  const labels = new Map(Object.entries(totals.labels));
  const failures = new Map(Object.entries(totals.failures));
  const count = (counts: Map<string, number>, key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);
  let { rows, answers, inputTokens, cachedInputTokens, outputTokens, outputTokensSquared, reasoningTokens, usd } = totals;
  for (const prediction of predictions) {
    rows++;
    const failure = prediction === null ? emptyText : prediction.failure;
    if (failure !== undefined) count(failures, failure);
    for (const label of prediction?.answer ?? []) count(labels, label);
    const { usage, costUsd } = prediction ?? {};
    if (costUsd !== undefined) usd = usd === null || costUsd === null ? null : usd + costUsd;
    if (usage === undefined) continue;
    answers++;
    inputTokens += usage.inputTokens;
    cachedInputTokens += usage.cachedInputTokens;
    outputTokens += usage.outputTokens;
    outputTokensSquared += usage.outputTokens ** 2;
    reasoningTokens += usage.reasoningTokens;
  }
  return {
    rows,
    // A label may be named like a property of every object.
    labels: Object.fromEntries(labels),
    failures: Object.fromEntries(failures),
    answers,
    inputTokens,
    cachedInputTokens,
    outputTokens,
    outputTokensSquared,
    reasoningTokens,
    usd,
  };
}
