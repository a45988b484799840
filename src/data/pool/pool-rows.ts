/** @file The rows of a pool of texts that nobody has labelled: those with a text, neither like each other nor like rows that are known. */
import { random } from "../../lib/random.js";
import type { ProgressEvent } from "../../types/events.js";
import { findTextColumn } from "../columns.js";
import { duplicateGroups } from "../near-duplicates.js";
import { isNested, nestedError } from "../nested.js";
import { openRows, type RowSource, type SourceRow } from "../row-stream.js";
import type { Row, Table } from "../table.js";
import { textColumns } from "../text-columns.js";
import { textOfRow } from "../text-of-row.js";

/** A row that may be taken. */
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
  /** The same as a known row, or nearly. */
  readonly known: number;
  /** Beyond as many as are looked at, drawn at random. */
  readonly beyond: number;
}

/** How a pool is read. */
export interface PoolOptions {
  readonly path: string;
  /** Names of the columns of the text, as `--text` has them. @default found by name and content */
  readonly text?: string;
  /** Rows with a value in this column are left out. @default none */
  readonly labelColumn?: string;
  /** Rows that are looked at, drawn at random where there are more. */
  readonly mostRows: number;
  readonly seed: number;
  /** Texts that rows must not be like. */
  readonly known: readonly string[];
  readonly log: (event: ProgressEvent) => void;
}

/** A pool that was read. */
export interface PoolRows {
  readonly file: string;
  readonly columns: readonly string[];
  /** Of the file. */
  readonly count: number;
  readonly rows: readonly PoolRow[];
  readonly left: LeftOfPool;
  /** What the reader noticed. */
  readonly warnings: readonly string[];
}

/** Rows by which the column of the text is found. */
const firstRows = 1000;

/** Reads a pool. UserError where it cannot be read, or has no column of texts. It may come out empty. */
export async function readPoolRows(options: PoolOptions): Promise<PoolRows> {
  const { path, text: name, labelColumn, mostRows, seed, known, log } = options;
  const source = await openRows(path);
  const { file, columns, count } = source;
  const names = await textColumnsOf(source, name, log);
  const left = { empty: 0, labelled: 0, repeated: 0, known: 0, beyond: 0 };
  const drawn = reservoir<PoolRow>(mostRows, seed);
  for await (const row of source.rows()) {
    const text = textOfRow(row, names);
    if (text.trim() === "") left.empty++;
    else if (labelColumn !== undefined && hasValue(row.values[labelColumn])) left.labelled++;
    else drawn.add({ values: row.values, text });
  }
  const looked = drawn.items();
  left.beyond = drawn.offered() - looked.length;
  const rows = withoutDuplicates(looked, known, left, log);
  return { file, columns, count, rows, left, warnings: source.warnings };
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
async function textColumnsOf(source: RowSource, name: string | undefined, log: PoolOptions["log"]): Promise<string[]> {
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
    if (note !== null) log({ kind: "note", text: `${file}: ${note}.` });
    const inside = nested.get(column);
    if (inside !== undefined) throw nestedError({ file, column, role: "text", total, ...inside });
  }
  return found.map(({ column }) => column);
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
