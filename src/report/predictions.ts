/** @file The predictions themselves, one row an answer: for spreadsheets and for scripts. */

import { isMissing } from "../compare/missing.js";
import { ownValue } from "../lib/json-value.js";
import { csvCell } from "../lib/text/csv-cell.js";
import { keyOf } from "../lib/text/measurement-key.js";
import type { Comparison } from "../types/comparison.js";
import type { Measurement, MeasurementKey } from "../types/measurement.js";
import type { Outcome } from "../types/prediction.js";

type Row = Outcome & MeasurementKey & Pick<Measurement, "arm"> & { readonly text?: string };

/** Texts by id, where the data is at hand. */
export interface RowTexts {
  /** Of the test rows. */
  readonly texts?: ReadonlyMap<string, string>;
  /** Of the rows that validation rows are from: an id may stand for another row there. */
  readonly trainTexts?: ReadonlyMap<string, string>;
}

/** Every outcome of every measurement as one line of JSON, the fields as in a run's `predictions.jsonl`, and the text where it is at hand. */
export function renderJsonl(comparison: Comparison, texts: RowTexts = {}): string {
  return rows(comparison, texts)
    .map((row) => `${JSON.stringify(row)}\n`)
    .join("");
}

/** Columns of the CSV, and what stands in each. */
type Columns = Readonly<Record<string, (row: Row) => string | number | boolean | null | undefined>>;

const keyColumns: Columns = {
  approach: (row) => row.approach,
  arm: (row) => row.arm,
  split: (row) => row.split,
  train_size: (row) => row.trainSize,
  seed: (row) => row.seed,
  id: (row) => row.id,
};

/** Where texts are at hand. */
const textColumn: Columns = { text: (row) => row.text };

const answerColumns: Columns = {
  truth: (row) => row.truth.join("|"),
  answer: (row) => row.answer?.join("|"),
  // A missing row is neither right nor wrong.
  is_correct: (row) => (isMissing(row) ? null : isSameSet(row.truth, row.answer)),
  failure: (row) => row.failure,
  refused_by: (row) => row.refusedBy,
  confidence: (row) => row.confidence?.value ?? ownScore(row),
  confidence_source: (row) => row.confidence?.source,
  latency_seconds: (row) => row.latencySeconds,
  input_tokens: (row) => row.usage?.inputTokens,
  cached_input_tokens: (row) => row.usage?.cachedInputTokens,
  output_tokens: (row) => row.usage?.outputTokens,
  reasoning_tokens: (row) => row.usage?.reasoningTokens,
  cost_usd: (row) => row.costUsd,
  is_cached: (row) => row.isCached,
  raw_answer: (row) => row.rawAnswer,
};

/** Stands last, where rows belong to experiments: without it they could not be told from the others. */
const experimentColumn: Columns = {
  experiment: ({ experiment }) => experiment && JSON.stringify(experiment),
};

/**
 * Every outcome of every measurement as CSV (RFC 4180: CRLF, quotes doubled), several labels joined by `|`. Cells that a spreadsheet would
 * take for a formula are defused with an apostrophe in front, as OWASP advises: texts, answers and labels are untrusted.
 */
export function renderCsv(comparison: Comparison, texts: RowTexts = {}): string {
  const isPlain = comparison.measurements.every(({ experiment }) => experiment === undefined);
  const written = rows(comparison, texts);
  const hasTexts = written.some(({ text }) => text !== undefined);
  const shown = { ...keyColumns, ...(hasTexts && textColumn), ...answerColumns, ...(!isPlain && experimentColumn) };
  const lines = written.map((row) => Object.values(shown).map((cell) => csvCell(cell(row))));
  return [Object.keys(shown), ...lines].map((cells) => `${cells.join(",")}\r\n`).join("");
}

function rows({ measurements }: Comparison, { texts, trainTexts }: RowTexts): Row[] {
  return measurements.flatMap((measurement) => {
    const { approach, ...key } = keyOf(measurement);
    // An experiment may have changed the texts.
    const known = measurement.experiment !== undefined ? undefined : measurement.split === "test" ? texts : trainTexts;
    return measurement.outcomes.map(({ id, ...outcome }) => {
      const text = known?.get(id);
      return { approach, arm: measurement.arm, ...key, id, ...(text !== undefined && { text }), ...outcome };
    });
  });
}

/** The probability of the answer, where there is one label and it has a score. */
function ownScore({ answer, scores }: Row): number | undefined {
  const [only, ...others] = answer ?? [];
  return only === undefined || others.length > 0 ? undefined : ownValue(scores, only);
}

function isSameSet(truth: readonly string[], answer: readonly string[] | null): boolean {
  return answer !== null && answer.length === truth.length && truth.every((label) => answer.includes(label));
}
