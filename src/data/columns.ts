/** @file Which column is what: by its name, otherwise by its content, otherwise a question to the user. */

import { UserError } from "../lib/errors.js";
import { nearestNames } from "../lib/text/nearest-name.js";
import { isTicked } from "./label-notation.js";
import { nestedKind, pathOf, pathsIn, valueAt } from "./nested.js";
import type { Cell, Table } from "./table.js";

/** What a column can be. */
export type Role = "text" | "label" | "id" | "group" | "split" | "shift";

/** Column names as the user gave them; a name that is not given is looked for. Of the text it may be several between commas: see `textColumns`. */
export type ColumnNames = { readonly [Name in Exclude<Role, "split">]?: string };

/** The columns of a table; `null` where it has none for that role. */
export interface Columns {
  readonly text: string;
  readonly label: string;
  readonly id: string | null;
  readonly group: string | null;
  readonly split: string | null;
  /** What rows are parted by to see a shift; it may be another one as well. Absent where none was named. */
  readonly shift?: string;
  /** What was chosen without being told, and why, for people. */
  readonly notes: readonly string[];
}

/** Names that columns are recognized by, in order of preference, in lower case. */
const knownNames: Readonly<Record<Role, readonly string[]>> = {
  text: [
    "text",
    "sentence",
    "content",
    "review",
    "utterance",
    "message",
    "body",
    "document",
    "question",
    "query",
    "comment",
    "tweet",
  ],
  // `label_text` is the name beside a numeric `label` in many data sets of the Hub.
  label: [
    "label_text",
    "label_name",
    "label",
    "labels",
    "intent",
    "category",
    "sentiment",
    "class",
    "target",
    "topic",
    "emotion",
    // spaCy's.
    "cats",
  ],
  id: ["id", "row_id", "uuid", "custom_id", "message_id"],
  group: [
    "group",
    "customer",
    "customer_id",
    "user",
    "user_id",
    "author",
    "document_id",
    "thread",
    "thread_id",
    "conversation_id",
  ],
  split: ["split"],
  // Only where it is named.
  shift: [],
};

/** Whether a column may be recognized by this name, as anything or as one role. */
export function isKnownName(name: string, role?: Role): boolean {
  const lower = name.toLowerCase();
  return (role === undefined ? Object.values(knownNames).flat() : knownNames[role]).includes(lower);
}

/** A label has at most this many characters on average; more is prose. */
const longestLabel = 60;

/**
 * Finds the columns. Names decide first. Otherwise the text is the column of strings that are longest and most varied, and the
 * label the only other column with few different values. UserError with what each column holds where that finds none, or several.
 */
export function findColumns(table: Table, names: ColumnNames): Columns {
  for (const role of ["text", "label", "id", "group", "shift"] as const) {
    const name = names[role];
    if (name !== undefined && !table.columns.includes(name)) throw unknownColumn(table, role, name);
  }
  // A column of customers may be the one to see a shift by, and keeps rows of a customer together all the same.
  const { shift, ...roles } = names;
  const byName = (role: Exclude<Role, "shift">): string | null => {
    const given = role === "split" ? undefined : names[role];
    if (given !== undefined) return given;
    const free = table.columns.filter((column) => !Object.values(roles).includes(column));
    for (const known of knownNames[role]) {
      const column = free.find((one) => one.toLowerCase() === known);
      if (column !== undefined) return column;
    }
    return null;
  };
  const namedText = byName("text");
  const namedLabel = byName("label");
  if (namedText === null && namedLabel === null) refuseHeaderless(table);
  const profiles = namedText === null || namedLabel === null ? profilesOf(table) : [];
  const notes: string[] = [];
  const text = namedText ?? findText(table, profiles, namedLabel);
  if (namedText === null) notes.push(`the text is taken from "${text}", the column with the longest and most varied values`);
  const label =
    namedLabel ??
    findLabel(
      table,
      profiles.filter(({ column }) => column !== shift),
      text,
    );
  if (namedLabel === null) notes.push(`the label is taken from "${label}", the only other column with few different values`);
  if (text === label)
    throw new UserError(
      `${table.file}: "${text}" cannot be both the text and the label. Name two columns with --text and --label.`,
    );
  if (shift !== undefined && (shift === text || shift === label))
    throw new UserError(
      `${table.file}: "${shift}" is the column of the ${shift === text ? "texts" : "labels"}; --shift names another one, such as a date or a source.`,
    );
  const other = (role: Exclude<Role, "shift">): string | null => {
    const column = byName(role);
    return column === text || column === label ? null : column;
  };
  return {
    text,
    label,
    id: other("id"),
    group: other("group"),
    split: other("split"),
    ...(shift !== undefined && { shift }),
    notes,
  };
}

/**
 * The column of the text in a table that has no labels: the one that is named (also by a dotted path into its cells), or has a known name, or holds the longest and most varied
 * values. UserError where there is none.
 */
export function findTextColumn(
  table: Table,
  name: string | undefined,
): { readonly column: string; readonly note: string | null } {
  if (name !== undefined) {
    const place = pathOf(name, table.columns);
    const isPath = place !== null && table.rows.some((row) => valueAt(row[place.column], place.path) !== undefined);
    if (!table.columns.includes(name) && !isPath) throw unknownColumn(table, "text", name);
    return { column: name, note: null };
  }
  for (const known of knownNames.text) {
    const column = table.columns.find((one) => one.toLowerCase() === known);
    if (column !== undefined) return { column, note: null };
  }
  refuseHeaderless(table);
  const column = findText(table, profilesOf(table), null);
  return { column, note: `the text is taken from "${column}", the column with the longest and most varied values` };
}

function unknownColumn(table: Table, role: Role, name: string): UserError {
  const [nearest, ...others] = nearestNames(name, table.columns).map((column) => `"${column}"`);
  return new UserError(
    `${table.file} has no column "${name}" (--${role}). ${others.length === 0 ? "Its only column is" : "Its columns, the nearest first:"} ` +
      `${[nearest, ...others].slice(0, 10).join(", ")}${others.length > 9 ? ", …" : ""}.`,
  );
}

/** What a column holds. */
interface Profile {
  readonly column: string;
  /** The first object or list of objects, where it holds any. */
  readonly nested: unknown;
  /** Every cell says yes or no, and one says yes: the column may stand for a label. */
  readonly isTicked: boolean;
  readonly filled: number;
  /** Counted up to `distinctLimit`. */
  readonly distinct: number;
  readonly meanLength: number;
  readonly isNumeric: boolean;
}

function profilesOf(table: Table): Profile[] {
  return table.columns.map((column) => {
    const values = new Set<string>();
    let [filled, characters, numbers, ticked, unticked] = [0, 0, 0, 0, 0];
    for (const row of table.rows) {
      const text = asText(row[column]);
      const tick = isTicked(text);
      if (tick === true) ticked++;
      else if (tick === false) unticked++;
      if (text === "") continue;
      filled++;
      characters += text.length;
      if (Number.isFinite(Number(text))) numbers++;
      values.add(text);
    }
    return {
      column,
      nested: table.nested?.get(column)?.values().next().value ?? null,
      isTicked: ticked > 0 && ticked + unticked === table.rows.length,
      filled,
      distinct: values.size,
      meanLength: characters / Math.max(1, filled),
      isNumeric: filled > 0 && numbers === filled,
    };
  });
}

function asText(cell: Cell | undefined): string {
  return cell === undefined || cell === null ? "" : Array.isArray(cell) ? cell.join("|") : String(cell).trim();
}

/** `"id" has 5000 different values in 5000 rows`, for each of the columns. */
function seen(profiles: readonly Profile[]): string {
  const facts = profiles.slice(0, 8).map(({ column, filled, distinct, nested }) => {
    const rows = `${filled} ${filled === 1 ? "row" : "rows"}`;
    if (nested !== null) {
      const [path] = pathsIn(nested, column);
      return `"${column}" holds ${nestedKind(nested)}${path === undefined ? "" : `, whose parts can be named, as in ${path}`}`;
    }
    return filled === 0
      ? `"${column}" is empty`
      : `"${column}" has ${distinct} different ${distinct === 1 ? "value" : "values"} in ${rows}`;
  });
  return `${facts.join(", ")}${profiles.length > 8 ? ", …" : ""}`;
}

function findText(table: Table, profiles: readonly Profile[], label: string | null): string {
  const candidates = profiles.filter(({ column, distinct, isNumeric }) => column !== label && !isNumeric && distinct >= 2);
  const score = ({ meanLength, distinct, filled }: Profile): number => (meanLength * distinct) / filled;
  const best = candidates.sort((a, b) => score(b) - score(a))[0];
  // Shorter than two words on average is a code, not a text.
  if (best === undefined || best.meanLength < 8) {
    const others = profiles.filter(({ column }) => column !== label);
    throw new UserError(
      `No column of ${table.file} looks like a text${others.length > 0 ? `: ${seen(others)}` : ""}. Name it with --text.`,
    );
  }
  return best.column;
}

function findLabel(table: Table, profiles: readonly Profile[], text: string): string {
  const others = profiles.filter(({ column }) => column !== text);
  if (others.length === 0) {
    throw new UserError(
      `${table.file} has no label column: "${text}" is its only column. Expected a second one with the label of each text.${otherDelimiter(text)}`,
    );
  }
  const candidates = others.filter(
    ({ column, distinct, filled, meanLength }) =>
      distinct >= 2 &&
      distinct <= filled / 2 &&
      meanLength <= longestLabel &&
      [...knownNames.id, ...knownNames.group, ...knownNames.split].every((known) => known !== column.toLowerCase()),
  );
  const [only, second] = candidates;
  const ticked = others.filter((profile) => profile.isTicked).map(({ column }) => column);
  const asColumns =
    ticked.length < 2
      ? ""
      : ` If each of ${listed(ticked)} says of one label whether a row has it: --label-columns ${shown(ticked)}.`;
  if (only === undefined)
    throw new UserError(`No column of ${table.file} looks like a label: ${seen(others)}. Name it with --label.${asColumns}`);
  if (second !== undefined || (asColumns !== "" && only.isTicked))
    throw new UserError(
      `Several columns of ${table.file} could be the label: ${seen(second === undefined ? others : candidates)}. Name it with --label.${asColumns}`,
    );
  return only.column;
}

/** What to do where a header seems to be divided by a sign that is no usual delimiter. */
function otherDelimiter(column: string): string {
  const sign = [...new Set(column.replace(/[\w\s"'-]/g, ""))].find(
    (one) => column.split(one).filter((name) => isKnownName(name.trim())).length > 1,
  );
  return sign === undefined ? "" : ` If ${JSON.stringify(sign)} divides its columns, put a line sep=${sign} above the header.`;
}

function listed(columns: readonly string[]): string {
  const names = columns.slice(0, 6).map((column) => `"${column}"`);
  return `${names.join(", ")}${columns.length > 6 ? `, … (${columns.length})` : ""}`;
}

/** Columns as one word of a command. */
function shown(columns: readonly string[]): string {
  const list = columns.join(",");
  return /^[\w,.-]+$/.test(list) ? list : `"${list}"`;
}

/** A first line that reads like a row is one: its values appear again below, are numbers, or are whole sentences. */
function refuseHeaderless(table: Table): void {
  const evidence = table.columns.find((column) => {
    const isProse = column.split(/\s+/).length >= 5;
    const isNumber = /^-?\d+(\.\d+)?$/.test(column);
    return isProse || isNumber || table.rows.filter((row) => asText(row[column]) === column).length >= 2;
  });
  if (evidence === undefined) return;
  const shown = evidence.length > 40 ? `${evidence.slice(0, 39)}…` : evidence;
  throw new UserError(
    `${table.file} seems to have no header: its first line holds "${shown}", which looks like a row. Put column names such as text,label into the first line.`,
  );
}
