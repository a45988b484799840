/** @file Labeling from the options to the file: read through, plan, price, ask, write. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { findTextColumn } from "../../data/columns.js";
import { isNested, nestedError } from "../../data/nested.js";
import { openRows, type RowSource } from "../../data/row-stream.js";
import type { Row } from "../../data/table.js";
import { UserError } from "../../lib/errors.js";
import { formatExactJson } from "../../lib/exact-json.js";
import { formatCount, formatPlural, formatUsd } from "../../lib/format.js";
import { random } from "../../lib/random.js";
import { spendingText } from "../../lib/spending.js";
import { listPrices } from "../../prompt/price-table.js";
import { loadPrices } from "../../prompt/prices.js";
import { shutdownNotes } from "../../prompt/providers/shutdown-date.js";
import { openBill } from "../../store/bill.js";
import { openResponseCache } from "../../store/response-cache.js";
import { lockRun } from "../../store/run-lock.js";
import type { PredictContext, Query, RunEstimate, Spending } from "../../types.js";
import { billedBudget, checkLlms } from "../approaches.js";
import type { CommandContext } from "../command-context.js";
import { confirmUsd } from "../confirm-usd.js";
import { disposables } from "../disposables.js";
import { readEnvironment } from "../environment.js";
import { exitCode, Interrupted, isAbort } from "../exit-code.js";
import { localDownloadNotes } from "../model.js";
import { noteLines } from "../notes.js";
import { makeProgress, type Progress } from "../progress.js";
import { packageVersion } from "../version.js";
import { failedPlaces, finishReplacing, isRetriable, passingFailures, replaceRows } from "./failed-rows.js";
import { labelRows, relabelRows, textOfRow } from "./label-rows.js";
import { checkState, labelFormat, stateFolder, writeState } from "./label-state.js";
import { planText, summaryText } from "./label-text.js";
import { emptyText, type LabelTotals } from "./label-totals.js";
import { labelledFormat, mayBeFormula, namesFor, openLabelledFile, readRetries, readTotals } from "./labelled-file.js";
import type { LabellerOptions, LabellerPlan } from "./labeller.js";
import { planLabeller } from "./plan-labeller.js";

export interface LabelOptions extends LabellerOptions {
  readonly path: string;
  readonly output: string;
  readonly text?: string;
  readonly limit?: number;
  readonly batch?: boolean;
  /** Ask again also about rows whose answer was no label. */
  readonly retryErrors?: boolean;
  readonly budgetUsd?: number;
  readonly prices?: string;
  readonly cache: boolean;
  /** Put an apostrophe before cells of a CSV that a spreadsheet might compute. */
  readonly defuseFormulas: boolean;
  readonly offline: boolean;
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly json: boolean;
  readonly envFile?: string;
  readonly runs: string;
}

/** Rows that the estimate is made from: their mean length is within a few percent of that of all rows. */
const mostSampled = 1000;

/**
 * Labels the rows of a file into another one. What was written before is passed over, what was answered is not asked again.
 *
 * @param command how to go on, for people
 */
export async function label(options: LabelOptions, command: string, context: CommandContext): Promise<void> {
  const { terminal, signal } = context;
  const { output } = options;
  labelledFormat(output);
  const env = await readEnvironment(terminal.env, options.envFile);
  const prices = options.prices === undefined ? listPrices : await loadPrices(options.prices, listPrices);
  const progress = makeProgress(terminal, signal);
  if (options.batch === true) collectSoon();
  const batches = options.batch === true ? { batches: { folder: join(stateFolder(output), "batches"), log: progress.log } } : {};
  const plan = await planLabeller({ ...options, ...batches }, env, prices);
  if (options.model === undefined) await checkLlms({ ...options, llm: [plan.name] }, env, options.dryRun);
  await using held = disposables();
  try {
    const source = await openRows(options.path);
    const { text, dataHash, formulas, rowsOf } = await lookThrough(source, options.text);
    const note = (message: string): void => {
      progress.clear();
      terminal.err(noteLines(message, terminal));
    };
    for (const warning of [...source.warnings, ...text.notes]) note(`Note: ${warning}`);
    if (formulas > 0 && labelledFormat(output) === "csv" && !options.defuseFormulas) note(formulaNote(formulas, output));
    const { labels, fingerprint } = plan;
    const state = {
      format: labelFormat,
      version: packageVersion(),
      dataHash,
      labelledBy: plan.name,
      fingerprint,
      labels,
      defusesFormulas: options.defuseFormulas,
    } as const;
    const folder = stateFolder(output);
    if (!options.dryRun) {
      // Beside a file that is somebody else's no folder is made.
      await checkState(output, state);
      context.holdWork();
      held.use(await lockRun(folder));
    }
    const isBegun = await checkState(output, state);
    if (isBegun && !options.dryRun) await finishReplacing(output, folder);
    const before = await readTotals(output, folder);
    const rows = Math.min(source.count, options.limit ?? source.count);
    const layout = {
      columns: source.columns,
      names: namesFor(source.columns),
      isMultiLabel: plan.isMultiLabel,
      defusesFormulas: options.defuseFormulas,
    };
    const isMeant = options.retryErrors === true ? isRetriable : (failure: string) => passingFailures.has(failure);
    const failed = await failedPlaces(output, folder, layout, isMeant, rows);
    const again = new Set(failed);
    const left = Math.max(0, rows - before.rows) + again.size;
    const sample = await rowsOf((place) => place < rows && (place >= before.rows || again.has(place)));
    const estimate = scaled(await plan.estimate(sample, before), sample.length, left);
    const done = before.rows - again.size;
    const facts = { file: source.file, output, rows, done, again: again.size, sampled: sample.length, estimate };
    if (options.dryRun) {
      terminal.out(noteLines(`${planText(plan, facts)}\nNothing was spent.`, terminal));
      const where = { env, offline: options.offline, signal, log: progress.log };
      const llm = options.model === undefined ? [plan.name] : [];
      for (const each of await localDownloadNotes(llm, where)) terminal.out(noteLines(each, terminal));
      return;
    }
    note(planText(plan, facts));
    const llm = options.model === undefined && left > 0 ? [plan.name] : [];
    for (const each of await shutdownNotes(llm, { env, prices, signal })) note(`Note: ${each}`);
    if (!options.yes && options.budgetUsd === undefined) await confirmUsd(estimate.usd ?? 0, "Labeling", terminal);
    if (!isBegun) await writeState(output, state);
    const bill = openBill(join(folder, "bill.jsonl"));
    const budget = billedBudget(options.budgetUsd, bill);
    // Without the cache answers are asked for anew, yet kept: what was interrupted must not be paid twice.
    const cache = held.use(
      await openResponseCache(options.cache ? join(options.runs, ".cache", "responses.db") : join(folder, "responses.db")),
    );
    const sources = { env, prices, cache, budget, hasLimit: options.budgetUsd !== undefined };
    const predictor = held.use(await plan.open(sources));
    const input = {
      source,
      text: text.column,
      limit: rows,
      pieceRows: plan.pieceRows,
      predict: (queries: readonly Query[], predictContext: PredictContext) => predictor.predict(queries, predictContext),
      signal,
      onNote: rarely(note),
    };
    const onProgress = (labelled: number, detail?: string): void => tell(progress, plan, labelled, rows, budget.spentUsd, detail);
    try {
      {
        await using file = await openLabelledFile(output, folder, layout);
        await labelRows({ ...input, onProgress: (all, detail) => onProgress(all - again.size, detail) }, file);
      }
      // Answers that could not be read are stored, and are asked for anew; those that never came need not be told apart.
      const retries = (await readRetries(output, folder)) + (options.retryErrors === true ? 1 : 0);
      const asker = retries === 0 || failed.length === 0 ? predictor : held.use(await plan.open({ ...sources, repeat: retries }));
      const answered = Math.max(rows, before.rows) - again.size;
      await relabelRows(
        {
          ...input,
          predict: (queries, predictContext) => asker.predict(queries, predictContext),
          onProgress: (asked, detail) => onProgress(answered + asked, detail),
        },
        failed,
        (labelled) => replaceRows(output, folder, layout, labelled, retries),
      );
    } catch (error) {
      if (!isAbort(error) && !signal.aborted && !(error instanceof UserError)) throw error;
      const paid = bill.totalUsd > 0 ? `, and every answer paid for (${spendingText(bill)})` : "";
      const { rows: written } = await readTotals(output, folder);
      const kept = `${formatCount(written)} of ${formatCount(rows)} rows are in ${output}${paid}. Go on with: ${command}`;
      if (error instanceof UserError) throw new UserError(`${error.message}\n${kept}`);
      throw new Interrupted(`Stopped. ${kept}`);
    }
    progress.clear();
    const totals = await readTotals(output, folder);
    publish(totals, bill, options, context);
    const unanswered = [...passingFailures].reduce((sum, failure) => sum + (totals.failures[failure] ?? 0), 0);
    if (unanswered === 0) {
      if (!isAllUnread(totals)) return;
      terminal.err(
        noteLines(
          `No answer could be used: ${output} has the reason of each row. Try another prompt or another model.`,
          terminal,
        ),
      );
      context.setExitCode(exitCode.user);
      return;
    }
    const words = `${formatPlural(unanswered, "row")} got no answer. The same command asks again, and only ${unanswered === 1 ? "that one" : "those"}: ${command}`;
    terminal.err(noteLines(words, terminal));
    context.setExitCode(exitCode.user);
  } finally {
    progress.clear();
  }
}

/** Whether not one row that was asked about has an answer that could be used. */
function isAllUnread({ rows, failures }: LabelTotals): boolean {
  const { [emptyText]: empty = 0, ...unread } = failures;
  const asked = rows - empty;
  return asked > 0 && Object.values(unread).reduce((sum, count) => sum + count, 0) === asked;
}

/**
 * With thousands of rows waiting V8 would let garbage grow to as much again before it looks for it: 0.8 GB in place of 0.4. What looking costs
 * does not matter to who waits for a batch.
 */
function collectSoon(): void {
  setFlagsFromString("--heap-growing-percent=30");
}

/** Goes through the rows once more: for their hash, for the column of the text, and for a sample of what is to be asked. */
async function lookThrough(source: RowSource, name: string | undefined) {
  const hash = createHash("sha256");
  const first: Row[] = [];
  let formulas = 0;
  const nested = new Map<string, { count: number; readonly value: unknown; readonly place: string }>();
  for await (const { values, place } of source.rows()) {
    hash.update(`${formatExactJson(values)}\n`);
    for (const value of Object.values(values)) if (mayBeFormula(value)) formulas++;
    if (first.length < mostSampled) first.push(values as Row);
    for (const [column, value] of Object.entries(values)) {
      if (!isNested(value)) continue;
      const seen = nested.get(column);
      if (seen) seen.count++;
      else nested.set(column, { count: 1, value, place });
    }
  }
  const { file, columns, count: total } = source;
  const { column, note } = findTextColumn({ file, columns, rows: first, lineOf: () => null, warnings: [] }, name);
  const inside = nested.get(column);
  if (inside !== undefined) throw nestedError({ file, column, role: "text", total, ...inside });
  return {
    dataHash: hash.digest("hex"),
    /** Cells that a spreadsheet might compute. */
    formulas,
    text: { column, notes: note === null ? [] : [`${file}: ${note}.`] },
    /** A random sample of the rows at places that are meant (reservoir sampling, Vitter's algorithm R). */
    async rowsOf(isMeant: (place: number) => boolean): Promise<Query[]> {
      const { integer } = random(0, "label-sample");
      const sample: Query[] = [];
      let [number, meant] = [0, 0];
      for await (const row of source.rows()) {
        const i = number++;
        if (!isMeant(i)) continue;
        meant++;
        const query = { id: String(i), text: textOfRow(row, column) };
        if (sample.length < mostSampled) sample.push(query);
        else {
          const place = integer(meant);
          if (place < mostSampled) sample[place] = query;
        }
      }
      return sample;
    },
  };
}

function formulaNote(cells: number, output: string): string {
  return (
    `Note: ${formatPlural(cells, "cell")} of the data ${cells === 1 ? "begins" : "begin"} as a formula does (=, +, - or @), and ${output} has ` +
    "them as they are. Where you don't trust them and will open it in a spreadsheet, --defuse-formulas puts an apostrophe before each."
  );
}

/** An estimate of some rows as one of all. */
function scaled(estimate: RunEstimate, sampled: number, rows: number): RunEstimate {
  const times = sampled === 0 ? 0 : rows / sampled;
  const { calls, inputTokens, outputTokens, usd, usdRange, seconds, basis } = estimate;
  return {
    calls: Math.round(calls * times),
    inputTokens: Math.round(inputTokens * times),
    outputTokens: Math.round(outputTokens * times),
    usd: usd === null ? null : usd * times,
    ...(usdRange === undefined ? {} : { usdRange: { low: usdRange.low * times, high: usdRange.high * times } }),
    ...(basis === undefined ? {} : { basis }),
    seconds: seconds * times,
  };
}

function tell(
  progress: Progress,
  { name }: LabellerPlan,
  done: number,
  total: number,
  spentUsd: number,
  waiting: string | undefined,
): void {
  const parts = [...(waiting === undefined ? [] : [waiting]), ...(spentUsd > 0 ? [`${formatUsd(spentUsd)} so far`] : [])];
  const detail = parts.length === 0 ? {} : { detail: parts.join(", ") };
  progress.log({ kind: "progress", stage: `labeling with ${name}`, done, total, ...detail });
}

/** Each note once, whatever its numbers: pieces of one file have the same faults. */
function rarely(note: (text: string) => void): (text: string) => void {
  const told = new Set<string>();
  return (text) => {
    const kind = text.replace(/\d+/g, "");
    if (told.has(kind)) return;
    told.add(kind);
    note(`Note: ${text} (Told once; the summary counts all.)`);
  };
}

function publish(totals: LabelTotals, spending: Spending, { output, json }: LabelOptions, { terminal }: CommandContext): void {
  if (!json) {
    terminal.out(summaryText(totals, output, spending));
    return;
  }
  const { outputTokensSquared: _, ...rest } = totals;
  const { paidUsd, uncertainUsd, uncertainRequests } = spending;
  terminal.out(`${JSON.stringify({ output, ...rest, paidUsd, uncertainUsd, uncertainRequests }, null, 2)}\n`);
}
