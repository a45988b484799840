/** @file The rows of a pool that may be chosen: with a text, without a label, and neither like each other nor like a row of the run. */
import { readTask } from "../../data/data.js";
import { type PoolRows, readPoolRows } from "../../data/pool/pool-rows.js";
import { UserError } from "../../lib/errors.js";
import type { RunHooks } from "../../run/hooks.js";
import { resolveData } from "../../run/hub-data.js";
import { taskOptions } from "../../run/run-options.js";
import { checkFilesOf, storedOptions } from "../../run/stored-options.js";
import type { Run } from "../../store/run.js";
import type { NextOptions } from "./next-options.js";

/** A pool that was read. */
export interface Pool extends Pick<PoolRows, "file" | "columns" | "rows" | "left"> {
  /** The column for labels: that of the run's data, or `label`. */
  readonly labelColumn: string;
  /** Whether the run's own rows are there to compare with. */
  readonly isComparedWithRun: boolean;
}

/** Rows that are embedded and predicted at most: more would hardly hold better ones. */
const mostRows = 50_000;

/** Reads a pool. UserError where it has no text, or no row that could be chosen. */
export async function readPool(options: NextOptions, run: Run, { env, signal, onEvent }: RunHooks): Promise<Pool> {
  const stored = storedOptions(run);
  // Columns that were joined are asked for by the same names; a single one may have another name here.
  const text = options.text ?? (stored.text?.includes(",") ? stored.text : undefined);
  const labelColumn = stored.label !== undefined && !stored.label.includes(",") ? stored.label : "label";
  const known = await textsOfRun(run, env, signal);
  const { file, columns, count, rows, left, warnings } = await readPoolRows({
    path: options.path,
    ...(text !== undefined && { text }),
    labelColumn,
    mostRows,
    seed: options.seed ?? stored.seed,
    known: known ?? [],
    log: onEvent,
  });
  for (const each of warnings) onEvent({ kind: "warning", text: each });
  if (rows.length === 0) {
    throw new UserError(
      `${file} has no row that could be labelled next: of ${count} rows ${left.empty} have no text, ${left.labelled} have a label, ` +
        `${left.known} are like rows of the run. Give rows that the run has not seen.`,
    );
  }
  return { file, columns, labelColumn, rows, left, isComparedWithRun: known !== null };
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
