import type { Command } from "commander";
import { readInputs } from "../../run/run-inputs.js";
import type { RunOptions } from "../../run/run-options.js";
import type { CommandContext } from "../command-context.js";
import { completeRun } from "../complete-run.js";
import { addDataOptions, addRunOptions, type CommandManner, partOptions } from "../run-options.js";
import { runScreen } from "../run-screen.js";
import { showPlan } from "../show-plan.js";

/** `crossover run FILE`: the comparison. */
export function addRunCommand(program: Command, context: CommandContext): Command {
  const command = program
    .command("run")
    .description("compare a tuned model with a prompt on your labelled data, and advise")
    .argument(
      "<data>",
      "CSV, TSV, JSON, JSONL (also .gz) or Parquet with a text and a label, a folder with train and test files, or a promptfoo configuration",
    );
  return addRunOptions(addDataOptions(command))
    .addHelpText(
      "after",
      `
Examples:
  crossover run tickets.csv
  crossover run tickets.csv --llm openai:gpt-6-luna --budget-usd 2
  crossover run train.csv --test test.csv --text body --label queue
  crossover run tickets.csv -o predictions.csv --require 'macro_f1>=0.9'
  # answers you already have
  crossover run messages.csv --llm recorded:batch-output.jsonl`,
    )
    .action(async (path: string, given: RunOptions & CommandManner) => {
      const { options, manner } = partOptions(path, given);
      using screen = runScreen(context);
      const inputs = await readInputs(options, manner, screen.hooks, { isPlan: manner.dryRun });
      if (manner.dryRun) await showPlan(inputs, screen, context);
      else await completeRun(inputs, manner, screen, context);
    });
}
