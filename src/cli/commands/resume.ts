import type { Command } from "commander";
import { findRun } from "../../run/find-run.js";
import { resumeRun } from "../../run/resume-run.js";
import { readInputs } from "../../run/run-inputs.js";
import type { CommandContext } from "../command-context.js";
import { completeRun } from "../complete-run.js";
import { addShowOptions, type CommandManner, flag } from "../run-options.js";
import { runScreen } from "../run-screen.js";

/** `crossover resume [RUN]`: goes on with a run that was stopped, or whose approaches could not all be measured. */
export function addResumeCommand(program: Command, context: CommandContext): Command {
  const command = program
    .command("resume")
    .description("resume a run that was stopped, killed or only partly measured; stored answers are not asked for again")
    .argument("[run]", "the run's folder or name (default: the newest unfinished one)")
    .addOption(
      flag("budgetUsd", { help: "new limit for the whole run, including what it has spent (default: the limit it began with)" }),
    )
    .option(
      "--retry-errors",
      "ask again about rows that failed for good (e.g. because a service was down), also in a finished run",
      false,
    )
    .addOption(flag("output"));
  return addShowOptions(command)
    .addOption(flag("envFile"))
    .addOption(flag("runs", { help: "folder of all runs" }))
    .action(async (name: string | undefined, { retryErrors, budgetUsd, ...given }: ResumeOptions) => {
      const folder = await findRun(given.runs, name, retryErrors ? "any" : "unfinished");
      using screen = runScreen(context, { isQuiet: given.quiet });
      context.holdWork();
      const changes = { retryErrors, ...(budgetUsd === undefined ? {} : { budgetUsd }) };
      await using resumed = await resumeRun(folder, changes, screen.hooks);
      const inputs = await readInputs(resumed.options, { ...given, yes: true }, screen.hooks, { resumed: resumed.run });
      await completeRun(inputs, given, screen, context);
    });
}

type ResumeOptions = CommandManner & { readonly budgetUsd?: number; readonly retryErrors: boolean };
