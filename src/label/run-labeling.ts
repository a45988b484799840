/** @file Labeling that is done: rows are asked about, written, and counted. */
import { join } from "node:path";
import { disposables } from "../lib/disposables.js";
import { Interrupted, isAbort, UserError } from "../lib/errors.js";
import { formatCount, formatUsd } from "../lib/text/format.js";
import { spendingText } from "../lib/text/spending.js";
import { shutdownNotes } from "../prompt/providers/shutdown-date.js";
import { billedBudget } from "../run/approaches.js";
import { confirmUsd } from "../run/confirm-usd.js";
import { confirmEngine } from "../run/engine/run-engine.js";
import { settleJobs } from "../run/engine/running-jobs.js";
import type { RunHooks } from "../run/hooks.js";
import { openBill } from "../store/bill.js";
import { openResponseCache } from "../store/response-cache.js";
import type { PredictContext } from "../types/approach.js";
import type { Query } from "../types/data.js";
import type { Spending } from "../types/prediction.js";
import { passingFailures, replaceRows } from "./failed-rows.js";
import { labelRows, relabelRows } from "./label-rows.js";
import { writeState } from "./label-state.js";
import type { LabelTotals } from "./label-totals.js";
import { openLabelledFile, readRetries, readTotals } from "./labelled-file.js";
import type { OpenLabeling } from "./open-labeling.js";

/** What labeling came to. */
export interface LabelingResult {
  readonly totals: LabelTotals;
  readonly spending: Spending;
  /** Rows that got no answer: the same labeling, run again, asks about them again. */
  readonly unanswered: number;
}

/** What is kept of labeling that was stopped, in a sentence. */
export type KeptText = (written: number, rows: number) => string;

/**
 * Labels what is left. What was written before is passed over, what was answered is not asked again.
 *
 * @param goOnWith how to go on where it is stopped, for people; or what is kept then, by the rows that are written and all of them
 * @throws Interrupted where the signal is aborted, or the money may not be spent
 * @throws UserError where the budget is reached, or a service cannot be asked
 */
export async function runLabeling(open: OpenLabeling, hooks: RunHooks, goOnWith: string | KeptText): Promise<LabelingResult> {
  const { inputs, folder, state, isBegun, before, layout, failed, facts } = open;
  const { options, env, prices, labeller, source } = inputs;
  const { rows, estimate } = facts;
  const { output } = options;
  const { signal, onEvent } = hooks;
  await using held = disposables();
  const left = Math.max(0, rows - before.rows) + failed.length;
  const llm = labeller.llm !== undefined && left > 0 ? [labeller.llm] : [];
  for (const text of await shutdownNotes(llm, { env, prices, signal })) onEvent({ kind: "warning", text });
  if (!options.yes && options.budgetUsd === undefined)
    await confirmUsd({ usd: estimate.usd ?? 0, subject: "Labeling" }, hooks.confirm);
  if (!options.yes && labeller.engine !== undefined)
    await confirmEngine(labeller.engine, { subject: "Labeling", confirm: hooks.confirm });
  if (!isBegun) await writeState(output, state);
  const bill = openBill(join(folder, "bill.jsonl"));
  const budget = billedBudget(options.budgetUsd, bill);
  // Without the cache answers are asked for anew, yet kept: what was interrupted must not be paid twice.
  const responsesPath = options.cache ? join(options.runs, ".cache", "responses.db") : join(folder, "responses.db");
  const cache = held.use(await openResponseCache(responsesPath));
  const sources = { env, prices, cache, budget, hasLimit: options.budgetUsd !== undefined };
  const predictor = held.use(await labeller.open(sources));
  const input = {
    source,
    text: inputs.rows.textColumns,
    limit: rows,
    pieceRows: labeller.pieceRows,
    ...(labeller.piecesAhead !== undefined && { piecesAhead: labeller.piecesAhead }),
    onWritten: async (queries: readonly Query[]) => predictor.written?.(queries),
    predict: (queries: readonly Query[], context: PredictContext) => predictor.predict(queries, context),
    signal,
    onNote: rarely((text) => onEvent({ kind: "warning", text })),
  };
  const onProgress = (done: number, waiting?: string): void => {
    const parts = [
      ...(waiting === undefined ? [] : [waiting]),
      ...(budget.spentUsd > 0 ? [`${formatUsd(budget.spentUsd)} so far`] : []),
    ];
    const detail = parts.length === 0 ? {} : { detail: parts.join(", ") };
    onEvent({ kind: "progress", phase: "labeling", subject: labeller.name, done, total: rows, ...detail });
  };
  try {
    {
      await using file = await openLabelledFile(output, folder, layout);
      await labelRows({ ...input, onProgress: (all, detail) => onProgress(all - failed.length, detail) }, file);
    }
    // Answers that could not be read are stored, and are asked for anew; those that never came need not be told apart.
    const retries = (await readRetries(output, folder)) + (options.retryErrors === true ? 1 : 0);
    const asker =
      retries === 0 || failed.length === 0 ? predictor : held.use(await labeller.open({ ...sources, repeat: retries }));
    const answered = Math.max(rows, before.rows) - failed.length;
    await relabelRows(
      {
        ...input,
        predict: (queries, context) => asker.predict(queries, context),
        onProgress: (asked, detail) => onProgress(answered + asked, detail),
      },
      failed,
      (labelled) => replaceRows(output, folder, layout, labelled, retries),
    );
    await predictor.finished?.();
  } catch (error) {
    if (!isAbort(error) && !signal.aborted && !(error instanceof UserError)) throw error;
    const paid = bill.totalUsd > 0 ? `, and every answer paid for (${spendingText(bill)})` : "";
    const jobs = await settleJobs(labeller.engine, hooks);
    const { rows: written } = await readTotals(output, folder);
    const kept =
      typeof goOnWith === "string"
        ? `${formatCount(written)} of ${formatCount(rows)} rows are in ${output}${paid}.${jobs === "" ? "" : ` ${jobs}`} Go on with: ${goOnWith}`
        : goOnWith(written, rows);
    if (error instanceof UserError) throw new UserError(`${error.message}\n${kept}`);
    throw new Interrupted(`Stopped. ${kept}`);
  }
  const totals = await readTotals(output, folder);
  const unanswered = [...passingFailures].reduce((sum, failure) => sum + (totals.failures[failure] ?? 0), 0);
  return { totals, spending: bill, unanswered };
}

/** Each note once, whatever its numbers: pieces of one file have the same faults. */
function rarely(note: (text: string) => void): (text: string) => void {
  const told = new Set<string>();
  return (text) => {
    const kind = text.replace(/\d+/g, "");
    if (told.has(kind)) return;
    told.add(kind);
    note(`${text} (Told once; the summary counts all.)`);
  };
}
