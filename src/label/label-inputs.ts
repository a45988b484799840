/** @file What labeling starts from: who labels, and the rows, read through once. Nothing is asked and nothing is written. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { findTextColumn } from "../data/columns.js";
import { isNested, nestedError } from "../data/nested.js";
import { openRows, type RowSource } from "../data/row-stream.js";
import type { Row, Table } from "../data/table.js";
import { textColumns } from "../data/text-columns.js";
import { textOfRow } from "../data/text-of-row.js";
import { formatExactJson } from "../lib/exact-json.js";
import { random } from "../lib/random.js";
import { formatPlural } from "../lib/text/format.js";
import { listPrices } from "../prompt/prices/price-table.js";
import { loadPrices, type PriceTable } from "../prompt/prices/prices.js";
import { checkLlms } from "../run/approaches.js";
import { type EngineOptions, localEngine, openRunEngine } from "../run/engine/run-engine.js";
import { readEnvironment } from "../run/environment.js";
import type { RunHooks } from "../run/hooks.js";
import { idleEngineOptions } from "../run/options/idle-options.js";
import type { Query } from "../types/data.js";
import { stateFolder } from "./label-state.js";
import { labelledFormat, mayBeFormula } from "./labelled-file.js";
import type { Elsewhere, LabellerOptions, LabellerPlan, MakeLabeller } from "./labeller.js";

/** Which rows are labeled by whom, and into which file. */
export interface LabelOptions extends LabellerOptions {
  readonly path: string;
  readonly output: string;
  readonly limit?: number;
  readonly batch?: boolean;
  /** What a tuned model labels on or an LLM is asked by, and how many rows a job has. @default this machine */
  readonly onEngine?: EngineOptions & Pick<Elsewhere, "shardRows">;
  /** Ask again also about rows whose answer was no label. */
  readonly retryErrors?: boolean;
  readonly budgetUsd?: number;
  readonly prices?: string;
  readonly cache: boolean;
  /** Put an apostrophe before cells of a CSV that a spreadsheet might compute. */
  readonly defuseFormulas: boolean;
  readonly offline: boolean;
  readonly yes: boolean;
  readonly envFile?: string;
  readonly runs: string;
}

/** What is known before anything is asked. */
export interface LabelInputs {
  readonly options: LabelOptions;
  readonly env: RunHooks["env"];
  readonly prices: PriceTable;
  readonly labeller: LabellerPlan;
  readonly source: RowSource;
  readonly rows: ReadRows;
}

/** How the inputs are read. */
export interface ReadLabelOptions {
  /** Whether nothing will be asked: no key is needed then. @default false */
  readonly isPlan?: boolean;
  /** Makes the plan of who labels. */
  readonly makeLabeller: MakeLabeller;
}

/** Rows that the estimate is made from: their mean length is within a few percent of that of all rows. */
const mostSampled = 1000;

/**
 * Finds who labels, and reads the rows through.
 *
 * @throws UserError where options or data cannot be used
 */
export async function readLabelInputs(
  options: LabelOptions,
  { env: outer, onEvent, signal }: RunHooks,
  { isPlan = false, makeLabeller }: ReadLabelOptions,
): Promise<LabelInputs> {
  const { output } = options;
  labelledFormat(output);
  const env = await readEnvironment(outer, options.envFile);
  const prices = options.prices === undefined ? listPrices : await loadPrices(options.prices, listPrices);
  const elsewhere = elsewhereOf(options, { env, onEvent, signal });
  if (options.batch === true || elsewhere !== undefined) collectSoon();
  if (options.onEngine !== undefined) for (const text of idleEngineOptions(options.onEngine)) onEvent({ kind: "warning", text });
  const batches = options.batch === true ? { batches: { folder: join(stateFolder(output), "batches"), log: onEvent } } : {};
  const labeller = await makeLabeller({ ...options, ...batches, ...(elsewhere && { elsewhere }) }, env, prices);
  if (labeller.llm !== undefined) await checkLlms({ ...options, llm: [labeller.llm] }, { env, onEvent, signal }, isPlan);
  const source = await openRows(options.path);
  const rows = await lookThrough(source, options.text);
  for (const text of [...source.warnings, ...rows.notes]) onEvent({ kind: "warning", text });
  if (rows.formulas > 0 && labelledFormat(output) === "csv" && !options.defuseFormulas)
    onEvent({ kind: "warning", text: formulaWarning(rows.formulas, output) });
  return { options, env, prices, labeller, source, rows };
}

/** Jobs of the engine that the options name; `undefined` where that is this machine. */
function elsewhereOf(
  { onEngine: options, output }: LabelOptions,
  hooks: Pick<RunHooks, "env" | "signal" | "onEvent">,
): Elsewhere | undefined {
  if (options === undefined || options.engine === localEngine) return undefined;
  return {
    folder: join(stateFolder(output), "jobs"),
    shardRows: options.shardRows,
    jobs: options.engineJobs,
    wantsGpu: options.engineGpus > 0,
    asking: options,
    onEvent: hooks.onEvent,
    // Never `undefined`: the one engine that is this machine has been told apart.
    open: async (needs = {}) => (await openRunEngine(options, hooks, { does: "Rows are labeled", ...needs }))!,
  };
}

/** What the rows were found to be. */
interface ReadRows {
  /** SHA-256 of all of them, in their order. */
  readonly dataHash: string;
  /** Cells that a spreadsheet might compute. */
  readonly formulas: number;
  /** Columns of the text: one, or several that are joined. */
  readonly textColumns: readonly string[];
  readonly notes: readonly string[];
  /** A random sample of the rows at places that are meant. */
  sample(isMeant: (place: number) => boolean): Promise<Query[]>;
}

/**
 * With thousands of rows waiting V8 would let garbage grow to as much again before it looks for it: 0.8 GB in place of 0.4. What looking costs
 * does not matter to who waits for a batch.
 */
function collectSoon(): void {
  setFlagsFromString("--heap-growing-percent=30");
}

/** Goes through the rows once more: for their hash, for the column of the text, and for a sample of what is to be asked. */
async function lookThrough(source: RowSource, name: string | undefined): Promise<ReadRows> {
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
  const table: Table = { file, columns, rows: first, lineOf: () => null, warnings: [] };
  const found = (name === undefined ? [undefined] : textColumns(name, columns)).map((each) => findTextColumn(table, each));
  for (const { column } of found) {
    const inside = nested.get(column);
    if (inside !== undefined) throw nestedError({ file, column, role: "text", total, ...inside });
  }
  const texts = found.map(({ column }) => column);
  return {
    dataHash: hash.digest("hex"),
    formulas,
    textColumns: texts,
    notes: found.flatMap(({ note }) => (note === null ? [] : [`${file}: ${note}.`])),
    // Reservoir sampling: Vitter's algorithm R.
    async sample(isMeant: (place: number) => boolean): Promise<Query[]> {
      const { integer } = random(0, "label-sample");
      const drawn: Query[] = [];
      let [number, meant] = [0, 0];
      for await (const row of source.rows()) {
        const i = number++;
        if (!isMeant(i)) continue;
        meant++;
        const query = { id: String(i), text: textOfRow(row, texts) };
        if (drawn.length < mostSampled) drawn.push(query);
        else {
          const place = integer(meant);
          if (place < mostSampled) drawn[place] = query;
        }
      }
      return drawn;
    },
  };
}

function formulaWarning(cells: number, output: string): string {
  return (
    `${formatPlural(cells, "cell")} of the data ${cells === 1 ? "begins" : "begin"} as a formula does (=, +, - or @), and ${output} has ` +
    "them as they are. Where you don't trust them and will open it in a spreadsheet, --defuse-formulas puts an apostrophe before each."
  );
}
