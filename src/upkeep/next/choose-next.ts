/** @file Chooses the rows of a pool that are worth a label first, by a run's tuned model, and writes them. */

import { dirname, join } from "node:path";
import { summarize } from "../../compare/summarize.js";
import type { LeftOfPool } from "../../data/pool/pool-rows.js";
import { labelledFormat, mayBeFormula } from "../../label/labelled-file.js";
import { disposables } from "../../lib/disposables.js";
import { Interrupted, isAbort, UserError } from "../../lib/errors.js";
import { ownValue } from "../../lib/json-value.js";
import { formatPercent, formatPlural } from "../../lib/text/format.js";
import { didYouMean } from "../../lib/text/nearest-name.js";
import type { RunHooks } from "../../run/hooks.js";
import { storedOptions } from "../../run/stored-options.js";
import { loadPredictor } from "../../ship/load-predictor.js";
import { artifactsOfRun, type RunArtifact } from "../../ship/run-artifacts.js";
import { openEmbeddingCache } from "../../store/embedding-cache.js";
import { type Run, readRun } from "../../store/run.js";
import { loadEncoder } from "../../tune/pretrained/encoder.js";
import { resolveModel } from "../../tune/pretrained/resolve-model.js";
import { centeredFeatures } from "../../tune/regression/centered-features.js";
import type { Prediction } from "../../types/prediction.js";
import { chooseRows, type NextWay } from "./choose-rows.js";
import { type ChosenRow, checkOutput, writeChosen } from "./chosen-file.js";
import { type ExpectedGain, expectedGain } from "./expected-gain.js";
import type { NextOptions } from "./next-options.js";
import { type Pool, readPool } from "./pool.js";

/** What was chosen. Plain JSON; never a text of a row. */
export interface ChosenNext {
  readonly output: string;
  readonly run: string;
  /** The tuned approach whose model judged the rows. */
  readonly approach: string;
  readonly way: NextWay;
  readonly seed: number;
  /** Rows that were written, of so many that could be chosen. */
  readonly rows: number;
  readonly candidates: number;
  readonly left: LeftOfPool;
  readonly isComparedWithRun: boolean;
  /** Chosen rows by the label that is suggested, the most frequent first. */
  readonly suggested: readonly { readonly label: string; readonly rows: number }[];
  readonly gain: ExpectedGain;
}

/** What a choice starts from. */
export interface NextInputs {
  readonly options: NextOptions;
  readonly run: Run;
  readonly artifact: RunArtifact;
  readonly pool: Pool;
}

/**
 * Reads the run and the pool. Nothing is predicted, and nothing written.
 *
 * @throws UserError where the run has no tuned model, the pool no row that could be chosen, or the file is there already
 */
export async function readNextInputs(options: NextOptions, hooks: RunHooks): Promise<NextInputs> {
  checkOutput(options.output);
  const run = await readRun(options.run);
  const artifact = tunedArtifact(run, options.approach);
  return { options, run, artifact, pool: await readPool(options, run, hooks) };
}

/**
 * Chooses, and writes the file.
 *
 * @throws Interrupted where the signal is aborted: then no file is written
 */
export async function chooseNext(inputs: NextInputs, hooks: RunHooks): Promise<ChosenNext> {
  try {
    return await chosenNext(inputs, hooks);
  } catch (error) {
    if (!isAbort(error) && !hooks.signal.aborted) throw error;
    throw new Interrupted(
      `Stopped: ${inputs.options.output} is not written. The same command begins anew; vectors that were computed are kept.`,
    );
  }
}

async function chosenNext({ options, run, artifact, pool }: NextInputs, hooks: RunHooks): Promise<ChosenNext> {
  const { seed } = { seed: storedOptions(run).seed, ...(options.seed !== undefined && { seed: options.seed }) };
  const { predictions, labels, isMultiLabel } = await predicted(artifact, pool, hooks);
  const probabilities = predictions.map((prediction) => labels.map((label) => ownValue(prediction.scores, label) ?? 0));
  const vectors = options.way === "diverse" ? await embedded(run, options, pool, hooks) : [];
  hooks.signal.throwIfAborted();
  const places = await chooseRows(
    { vectors, probabilities, isMultiLabel },
    {
      ...{ way: options.way, count: options.count, seed, signal: hooks.signal },
      onProgress: (done, total) => hooks.onEvent({ kind: "progress", phase: "choosing-rows", subject: pool.file, done, total }),
    },
  );
  const chosen = places.map((place): ChosenRow => {
    const suggested = predictions[place]!.answer ?? [];
    return { ...pool.rows[place]!, suggested, ...judged(predictions[place]!, labels, isMultiLabel, options.way) };
  });
  const { columns, labelColumn } = pool;
  const formulas = chosen.flatMap(({ values }) => Object.values(values).filter(mayBeFormula)).length;
  if (formulas > 0 && !options.defuseFormulas && labelledFormat(options.output) === "csv") {
    const text = `${formatPlural(formulas, "cell")} of ${options.output} may be taken for a formula by a spreadsheet (=, +, - or @). Where you don't trust them, --defuse-formulas puts an apostrophe before each.`;
    hooks.onEvent({ kind: "warning", text });
  }
  await writeChosen(options.output, chosen, { columns, labelColumn, defuseFormulas: options.defuseFormulas });
  return {
    output: options.output,
    run: run.manifest.name,
    approach: artifact.approach,
    way: options.way,
    seed,
    rows: chosen.length,
    candidates: pool.rows.length,
    left: pool.left,
    isComparedWithRun: pool.isComparedWithRun,
    suggested: countsOf(chosen.map((row) => row.suggested.join("|"))),
    gain: expectedGain(run, artifact.approach, chosen.length),
  };
}

/** The tuned approach that is named, or the best one with files. */
function tunedArtifact(run: Run, approach: string | undefined): RunArtifact {
  const tuned = artifactsOfRun(run).filter(({ arm }) => arm === "tune");
  const names = tuned.map((each) => each.approach);
  if (tuned.length === 0) {
    throw new UserError(
      `${run.folder} has no tuned model, by which rows are chosen. Make a run with one: crossover run DATA --approaches tune:probe`,
    );
  }
  if (approach === undefined) {
    const { task, assumptions, failed } = run.manifest;
    const best = summarize({ task, assumptions, measurements: run.measurements, failed }).best.tune?.approach;
    return tuned.find((each) => each.approach === best) ?? tuned[0]!;
  }
  const found = tuned.find((each) => each.approach === approach || `${each.arm}:${each.method}` === approach);
  if (found !== undefined) return found;
  throw new UserError(
    `${run.folder} has no tuned model "${approach}".${didYouMean(approach, names)} Its tuned models: ${names.join(", ")}.`,
  );
}

/** Rows that are predicted together, between which the work can be stopped. */
const pieceRows = 512;

async function predicted(
  { folder }: RunArtifact,
  { rows, file }: Pool,
  { signal, onEvent }: RunHooks,
): Promise<{ readonly predictions: readonly Prediction[]; readonly labels: readonly string[]; readonly isMultiLabel: boolean }> {
  await using predictor = await loadPredictor(folder);
  const predictions: Prediction[] = [];
  for (let from = 0; from < rows.length; from += pieceRows) {
    signal.throwIfAborted();
    const texts = rows.slice(from, from + pieceRows).map(({ text }) => text);
    predictions.push(...(await predictor.classify(texts, { signal })));
    onEvent({ kind: "progress", phase: "predicting", subject: file, done: predictions.length, total: rows.length });
  }
  const { labels, isMultiLabel } = predictor;
  return { predictions, labels, isMultiLabel };
}

/** The vectors of the run's encoder, as a probe reads them. */
async function embedded(
  run: Run,
  options: NextOptions,
  { rows }: Pool,
  { env, signal, onEvent }: RunHooks,
): Promise<Float64Array[]> {
  await using held = disposables();
  const { folder } = await resolveModel(storedOptions(run).model, { env, offline: options.offline, signal, log: onEvent });
  const cache = held.use(await openEmbeddingCache(join(dirname(run.folder), ".cache", "embeddings.db")));
  const encoder = held.use(await loadEncoder(folder, { cache }));
  const context = { signal, useCache: true, spend: () => {}, log: onEvent };
  const vectors = await encoder.embed(
    rows.map(({ text }) => text),
    context,
  );
  const { data, columns } = centeredFeatures(vectors, encoder.dimension);
  return vectors.map((_, row) => data.subarray(row * columns, (row + 1) * columns));
}

/** How sure the model is, and what it wavers between. */
function judged(
  { scores = {}, answer }: Prediction,
  labels: readonly string[],
  isMultiLabel: boolean,
  way: NextWay,
): Pick<ChosenRow, "probability" | "reason"> {
  const of = (label: string): number => ownValue(scores, label) ?? 0;
  const probability = answer === null || answer.length === 0 ? 0 : Math.min(...answer.map(of));
  if (way === "random") return { probability, reason: "drawn at random" };
  const doubt = (label: string): number => Math.abs(of(label) - 0.5);
  const [first, second] = [...labels].sort((a, b) => (isMultiLabel ? doubt(a) - doubt(b) : of(b) - of(a)));
  const said = (label: string): string => `${label} (${formatPercent(of(label))})`;
  if (isMultiLabel) return { probability, reason: `unsure of ${said(first!)}` };
  return { probability, reason: second === undefined ? said(first!) : `${said(first!)} or ${said(second)}` };
}

function countsOf(names: readonly string[]): { label: string; rows: number }[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Array.from(counts, ([label, rows]) => ({ label, rows })).sort((a, b) => b.rows - a.rows);
}
