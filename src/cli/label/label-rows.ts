/** @file Rows through a predictor, piece by piece, written in the order they came in. */
import { pathOf, valueAt } from "../../data/nested.js";
import type { RowSource, SourceRow } from "../../data/row-stream.js";
import { ExactNumber, formatExactJson } from "../../lib/exact-json.js";
import type { PredictContext, Prediction, ProgressEvent, Query } from "../../types.js";
import type { LabelledFile } from "./labelled-file.js";

export interface LabelRowsInput {
  readonly source: RowSource;
  /** Column of the text. */
  readonly text: string;
  /** Rows to label, counted from the first one of the source; those that the file holds already are passed over. */
  readonly limit: number;
  /** Rows answered together. */
  readonly pieceRows: number;
  readonly predict: (queries: readonly Query[], context: PredictContext) => Promise<Prediction[]>;
  readonly signal: AbortSignal;
  /** How many rows have an answer by now. */
  readonly onProgress: (done: number) => void;
  readonly onNote: (text: string) => void;
}

/** What a row has in a column, or at a dotted path into one. */
export function valueOfRow({ values }: SourceRow, column: string): unknown {
  if (Object.hasOwn(values, column)) return values[column];
  const place = pathOf(column, Object.keys(values));
  return place === null ? undefined : valueAt(values[place.column], place.path);
}

/** The text of a row, as it is asked about. */
export function textOfRow(row: SourceRow, column: string): string {
  const value = valueOfRow(row, column);
  if (value === undefined || value === null) return "";
  if (Array.isArray(value)) return value.join(" ");
  return typeof value === "object" && !(value instanceof ExactNumber) ? formatExactJson(value) : String(value);
}

/**
 * Labels what the file does not hold yet. While one piece is waited for and written the next one is asked about, so that the last rows of a
 * piece keep nobody waiting. Where one fails, the other one is awaited, so that what is paid for is stored.
 */
export async function labelRows(input: LabelRowsInput, file: LabelledFile): Promise<void> {
  let done = file.totals.rows;
  const answer = async (piece: readonly SourceRow[]): Promise<(Prediction | null)[]> => {
    const texts = piece.map((row) => textOfRow(row, input.text));
    const queries = texts.flatMap((text, i) => (text.trim() === "" ? [] : [{ id: `row-${i}`, text }]));
    done += piece.length - queries.length;
    let told = 0;
    const log = (event: ProgressEvent): void => {
      if (event.kind === "note") input.onNote(event.text);
      else {
        done += event.done - told;
        told = event.done;
        input.onProgress(done);
      }
    };
    const context = { signal: input.signal, useCache: true, spend: () => {}, log };
    const predictions = (queries.length === 0 ? [] : await input.predict(queries, context)).values();
    return texts.map((text) => (text.trim() === "" ? null : predictions.next().value!));
  };

  let written: Promise<void> = Promise.resolve();
  let answered: Promise<unknown> = written;
  try {
    for await (const piece of pieces(input, file.totals.rows)) {
      input.signal.throwIfAborted();
      const answering = answer(piece);
      answered = answering;
      // Thrown when its turn to be written comes.
      answering.catch(() => {});
      await written;
      written = answering.then((predictions) =>
        file.append(piece.map(({ values }, i) => ({ values, prediction: predictions[i]! }))),
      );
      written.catch(() => {});
    }
    await written;
  } catch (error) {
    await Promise.allSettled([answered, written]);
    throw error;
  }
}

async function* pieces({ source, limit, pieceRows }: LabelRowsInput, skip: number): AsyncGenerator<SourceRow[]> {
  let number = 0;
  let piece: SourceRow[] = [];
  for await (const row of source.rows()) {
    if (number >= limit) break;
    if (number++ < skip) continue;
    piece.push(row);
    if (piece.length < pieceRows) continue;
    yield piece;
    piece = [];
  }
  if (piece.length > 0) yield piece;
}
