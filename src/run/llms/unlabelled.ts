/** @file The rows of `--unlabelled`: those that a language model is to label. */
import { isKnownName } from "../../data/columns.js";
import { type PoolRow, type PoolRows, readPoolRows } from "../../data/pool/pool-rows.js";
import { UserError } from "../../lib/errors.js";
import { sha256 } from "../../lib/hash.js";
import { formatCount } from "../../lib/text/format.js";
import type { Query, Task } from "../../types/data.js";
import type { RunEvent } from "../../types/events.js";
import type { RunOptions } from "../run-options.js";

/** Rows that are labelled where nobody says how many. */
const usualRows = 1000;

/** What `--unlabelled` comes to. */
export interface Unlabelled {
  readonly options: RunOptions;
  /** Absent where no file was named. */
  readonly pool?: readonly Query[];
}

/**
 * Reads the rows: those with a text that is like none of the task, not of the test rows above all.
 *
 * @throws UserError where none is left, or they are not those that the run began with
 */
export async function readUnlabelled(options: RunOptions, task: Task, onEvent: (event: RunEvent) => void): Promise<Unlabelled> {
  const { unlabelled: path, unlabelledRows = usualRows, seed, text } = options;
  if (path === undefined) return { options };
  const parts = [task.train, task.test, ...(task.validation === undefined ? [] : [task.validation])];
  const known = parts.flatMap(({ examples }) => examples.map((example) => example.text));
  // Columns that were joined are asked for by the same names; a single one may have another name here.
  const names = text?.includes(",") ? { text } : {};
  const found = await readPoolRows({ path, ...names, mostRows: unlabelledRows, seed, known, log: onEvent });
  for (const each of found.warnings) onEvent({ kind: "warning", text: each });
  const { rows, count, left, file } = found;
  if (rows.length === 0) {
    throw new UserError(
      `--unlabelled ${path}: of ${formatCount(count)} rows none is left to label: ${formatCount(left.empty)} have no text, and ` +
        `${formatCount(left.known)} are like rows of the data. Give a file of other texts.`,
    );
  }
  const pool = queriesOf(found, options.id);
  const unlabelledHash = sha256(...pool.flatMap(({ id, text: own }) => [id, own]));
  if (options.unlabelledHash !== undefined && options.unlabelledHash !== unlabelledHash) {
    throw new UserError(`${path}: the rows are not what they were when the run began. Put them back, or start a new run.`);
  }
  onEvent({ kind: "note", text: `${file}: ${formatCount(rows.length)} unlabelled rows${leftText(left)}.` });
  return { options: { ...options, unlabelledHash }, pool };
}

/** By the ids of the file, which recorded answers are found by, where every row has one of its own. */
function queriesOf({ rows, columns }: PoolRows, named: string | undefined): Query[] {
  const column = columns.find((each) => each === named) ?? columns.find((each) => isKnownName(each, "id"));
  const ids = column === undefined ? [] : rows.map(({ values }: PoolRow) => idOf(values[column]));
  const isUnique = ids.length > 0 && !ids.includes("") && new Set(ids).size === ids.length;
  return rows.map(({ text }, i) => ({ id: isUnique ? ids[i]! : String(i + 1), text }));
}

function idOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

function leftText({ empty, repeated, known, beyond }: PoolRows["left"]): string {
  const parts = [
    ...(known === 0 ? [] : [`${formatCount(known)} like rows of the data`]),
    ...(repeated === 0 ? [] : [`${formatCount(repeated)} like others of the file`]),
    ...(empty === 0 ? [] : [`${formatCount(empty)} without a text`]),
    ...(beyond === 0 ? [] : [`${formatCount(beyond)} beyond --unlabelled-rows`]),
  ];
  return parts.length === 0 ? "" : `; left out: ${parts.join(", ")}`;
}
