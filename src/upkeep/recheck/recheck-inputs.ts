/** @file What a re-check starts from: an approach of a run, its stored answers, and the texts they are of. Nothing is asked and nothing is written. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { mainMeasurements } from "../../compare/main-measurements.js";
import { isMissing } from "../../compare/missing.js";
import { rowOrder } from "../../compare/sample/row-order.js";
import { readTask } from "../../data/data.js";
import type { LabellerPlan } from "../../label/labeller.js";
import { UserError } from "../../lib/errors.js";
import { sha256 } from "../../lib/hash.js";
import { pilotOf } from "../../prompt/asking/output-estimate.js";
import type { PriceTable } from "../../prompt/prices/prices.js";
import { checkLlms, pricesOf } from "../../run/approaches.js";
import { readEnvironment } from "../../run/environment.js";
import type { RunHooks } from "../../run/hooks.js";
import { resolveData } from "../../run/hub-data.js";
import { taskOptions } from "../../run/run-options.js";
import { checkFilesOf, storedOptions } from "../../run/stored-options.js";
import { cascadeFile } from "../../ship/cascade/cascade-names.js";
import { artifactFolder } from "../../store/artifact-folder.js";
import { type Run, readRun } from "../../store/run.js";
import type { RunEstimate } from "../../types/approach.js";
import type { Query } from "../../types/data.js";
import type { Measurement } from "../../types/measurement.js";
import type { Outcome } from "../../types/prediction.js";
import { planAsking } from "./plan-asking.js";
import type { RecheckOptions } from "./recheck-options.js";
import { cascadeOutcomes } from "./stored-cascade.js";

/** A row that the run has an answer to, with its text. */
export interface StoredRow {
  readonly before: Outcome;
  readonly text: string;
}

/** What is known before anything is asked. */
export interface RecheckInputs {
  readonly options: RecheckOptions;
  readonly run: Run;
  /** The name of the approach whose answers are stored. */
  readonly approach: string;
  readonly margin: number;
  readonly env: RunHooks["env"];
  readonly prices: PriceTable;
  readonly labeller: LabellerPlan;
  /** See `Asking`. */
  readonly llm: string | null;
  readonly asksLlm: boolean;
  /** The rows to be asked about. */
  readonly rows: readonly StoredRow[];
  readonly left: LeftOut;
  /** Hash of all that decides what is asked: an asking that was stopped goes on only with the same. */
  readonly fingerprint: string;
  readonly estimate: RunEstimate;
}

/** Test rows that are not asked about, and why. */
export interface LeftOut {
  /** The run did not ask about them: it asked about a sample. */
  readonly unasked: number;
  /** The run got no answer to them. */
  readonly unanswered: number;
  /** Beyond `limit`. */
  readonly beyondLimit: number;
}

/**
 * Finds the approach, its stored answers, and the rows' texts.
 *
 * @param isPlan whether nothing will be asked: no key is needed then
 * @throws UserError where the run has nothing that can be asked again, or its data has changed
 */
export async function readRecheckInputs(
  options: RecheckOptions,
  { env: outer, onEvent, signal }: RunHooks,
  { isPlan = false }: { readonly isPlan?: boolean } = {},
): Promise<RecheckInputs> {
  const run = await readRun(options.run);
  const env = await readEnvironment(outer, options.envFile);
  const prices = await pricesOf(options);
  const { labeller, approach, llm, asksLlm, note } = await planAsking(run, options, env, prices);
  if (note !== null) onEvent({ kind: "warning", text: note });
  if (labeller.llm !== undefined)
    await checkLlms({ llm: [labeller.llm], offline: options.offline }, { env, onEvent, signal }, isPlan);
  const outcomes = await outcomesOf(run, approach);
  const texts = await textsOf(run, env, signal);
  const present = outcomes.filter((outcome) => !isMissing(outcome));
  if (present.length === 0)
    throw new UserError(`${run.folder} has no answer of ${approach} to compare with. Name another one with --approach.`);
  const { limit = present.length } = options;
  const chosen = new Set(rowOrder(present, run.manifest.options["seed"] as number).slice(0, limit));
  const rows = present.flatMap((before) => (chosen.has(before) ? [{ before, text: texts.get(before.id)! }] : []));
  const unasked = outcomes.filter(({ failure }) => failure === "unasked").length;
  return {
    options,
    run,
    approach,
    margin: options.margin ?? run.manifest.assumptions.margin,
    env,
    prices,
    labeller,
    llm,
    asksLlm,
    rows,
    left: {
      unasked,
      unanswered: outcomes.length - present.length - unasked,
      beyondLimit: present.length - rows.length,
    },
    fingerprint: sha256("recheck", labeller.fingerprint, run.manifest.task.testHash, ...rows.map(({ before }) => before.id)),
    estimate: withStoredPrice(await labeller.estimate(rows.map(queryOf), pilotOf([])), rows),
  };
}

/** Where nothing tells what asking costs, what it cost when the run asked. */
function withStoredPrice(estimate: RunEstimate, rows: readonly StoredRow[]): RunEstimate {
  const costs = rows.flatMap(({ before }) => before.costUsd ?? []);
  if (estimate.usd !== null || costs.length === 0) return estimate;
  const usd = costs.reduce((sum, cost) => sum + cost, 0);
  return { ...estimate, calls: estimate.calls || costs.length, usd, basis: "Priced by what the run's answers cost." };
}

/** The row as it is asked about. */
export const queryOf = ({ before, text }: StoredRow): Query => ({ id: before.id, text });

/** The stored answers of an approach, or those that a saved cascade of the run would have given. */
async function outcomesOf(run: Run, approach: string): Promise<readonly Outcome[]> {
  const folder = artifactFolder(run.folder, approach);
  const isMeasured = run.measurements.some((each) => each.approach === approach);
  if (!isMeasured && existsSync(join(folder, cascadeFile)))
    return cascadeOutcomes(run, folder, (member) => measurementOf(run, member).outcomes);
  return measurementOf(run, approach).outcomes;
}

/** The answers of the fit whose files the run kept: that of its first seed. */
function measurementOf({ manifest, measurements, folder }: Run, approach: string): Measurement {
  const own = mainMeasurements(measurements, manifest.task).filter((each) => each.split === "test" && each.approach === approach);
  const found = own.find(({ seed }) => seed === manifest.options["seed"]) ?? own[0];
  if (found === undefined)
    throw new UserError(`${folder} has no answers of ${approach} to its test rows. Finish it first: crossover resume ${folder}`);
  return found;
}

/** The texts of the run's test rows by id: it stored none itself. UserError where its data is gone or has changed. */
async function textsOf(run: Run, env: RunHooks["env"], signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  checkFilesOf(run);
  const options = storedOptions(run);
  // Of the Hub's what is in the cache: the rows are the same by their hash, or refused.
  const { source } = await resolveData(options.path, { env, offline: options.offline, signal, log: () => {} });
  const { test, testHash } = await readTask({ ...taskOptions(options), ...source });
  if (testHash !== run.manifest.task.testHash) {
    throw new UserError(
      `${options.path} no longer holds the test rows that ${run.folder} was measured on: the data has changed since. ` +
        "Put the former file back, or start a new run.",
    );
  }
  return new Map(test.examples.map(({ id, text }) => [id, text]));
}
