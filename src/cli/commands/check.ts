import { join } from "node:path";
import type { Command } from "commander";
import { type AuditOptions, auditTask } from "../../data/audit/audit.js";
import { readTask } from "../../data/data.js";
import { disposables } from "../../lib/disposables.js";
import { renderAudit } from "../../report/audit-text.js";
import { resolveData } from "../../run/hub-data.js";
import { type RunManner, type RunOptions, taskOptions } from "../../run/run-options.js";
import { openEmbeddingCache } from "../../store/embedding-cache.js";
import { loadEncoder } from "../../tune/pretrained/encoder.js";
import { resolveModel } from "../../tune/pretrained/resolve-model.js";
import { outOfFoldProbabilities } from "../../tune/regression/cross-fit.js";
import type { Task } from "../../types/data.js";
import type { Encoder } from "../../types/encoder.js";
import type { CommandContext } from "../command-context.js";
import { makeProgress, type Progress } from "../progress.js";
import { addDataOptions, flag, givenOptions } from "../run-options.js";

interface CheckOptions {
  readonly labelErrors: boolean;
  readonly json: boolean;
}

/** `crossover check FILE`: the data audit. */
export function addCheckCommand(program: Command, context: CommandContext): Command {
  const command = program
    .command("check")
    .description("check labeled data: duplicates, leaks, conflicting and suspicious labels, personal data, lengths")
    .argument(
      "[data]",
      "CSV, TSV, JSON, JSONL (also .gz) or Parquet file with a text and a label, a folder with train and test files, or a dataset of the Hub (hf:org/name)",
    );
  return addDataOptions(command)
    .optionsGroup("What is looked for, and with what:")
    .addOption(flag("model", { help: "encoder that counts tokens and finds suspicious labels, as in run" }))
    .option("--no-label-errors", "skip the search for suspicious labels, the only slow check: it embeds every text")
    .addOption(flag("offline"))
    .option("--json", "print all findings as JSON", false)
    .addOption(flag("runs", { help: "folder of all runs, where embeddings are stored" }))
    .addHelpText(
      "after",
      "\nExamples:\n  crossover check tickets.csv\n  crossover check train.csv --test test.csv --no-label-errors --json",
    )
    .action(async (path: string | undefined, given: CheckOptions) => {
      const { options, manner } = await givenOptions(command, path);
      await check({ ...options, ...given, runs: manner.runs }, context);
    });
}

async function check(options: RunOptions & CheckOptions & Pick<RunManner, "runs">, context: CommandContext): Promise<void> {
  const { terminal, signal } = context;
  const progress = makeProgress(terminal, signal);
  await using held = disposables();
  try {
    const hub = { env: terminal.env, offline: options.offline, signal, log: progress.log };
    const { source } = await resolveData(options.path, hub);
    const task = await readTask({ ...taskOptions(options), ...source, log: progress.log });
    const cache = options.labelErrors
      ? held.use(await openEmbeddingCache(join(options.runs, ".cache", "embeddings.db")))
      : undefined;
    const { folder: model } = await resolveModel(options.model, {
      env: terminal.env,
      offline: options.offline,
      signal,
      log: progress.log,
    });
    const encoder = held.use(await loadEncoder(model, cache === undefined ? {} : { cache }));
    const outOfFold = options.labelErrors ? await judgeLabels(task, encoder, options.seed, signal, progress) : undefined;
    const audit = auditTask(task, {
      countTokens: encoder.countTokens,
      maxTokens: encoder.maxTokens,
      log: progress.log,
      ...(encoder.languages === undefined ? {} : { modelLanguages: encoder.languages }),
      ...(outOfFold === undefined ? {} : { outOfFold }),
    });
    progress.clear();
    terminal.out(
      options.json
        ? `${JSON.stringify(audit, null, 2)}\n`
        : renderAudit(audit, { width: terminal.width, color: terminal.hasColor }),
    );
  } finally {
    progress.clear();
  }
}

/** Probabilities of the labels of each training row, from models that have not seen it. Rows with several labels are not judged. */
async function judgeLabels(
  task: Task,
  encoder: Encoder,
  seed: number,
  signal: AbortSignal,
  progress: Progress,
): Promise<AuditOptions["outOfFold"]> {
  if (task.train.isMultiLabel) return undefined;
  return outOfFoldProbabilities(task.train, encoder, { signal, spend: () => {}, log: progress.log }, seed);
}
