/**
 * @file Asking within a search: each row and each text once, within the budget, and on disk before it counts.
 *
 * A search is a function of its seed and of the answers. So a killed one goes on by being told again: it asks for the same in the same order,
 * has from the log what was answered before, with what it cost and when it came, and meets the budget where it met it the first time.
 */
import { addCosts, noCost } from "../../lib/cost.js";
import { UserError } from "../../lib/errors.js";
import { sha256 } from "../../lib/hash.js";
import type { Context, Cost, Example, PredictContext, Prediction, Query } from "../../types.js";
import { answerRows } from "../asking/answer-rows.js";
import type { Message } from "../llm.js";
import type { PromptProgram } from "../program.js";
import type { Ledger, PriceRange } from "./ledger.js";
import type { Evaluate, OptimizerContext, RowResult } from "./optimizer.js";
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

/** Thrown and caught in this file, where the budget or the time ends in the middle of an evaluation. */
class OutOfBudget extends Error {}

/** A search over an answerer, its accounts and its log. Whatever is spent, now or by an earlier session, is told to the context. */
export function createSearch(optimizer: string, answerer: Answerer, ledger: Ledger, log: SearchLog, context: Context): Search {
  const logged = new Map<string, LoggedRow | LoggedText>();
  for (const row of log.rows) logged.set(rowKey(row.program, row.id), row);
  for (const text of log.texts) logged.set(text.key, text);
  const known = new Map<string, LoggedRow | LoggedText>();
  const timesAsked = new Map<string, number>();
  let best: number | undefined;
  let toldSeconds = 0;

  const work = { phase: "optimizing", subject: `(${optimizer})` } as const;
  const progress = (): void => {
    const { calls } = ledger.spent;
    const detail = best === undefined ? {} : { detail: `best so far ${(best * 100).toFixed(1)} % right` };
    context.log({ kind: "progress", ...work, done: calls, total: ledger.budget.calls, ...detail });
  };

  /** What an earlier session paid counts as if it were paid now. */
  const replay = <Entry extends LoggedRow | LoggedText>(key: string, entry: Entry, price: PriceRange): Entry => {
    ledger.replay(price, { calls: entry.calls, usd: entry.cost.usd }, entry.atSeconds);
    context.spend(addCosts(entry.cost, { seconds: Math.max(0, entry.atSeconds - toldSeconds) }));
    toldSeconds = Math.max(toldSeconds, entry.atSeconds);
    known.set(key, entry);
    return entry;
  };

  /** Asks for one thing under the budget; what came is on disk when the promise resolves. */
  const pay = async <Answer extends { readonly calls: number }>(
    key: string,
    price: PriceRange,
    signal: AbortSignal,
    ask: (context: PredictContext) => Promise<Answer>,
    entryOf: (answer: Answer, paid: { calls: number; cost: Cost; atSeconds: number }) => LoggedRow | LoggedText,
  ): Promise<void> => {
    const settle = await ledger.reserve(price);
    if (settle === null) throw new OutOfBudget();
    let cost = noCost;
    let calls = 0;
    try {
      const spend = (part: Partial<Cost>): void => {
        cost = addCosts(cost, part);
      };
      const answer = await ask({ signal, useCache: true, spend, log: () => {} });
      calls = answer.calls;
      const entry = entryOf(answer, { calls, cost, atSeconds: Math.round(ledger.spent.seconds * 1000) / 1000 });
      log.add(entry);
      known.set(key, entry);
    } finally {
      context.spend(cost);
      settle({ calls, usd: cost.usd });
    }
  };

  /** A signal that also ends when the time is up, and a way to tell which it was. */
  const timed = (): { readonly signal: AbortSignal; readonly isOver: () => boolean } => {
    const secondsLeft = ledger.secondsLeft();
    // Node's timers end at 2³¹ ms, 24 days.
    if (secondsLeft > 2_000_000) return { signal: context.signal, isOver: () => false };
    const deadline = AbortSignal.timeout(Math.max(0, Math.ceil(secondsLeft * 1000)));
    return {
      signal: AbortSignal.any([context.signal, deadline]),
      isOver: () => deadline.aborted && !context.signal.aborted,
    };
  };

  /** `true` where all of it was done, `false` where the budget ended. */
  const withinBudget = async (work: (signal: AbortSignal) => Promise<unknown>): Promise<boolean> => {
    ledger.goLive();
    const { signal, isOver } = timed();
    try {
      await work(signal);
      return true;
    } catch (error) {
      // What stops a run stops it also where the time is up just then.
      if (error instanceof OutOfBudget || (isOver() && !(error instanceof UserError))) return false;
      throw error;
    }
  };

  const evaluate: Evaluate = async (program, rows) => {
    context.signal.throwIfAborted();
    const name = programKey(program);
    const open = rows.filter(({ id }) => !known.has(rowKey(name, id)));
    if (open.length > 0) {
      const price = await answerer.rowPrice(program, open, context);
      if (!ledger.affords(open.length, price)) return null;
      const asked = open.filter(({ id }) => {
        const key = rowKey(name, id);
        const entry = logged.get(key);
        if (entry !== undefined) replay(key, entry, price);
        return entry === undefined;
      });
      const answerRow = async (query: Query, signal: AbortSignal): Promise<Prediction> => {
        const { id } = query;
        await pay(
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
        (await withinBudget((signal) =>
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
    return rows.map((row) => resultOf(row, known.get(rowKey(name, row.id)) as LoggedRow));
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
      const entry = logged.get(key);
      if (entry !== undefined) return (replay(key, entry, price) as LoggedText).text;
      const isDone = await withinBudget((signal) =>
        pay(
          key,
          price,
          signal,
          (textContext) => answerer.write(messages, repeat, textContext),
          ({ text }, paid) => ({ kind: "text", key, text, ...paid }),
        ),
      );
      progress();
      return isDone ? (known.get(key) as LoggedText).text : null;
    },
    report(step, bestNow) {
      best = bestNow;
      log.addStep({ kind: "step", step, best: bestNow, ...ledger.spent });
      progress();
    },
  };
}

const rowKey = (program: string, id: string): string => `${program} ${id}`;

function resultOf({ labels }: Example, { answer, said }: LoggedRow): RowResult {
  const isRight = answer !== null && answer.length === labels.length && answer.every((label) => labels.includes(label));
  return { isRight, answer, ...(said === undefined ? {} : { said }) };
}
