/**
 * @file Asking within a search: each row and each text once, within the budget, and on disk before it counts.
 *
 * A search is a function of its seed and of the answers. So a killed one goes on by being told again: it asks for the same in the same order,
 * has from the log what was answered before, with what it cost and when it came, and meets the budget where it met it the first time.
 */
import { sha256 } from "../../lib/hash.js";
import type { Context, PredictContext } from "../../types/approach.js";
import type { Example, Query } from "../../types/data.js";
import type { Prediction } from "../../types/prediction.js";
import { answerRows } from "../asking/answer-rows.js";
import type { Message } from "../llm.js";
import type { PromptProgram } from "../program.js";
import type { Ledger, PriceRange } from "./ledger.js";
import type { Evaluate, OptimizerContext, RowResult } from "./optimizer.js";
import { paidAnswers, rowKey } from "./paid-answers.js";
import { programKey } from "./program-key.js";
import type { LoggedRow, LoggedText, SearchLog } from "./search-log.js";

/** A model as a search sees it. Costs, at list price, and the seconds that a cache saved are told by the context's `spend`. */
export interface Answerer {
  /** Rows under way at once. */
  readonly atOnce: number;
  /** What one of these rows comes to. */
  rowPrice(program: PromptProgram, rows: readonly Query[], context: Context): Promise<PriceRange>;
  /** Asks about one row. Throws what stops a run. */
  answer(
    program: PromptProgram,
    query: Query,
    context: PredictContext,
  ): Promise<Pick<Prediction, "answer" | "rawAnswer"> & { readonly calls: number }>;
  /** What one text comes to. */
  textPrice(messages: readonly Message[]): PriceRange;
  /** Asks for a text; `""` where none came. `repeat`: how often the same was asked before. */
  write(
    messages: readonly Message[],
    repeat: number,
    context: PredictContext,
  ): Promise<{ readonly text: string; readonly calls: number }>;
}

export interface Search {
  readonly evaluate: Evaluate;
  readonly ask: OptimizerContext["ask"];
  readonly report: OptimizerContext["report"];
}

/** A search over an answerer, its accounts and its log. Whatever is spent, now or by an earlier session, is told to the context. */
export function createSearch(optimizer: string, answerer: Answerer, ledger: Ledger, log: SearchLog, context: Context): Search {
  const answers = paidAnswers(ledger, log, context);
  const timesAsked = new Map<string, number>();
  let best: number | undefined;

  const work = { phase: "optimizing", subject: `(${optimizer})` } as const;
  const progress = (): void => {
    const { calls } = ledger.spent;
    const detail = best === undefined ? {} : { detail: `best so far ${(best * 100).toFixed(1)} % right` };
    context.log({ kind: "progress", ...work, done: calls, total: ledger.budget.calls, ...detail });
  };

  const evaluate: Evaluate = async (program, rows) => {
    context.signal.throwIfAborted();
    const name = programKey(program);
    const open = rows.filter(({ id }) => answers.known(rowKey(name, id)) === undefined);
    if (open.length > 0) {
      const price = await answerer.rowPrice(program, open, context);
      if (!ledger.affords(open.length, price)) return null;
      const asked = open.filter(({ id }) => answers.recall(rowKey(name, id), price) === undefined);
      const answerRow = async (query: Query, signal: AbortSignal): Promise<Prediction> => {
        const { id } = query;
        await answers.pay(
          rowKey(name, id),
          price,
          signal,
          (rowContext) => answerer.answer(program, query, rowContext),
          ({ answer, rawAnswer }, paid) => ({
            kind: "row",
            program: name,
            id,
            answer,
            ...(rawAnswer === undefined ? {} : { said: rawAnswer }),
            ...paid,
          }),
        );
        // The answer is known now, to the search and on disk: the loop over the rows needs none.
        return { answer: null, failure: "missing" };
      };
      const isDone =
        asked.length === 0 ||
        (await answers.withinBudget((signal) =>
          answerRows(
            asked.map(({ id, text }) => ({ id, text })),
            { signal, useCache: true, spend: () => {}, log: progress },
            work,
            answerer.atOnce,
            (query, signals) => answerRow(query, signals.request),
          ),
        ));
      if (!isDone) return null;
    }
    return rows.map((row) => resultOf(row, answers.known(rowKey(name, row.id)) as LoggedRow));
  };

  return {
    evaluate,
    async ask(messages) {
      context.signal.throwIfAborted();
      const content = sha256(...messages.flatMap((message) => [message.role, message.content]));
      const repeat = timesAsked.get(content) ?? 0;
      const price = answerer.textPrice(messages);
      if (!ledger.affordsText(price)) return null;
      timesAsked.set(content, repeat + 1);
      const key = `${content} ${repeat}`;
      const recalled = answers.recall(key, price);
      if (recalled !== undefined) return (recalled as LoggedText).text;
      const isDone = await answers.withinBudget((signal) =>
        answers.pay(
          key,
          price,
          signal,
          (textContext) => answerer.write(messages, repeat, textContext),
          ({ text }, paid) => ({ kind: "text", key, text, ...paid }),
        ),
      );
      progress();
      return isDone ? (answers.known(key) as LoggedText).text : null;
    },
    report(step, bestNow) {
      best = bestNow;
      log.addStep({ kind: "step", step, best: bestNow, ...ledger.spent });
      progress();
    },
  };
}

function resultOf({ labels }: Example, { answer, said }: LoggedRow): RowResult {
  const isRight = answer !== null && answer.length === labels.length && answer.every((label) => labels.includes(label));
  return { isRight, answer, ...(said === undefined ? {} : { said }) };
}
