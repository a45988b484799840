/** @file Where the rows stand in a JSON document: a list, or one of the forms in which programs export tables. */

import { UserError } from "../../lib/errors.js";
import { ExactNumber } from "../../lib/exact-json.js";

/** A JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The rows of a document, as they stand in it. */
export interface DocumentRows {
  readonly items: readonly unknown[];
  /** What was found out on the way, in sentences for people. */
  readonly notes: readonly string[];
  /** Names of classes by column, where the document says them. */
  readonly classNames?: ReadonlyMap<string, readonly string[]>;
}

/** What JSON calls a value, with its article. */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (value instanceof ExactNumber) return "a number";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber);
}

/** A form that a document may have; `null` where it has another one. */
type Form = (file: string, document: JsonObject) => DocumentRows | null;

/** In this order: a form that says more of itself comes first. */
const forms: readonly Form[] = [viewerRows, splitColumns, listUnder, singleRow, columnsOfCells, columnsOfLists, onlyList];

/** The rows of a parsed document. UserError, with its keys, where it is none of the forms. */
export function documentRows(file: string, document: unknown): DocumentRows {
  if (Array.isArray(document)) {
    const pairs = document.map(asPair).filter((pair) => pair !== null);
    if (pairs.length === document.length) return { items: pairs, notes: [] };
    const lists = document.findIndex(Array.isArray);
    if (lists >= 0 && document.every(Array.isArray)) {
      throw new UserError(
        `${file}: item 1 of the list is a list, so nothing says which column is which. Export objects, such as {"text": "…", "label": "…"}; in pandas with to_json(orient="records").`,
      );
    }
    return { items: document, notes: [] };
  }
  if (!isObject(document)) throw notRows(file, kindOf(document));
  for (const form of forms) {
    const rows = form(file, document);
    if (rows !== null) return rows;
  }
  throw notRows(file, `an object with the keys ${keysOf(document)}`);
}

/** spaCy's examples, `["a text", {"cats": {"billing": 1, "delivery": 0}}]`, as an object; `null` for anything else. */
export function asPair(value: unknown): JsonObject | null {
  if (!Array.isArray(value) || value.length !== 2) return null;
  const [text, said] = value as readonly unknown[];
  return typeof text === "string" && isObject(said) && isObject(said["cats"]) ? { text, label: said["cats"] } : null;
}

function notRows(file: string, found: string): UserError {
  return new UserError(`${file} is ${found}, expected a list of objects, or an object with one under "data" or "rows".`);
}

function keysOf(value: JsonObject): string {
  const keys = Object.keys(value).map((key) => JSON.stringify(key.slice(0, 40)));
  return keys.length === 0 ? "(none)" : `${keys.slice(0, 6).join(", ")}${keys.length > 6 ? ", …" : ""}`;
}

/** Whether an object is a row of the dataset viewer's, `{"row_idx": 0, "row": {…}}`. */
export function isViewerRow(value: unknown): value is { readonly row: JsonObject } {
  return isObject(value) && "row_idx" in value && isObject(value["row"]);
}

/** Answers of the Hub's dataset viewer (`/rows`, `/first-rows`, `/search`), which hold up to 100 rows. */
function viewerRows(file: string, { rows, features, num_rows_total: total }: JsonObject): DocumentRows | null {
  if (!Array.isArray(rows) || rows.length === 0 || !rows.every(isViewerRow)) return null;
  const items = rows.map(({ row }) => row);
  const cut = rows.filter((row: JsonObject) => Array.isArray(row["truncated_cells"]) && row["truncated_cells"].length > 0).length;
  const notes = [
    ...(typeof total === "number" && total > rows.length
      ? [`${file} is an answer of the dataset viewer with ${rows.length} of ${total} rows: the dataset's Parquet files have all.`]
      : []),
    ...(cut > 0
      ? [`${file}: the dataset viewer cut cells of ${cut} ${cut === 1 ? "row" : "rows"}: their texts are not whole.`]
      : []),
  ];
  return { items, notes, classNames: viewerClasses(features) };
}

function viewerClasses(features: unknown): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const feature of Array.isArray(features) ? features : []) {
    const type: unknown = isObject(feature) ? feature["type"] : undefined;
    const inner = isObject(type) && isObject(type["feature"]) ? type["feature"] : type;
    const names: unknown = isObject(inner) && inner["_type"] === "ClassLabel" ? inner["names"] : undefined;
    if (isObject(feature) && typeof feature["name"] === "string" && Array.isArray(names))
      found.set(feature["name"], names.map(String));
  }
  return found;
}

/** pandas' `to_json(orient="split")`: `{"columns": […], "index": […], "data": [[…], …]}`. */
function splitColumns(_: string, { columns, data }: JsonObject): DocumentRows | null {
  if (!Array.isArray(columns) || !Array.isArray(data) || !data.every((row) => Array.isArray(row))) return null;
  const names = columns.map(String);
  return { items: data.map((row: readonly unknown[]) => Object.fromEntries(names.map((name, i) => [name, row[i]]))), notes: [] };
}

function listUnder(_: string, document: JsonObject): DocumentRows | null {
  const list = document["data"] ?? document["rows"];
  return Array.isArray(list) ? { items: list, notes: [] } : null;
}

/** A file of one line is one row. */
function singleRow(_: string, document: JsonObject): DocumentRows | null {
  const isRow = typeof document["text"] === "string" || Array.isArray(document["messages"]);
  return isRow ? { items: [document], notes: [] } : null;
}

const isRowNumber = (key: string): boolean => /^\d+$/.test(key);

/** pandas' `to_json()`, `{column: {row: cell}}`, and `to_json(orient="index")`, `{row: {column: cell}}`. */
function columnsOfCells(_: string, document: JsonObject): DocumentRows | null {
  const outer = Object.entries(document);
  const inner = outer.map(([, cells]) => cells);
  if (outer.length === 0 || !inner.every(isObject)) return null;
  const keys = Object.keys(inner[0]!);
  const isEven =
    keys.length > 0 &&
    inner.every((cells) => Object.keys(cells).length === keys.length && keys.every((key) => Object.hasOwn(cells, key)));
  if (!isEven) return null;
  const byRow = outer.every(([key]) => isRowNumber(key));
  const byColumn = keys.every(isRowNumber);
  // Cells hold no objects; settings, which are nested too, do.
  const isCell = (cell: unknown): boolean => !isObject(cell) && !(Array.isArray(cell) && cell.some(isObject));
  if (!(byRow || byColumn) && (outer.length < 2 || !inner.every((cells) => Object.values(cells).every(isCell)))) return null;
  // With another index than numbers, what there is more of is the rows.
  if (byRow !== byColumn ? byRow : outer.length > keys.length) return { items: inner, notes: [] };
  if (!byColumn && outer.length === keys.length) return null;
  return { items: keys.map((row) => Object.fromEntries(outer.map(([column], i) => [column, inner[i]![row]]))), notes: [] };
}

/** A list a column, all of one length: `DataFrame.to_dict("list")`, `Dataset.to_dict()`. */
function columnsOfLists(_: string, document: JsonObject): DocumentRows | null {
  const columns = Object.entries(document);
  const length = Array.isArray(columns[0]?.[1]) ? columns[0][1].length : 0;
  if (columns.length < 2 || length === 0) return null;
  if (!columns.every(([, cells]) => Array.isArray(cells) && cells.length === length && !cells.some(isObject))) return null;
  const items = Array.from({ length }, (_unused, i) =>
    Object.fromEntries(columns.map(([column, cells]) => [column, (cells as readonly unknown[])[i]])),
  );
  return { items, notes: [] };
}

/** How deep a list of rows may stand in a document. */
const mostLevels = 3;

/** The only list of objects in the document, whatever its name. */
function onlyList(file: string, document: JsonObject): DocumentRows | null {
  const [only, ...others] = listsIn(document, "", mostLevels);
  if (only === undefined || others.length > 0) return null;
  return {
    items: only.items,
    notes: [`${file}: the rows are those under "${only.path.slice(0, 80)}", its only list of objects.`],
  };
}

function listsIn(
  document: JsonObject,
  prefix: string,
  levels: number,
): { readonly path: string; readonly items: readonly unknown[] }[] {
  return Object.entries(document).flatMap(([key, value]) => {
    const path = `${prefix}${key}`;
    if (Array.isArray(value)) return value.length > 0 && value.every(isObject) ? [{ path, items: value }] : [];
    return isObject(value) && levels > 1 ? listsIn(value, `${path}.`, levels - 1) : [];
  });
}
