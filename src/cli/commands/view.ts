import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Command, Option } from "commander";
import { summarize } from "../../compare/summarize.js";
import { readTask } from "../../data/data.js";
import { UserError } from "../../lib/errors.js";
import { openBill } from "../../store/bill.js";
import { openRun, type Run } from "../../store/run.js";
import type { Task } from "../../types.js";
import type { CommandContext } from "../command-context.js";
import { taskOptions } from "../comparison-run.js";
import { findRun } from "../find-run.js";
import { noteLines } from "../notes.js";
import { checkOutputs, publish } from "../reports.js";
import { collect, outputHelp, type RunManner } from "../run-options.js";
import { shellWord } from "../shell-word.js";
import { storedOptions } from "../stored-options.js";

/** `crossover view [RUN]`: the result of an earlier run, its statistics computed anew from the stored rows. Writes only what `-o` names. */
export function addViewCommand(program: Command, context: CommandContext): Command {
  return program
    .command("view")
    .description("show an earlier run again, its statistics computed anew from the stored predictions")
    .argument("[run]", "the run's folder or name (default: the newest one)")
    .option("-o, --output <file>", outputHelp, collect, [])
    .option("--json", "print the comparison as JSON instead of text", false)
    .addOption(new Option("--runs <dir>", "folder of all runs").default("runs").env("CROSSOVER_RUNS"))
    .action(async (name: string | undefined, manner: Pick<RunManner, "output" | "json" | "runs">) => {
      checkOutputs(manner.output);
      const run = await openRun(await findRun(manner.runs, name, "any"));
      if (!run.measurements.some((measurement) => measurement.split === "test")) {
        throw new UserError(
          `${run.folder} was stopped before anything was measured. Go on with: crossover resume ${shellWord(run.folder)}`,
        );
      }
      const { task, assumptions, failed } = run.manifest;
      if (run.manifest.finishedAt === undefined) {
        const text = `${run.folder} is not finished: what follows is what was measured so far. Go on with: crossover resume ${shellWord(run.folder)}`;
        context.terminal.err(noteLines(text, context.terminal));
      }
      const comparison = summarize({ task, assumptions, measurements: run.measurements, failed });
      const spending = openBill(join(run.folder, "bill.jsonl"));
      await publish(run, comparison, { task: await dataOf(run), gates: [], manner, context, spending, isNew: false });
    });
}

/** The run's data, if it is still where it was and still the same: only for the texts beside the predictions. */
async function dataOf(run: Run): Promise<Task | null> {
  const options = storedOptions(run);
  if (!existsSync(options.path)) return null;
  try {
    const task = await readTask(taskOptions(options));
    return task.testHash === run.manifest.task.testHash ? task : null;
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}
