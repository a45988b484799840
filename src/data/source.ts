/** @file Everything that files say of a task, before it is decided what is tested on. */

import { basename } from "node:path";
import { UserError } from "../lib/errors.js";
import { formatPlural } from "../lib/text/format.js";
import type { Dataset, Example } from "../types/data.js";
import { labelWarnings } from "./audit/lookalikes.js";
import { type ColumnNames, type Columns, findColumns } from "./columns.js";
import { labelWordsBeside, readLabelWords } from "./descriptions.js";
import { type LabelledRows, labelledRows } from "./examples.js";
import { errorTextNotes } from "./formats/spreadsheet-errors.js";
import { hubFiles } from "./hub-layout.js";
import { joinedColumn, labelCells, withLabelColumns } from "./label-cells.js";
import { type JoinedLabels, joinedLabels } from "./label-notation.js";
import { byNaturalOrder } from "./labels.js";
import { withPaths } from "./nested.js";
import { readTable } from "./read-table.js";
import { dataName, filesOfFolder, isFolder, type SplitName, splitNamed, testFileBeside } from "./split-files.js";
import type { Table } from "./table.js";
import { inTrainingSpelling } from "./test-labels.js";
import { textColumns, textColumnsNote, withTextColumns } from "./text-columns.js";

/** How rows become examples. Columns that are not named are looked for. */
export interface DatasetOptions extends ColumnNames {
  /** Whether a row may have several labels: lists, or a string joined by `|`. @default decided by the data */
  readonly isMultiLabel?: boolean;
  /** The separator of a row's labels in one string. If given, a row may have several labels. */
  readonly labelSeparator?: string;
  /** Columns that replace the label column: each says whether a row has one label (1 or 0, true or false, x or nothing). */
  readonly labelColumns?: readonly string[];
  /** The subset of a folder that is laid out like a repository of the Hugging Face Hub. */
  readonly subset?: string;
  /** The name in reports. @default the file's or folder's name */
  readonly name?: string;
  /** A YAML or JSON file with a description of each label. @default `label-descriptions.yaml` beside the data */
  readonly descriptions?: string;
}

/** What was read. */
export interface Source {
  /** The dataset's facts, without rows. */
  readonly base: Omit<Dataset, "examples">;
  /** `test` and `validation` are empty where the files do not say. */
  readonly parts: Readonly<Record<SplitName, readonly Example[]>>;
  /** How the files divide the rows, in one sentence. */
  readonly splitNote: string;
  /** How the text of a row is made of several columns, a sentence after a space; empty where it is one. */
  readonly textNote: string;
  /** Name of the text column. */
  readonly text: string;
  /** Name of the label column. */
  readonly label: string;
  /** Name of the group column, if there is one. */
  readonly group: string | null;
  /** Name of the column of ids, if there is one. */
  readonly id: string | null;
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
}

/** A file and the rows it holds. */
interface Part {
  readonly split: SplitName;
  readonly table: Table;
  readonly columns: Columns;
}

/** Files of rows that are not learned from, where the user names them. */
export interface HeldFiles {
  readonly test?: string | undefined;
  readonly validation?: string | undefined;
}

/** Reads files and finds columns, labels and descriptions. */
export async function readSource(path: string, held: HeldFiles, given: DatasetOptions): Promise<Source> {
  const { labelColumns, labelSeparator } = given;
  checkLabelOptions(given);
  const options = labelColumns === undefined ? given : { ...given, label: joinedColumn(labelColumns) };
  const files = await locate(path, held, given.subset);
  const notes = [...files.notes];
  const warnings: string[] = [];
  const parts: Part[] = [];
  let textNote = "";
  for (const { split, path: file } of files.list) {
    const read = await readTable(file);
    warnings.push(...read.warnings);
    const first = parts[0];
    const others = [options.label, options.id, options.group, options.shift].filter((name) => name !== undefined);
    const texts = options.text === undefined ? [] : textColumns(options.text, read.columns);
    const whole = withPaths(read, [...texts, ...others]);
    const ticked = labelColumns === undefined ? whole : withLabelColumns(whole, labelColumns);
    const table = texts.length < 2 ? ticked : withTextColumns(ticked, options.text!, texts, others);
    if (texts.length > 1) textNote = ` ${textColumnsNote(texts)}`;
    const columns = columnsOf(table, first === undefined ? options : sharedNames(first, table, options));
    notes.push(...columns.notes.map((note) => `${table.file}: ${note}.`));
    const labels = labelCells(table, columns.label, options.isMultiLabel !== false);
    warnings.push(...labels.notes);
    parts.push({ split, table: labels.table, columns });
  }
  const [{ columns }] = parts as [Part, ...Part[]];
  const isBarred = parts.some((part) => joinsLabels(part, options.isMultiLabel));
  const separator = labelSeparator ?? (isBarred ? "|" : null);
  const isMultiLabel = separator !== null || (options.isMultiLabel ?? parts.some(hasLists));
  const rows = parts.map(({ split, table, columns: own }, i) => {
    const idPrefix = i === 0 ? "" : parts.filter((part) => part.split === split).length > 1 ? `${split}-${i}-` : `${split}-`;
    return { split, table, ...labelledRows(table, own, { separator, idPrefix }) };
  });
  warnings.push(...rows.flatMap((part) => part.warnings));
  if (!isMultiLabel) {
    for (const { examples } of rows) {
      const several = examples.find(({ labels }) => labels.length !== 1);
      if (several) {
        throw new UserError(`${several.place} has ${several.labels.length} labels, but the task is said to have one a row.`);
      }
    }
  }
  const divided = divide(rows);
  const sides = { ...divided.parts };
  for (const side of ["validation", "test"] as const) {
    const spelled = inTrainingSpelling(sides.train, sides[side]);
    sides[side] = spelled.examples;
    warnings.push(...spelled.notes.filter((note) => !warnings.includes(note)));
  }
  const everyRow = Object.values(sides).flat();
  const counts = new Map<string, number>();
  for (const { labels } of everyRow) for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const labels = [...counts.keys()].sort(byNaturalOrder);
  warnings.push(...labelWarnings(labels, counts), ...errorTextNotes(everyRow));
  const joined = separator === null && options.isMultiLabel !== false ? joinedLabels(counts) : null;
  if (joined !== null) warnings.push(joinedNote(columns.label, joined, counts));
  const besides = options.descriptions === undefined ? await labelWordsBeside(files.list[0]!.path, labels) : null;
  const words = besides?.words ?? (await readLabelWords(options.descriptions!, labels));
  if (besides !== null && besides.note !== null) notes.push(besides.note);
  const hasAliases = Object.keys(words.aliases).length > 0;
  return {
    base: {
      name: options.name ?? dataName(path),
      labels,
      isMultiLabel,
      descriptions: words.descriptions,
      ...(hasAliases ? { aliases: words.aliases } : {}),
      ...(columns.shift === undefined ? {} : { shiftColumn: columns.shift }),
    },
    parts: sides,
    splitNote: divided.note,
    textNote,
    text: columns.text,
    label: columns.label,
    group: columns.group,
    id: columns.id,
    warnings,
    notes,
  };
}

/** What was noticed of the file may be why a column is not found. */
function columnsOf(table: Table, names: ColumnNames): Columns {
  try {
    return findColumns(table, names);
  } catch (error) {
    if (!(error instanceof UserError) || table.warnings.length === 0) throw error;
    throw new UserError([error.message, ...table.warnings].join("\n"));
  }
}

function checkLabelOptions({ label, labelColumns, labelSeparator }: DatasetOptions): void {
  if (labelSeparator === "") throw new UserError('The separator of labels is empty. Name the sign that joins them, such as ";".');
  if (labelColumns === undefined) return;
  if (label !== undefined)
    throw new UserError("--label names the column of the labels, and --label-columns takes its place. Leave one out.");
  if (labelSeparator !== undefined)
    throw new UserError(
      "--label-separator parts labels that stand in one column, and --label-columns names one for each. Leave one out.",
    );
  if (labelColumns.length < 2)
    throw new UserError("--label-columns names a column for each label: at least two, such as --label-columns billing,delivery.");
}

/** Labels that seem to be several in one: nothing is divided before somebody says so. */
function joinedNote(column: string, { separator, labels }: JoinedLabels, counts: ReadonlyMap<string, number>): string {
  const [first, ...others] = labels;
  const rows = labels.reduce((sum, label) => sum + counts.get(label)!, 0);
  const sign = separator === "\n" ? "\\n" : separator === "\t" ? "\\t" : separator;
  return (
    `${JSON.stringify(first!.slice(0, 60))}${others.length === 0 ? "" : ` and ${formatPlural(others.length, "other label")}`} in the column "${column}" (${formatPlural(rows, "row")}) ` +
    `${others.length === 0 ? "looks" : "look"} like several labels joined by ${JSON.stringify(separator)}, and ${others.length === 0 ? "is" : "are"} kept as one each. ` +
    `If they are several: --label-separator "${sign}".`
  );
}

interface Located {
  readonly list: readonly { readonly split: SplitName; readonly path: string }[];
  readonly notes: readonly string[];
}

async function locate(path: string, held: HeldFiles, subset: string | undefined): Promise<Located> {
  const given = (["validation", "test"] as const).flatMap((split) => {
    const file = held[split];
    return file === undefined ? [] : [{ split, path: file }];
  });
  if (await isFolder(path)) {
    const files = (await hubFiles(path, subset)) ?? (await filesOfFolder(path));
    const list = (["train", "validation", "test"] as const)
      .filter((split) => split === "train" || held[split] === undefined)
      .flatMap((split) => files[split].map((file) => ({ split, path: file })));
    return { list: [...list, ...given], notes: [] };
  }
  const beside = held.test === undefined ? await testFileBeside(path) : null;
  if (beside === null) return { list: [{ split: "train", path }, ...given], notes: [] };
  return {
    list: [{ split: "train", path }, ...given, { split: "test", path: beside }],
    notes: [`Test rows are from ${basename(beside)}, which stands beside ${basename(path)}.`],
  };
}

/** The columns of the first file, where another one has them too. */
function sharedNames({ columns }: Part, table: Table, options: DatasetOptions): ColumnNames {
  const names: { -readonly [Name in keyof ColumnNames]: ColumnNames[Name] } = {};
  for (const role of ["text", "label", "id", "group", "shift"] as const) {
    const column = columns[role];
    if (column !== null && column !== undefined && table.columns.includes(column)) names[role] = column;
    // A test file may well lack ids and groups; what says which rows are unlike the others, text and label must be there.
    else if (options[role] !== undefined && role !== "id" && role !== "group") names[role] = options[role];
  }
  return names;
}

/** Whether a column of strings holds labels joined by `|`: said so by the user, or by its name and its content. */
function joinsLabels({ table, columns }: Part, isMultiLabel: boolean | undefined): boolean {
  if (isMultiLabel === false) return false;
  const isBarred = table.rows.some((row) => {
    const cell = row[columns.label];
    return typeof cell === "string" && cell.includes("|");
  });
  return isBarred && (isMultiLabel === true || columns.label.toLowerCase() === "labels");
}

function hasLists({ table, columns }: Part): boolean {
  return table.rows.some((row) => {
    const cell = row[columns.label];
    return Array.isArray(cell) && cell.length !== 1;
  });
}

interface Rows extends LabelledRows {
  readonly split: SplitName;
  readonly table: Table;
}

/** The rows to learn from, to choose by and to test on. */
function divide(parts: readonly Rows[]): { readonly parts: Source["parts"]; readonly note: string } {
  const sides: Record<SplitName, Example[]> = { train: [], validation: [], test: [] };
  const hasFiles = parts.some(({ split }) => split !== "train");
  for (const { split, examples, splits, table } of parts) {
    for (const [i, example] of examples.entries()) {
      const word = hasFiles || splits === null ? split : splits[i]!;
      const side = splitNamed(word);
      if (side === null) {
        throw new UserError(
          `${example.place ?? table.file}: the column "split" says ${JSON.stringify(word.slice(0, 40))}, expected "train", "validation" or "test".`,
        );
      }
      sides[side].push(example);
    }
  }
  const origin = hasFiles
    ? (side: SplitName): string =>
        parts
          .filter(({ split }) => split === side)
          .map(({ table }) => table.file)
          .join(", ")
    : (side: SplitName): string => `the column "split" (${side})`;
  const rows = (count: number): string => formatPlural(count, "row");
  if (sides.test.length === 0 && sides.validation.length > 0 && sides.train.length > 0) {
    const note = `Tested on ${rows(sides.validation.length)} of ${origin("validation")}, since there is no test set; ${rows(sides.train.length)} of ${origin("train")} to learn from.`;
    return { parts: { train: sides.train, validation: [], test: sides.validation }, note };
  }
  const note = `Tested on ${rows(sides.test.length)} of ${origin("test")}; ${rows(sides.train.length)} of ${origin("train")} to learn from.`;
  return { parts: { ...sides, validation: withOwnIds(sides.validation, sides.train) }, note };
}

/** The validation rows; where they repeat an id of a training row, each is named after its split. */
function withOwnIds(validation: readonly Example[], train: readonly Example[]): readonly Example[] {
  const taken = new Set(train.map(({ id }) => id));
  const collides = validation.some(({ id }) => taken.has(id));
  return collides ? validation.map((example) => ({ ...example, id: `validation/${example.id}` })) : validation;
}
