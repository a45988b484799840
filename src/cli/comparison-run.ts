/** @file A comparison from the options to the reports, new or resumed. */
import { dirname, join } from "node:path";
import process from "node:process";
import { decide } from "../advise/decision.js";
import { compare, taskFacts } from "../compare/compare.js";
import { readTask, type TaskOptions } from "../data/data.js";
import { UserError } from "../lib/errors.js";
import { spendingText } from "../lib/spending.js";
import { services } from "../prompt/providers/services.js";
import { shutdownNotes } from "../prompt/providers/shutdown-date.js";
import { type Bill, openBill } from "../store/bill.js";
import { openEmbeddingCache } from "../store/embedding-cache.js";
import { openResponseCache } from "../store/response-cache.js";
import { checkNoRun, createRun, type Run, type RunManifest, runFormat } from "../store/run.js";
import { lockRun } from "../store/run-lock.js";
import { loadEncoder } from "../tune/pretrained/encoder.js";
import type { Approach, Assumptions, Comparison, Encoder, Task } from "../types.js";
import { checkLlms, makeApproaches, planWarnings, withTuning } from "./approaches.js";
import { writeArtifacts } from "./artifacts.js";
import type { CommandContext } from "./command-context.js";
import { confirmUsd } from "./confirm-usd.js";
import { dataNotes } from "./data-notes.js";
import { type Disposables, disposables } from "./disposables.js";
import { readEnvironment } from "./environment.js";
import { estimateRun, renderEstimates, totalUsd } from "./estimate.js";
import { exitCode, Interrupted, isAbort } from "./exit-code.js";
import { checkGateNames, parseGate } from "./gates.js";
import { thisMachine } from "./machine.js";
import { downloadNote, localDownloadNotes, resolveModel } from "./model.js";
import { noteLines } from "./notes.js";
import { makeProgress, type Progress } from "./progress.js";
import { checkOutputs, publish } from "./reports.js";
import type { RunManner, RunOptions } from "./run-options.js";
import { withPrompts } from "./saved-prompts.js";
import { shellWord } from "./shell-word.js";
import { packageVersion } from "./version.js";

/**
 * Reads the data, measures, writes the run's folder and prints the result. With `resumed`, which the caller has locked, goes on where
 * that run stopped: what it measured is not measured again, and what it paid counts against the budget.
 */
export async function runComparison(words: RunOptions, manner: RunManner, context: CommandContext, resumed?: Run): Promise<void> {
  const { terminal } = context;
  // What can be wrong with the words is found before any work.
  const gates = words.require.map(parseGate);
  checkOutputs(manner.output);
  checkName(manner.name);
  const given = await withPrompts(words);
  const env = await readEnvironment(terminal.env, manner.envFile);
  await checkLlms(given, env, manner.dryRun);
  const progress = makeProgress(terminal, context.signal);
  await using held = disposables();
  try {
    const read = await readTask({ ...taskOptions(given), log: progress.log });
    progress.clear();
    const warn = (warning: string): void => terminal.err(noteLines(`Note: ${warning}`, terminal));
    read.warnings.forEach(warn);
    const folder = resumed?.folder ?? join(manner.runs, manner.name ?? newName(read.train.name));
    // What a run has stored beside it is found again from wherever it is resumed.
    const runs = resumed === undefined ? manner.runs : dirname(folder);
    const modelContext = { env, offline: given.offline, signal: context.signal, log: progress.log };
    const download = manner.dryRun ? await downloadNote(given.model, given.path, modelContext) : undefined;
    if (download !== undefined) {
      terminal.out(noteLines(download, terminal));
      return;
    }
    const { folder: model, pinned } = await resolveModel(given.model, modelContext);
    const local = { ...given, model };
    const encoder = await openEncoder(local, runs, held);
    const options = resumed ? local : await withTuning(local, read.train, encoder);
    if (!resumed && options.ladder) terminal.err(noteLines(options.ladder.reason, terminal));
    const seeds = Array.from({ length: options.repeat }, (_, i) => options.seed + i);
    const batch = { folder: join(folder, "batches"), log: progress.log };
    if (manner.dryRun) {
      const planned = await makeApproaches(options, { encoder, env, task: read, batch });
      checkGateNames(gates, namesOf(planned));
      terminal.out(renderEstimates(read, await estimateRun(read, planned, seeds)));
      (await planWarnings(given, env)).forEach(warn);
      for (const note of await localDownloadNotes(given.llm, modelContext)) terminal.out(noteLines(note, terminal));
      return;
    }
    if (resumed) checkSameData(resumed, read);
    else {
      context.holdWork();
      // Held before anything of the folder is read: the bill, and batches, which reading tidies up.
      held.use(await lockRun(folder));
      await checkNoRun(folder);
    }
    const bill = openBill(join(folder, "bill.jsonl"));
    // Without the cache answers are asked for anew, yet kept: an interrupted run must not pay twice.
    const responsesPath = options.cache ? join(runs, ".cache", "responses.db") : join(folder, "responses.db");
    const responses = held.use(await openResponseCache(responsesPath));
    const approaches = await makeApproaches(options, { encoder, env, task: read, responses, bill, batch });
    checkGateNames(gates, namesOf(approaches));
    // Before the first request that is paid for: texts with personal data would be on their way then.
    const found = await dataNotes(read, encoder, {
      judgesLabels: approaches.some(({ arm }) => arm === "tune"),
      seed: options.seed,
      context: { signal: context.signal, spend: () => {}, log: progress.log },
    });
    progress.clear();
    found.forEach(warn);
    const task = { ...read, warnings: [...read.warnings, ...found] };
    const asked = options.llm.filter((spec) => approaches.some(({ name }) => name.includes(`@${spec}`)));
    (await shutdownNotes(asked, { env, signal: context.signal })).forEach(warn);
    if (!resumed) {
      hintAtLlm(options, context);
      await confirmSpending(task, approaches, seeds, options, manner, context);
    }
    const run = resumed ?? (await createRun(folder, newManifest(folder, { ...options, model: pinned }, task)));
    await resumed?.reopen();
    const comparison = await measureAll(run, task, approaches, seeds, context, progress, bill);
    progress.clear();
    await publish(run, comparison, { task, gates, manner, context, spending: bill, isNew: true });
    reportFailures(comparison, run, manner, context);
    // What was measured is kept and reported, but it answers nothing.
    if (decide(comparison).ground === "unanswered") context.setExitCode(exitCode.user);
  } finally {
    progress.clear();
  }
}

/** The part of the options that says which data, for `readTask`. */
export function taskOptions(options: RunOptions): TaskOptions {
  const { path, test, validation, text, label, group, id, multiLabel, descriptions, testShare, limit, testLimit, seed } = options;
  const { labelSeparator, labelColumns } = options;
  return {
    path,
    seed,
    ...(test === undefined ? {} : { test }),
    ...(validation === undefined ? {} : { validation }),
    ...(text === undefined ? {} : { text }),
    ...(label === undefined ? {} : { label }),
    ...(group === undefined ? {} : { group }),
    ...(id === undefined ? {} : { id }),
    ...(multiLabel === undefined ? {} : { isMultiLabel: multiLabel }),
    ...(labelSeparator === undefined ? {} : { labelSeparator }),
    ...(labelColumns === undefined ? {} : { labelColumns }),
    ...(descriptions === undefined ? {} : { descriptions }),
    ...(testShare === undefined ? {} : { testShare }),
    ...(limit === undefined ? {} : { limit }),
    ...(testLimit === undefined ? {} : { testLimit }),
  };
}

async function openEncoder(options: RunOptions, runs: string, held: Disposables): Promise<Encoder> {
  const cache = options.cache ? held.use(await openEmbeddingCache(join(runs, ".cache", "embeddings.db"))) : undefined;
  return held.use(await loadEncoder(options.model, cache === undefined ? {} : { cache }));
}

/** Measures what is missing, storing each measurement and its artifacts when it is made. */
async function measureAll(
  run: Run,
  task: Task,
  approaches: readonly Approach[],
  seeds: readonly number[],
  { signal, terminal }: CommandContext,
  progress: Progress,
  bill: Bill,
): Promise<Comparison> {
  try {
    const comparison = await compare(task, approaches, {
      seeds,
      assumptions: run.manifest.assumptions,
      signal,
      log: progress.log,
      finished: run.measurements,
      checkpointFolder: run.checkpointFolder,
      onMeasurement: (measurement) => run.append(measurement),
      onPredictor: (measurement, predictor) => writeArtifacts(run, measurement, predictor, seeds, task.test),
      onFailure: (approach) => {
        progress.clear();
        // Why is said once for all that it holds of, below the report, where it is not scrolled away.
        terminal.err(noteLines(`${approach} was left out: the reason stands below the report.`, terminal));
      },
    });
    const { failed } = comparison;
    await run.update({ failed, ...(failed.length === 0 ? { finishedAt: new Date().toISOString() } : {}) });
    return comparison;
  } catch (error) {
    if (!isAbort(error) && !signal.aborted && !(error instanceof UserError)) throw error;
    const paid = bill.totalUsd > 0 ? `, and every answer paid for (${spendingText(bill)})` : "";
    const kept = `What was measured is kept${paid}. Go on with: crossover resume ${shellWord(run.folder)}`;
    if (error instanceof UserError) throw new UserError(`${error.message}\n${kept}`);
    throw new Interrupted(`Stopped. ${kept}`);
  }
}

/** Approaches that could not be measured: the rest is kept and reported, but what was asked for was not done, and the exit code says so. */
function reportFailures({ failed }: Comparison, { folder }: Run, { envFile }: RunManner, context: CommandContext): void {
  if (failed.length === 0) return;
  const reasons = [...new Set(failed.map(({ reason }) => reason))].map((reason) => {
    const approaches = failed.filter((each) => each.reason === reason).map(({ approach }) => approach);
    return `Not measured: ${approaches.join(", ")}: ${reason}`;
  });
  const command = ["crossover resume", shellWord(folder), ...(envFile === undefined ? [] : ["--env-file", shellWord(envFile)])];
  const text = [
    ...reasons,
    `What was measured is kept and reported. Mend it and go on with: ${command.join(" ")}`,
    "Only what is missing is asked then. To do without, or with another model, start a new run: stored answers are used again.",
  ];
  context.terminal.err(noteLines(text.join("\n"), context.terminal));
  context.setExitCode(exitCode.user);
}

function newManifest(folder: string, options: RunOptions, task: Task): RunManifest {
  const { margin, usdPerLabel, usdPerMachineHour, utilization } = options;
  const assumptions: Assumptions = { margin, usdPerLabel, usdPerMachineHour, utilization };
  return {
    format: runFormat,
    name: folder.split(/[\\/]/).at(-1)!,
    createdAt: new Date().toISOString(),
    version: packageVersion(),
    machine: thisMachine(),
    workingFolder: process.cwd(),
    options: { ...options },
    task: taskFacts(task),
    assumptions,
    failed: [],
  };
}

/**
 * The data's name and the time to the second, in a form that every file system takes and that sorts by time. No hyphen or dot begins it: a
 * command would read it as an option, a shell hide it.
 */
function newName(dataName: string): string {
  const time = new Date().toISOString().slice(0, 19).replace("T", "-").replaceAll(":", "");
  const name = dataName.replace(/[^\w.-]+/g, "-").replace(/^[-.]+/, "");
  return `${name.slice(0, 60) || "run"}-${time}`;
}

const namesOf = (approaches: readonly Approach[]): string[] => approaches.map(({ name }) => name);

/** A name is one folder within the folder of all runs: elsewhere `list` and `resume` would not find it. */
function checkName(name: string | undefined): void {
  if (name === undefined || (/^[^/\\]+$/.test(name) && !/^\.{1,2}$/.test(name))) return;
  throw new UserError(`--name is "${name}"; it must be a name without slashes. --runs DIR says in which folder the run is put.`);
}

function checkSameData(run: Run, task: Task): void {
  for (const [part, before, now] of [
    ["training", run.manifest.task.trainHash, task.trainHash],
    ["test", run.manifest.task.testHash, task.testHash],
    ["validation", run.manifest.task.validationHash, task.validationHash],
  ] as const) {
    if (before !== now) {
      throw new UserError(
        `The ${part} rows are not those that ${run.folder} began with: the data has changed since. Start a new run.`,
      );
    }
  }
}

/** Which keys there are, and what to write to use them. */
const keyHints = Object.entries(services).flatMap(([name, { key, example }]) =>
  key.variable === null || name === "openai-compatible" ? [] : [{ variable: key.variable, spec: `${name}:${example}` }],
);

/** A key that is set is never used unasked: it costs money. */
function hintAtLlm(options: RunOptions, { terminal }: CommandContext): void {
  if (options.llm.length > 0) return;
  const found = keyHints.find(({ variable }) => terminal.env[variable]);
  const hint =
    found === undefined
      ? "To add one: --llm openai:gpt-6-luna (with OPENAI_API_KEY), another service of docs/services.md, ollama:qwen3:8b, or recorded:FILE."
      : `${found.variable} is set: add --llm ${found.spec}, with --dry-run first to see the price.`;
  terminal.err(noteLines(`No LLM was named, so none is measured. ${hint}`, terminal));
}

async function confirmSpending(
  task: Task,
  approaches: readonly Approach[],
  seeds: readonly number[],
  options: RunOptions,
  manner: RunManner,
  { terminal }: CommandContext,
): Promise<void> {
  const billed = options.llm.some((spec) => !spec.startsWith("recorded:"));
  if (!billed || manner.yes || options.budgetUsd !== undefined) return;
  await confirmUsd(totalUsd(await estimateRun(task, approaches, seeds)), "This run", terminal);
}
