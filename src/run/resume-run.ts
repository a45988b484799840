/** @file An earlier run that goes on: locked first, then read. */
import { isMissing } from "../compare/missing.js";
import { owning } from "../lib/disposables.js";
import { formatPlural } from "../lib/text/format.js";
import { continueRun, type Run, readRun } from "../store/run.js";
import { lockRun } from "../store/run-lock.js";
import type { Measurement } from "../types/measurement.js";
import type { RunHooks } from "./hooks.js";
import type { RunOptions } from "./run-options.js";
import { checkFilesOf, storedOptions } from "./stored-options.js";

/** Dispose of it: it holds the run's lock. */
export interface ResumedRun extends AsyncDisposable {
  readonly run: Run;
  readonly options: RunOptions;
}

export interface ResumeOptions {
  /** A new limit for the whole run, what it has spent included. @default the run's own */
  readonly budgetUsd?: number;
  /** Whether approaches with rows that failed for good are measured again. @default false */
  readonly retryErrors?: boolean;
}

/**
 * Locks an earlier run and reads it, to go on with it.
 *
 * @throws UserError where it is held, cannot be read, or its data is gone
 */
export function resumeRun(
  folder: string,
  { budgetUsd, retryErrors = false }: ResumeOptions,
  { onEvent }: Pick<RunHooks, "onEvent">,
): Promise<ResumedRun> {
  return owning(async (held) => {
    // Before anything of it is read: what a process that holds it writes meanwhile would be overwritten by what was read before.
    held.use(await lockRun(folder));
    const whole = await readRun(folder);
    checkFilesOf(whole);
    if (retryErrors) onEvent({ kind: "note", text: retryNote(whole) });
    // Their measurements are made again as a whole: the rows that have an answer find it in the store.
    // One without any outcome is no measurement: it is made again in any case.
    const run = await continueRun(folder, (measurement) => {
      return measurement.outcomes.some((outcome) => !isMissing(outcome)) && (!retryErrors || failedRows(measurement) === 0);
    });
    const stored = storedOptions(run);
    return { run, options: budgetUsd === undefined ? stored : { ...stored, budgetUsd } };
  });
}

function failedRows({ outcomes }: Measurement): number {
  return outcomes.filter(({ failure }) => failure === "error").length;
}

/** What is asked again, in words. */
function retryNote({ folder, measurements }: Run): string {
  const counts = new Map<string, number>();
  for (const each of measurements) counts.set(each.approach, (counts.get(each.approach) ?? 0) + failedRows(each));
  const failed = [...counts]
    .filter(([, rows]) => rows > 0)
    .map(([approach, rows]) => `${formatPlural(rows, "row")} of ${approach}`);
  return failed.length === 0 ? `No row of ${folder} failed for good.` : `Asking again: ${failed.join(", ")}.`;
}
