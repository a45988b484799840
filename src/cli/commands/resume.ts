import { type Command, Option } from "commander";
import { openRun } from "../../store/run.js";
import type { CommandContext } from "../command-context.js";
import { runComparison } from "../comparison-run.js";
import { findRun } from "../find-run.js";
import { collect, numberIn, type RunManner, type RunOptions } from "../run-options.js";

/** `crossover resume [RUN]`: goes on with a run that was stopped. */
export function addResumeCommand(program: Command, context: CommandContext): Command {
  return program
    .command("resume")
    .description("go on with a run that was stopped or killed; nothing that was answered is asked again")
    .argument("[run]", "the run's folder or name (otherwise the newest unfinished one)")
    .option(
      "--budget-usd <usd>",
      "a new limit for the whole run, what it has spent included",
      numberIn("--budget-usd", 0, Number.MAX_SAFE_INTEGER),
    )
    .option("-o, --output <file>", "write the report here too: .html .md .json .jsonl .csv .xml (repeatable)", collect, [])
    .option("--json", "print the comparison as JSON instead of text", false)
    .option("--env-file <file>", "read keys and settings from this file")
    .addOption(new Option("--runs <dir>", "folder of all runs").default("runs").env("CROSSOVER_RUNS"))
    .action(async (name: string | undefined, given: RunManner & { readonly budgetUsd?: number }) => {
      const folder = await findRun(given.runs, name, "unfinished");
      const run = await openRun(folder);
      const stored = run.manifest.options as unknown as RunOptions;
      const options = given.budgetUsd === undefined ? stored : { ...stored, budgetUsd: given.budgetUsd };
      await runComparison(options, { ...given, dryRun: false, yes: true }, context, run);
    });
}
