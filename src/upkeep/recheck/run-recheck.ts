/** @file A re-check that is done: the rows are asked about again, paired with the stored answers, and judged. */
import { join } from "node:path";
import { resamplingSeed } from "../../compare/resampling-seed.js";
import type { LabellerSources } from "../../label/labeller.js";
import { disposables } from "../../lib/disposables.js";
import { Interrupted, isAbort, UserError } from "../../lib/errors.js";
import { formatUsd } from "../../lib/text/format.js";
import { spendingText } from "../../lib/text/spending.js";
import type { Budget } from "../../prompt/client/budget.js";
import { shutdownNotes } from "../../prompt/providers/shutdown-date.js";
import { billedBudget } from "../../run/approaches.js";
import { confirmUsd } from "../../run/confirm-usd.js";
import type { RunHooks } from "../../run/hooks.js";
import { type Bill, openBill } from "../../store/bill.js";
import { openResponseCache } from "../../store/response-cache.js";
import { lockRun } from "../../store/run-lock.js";
import { type PairedAnswers, pairedAnswers, type RecheckedRow, withMissingAsWrong } from "./paired-answers.js";
import { concludeAsking, type FormerRecheck, formerRechecks, type OpenAsking, openAsking } from "./recheck-files.js";
import { queryOf, type RecheckInputs } from "./recheck-inputs.js";
import { type RecheckResult, recheckFormat, type StoredAnswer } from "./recheck-result.js";
import { rechecksFolder } from "./rechecks-folder.js";
import { findingOf, leastFoundDecline, verdictOf } from "./verdict.js";

/** What there is to tell of a re-check. */
export interface FinishedRecheck {
  readonly result: RecheckResult;
  /** Where it is kept. */
  readonly file: string;
  readonly former: readonly FormerRecheck[];
}

/**
 * Asks about the rows again. What was answered in an asking that was stopped within a day is not asked again; what the run or other re-checks stored
 * is never taken for an answer.
 *
 * @param goOnWith how to go on where it is stopped, for people
 * @throws Interrupted where the signal is aborted, or the money may not be spent
 * @throws UserError where the budget does not suffice or is reached, a service cannot be asked, or not one row got an answer
 */
export async function runRecheck(inputs: RecheckInputs, hooks: RunHooks, goOnWith: string): Promise<FinishedRecheck> {
  const { options, run, approach, llm, env, prices, estimate, margin, left } = inputs;
  const { signal, onEvent } = hooks;
  await using held = disposables();
  held.use(await lockRun(rechecksFolder(run.folder)));
  if (llm !== null) for (const text of await shutdownNotes([llm], { env, prices, signal })) onEvent({ kind: "warning", text });
  const isAllowed = options.yes || options.budgetUsd !== undefined;
  if (!isAllowed) await confirmUsd({ usd: estimate.usd ?? 0, subject: "The re-check" }, hooks.confirm);
  const former = await formerRechecks(run.folder, { approach, llm });
  // A batch may take a day by itself.
  const asking = await openAsking(
    run.folder,
    { fingerprint: inputs.fingerprint, ...(options.batch === true && { pauseHours: 48 }) },
    new Date(),
  );
  if (asking.isResumed)
    onEvent({ kind: "note", text: `Goes on with the re-check of ${asking.begunAt}: what it was told is not asked again.` });
  const bill = openBill(join(asking.folder, "bill.jsonl"));
  if (!asking.isResumed) checkBudget(inputs);
  const budget = billedBudget(options.budgetUsd, bill);
  const ask = asker(inputs, asking, budget, hooks);
  try {
    const askings = [await ask(0)];
    let unconfirmed = whyUnconfirmed(inputs, askings[0]!, bill);
    if (unconfirmed === null && findingOfRows(inputs, askings[0]!) === "worse") {
      onEvent({
        kind: "note",
        text: "The answers are worse by more than the margin: all rows are asked about once more, to be sure.",
      });
      const second = await secondAsking(ask, hooks);
      if (second === null) unconfirmed = "stopped";
      else askings.push(second);
    }
    const paired = askings.map((rows) => pairedOf(inputs, rows));
    if (paired.some((each) => each === null)) throw noAnswer(inputs);
    const all = paired as PairedAnswers[];
    const result: RecheckResult = {
      format: recheckFormat,
      run: run.manifest.name,
      approach,
      llm,
      at: asking.begunAt,
      margin,
      testHash: run.manifest.task.testHash,
      left,
      askings: all,
      verdict: verdictOf(
        all,
        askings.map((rows) => pairedOf(inputs, withMissingAsWrong(rows))!),
        margin,
      ),
      unconfirmed,
      leastFoundDecline: declineOf(all.at(-1)!, margin),
      spending: { paidUsd: bill.paidUsd, uncertainUsd: bill.uncertainUsd, uncertainRequests: bill.uncertainRequests },
      answers: askings.map((rows) => rows.map(storedAnswer)),
    };
    return { result, file: await concludeAsking(asking, result), former };
  } catch (error) {
    if (!isAbort(error) && !signal.aborted && !(error instanceof UserError)) throw error;
    const paid = bill.totalUsd > 0 ? ` (${spendingText(bill)})` : "";
    const kept = `What was answered is kept for ${options.batch === true ? "two days" : "a day"}${paid}. Go on with: ${goOnWith}`;
    if (error instanceof UserError) throw new UserError(`${error.message}\n${kept}`);
    throw new Interrupted(`Stopped. ${kept}`);
  }
}

/** A cron job whose budget cannot suffice would pay for half an asking each week, and never come to an end. */
function checkBudget({ options: { budgetUsd }, estimate: { usd }, rows }: RecheckInputs): void {
  if (budgetUsd === undefined || usd === null || usd <= budgetUsd) return;
  const fewer = Math.floor((rows.length * budgetUsd) / usd);
  throw new UserError(
    `Asking about ${rows.length} rows again would cost about ${formatUsd(usd)}, and --budget-usd is ${budgetUsd}: nothing was asked. ` +
      `Raise it${fewer >= 2 ? `, or ask about fewer rows: -n ${fewer}` : ""}.`,
  );
}

/** Asks about all rows. Each `repeat` is an asking of its own, with a store of its own: none is answered by what another was told. */
function asker(
  { options, labeller, env, prices, rows }: RecheckInputs,
  { folder }: OpenAsking,
  budget: Budget,
  { signal, onEvent }: RunHooks,
): (repeat: number) => Promise<RecheckedRow[]> {
  return async (repeat) => {
    await using held = disposables();
    const cache = held.use(await openResponseCache(join(folder, `responses-${repeat}.db`)));
    const hasLimit = options.budgetUsd !== undefined;
    const batches = { folder: join(folder, `batches-${repeat}`), log: onEvent };
    const sources: LabellerSources = {
      ...{ env, prices, cache, budget, hasLimit, repeat },
      ...(options.batch === true && { batches }),
    };
    const predictor = held.use(await labeller.open(sources));
    const context = { signal, useCache: false, spend: () => {}, log: onEvent };
    const answers = await predictor.predict(rows.map(queryOf), context);
    signal.throwIfAborted();
    return rows.map(({ before }, row) => ({ before, now: answers[row]! }));
  };
}

/** `null` where it could not be brought to its end: a budget, or a service that fails by now, must not hide what the first asking has found. */
async function secondAsking(
  ask: (repeat: number) => Promise<RecheckedRow[]>,
  { signal, onEvent }: RunHooks,
): Promise<RecheckedRow[] | null> {
  try {
    return await ask(1);
  } catch (error) {
    if (!(error instanceof UserError) || signal.aborted) throw error;
    onEvent({ kind: "warning", text: `The second asking was stopped: ${error.message}` });
    return null;
  }
}

function pairedOf({ run: { manifest } }: RecheckInputs, rows: readonly RecheckedRow[]): PairedAnswers | null {
  return pairedAnswers(rows, manifest.task.isMultiLabel, resamplingSeed(manifest.task.testHash));
}

function findingOfRows(inputs: RecheckInputs, rows: readonly RecheckedRow[]): ReturnType<typeof findingOf> | null {
  const paired = pairedOf(inputs, rows);
  return paired === null ? null : findingOf(paired, inputs.margin);
}

/** Why it makes no sense, or is not affordable, to ask a second time. */
function whyUnconfirmed(inputs: RecheckInputs, rows: readonly RecheckedRow[], bill: Bill): RecheckResult["unconfirmed"] {
  if (findingOfRows(inputs, rows) !== "worse") return null;
  if (!inputs.asksLlm) return "same-answers";
  const { budgetUsd } = inputs.options;
  const usd = rows.reduce((sum, { now }) => sum + (now.costUsd ?? 0), 0);
  // A request is only sent where the most that it could cost is left.
  return budgetUsd !== undefined && bill.totalUsd + 1.2 * usd > budgetUsd ? "budget" : null;
}

/** Rows flip without a lasting decline as often either way; what flipped in the rarer direction says how often. */
function declineOf({ rows, broken, mended }: PairedAnswers, margin: number): number | null {
  return leastFoundDecline(rows, (2 * Math.min(broken.length, mended.length)) / rows, margin);
}

function storedAnswer({ before, now: { scores: _, isCached: __, ...answer } }: RecheckedRow): StoredAnswer {
  return { id: before.id, ...answer };
}

function noAnswer({ labeller, rows }: RecheckInputs): UserError {
  return new UserError(
    `${labeller.name} answered none of the ${rows.length} rows: nothing can be said of how good its answers are now.`,
  );
}
