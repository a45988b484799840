import { type Command, Option } from "commander";
import type { LabelOptions } from "../../label/label-inputs.js";
import { tunedOfRun } from "../../label/tuned-of-run.js";
import { llmForms } from "../../prompt/providers/services.js";
import { findRun } from "../../run/find-run.js";
import type { CommandContext } from "../command-context.js";
import { completeLabeling, type LabelManner } from "../complete-labeling.js";
import { givenWords } from "../given-words.js";
import { noteLines } from "../notes.js";
import {
  batchHelp,
  envFileHelp,
  labelColumnsHelp,
  labelSeparator,
  labelSeparatorHelp,
  list,
  numberIn,
  patienceOption,
  pricesHelp,
  yesHelp,
} from "../run-options.js";

const most = Number.MAX_SAFE_INTEGER;

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
    .option("--labels <list>", "the labels: a,b,c (default: those of --run, --examples or --descriptions)", list)
    .option("--descriptions <file>", "YAML or JSON: what each label means, in words; names the labels where nothing else does")
    .option("--examples <file>", "labelled rows to show in the prompt; name the labels where --labels does not")
    .option("--demos <n>", "how many of the examples are shown", numberIn("--demos", 1, 1000, true), 8)
    .option("--seed <n>", "which examples are shown", numberIn("--seed", 0, most, true), 42)
    .option("--text <column>", "column of the text (default: found by name and content)")
    .option("--label <column>", "column of the label in --examples (default: found by name and content)")
    .option("--label-separator <sign>", `${labelSeparatorHelp}, in --examples`, labelSeparator)
    .option("--label-columns <names>", `in --examples: ${labelColumnsHelp}`, list)
    .option("--multi-label", "a row may get several labels, joined by |")
    .optionsGroup("The file:")
    .option("-o, --output <file>", "where to: .csv or .jsonl (default: DATA.labelled.csv or .jsonl)")
    .option(
      "-n, --limit <rows>",
      "stop after this many rows; without it, or with more, it goes on later (default: all)",
      numberIn("--limit", 1, most, true),
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
    .option("--batch", batchHelp)
    .option("-j, --max-concurrency <n>", "most requests under way at once", numberIn("--max-concurrency", 1, 10_000, true), 8)
    .option(
      "--timeout-seconds <s>",
      "time one request may take before it is tried again",
      numberIn("--timeout-seconds", 0.001, 86_400),
      120,
    )
    .addOption(patienceOption())
    .option(
      "--budget-usd <usd>",
      "stop before a request that could pass this sum, what the file has cost before included (default: no limit; above $1 you are asked first)",
      numberIn("--budget-usd", 0, most),
    )
    .option("--prices <file>", pricesHelp)
    .option("--no-cache", "ask again what was answered before")
    .option("--offline", "refuse everything that needs a network", false)
    .optionsGroup("How it runs:")
    .option("--dry-run", "print what would be done, and what it would cost, and stop", false)
    .option("-y, --yes", yesHelp, false)
    .option("--json", "print the totals as JSON instead of text", false)
    .option("--env-file <file>", envFileHelp)
    .addOption(new Option("--runs <dir>", "folder of all runs; answers are kept there").default("runs").env("CROSSOVER_RUNS"))
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
    const tuned = folder === undefined || rest.llm !== undefined ? undefined : await tunedOfRun(folder, rest.approach);
    const complete = (options: LabelOptions): Promise<void> =>
      completeLabeling(options, { dryRun, json }, givenWords(command), context);
    if (tuned === undefined) {
      await complete({ ...rest, ...(folder === undefined ? {} : { run: folder }), path, output });
      return;
    }
    context.terminal.err(noteLines(`${tuned.approach} of ${folder} labels: ${tuned.folder}`, context.terminal));
    const { approach: _, ...others } = rest;
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
