/** @file The inputs of a run: its checked options and its data. Nothing is spent, and no folder is touched. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { readTask } from "../data/data.js";
import { UserError } from "../lib/errors.js";
import { formatPlural } from "../lib/text/format.js";
import { formatOf } from "../report/report.js";
import type { Run } from "../store/run.js";
import type { Query, Task } from "../types/data.js";
import { checkLlms } from "./approaches.js";
import { checkShift } from "./check-shift.js";
import { readEnvironment } from "./environment.js";
import { type Gate, parseGate } from "./gates.js";
import type { RunHooks } from "./hooks.js";
import { resolveData } from "./hub-data.js";
import { readUnlabelled } from "./llms/unlabelled.js";
import { namedLlms, type UsualChoice, withUsualLlm } from "./llms/usual-llm.js";
import { type RunManner, type RunOptions, taskOptions } from "./run-options.js";
import { withPrompts } from "./saved-prompts.js";

/** The inputs of a run. */
export interface RunInputs {
  /** The given options, with the models that prompts name and the commit of data from the Hub. */
  readonly options: RunOptions;
  readonly manner: RunManner;
  readonly env: RunHooks["env"];
  readonly gates: readonly Gate[];
  readonly task: Task;
  /** The rows of `--unlabelled`. Absent where there are none. */
  readonly pool?: readonly Query[];
  /** The run's folder. */
  readonly folder: string;
  /** The folder of all runs and their caches. */
  readonly runs: string;
  /** The earlier run that is resumed. */
  readonly resumed?: Run;
}

/**
 * Reads the data and everything else that the options name.
 *
 * @param isPlan whether no LLM will be asked, so that no key is needed
 * @throws UserError if options, data, prompts or LLMs cannot be used
 */
export async function readInputs(
  given: RunOptions,
  manner: RunManner,
  { env: outer, onEvent, signal }: RunHooks,
  { resumed, isPlan = false }: { readonly resumed?: Run; readonly isPlan?: boolean } = {},
): Promise<RunInputs> {
  // What can be wrong with the options is found before any work.
  const gates = given.require.map(parseGate);
  checkOutputs(manner.output);
  checkName(manner.name);
  const named = namedLlms(given);
  const asked = await withPrompts(named.options);
  const env = await readEnvironment(outer, manner.envFile);
  await checkLlms(asked, { env, onEvent, signal }, isPlan);
  const data = await resolveData(asked.path, { env, offline: asked.offline, signal, log: onEvent });
  const pinned = { ...asked, path: data.pinned };
  const task = await readTask({ ...taskOptions(pinned), ...data.source, log: onEvent });
  const isOpen = named.isOpen && asked.llm.length === 0;
  const { options: chosen, note }: UsualChoice = isOpen ? withUsualLlm(pinned, task) : { options: pinned };
  if (note !== undefined) onEvent({ kind: "note", text: note });
  const { options, pool } = await readUnlabelled(chosen, task, onEvent);
  if (options.curve !== "off") checkShift(task);
  // A plan prints this with its table.
  if (!isPlan) for (const text of foundNotes(task)) onEvent({ kind: "note", text });
  for (const text of task.warnings) onEvent({ kind: "warning", text, isReported: true });
  const folder = resumed?.folder ?? join(manner.runs, manner.name ?? newName(task.train.name, manner.runs));
  // What a run has stored beside it is found again from wherever it is resumed.
  const runs = resumed === undefined ? manner.runs : dirname(folder);
  return {
    options,
    manner,
    env,
    gates,
    task,
    ...(pool !== undefined && { pool }),
    folder,
    runs,
    ...(resumed === undefined ? {} : { resumed }),
  };
}

/** What was read, and what was found or divided without being asked. */
function foundNotes({ train, test, splitNote, notes = [] }: Task): string[] {
  const [rows, testRows] = [train, test].map(({ examples }) => examples.length);
  const counts = `${formatPlural(rows!, "training row")}, ${formatPlural(testRows!, "test row")}, ${formatPlural(train.labels.length, "label")}`;
  return [`${train.name}: ${counts}. ${splitNote}`, ...notes];
}

/** Refuses files whose extension names no report. */
export function checkOutputs(paths: readonly string[]): void {
  for (const path of paths) formatOf(path);
}

/** A name is one folder within the folder of all runs: elsewhere it would not be found again. */
function checkName(name: string | undefined): void {
  if (name === undefined || (/^[^/\\]+$/.test(name) && !/^\.{1,2}$/.test(name))) return;
  throw new UserError(`--name is "${name}"; it must be a name without slashes. --runs DIR says in which folder the run is put.`);
}

/**
 * The data's name and the time to the second, in a form that every file system takes and that sorts by time. No hyphen or dot begins it: a
 * command would read it as an option, a shell hide it. Where there is one of that second already, a number follows.
 */
function newName(dataName: string, runs: string): string {
  const time = new Date().toISOString().slice(0, 19).replace("T", "-").replaceAll(":", "");
  const name = dataName.replace(/[^\w.-]+/g, "-").replace(/^[-.]+/, "");
  const first = `${name.slice(0, 60) || "run"}-${time}`;
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? first : `${first}-${number}`;
    if (!existsSync(join(runs, candidate))) return candidate;
  }
}
