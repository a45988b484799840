import { type Command, Option } from "commander";
import { isMissing } from "../../compare/missing.js";
import { formatPlural } from "../../lib/format.js";
import { continueRun, openRun, type Run } from "../../store/run.js";
import { lockRun } from "../../store/run-lock.js";
import type { Measurement } from "../../types.js";
import type { CommandContext } from "../command-context.js";
import { runComparison } from "../comparison-run.js";
import { findRun } from "../find-run.js";
import { noteLines } from "../notes.js";
import { collect, envFileHelp, numberIn, outputHelp, type RunManner } from "../run-options.js";
import { checkFilesOf, storedOptions } from "../stored-options.js";

/** `crossover resume [RUN]`: goes on with a run that was stopped, or whose approaches could not all be measured. */
export function addResumeCommand(program: Command, context: CommandContext): Command {
  return program
    .command("resume")
    .description(
      "go on with a run that was stopped, killed or could not be measured whole; nothing that was answered is asked again",
    )
    .argument("[run]", "the run's folder or name (default: the newest unfinished one)")
    .option(
      "--budget-usd <usd>",
      "a new limit for the whole run, what it has spent included (default: the limit it began with)",
      numberIn("--budget-usd", 0, Number.MAX_SAFE_INTEGER),
    )
    .option(
      "--retry-errors",
      "ask the rows again that failed for good (as where a service was down), also of a finished run",
      false,
    )
    .option("-o, --output <file>", outputHelp, collect, [])
    .option("--json", "print the comparison as JSON instead of text", false)
    .option("--env-file <file>", envFileHelp)
    .addOption(new Option("--runs <dir>", "folder of all runs").default("runs").env("CROSSOVER_RUNS"))
    .action(async (name: string | undefined, { retryErrors, budgetUsd, ...given }: ResumeOptions) => {
      const folder = await findRun(given.runs, name, retryErrors ? "any" : "unfinished");
      context.holdWork();
      // Before anything of it is read: what a process that holds it writes meanwhile would be overwritten by what was read before.
      await using _lock = await lockRun(folder);
      const whole = await openRun(folder);
      checkFilesOf(whole);
      if (retryErrors) noteRetries(whole, context);
      // Their measurements are made again as a whole: the rows that have an answer find it in the store.
      // One without any outcome is no measurement: it is made again in any case.
      const run = await continueRun(folder, (measurement) => {
        return measurement.outcomes.some((outcome) => !isMissing(outcome)) && (!retryErrors || failedRows(measurement) === 0);
      });
      const stored = storedOptions(run);
      const options = budgetUsd === undefined ? stored : { ...stored, budgetUsd };
      await runComparison(options, { ...given, dryRun: false, yes: true }, context, run);
    });
}

type ResumeOptions = RunManner & { readonly budgetUsd?: number; readonly retryErrors: boolean };

function failedRows({ outcomes }: Measurement): number {
  return outcomes.filter(({ failure }) => failure === "error").length;
}

/** Says what is asked again. */
function noteRetries({ folder, measurements }: Run, { terminal }: CommandContext): void {
  const counts = new Map<string, number>();
  for (const each of measurements) counts.set(each.approach, (counts.get(each.approach) ?? 0) + failedRows(each));
  const failed = [...counts]
    .filter(([, rows]) => rows > 0)
    .map(([approach, rows]) => `${formatPlural(rows, "row")} of ${approach}`);
  const text = failed.length === 0 ? `No row of ${folder} failed for good.` : `Asking again: ${failed.join(", ")}.`;
  terminal.err(noteLines(text, terminal));
}
