import { filesBySplit } from "../data/hub-layout.js";
import { readTable } from "../data/read-table.js";
import type { Cell, Table } from "../data/table.js";
import { UserError } from "../lib/errors.js";
import { ExactNumber } from "../lib/exact-json.js";
import { Dataset, type Feature, type Features, type TextRow } from "./dataset.js";
import { DatasetDict } from "./dataset-dict.js";
import { datasetPath, type HubOptions } from "./hub-folder.js";
import { type DataFiles, namedFiles } from "./named-files.js";

export interface LoadDatasetOptions extends HubOptions {
  /** The subset of a repository that has several. */
  readonly name?: string;
  /** Loads this split only, and returns it. */
  readonly split?: string;
  /** Files of the split `train`, or files by split: local ones with `loadDataset("csv", …)`, `"json"` or `"parquet"`, or inside the named folder. */
  readonly dataFiles?: DataFiles;
}

/**
 * Loads a dataset from a local folder with `train` and `test` files (CSV, TSV, JSON, JSON Lines or Parquet, each also gzipped), a single
 * file, `dataFiles`, or a repository on the Hugging Face Hub. Returns the splits by name, or only the one that `split` names.
 *
 * The row type is the caller's: `loadDataset<{ … }>`, by default a `text` and a numbered `label`. A `label` column of words is turned into
 * numbers (in Python: `class_encode_column`), with the words in `features`: in the file's own order of classes if it has one, else in
 * alphabetical order. −1 is a withheld label.
 *
 * Throws a `UserError` if there is no such dataset, its files cannot be read, or an option is not supported.
 */
export function loadDataset<Row extends object = TextRow>(
  nameOrPath: string,
  options: LoadDatasetOptions & { readonly split: string },
): Promise<Dataset<Row>>;
export function loadDataset<Row extends object = TextRow>(
  nameOrPath: string,
  options?: LoadDatasetOptions,
): Promise<DatasetDict<Row>>;
export async function loadDataset<Row extends object = TextRow>(
  nameOrPath: string,
  options: LoadDatasetOptions = {},
): Promise<Dataset<Row> | DatasetDict<Row>> {
  checkOptions(options);
  const files =
    namedFiles(nameOrPath, options.dataFiles) ??
    (await filesBySplit(await datasetPath(nameOrPath, options.name, options), options.name));
  const wanted = options.split;
  const tables = new Map<string, Table[]>();
  for (const [split, own] of files) {
    if (wanted !== undefined && wanted !== split && files.has(wanted)) continue;
    tables.set(split, await Promise.all(own.map(readTable)));
  }
  // One numbering for all splits: a class may be missing from one of them.
  const classes = classesOf([...tables.values()].flat());
  const dict = new DatasetDict<Row>(new Map(Array.from(tables, ([split, parts]) => [split, datasetOf<Row>(parts, classes)])));
  return wanted === undefined ? dict : dict.split(wanted);
}

const known: readonly string[] = [
  "name",
  "split",
  "dataFiles",
  "revision",
  "signal",
] satisfies readonly (keyof LoadDatasetOptions)[];

/** UserError for an option that would do nothing: it was meant to do something. */
function checkOptions(options: LoadDatasetOptions): void {
  const other = Object.keys(options).find((name) => !known.includes(name));
  if (other === undefined) return;
  const camel = other.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  throw new UserError(
    `loadDataset has no option "${other}".${known.includes(camel) ? ` It is called ${camel} here.` : ""} Its options: ${known.join(", ")}.`,
  );
}

/** The column that is numbered. */
const labelColumn = "label";

/** The names of the classes, where the labels are words. */
function classesOf(tables: readonly Table[]): Feature | undefined {
  const stored = tables[0]?.classNames?.get(labelColumn);
  if (stored !== undefined) return { names: stored };
  const labels = new Set(tables.flatMap(({ rows }) => rows.map((row) => row[labelColumn])));
  const words = [...labels].filter((label) => typeof label === "string");
  if (words.length === 0 || words.every(isWholeNumber)) return undefined;
  return { names: words.sort((a, b) => (a < b ? -1 : 1)) };
}

const isWholeNumber = (text: string): boolean => /^-?\d{1,15}$/.test(text.trim());

function datasetOf<Row extends object>(parts: readonly Table[], classes: Feature | undefined): Dataset<Row> {
  const names = parts[0]!.columns;
  const other = parts.find(({ columns }) => columns.length !== names.length || columns.some((name) => !names.includes(name)));
  if (other !== undefined)
    throw new UserError(
      `${other.file} has the columns ${other.columns.join(", ")}; ${parts[0]!.file} has ${names.join(", ")}. The files of a split must have the same.`,
    );
  const indexOf = new Map(classes?.names.map((name, index) => [name, index]));
  const columns = names.map((name): [string, unknown[]] => {
    const cells = parts.flatMap(({ rows }) => rows.map((row) => row[name] ?? null));
    return [name, name === labelColumn ? cells.map((cell) => numbered(cell, indexOf)) : cells.map(plainValue)];
  });
  const features: Features = classes !== undefined && names.includes(labelColumn) ? { [labelColumn]: classes } : {};
  // `Row` is the caller's word for what the files hold, as with any reader of files.
  return Dataset.fromDict(Object.fromEntries(columns), features) as unknown as Dataset<Row>;
}

/** Numbers as JavaScript has them; whole numbers that it would round as `bigint`. */
function plainValue(cell: Cell): unknown {
  if (!(cell instanceof ExactNumber)) return cell;
  const number = cell.valueOf();
  return Number.isInteger(number) && !Number.isSafeInteger(number) && /^-?\d+$/.test(cell.text) ? BigInt(cell.text) : number;
}

function numbered(cell: Cell, indexOf: ReadonlyMap<string, number>): unknown {
  if (cell === null) return -1;
  if (cell instanceof ExactNumber) return plainValue(cell);
  if (typeof cell === "boolean") return Number(cell);
  if (typeof cell !== "string") return cell;
  return indexOf.get(cell) ?? (indexOf.size === 0 ? Number(cell) : cell);
}
