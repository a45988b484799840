/** @file Rows as they stand in a file, before anybody has said which column is the text. */

import type { ExactNumber } from "../lib/exact-json.js";
import { formatCount } from "../lib/text/format.js";

/** One cell. `null` where the file says so, or where it holds something that is no cell (a nested object). */
export type Cell = string | number | boolean | ExactNumber | null | readonly string[];

/** One row, by column name. A column that a row lacks is absent. */
export type Row = Readonly<Record<string, Cell>>;

/** A file's rows. */
export interface Table {
  /** The file's name, for messages. */
  readonly file: string;
  /** Column names in the order of the file. */
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
  /** Of columns whose cells stand for classes, all classes in their order, where the file says so (Parquet of Hugging Face's). */
  readonly classNames?: ReadonlyMap<string, readonly string[]>;
  /** What stands in cells that are `null` because they hold an object or a list of objects: by column, then by row. Absent: none does. */
  readonly nested?: ReadonlyMap<string, ReadonlyMap<number, unknown>>;
  /** The line a row (counted from 0) starts on, from 1; `null` in files without lines (Parquet, a JSON list). */
  lineOf(row: number): number | null;
  /** What was repaired on the way, in sentences for people. */
  readonly warnings: readonly string[];
}

/** Longer cells are cut to this many characters, with a warning. No model reads that much; an unclosed quote easily makes it. */
export const maxCellCharacters = 1_000_000;

/** Cuts cells that are too long, and remembers where. */
export interface CellLimit {
  cut(text: string, line: number | null, row: number): string;
  warnings(file: string): string[];
}

export function cellLimit(): CellLimit {
  const places: string[] = [];
  let count = 0;
  return {
    cut(text, line, row) {
      if (text.length <= maxCellCharacters) return text;
      count++;
      if (places.length < 5) {
        places.push(`${line === null ? `row ${row + 1}` : `line ${line}`} (${formatCount(text.length)} characters)`);
      }
      // A surrogate pair is not cut in two.
      const last = text.charCodeAt(maxCellCharacters - 1);
      return text.slice(0, maxCellCharacters - (last >= 0xd800 && last <= 0xdbff ? 1 : 0));
    },
    warnings: (file) =>
      count === 0
        ? []
        : [
            `${file}: ${count === 1 ? "a cell was" : `${count} cells were`} cut to ${formatCount(maxCellCharacters)} characters: ` +
              `${places.join(", ")}${count > places.length ? ", …" : ""}. Is a closing quote missing there?`,
          ],
  };
}
