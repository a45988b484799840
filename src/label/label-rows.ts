/** @file Rows through a predictor, piece by piece, written in the order they came in. */
import type { RowSource, SourceRow } from "../data/row-stream.js";
import { textOfRow } from "../data/text-of-row.js";
import type { PredictContext } from "../types/approach.js";
import type { Query } from "../types/data.js";
import type { ProgressEvent } from "../types/events.js";
import type { Prediction } from "../types/prediction.js";
import type { LabelledFile, LabelledRow } from "./labelled-file.js";

export interface LabelRowsInput {
  readonly source: RowSource;
  /** Columns of the text; several are joined as `joinedText` says. */
  readonly text: readonly string[];
  /** Rows to label, counted from the first one of the source; those that the file holds already are passed over. */
  readonly limit: number;
  /** Rows answered together. */
  readonly pieceRows: number;
  /** Pieces that are asked about while an earlier one is waited for and written. @default 1 */
  readonly piecesAhead?: number;
  readonly predict: (queries: readonly Query[], context: PredictContext) => Promise<Prediction[]>;
  /** Called once the answers to a piece are on disk, with what `predict` was given. */
  readonly onWritten?: (queries: readonly Query[]) => Promise<void>;
  readonly signal: AbortSignal;
  /** How many rows have an answer by now. */
  readonly onProgress: (done: number, detail?: string) => void;
  readonly onNote: (text: string) => void;
}

/**
 * Labels what the file does not hold yet. While one piece is waited for and written the next ones are asked about, so that the last rows of a
 * piece keep nobody waiting. Where one fails, the others are awaited, so that what is paid for is stored.
 */
export async function labelRows(input: LabelRowsInput, file: LabelledFile): Promise<void> {
  const { piecesAhead = 1 } = input;
  const answer = answerer(input, file.totals.rows);
  let written: Promise<void> = Promise.resolve();
  /** Pieces that are asked about or written, the first ones first. */
  const open: { readonly answering: Promise<unknown>; readonly written: Promise<void> }[] = [];
  try {
    for await (const piece of pieces(input, file.totals.rows)) {
      input.signal.throwIfAborted();
      const before = written;
      const answering = answer(piece);
      // Thrown when its turn to be written comes.
      answering.catch(() => {});
      written = before.then(async () => {
        const { queries, predictions } = await answering;
        await file.append(piece.map(({ values }, i) => ({ values, prediction: predictions[i]! })));
        if (queries.length > 0) await input.onWritten?.(queries);
      });
      written.catch(() => {});
      open.push({ answering, written });
      if (open.length <= piecesAhead) continue;
      await open[0]!.written;
      open.shift();
    }
    await written;
  } catch (error) {
    await Promise.allSettled(open.flatMap((piece) => [piece.answering, piece.written]));
    throw error;
  }
}

/** Rows that are written together once they were asked again. */
const mostReplaced = 20_000;

/** Asks about the rows at these places once more, and hands over what was said of them, by place, many at a time. */
export async function relabelRows(
  input: LabelRowsInput,
  places: readonly number[],
  replace: (rows: ReadonlyMap<number, LabelledRow>) => Promise<void>,
): Promise<void> {
  if (places.length === 0) return;
  const meant = new Set(places);
  const answer = answerer(input, 0);
  let labelled = new Map<number, LabelledRow>();
  let piece: { readonly place: number; readonly row: SourceRow }[] = [];
  const ask = async (): Promise<void> => {
    const { predictions } = await answer(piece.map(({ row }) => row));
    for (const [i, { place, row }] of piece.entries()) labelled.set(place, { values: row.values, prediction: predictions[i]! });
    piece = [];
  };
  let place = 0;
  for await (const row of input.source.rows()) {
    if (meant.has(place)) piece.push({ place, row });
    place++;
    if (piece.length < input.pieceRows) continue;
    input.signal.throwIfAborted();
    await ask();
    if (labelled.size < mostReplaced) continue;
    await replace(labelled);
    labelled = new Map();
  }
  if (piece.length > 0) await ask();
  if (labelled.size > 0) await replace(labelled);
}

/** What was asked about a piece, and one answer a row; `null` where its text is empty. */
interface AnsweredPiece {
  readonly queries: readonly Query[];
  readonly predictions: readonly (Prediction | null)[];
}

/** Answers pieces, and tells how many rows have an answer by now. */
function answerer(input: LabelRowsInput, before: number): (piece: readonly SourceRow[]) => Promise<AnsweredPiece> {
  let done = before;
  return async (piece) => {
    const texts = piece.map((row) => textOfRow(row, input.text));
    const queries = texts.flatMap((text, i) => (text.trim() === "" ? [] : [{ id: `row-${i}`, text }]));
    done += piece.length - queries.length;
    let told = 0;
    const log = (event: ProgressEvent): void => {
      if (event.kind === "note") input.onNote(event.text);
      else {
        done += event.done - told;
        told = event.done;
        input.onProgress(done, event.detail);
      }
    };
    const context = { signal: input.signal, useCache: true, spend: () => {}, log };
    const found = (queries.length === 0 ? [] : await input.predict(queries, context)).values();
    return { queries, predictions: texts.map((text) => (text.trim() === "" ? null : found.next().value!)) };
  };
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
