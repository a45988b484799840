import type { Command } from "commander";
import { dataOptions } from "../../run/options/data-options.js";
import { readInputs } from "../../run/run-inputs.js";
import type { CommandContext } from "../command-context.js";
import { completeRun } from "../complete-run.js";
import { addDataOptions, addRunOptions, type CommandManner, givenOptions, type ShowManner } from "../run-options.js";
import { runScreen } from "../run-screen.js";
import { showPlan } from "../show-plan.js";

/** `crossover run FILE`: the comparison. */
export function addRunCommand(program: Command, context: CommandContext): Command {
  const command = program
    .command("run")
    .description("compare a tuned model with a prompt on your labeled data, and advise")
    .argument("[data]", dataOptions.path.help);
  return addRunOptions(addDataOptions(command))
    .addHelpText(
      "after",
      `
Examples:
  crossover run tickets.csv
  crossover run tickets.csv --llm openai:gpt-6-luna --budget-usd 2
  crossover run train.csv --test test.csv --text body --label queue
  crossover run -c crossover.config.yaml
  crossover run tickets.csv -o predictions.csv --require 'macro_f1>=0.9'
  # answers you already have
  crossover run messages.csv --llm recorded:batch-output.jsonl`,
    )
    .action(async (path: string | undefined, given: Pick<CommandManner, "dryRun"> & ShowManner) => {
      const { dryRun, full, quiet, json, open } = given;
      const { options, manner } = await givenOptions(command, path);
      using screen = runScreen(context, { isQuiet: quiet });
      const inputs = await readInputs(options, manner, screen.hooks, { isPlan: dryRun });
      if (dryRun) await showPlan(inputs, screen, context);
      else await completeRun(inputs, { ...manner, full, quiet, json, open }, screen, context);
    });
}
