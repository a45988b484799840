/** @file Rows that a language model is asked about, piece by piece; each answer is on disk before the next piece is asked about. */
import { join } from "node:path";
import { z } from "zod";
import { throwIfAborted } from "../../lib/errors.js";
import { sha256 } from "../../lib/hash.js";
import { openJournal } from "../../store/journal.js";
import type { Context, Predictor } from "../../types/approach.js";
import type { Query } from "../../types/data.js";
import type { Prediction } from "../../types/prediction.js";

/** Rows that are asked about together. */
const pieceRows = 256;

/** An answer that was had, with the hash of the row that it is to. */
const lineSchema = z.looseObject({
  row: z.string(),
  prediction: z.custom<Prediction>((value) => typeof value === "object" && value !== null && "answer" in value),
});

/** Asks about rows. */
export interface RowAsker {
  /** One answer a row. Those that an earlier session was given are not asked for again; what they cost is spent all the same. */
  ask(queries: readonly Query[], context: Context): Promise<Prediction[]>;
}

/**
 * Asks a predictor, and keeps its answers in a folder. Rows that failed for good are asked about again by the next session.
 *
 * @param folder of this one fit; `undefined`: nothing is kept
 */
export function rowAsker(predictor: Predictor, folder: string | undefined): RowAsker {
  // Lines that are damaged can be made again.
  const journal = folder === undefined ? null : openJournal(join(folder, "answers.jsonl"), { schema: lineSchema, remedy: null });
  const known = new Map(journal?.lines.map(({ row, prediction }) => [row, prediction]));
  return {
    async ask(queries, context) {
      const found = new Map<Query, Prediction>();
      for (const query of queries) {
        const before = known.get(hashOf(query));
        if (before === undefined || before.failure === "error") continue;
        found.set(query, before);
        context.spend({
          usd: before.costUsd ?? 0,
          inputTokens: before.usage?.inputTokens ?? 0,
          outputTokens: before.usage?.outputTokens ?? 0,
        });
      }
      const left = queries.filter((query) => !found.has(query));
      for (let from = 0; from < left.length; from += pieceRows) {
        throwIfAborted(context.signal);
        const piece = left.slice(from, from + pieceRows);
        const log: Context["log"] = (event) =>
          // Of all rows, where the predictor tells of those of a piece.
          context.log(
            event.kind === "progress" && event.phase === "asking"
              ? { ...event, done: found.size + event.done, total: queries.length }
              : event,
          );
        const predictions = await predictor.predict(piece, { ...context, log, useCache: true });
        for (const [i, query] of piece.entries()) {
          const prediction = predictions[i]!;
          found.set(query, prediction);
          journal?.append({ row: hashOf(query), prediction });
        }
      }
      return queries.map((query) => found.get(query)!);
    },
  };
}

const hashOf = ({ id, text }: Query): string => sha256(id, text);
