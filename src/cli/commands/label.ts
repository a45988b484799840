import type { Command } from "commander";
import type { LabelOptions } from "../../label/label-inputs.js";
import { tunedOfRun } from "../../label/tuned-of-run.js";
import { llmForms } from "../../prompt/providers/services.js";
import { findRun } from "../../run/find-run.js";
import { dataOptions } from "../../run/options/data-options.js";
import { names, wholeNumber } from "../../run/options/option.js";
import { storedOptions } from "../../run/stored-options.js";
import { readRun } from "../../store/run.js";
import type { CommandContext } from "../command-context.js";
import { completeLabeling, type LabelManner } from "../complete-labeling.js";
import { givenWords } from "../given-words.js";
import { noteLines } from "../notes.js";
import { flag, parserOf } from "../run-options.js";

/** `crossover label FILE`: writes the rows with labels and confidences. */
export function addLabelCommand(program: Command, context: CommandContext): Command {
  const command = program
    .command("label")
    .description(
      "label the rows of a file with an LLM, or with a model that was tuned; stopped or killed, it goes on where it was",
    )
    .argument("<data>", "CSV, TSV, JSON Lines (also .gz), which are streamed, or JSON or Parquet, with a text")
    .optionsGroup("What labels:")
    .option(
      "--llm <spec>",
      `LLM that labels: ${llmForms()}, local:ORG/MODEL; OPENAI_BASE_URL leads openai: to a server of your own`,
    )
    .option("--model <folder>", "a tuned model that labels: artifacts/tune_full of a run, or a classifier of transformers")
    .option(
      "--run <run>",
      "labels, descriptions and prompt of an earlier run (folder or name), and its LLM unless --llm is given; its best tuned model where it has no LLM (default: none)",
    )
    .option(
      "--approach <name>",
      "which prompt or tuned model of the run, e.g. prompt:few-shot@openai:gpt-6-luna or tune:probe (default: its best)",
    )
    .option(
      "--labels <list>",
      "the labels: a,b,c (default: those of --run, --examples or --descriptions)",
      parserOf("--labels", names()),
    )
    .addOption(
      flag("descriptions", { help: "YAML or JSON: what each label means, in words; names the labels where nothing else does" }),
    )
    .option("--examples <file>", "labelled rows to show in the prompt; name the labels where --labels does not")
    .addOption(flag("demos", { help: "how many of the examples are shown" }))
    .addOption(flag("seed", { help: "which examples are shown" }))
    .addOption(flag("text"))
    .addOption(flag("label", { help: "column of the label in --examples (default: found by name and content)" }))
    .addOption(flag("labelSeparator", { help: `${dataOptions.labelSeparator.help}, in --examples` }))
    .addOption(flag("labelColumns", { help: `in --examples: ${dataOptions.labelColumns.help}` }))
    .addOption(flag("multiLabel", { help: "a row may get several labels, joined by |" }))
    .optionsGroup("The file:")
    .option("-o, --output <file>", "where to: .csv or .jsonl (default: DATA.labelled.csv or .jsonl)")
    .addOption(
      flag("limit", {
        help: "stop after this many rows; without it, or with more, it goes on later (default: all)",
        kind: wholeNumber(1),
      }),
    )
    .option(
      "--retry-errors",
      "ask again also about rows whose answer was no label; those without any are asked again anyway",
      false,
    )
    .option(
      "--defuse-formulas",
      "put an apostrophe before cells of a CSV that a spreadsheet would compute (default: your columns stay as they are)",
      false,
    )
    .optionsGroup("Asking services, and their price:")
    .addOption(flag("batch"))
    .addOption(flag("maxConcurrency"))
    .addOption(flag("timeoutSeconds"))
    .addOption(flag("patienceSeconds"))
    .addOption(
      flag("budgetUsd", {
        help: "stop before a request that could pass this sum, what the file has cost before included (default: no limit; above $1 you are asked first)",
      }),
    )
    .addOption(flag("prices"))
    .addOption(flag("cache", { help: "ask again what was answered before" }))
    .addOption(flag("offline"))
    .optionsGroup("How it runs:")
    .addOption(flag("dryRun"))
    .addOption(flag("yes"))
    .addOption(flag("json", { help: "print the totals as JSON instead of text" }))
    .addOption(flag("envFile"))
    .addOption(flag("runs", { help: "folder of all runs; answers are kept there" }))
    .addHelpText(
      "after",
      `
Examples:
  # the plan and its price
  crossover label new.csv --llm openai:gpt-6-luna --labels a,b,c --dry-run
  # a pilot of 50 rows; the same command without -n goes on
  crossover label new.csv --llm openai:gpt-6-luna --labels a,b,c -n 50
  # with examples, within a budget, at half the price within a day
  crossover label new.csv --llm openai:gpt-6-luna --examples labelled.csv \\
    --budget-usd 5 --batch -o done.jsonl
  # with what a run measured, and with a tuned model
  crossover label new.csv --run tickets-2026-01-01-120000
  crossover label new.csv --model runs/tickets/artifacts/tune_full`,
    );
  return command.action(async (path: string, { output = outputBeside(path), run, dryRun, json, ...rest }: GivenOptions) => {
    const folder = run === undefined ? undefined : await findRun(rest.runs, run, "any");
    const text = rest.text ?? (folder === undefined ? undefined : await joinedTextOf(folder));
    const given = text === undefined ? rest : { ...rest, text };
    const tuned = folder === undefined || rest.llm !== undefined ? undefined : await tunedOfRun(folder, rest.approach);
    const complete = (options: LabelOptions): Promise<void> =>
      completeLabeling(options, { dryRun, json }, givenWords(command), context);
    if (tuned === undefined) {
      await complete({ ...given, ...(folder === undefined ? {} : { run: folder }), path, output });
      return;
    }
    context.terminal.err(noteLines(`${tuned.approach} of ${folder} labels: ${tuned.folder}`, context.terminal));
    const { approach: _, ...others } = given;
    await complete({ ...others, model: tuned.folder, path, output });
  });
}

type GivenOptions = Omit<LabelOptions, "path" | "output"> & LabelManner & { readonly output?: string };

/** `tickets.csv.gz` → `tickets.labelled.csv`; what is no JSON becomes a CSV. */
function outputBeside(path: string): string {
  const bare = path.replace(/\.gz$/i, "");
  const isJson = /\.(jsonl|ndjson|json)$/i.test(bare);
  return `${bare.replace(/\.[^./\\]+$/, "")}.labelled.${isJson ? "jsonl" : "csv"}`;
}

/**
 * The columns that a run made its texts of, where they are several: a text that is put together otherwise is another question than the one that
 * was measured. A single column may have another name in other files, and is looked for.
 */
async function joinedTextOf(folder: string): Promise<string | undefined> {
  const run = await readRun(folder);
  const { text } = storedOptions(run);
  return text?.includes(",") ? text : undefined;
}
