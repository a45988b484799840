import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { mainMeasurements } from "../../compare/main-measurements.js";
import { summarize } from "../../compare/summarize.js";
import { readTask } from "../../data/data.js";
import { UserError } from "../../lib/errors.js";
import { shellWord } from "../../lib/text/shell-word.js";
import { assumptionOptions, toldAssumptions } from "../../run/assumptions.js";
import { findRun } from "../../run/find-run.js";
import { checkGateNames, parseGate } from "../../run/gates.js";
import { resolveData } from "../../run/hub-data.js";
import { reportOf, writeReports } from "../../run/publish-run.js";
import { checkOutputs } from "../../run/run-inputs.js";
import { type RunOptions, taskOptions } from "../../run/run-options.js";
import { storedOptions } from "../../run/stored-options.js";
import { openBill } from "../../store/bill.js";
import { type Run, readRun } from "../../store/run.js";
import type { Task } from "../../types/data.js";
import type { CommandContext } from "../command-context.js";
import { givenWords } from "../given-words.js";
import { noteLines } from "../notes.js";
import { openReport, pageToOpen } from "../open-report.js";
import { addAssumptionOptions, addShowOptions, type CommandManner, flag, type ShowManner, toldOptions } from "../run-options.js";
import { showReport } from "../show-report.js";

/** `crossover view [RUN]`: the result of an earlier run, its statistics computed anew from the stored rows. Writes only what `-o` names. */
export function addViewCommand(program: Command, context: CommandContext): Command {
  const command = program
    .command("view")
    .description("show an earlier run, with its statistics recomputed from the stored predictions")
    .argument("[run]", "the run's folder or name (default: the newest one)")
    .addOption(flag("output"))
    .addOption(flag("runs", { help: "folder of all runs" }));
  addShowOptions(command);
  addAssumptionOptions(command);
  return command
    .addHelpText(
      "after",
      `
Examples:
  crossover view
  crossover view runs/tickets -o report.html
  # decided anew in a second; nothing is measured, asked or written
  crossover view --requests-per-month 100000 --usd-per-label 0.05
  crossover view --priority accuracy=5,cost=3,latency=1 --needed 0.9`,
    )
    .action(async (name: string | undefined, manner: Pick<CommandManner, "output" | "runs"> & ShowManner) => {
      checkOutputs(manner.output);
      const told: Partial<RunOptions> = toldOptions(command);
      const gates = (told.require ?? []).map(parseGate);
      const run = await readRun(await findRun(manner.runs, name, "any"));
      if (!mainMeasurements(run.measurements, run.manifest.task).some(({ split }) => split === "test")) {
        throw new UserError(
          `${run.folder} was stopped before anything was measured. Go on with: crossover resume ${shellWord(run.folder)}`,
        );
      }
      const isRedecided = assumptionOptions.some((option) => told[option] !== undefined);
      const page = manner.open ? pageToOpen(run.folder, manner.output, isRedecided) : undefined;
      const { task, failed } = run.manifest;
      const assumptions = { ...run.manifest.assumptions, ...toldAssumptions(told) };
      if (run.manifest.finishedAt === undefined) {
        const text = `${run.folder} is not finished: what follows is what was measured so far. Go on with: crossover resume ${shellWord(run.folder)}`;
        context.terminal.err(noteLines(text, context.terminal));
      }
      const comparison = summarize({ task, assumptions, measurements: run.measurements, failed });
      checkGateNames(
        gates,
        comparison.summaries.map(({ approach }) => approach),
      );
      const spending = openBill(join(run.folder, "bill.jsonl"));
      const data = await dataOf(run, context);
      if (data === null && manner.output.length > 0) {
        const text = `Note: the rows' texts are left out: ${storedOptions(run).path} is not there any more, or has changed since.`;
        context.terminal.err(noteLines(text, context.terminal));
      }
      const report = await reportOf(run, comparison, { task: data, gates, spending });
      await writeReports(report, manner.output);
      const fullCommand = `${givenWords(command, ["output", "open"])} --full`;
      showReport(report, { ...manner, fullCommand, isRedecided }, context);
      if (page !== undefined) await openReport(page, context);
    });
}

/** The run's data, if it is still where it was and still the same: only for the texts beside the predictions. */
async function dataOf(run: Run, { terminal: { env }, signal }: CommandContext): Promise<Task | null> {
  const options = storedOptions(run);
  try {
    // Of the Hub's what is in the cache: looking at a run asks nobody.
    const { source } = await resolveData(options.path, { env, offline: true, signal, log: () => {} });
    if (!existsSync(source.path)) return null;
    const task = await readTask({ ...taskOptions(options), ...source });
    return task.testHash === run.manifest.task.testHash ? task : null;
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}
