/** @file The text of a row of a stream: one column, or several as one. */
import { ExactNumber, formatExactJson } from "../lib/exact-json.js";
import { pathOf, valueAt } from "./nested.js";
import type { SourceRow } from "./row-stream.js";
import { joinedText } from "./text-columns.js";

/** What a row has in a column, or at a dotted path into one. */
function valueOfRow({ values }: SourceRow, column: string): unknown {
  if (Object.hasOwn(values, column)) return values[column];
  const place = pathOf(column, Object.keys(values));
  return place === null ? undefined : valueAt(values[place.column], place.path);
}

/** The text of a row, as it is asked about. */
export function textOfRow(row: SourceRow, columns: readonly string[]): string {
  const [only, ...others] = columns;
  if (only !== undefined && others.length === 0) return textOfColumn(row, only);
  return joinedText(columns.map((column) => ({ column, text: textOfColumn(row, column) })));
}

function textOfColumn(row: SourceRow, column: string): string {
  const value = valueOfRow(row, column);
  if (value === undefined || value === null) return "";
  if (Array.isArray(value)) return value.join(" ");
  return typeof value === "object" && !(value instanceof ExactNumber) ? formatExactJson(value) : String(value);
}
