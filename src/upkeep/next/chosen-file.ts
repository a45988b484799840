/** @file The chosen rows as a file that is ready to be labelled. */
import { existsSync } from "node:fs";
import type { PoolRow } from "../../data/pool/pool-rows.js";
import { labelledFormat } from "../../label/labelled-file.js";
import { UserError } from "../../lib/errors.js";
import { formatExactJson } from "../../lib/exact-json.js";
import { writePrivateFile } from "../../lib/private-file.js";
import { csvCell, quotedCell } from "../../lib/text/csv-cell.js";

/** Columns beside the pool's own and that for the label. */
const addedColumns = ["suggested_label", "probability", "reason"] as const;

/** A row with what the model makes of it. */
export interface ChosenRow extends PoolRow {
  readonly suggested: readonly string[];
  /** Of the suggested label; of several the least. */
  readonly probability: number;
  /** For people: between which labels the model is torn. */
  readonly reason: string;
}

/** UserError where the file exists, or its name says no format. */
export function checkOutput(path: string): void {
  labelledFormat(path);
  if (existsSync(path))
    throw new UserError(`${path} exists, and is never overwritten. Name another file with -o, or move it away.`);
}

/** Writes the rows with the columns of the pool, one for the label, which is empty, and what the model suggests. */
export async function writeChosen(
  path: string,
  rows: readonly ChosenRow[],
  {
    columns,
    labelColumn,
    defuseFormulas,
  }: { readonly columns: readonly string[]; readonly labelColumn: string; readonly defuseFormulas: boolean },
): Promise<void> {
  const own = columns.filter((column) => column !== labelColumn && !(addedColumns as readonly string[]).includes(column));
  const recordOf = ({ values, suggested, probability, reason }: ChosenRow): Record<string, unknown> => ({
    ...Object.fromEntries(own.flatMap((column) => (values[column] === undefined ? [] : [[column, values[column]]]))),
    [labelColumn]: "",
    suggested_label: suggested.join("|"),
    probability: Number(probability.toFixed(4)),
    reason,
  });
  if (labelledFormat(path) === "jsonl") {
    await writePrivateFile(path, rows.map((row) => `${formatExactJson(recordOf(row))}\n`).join(""));
    return;
  }
  const names = [...own, labelColumn, ...addedColumns];
  const cell = (value: unknown): string => {
    if (value === undefined || value === null) return "";
    const text = typeof value === "object" ? formatExactJson(value) : String(value);
    // Numbers are no formulas, and what is added here is none.
    return defuseFormulas && typeof value === "string" ? csvCell(text) : quotedCell(text);
  };
  const lines = rows.map((row) => {
    const record = recordOf(row);
    return names.map((name) => cell(record[name])).join(",");
  });
  await writePrivateFile(path, `${[names.map(quotedCell).join(","), ...lines].join("\n")}\n`);
}
