import type { Command } from "commander";
import { shellWord } from "../../lib/text/shell-word.js";
import { findRun } from "../../run/find-run.js";
import { wholeNumber } from "../../run/options/option.js";
import { readRecheckInputs } from "../../upkeep/recheck/recheck-inputs.js";
import type { RecheckOptions } from "../../upkeep/recheck/recheck-options.js";
import { runRecheck } from "../../upkeep/recheck/run-recheck.js";
import type { CommandContext } from "../command-context.js";
import { exitCode } from "../exit-code.js";
import { givenWords } from "../given-words.js";
import { noteLines } from "../notes.js";
import { flag } from "../run-options.js";
import { runScreen } from "../run-screen.js";
import { recheckPlanText, recheckText, verdictText } from "../upkeep/recheck-text.js";

/** `crossover recheck RUN`: asks about the test rows of a run again, and says whether the answers have become worse. */
export function addRecheckCommand(program: Command, context: CommandContext): Command {
  const margin = flag("margin", {
    help: "a decline in accuracy up to this does not matter, e.g. 0.01 for one point (default: the run's)",
  });
  margin.defaultValue = undefined;
  const command = program
    .command("recheck")
    .description("ask about a run's test rows again, and exit with code 100 if the answers have become worse")
    .argument("[run]", "the run's folder or name (default: the newest one)")
    .optionsGroup("What is checked:")
    .option("--approach <name>", "approach of the run, e.g. tune:probe (default: the one that it advises)")
    .option(
      "--llm <spec>",
      "ask another LLM with the same prompt, the run's best one unless --approach names one (default: the LLM that the run asked)",
    )
    .addOption(margin)
    .addOption(
      flag("limit", {
        help: "ask about so many of the rows, drawn at random, the same each time (default: all)",
        kind: wholeNumber(1),
      }),
    )
    .optionsGroup("Asking services, and their price:")
    .addOption(
      flag("budgetUsd", {
        help: "never spend more than this on one re-check; where it cannot suffice nothing is asked (default: no limit; above $1 you are asked first)",
      }),
    )
    .addOption(flag("batch"))
    .addOption(flag("maxConcurrency"))
    .addOption(flag("timeoutSeconds"))
    .addOption(flag("patienceSeconds"))
    .addOption(flag("prices"))
    .addOption(flag("offline"))
    .optionsGroup("How it runs:")
    .addOption(flag("dryRun"))
    .addOption(flag("yes"))
    .addOption(flag("json", { help: "print the result as JSON instead of text" }))
    .addOption(flag("quiet", { help: "print the verdict alone; besides it, errors and warnings" }))
    .addOption(flag("envFile"))
    .addOption(flag("runs", { help: "folder of all runs" }))
    .addHelpText(
      "after",
      `
Examples:
  # what it would take
  crossover recheck tickets-2026-01-01-120000 --dry-run
  # each Monday, from cron: silent but for the verdict, at most $2
  0 6 * * 1  cd /srv/tickets && crossover recheck RUN --quiet --budget-usd 2
  # is a newer or cheaper model as good with the same prompt?
  crossover recheck RUN --llm openai:gpt-6-luna --budget-usd 2
  # does the tuned model still predict what it did, on this machine?
  crossover recheck RUN --approach tune:probe

Exit codes: 0 not shown to be worse, 100 worse by more than the margin,
2 fix your input, or too few answers to tell, 130 interrupted.`,
    );
  return command.action(async (name: string | undefined, { dryRun, json, quiet, runs, ...rest }: GivenOptions) => {
    const { terminal } = context;
    const run = await findRun(runs, name, "any");
    using screen = runScreen(context, { isQuiet: quiet });
    const inputs = await readRecheckInputs({ ...rest, run }, screen.hooks, { isPlan: dryRun });
    if (dryRun) {
      screen.clear();
      for (const line of [...recheckPlanText(inputs).split("\n"), "Nothing was spent."]) terminal.out(noteLines(line, terminal));
      return;
    }
    context.holdWork();
    screen.hooks.onEvent({ kind: "note", text: recheckPlanText(inputs) });
    const words = givenWords(command);
    const finished = await runRecheck(inputs, screen.hooks, name === undefined ? `${words} ${shellWord(run)}` : words);
    screen.clear();
    const { result, file } = finished;
    if (json) terminal.out(`${JSON.stringify({ ...result, file }, null, 2)}\n`);
    else terminal.out(quiet ? noteLines(verdictText(result), terminal) : recheckText(finished, inputs, terminal));
    if (result.verdict.finding === "worse") context.setExitCode(exitCode.gate);
    else if (result.verdict.hangsOnMissing) context.setExitCode(exitCode.user);
  });
}

type GivenOptions = Omit<RecheckOptions, "run"> & {
  readonly dryRun: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly runs: string;
};
