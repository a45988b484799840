/** @file The rows of a pool that may be chosen: with a text, without a label, and neither like each other nor like a row of the run. */
import { findTextColumn } from "../../data/columns.js";
import { readTask } from "../../data/data.js";
import { duplicateGroups } from "../../data/near-duplicates.js";
import { isNested, nestedError } from "../../data/nested.js";
import { openRows, type RowSource, type SourceRow } from "../../data/row-stream.js";
import type { Row, Table } from "../../data/table.js";
import { textColumns } from "../../data/text-columns.js";
import { textOfRow } from "../../label/label-rows.js";
import { UserError } from "../../lib/errors.js";
import { random } from "../../lib/random.js";
import type { RunHooks } from "../../run/hooks.js";
import { resolveData } from "../../run/hub-data.js";
import { taskOptions } from "../../run/run-options.js";
import { checkFilesOf, storedOptions } from "../../run/stored-options.js";
import type { Run } from "../../store/run.js";
import type { NextOptions } from "./next-options.js";

/** A row that may be chosen. */
export interface PoolRow {
  readonly values: SourceRow["values"];
  readonly text: string;
}

/** Rows that are not looked at, by why. */
export interface LeftOfPool {
  readonly empty: number;
  /** They have a label already. */
  readonly labelled: number;
  /** The same as an earlier row of the pool, or nearly. */
  readonly repeated: number;
  /** The same as a row of the run, or nearly. */
  readonly known: number;
  /** Beyond as many as are looked at, drawn at random. */
  readonly beyond: number;
}

/** A pool that was read. */
export interface Pool {
  readonly file: string;
  readonly columns: readonly string[];
  /** The column for labels: that of the run's data, or `label`. */
  readonly labelColumn: string;
  readonly rows: readonly PoolRow[];
  readonly left: LeftOfPool;
  /** Whether the run's own rows are there to compare with. */
  readonly isComparedWithRun: boolean;
}

/** Rows that are embedded and predicted at most: more would hardly hold better ones. */
const mostRows = 50_000;

/** Rows by which the column of the text is found. */
const firstRows = 1000;

/** Reads a pool. UserError where it has no text, or no row that could be chosen. */
export async function readPool(options: NextOptions, run: Run, { env, signal, onEvent }: RunHooks): Promise<Pool> {
  const stored = storedOptions(run);
  const source = await openRows(options.path);
  for (const text of source.warnings) onEvent({ kind: "warning", text });
  const { file, columns, count } = source;
  // Columns that were joined are asked for by the same names; a single one may have another name here.
  const name = options.text ?? (stored.text?.includes(",") ? stored.text : undefined);
  const names = await textColumnsOf(source, name, onEvent);
  const labelColumn = stored.label !== undefined && !stored.label.includes(",") ? stored.label : "label";
  const left = { empty: 0, labelled: 0, repeated: 0, known: 0, beyond: 0 };
  const drawn = reservoir<PoolRow>(mostRows, options.seed ?? stored.seed);
  for await (const row of source.rows()) {
    const text = textOfRow(row, names);
    if (text.trim() === "") left.empty++;
    else if (hasValue(row.values[labelColumn])) left.labelled++;
    else drawn.add({ values: row.values, text });
  }
  const looked = drawn.items();
  left.beyond = drawn.offered() - looked.length;
  const known = await textsOfRun(run, env, signal);
  const unlike = withoutDuplicates(looked, known ?? [], left, (event) => onEvent(event));
  if (unlike.length === 0) {
    throw new UserError(
      `${file} has no row that could be labelled next: of ${count} rows ${left.empty} have no text, ${left.labelled} have a label, ` +
        `${left.known} are like rows of the run. Give rows that the run has not seen.`,
    );
  }
  return { file, columns, labelColumn, rows: unlike, left, isComparedWithRun: known !== null };
}

const hasValue = (value: unknown): boolean => value !== undefined && value !== null && String(value).trim() !== "";

/** At most so many items of any number, each equally likely, in their order. Vitter's algorithm R. */
function reservoir<Item>(most: number, seed: number) {
  const { integer } = random(seed, "pool");
  const kept: { readonly place: number; readonly item: Item }[] = [];
  let offered = 0;
  return {
    add(item: Item): void {
      const place = offered++;
      if (kept.length < most) kept.push({ place, item });
      else {
        const slot = integer(offered);
        if (slot < most) kept[slot] = { place, item };
      }
    },
    offered: () => offered,
    items: () => kept.sort((a, b) => a.place - b.place).map(({ item }) => item),
  };
}

/** The columns of the text. UserError where they are not found, or hold objects or lists. */
async function textColumnsOf(source: RowSource, name: string | undefined, onEvent: RunHooks["onEvent"]): Promise<string[]> {
  const { file, columns, count: total } = source;
  const first: Row[] = [];
  const nested = new Map<string, { count: number; readonly value: unknown; readonly place: string }>();
  for await (const { values, place } of source.rows()) {
    if (first.length < firstRows) first.push(values as Row);
    for (const [column, value] of Object.entries(values)) {
      if (!isNested(value)) continue;
      const seen = nested.get(column);
      if (seen) seen.count++;
      else nested.set(column, { count: 1, value, place });
    }
  }
  const table: Table = { file, columns, rows: first, lineOf: () => null, warnings: [] };
  const found = (name === undefined ? [undefined] : textColumns(name, columns)).map((each) => findTextColumn(table, each));
  for (const { column, note } of found) {
    if (note !== null) onEvent({ kind: "note", text: `${file}: ${note}.` });
    const inside = nested.get(column);
    if (inside !== undefined) throw nestedError({ file, column, role: "text", total, ...inside });
  }
  return found.map(({ column }) => column);
}

/** All texts of the run's data, tested ones too; `null` where they are gone or have changed. */
async function textsOfRun(run: Run, env: RunHooks["env"], signal: AbortSignal): Promise<readonly string[] | null> {
  const options = storedOptions(run);
  try {
    checkFilesOf(run);
    const { source } = await resolveData(options.path, { env, offline: true, signal, log: () => {} });
    const task = await readTask({ ...taskOptions(options), ...source });
    if (task.trainHash !== run.manifest.task.trainHash) return null;
    const parts = [task.train, task.test, ...(task.validation === undefined ? [] : [task.validation])];
    return parts.flatMap(({ examples }) => examples.map(({ text }) => text));
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

/** One row of each group of rows that are the same or nearly so, and none of a group with a known text. Counts the others. */
function withoutDuplicates(
  rows: readonly PoolRow[],
  known: readonly string[],
  left: { repeated: number; known: number },
  log: Parameters<typeof duplicateGroups>[1],
): PoolRow[] {
  const { near } = duplicateGroups([...known, ...rows.map(({ text }) => text)], log);
  const dropped = new Set<number>();
  for (const group of near) {
    const own = group.filter((place) => place >= known.length);
    const isKnown = own.length < group.length;
    if (isKnown) left.known += own.length;
    else left.repeated += own.length - 1;
    for (const place of isKnown ? own : own.slice(1)) dropped.add(place - known.length);
  }
  return rows.filter((_, place) => !dropped.has(place));
}
