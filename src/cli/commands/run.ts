import type { Command } from "commander";
import type { CommandContext } from "../command-context.js";
import { runComparison } from "../comparison-run.js";
import { addDataOptions, addRunOptions, partOptions, type RunManner, type RunOptions } from "../run-options.js";

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
    .action(async (path: string, given: RunOptions & RunManner) => {
      const { options, manner } = partOptions(path, given);
      await runComparison(options, manner, context);
    });
}
