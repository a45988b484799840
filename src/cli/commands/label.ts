import type { Command } from "commander";
import type { LabelOptions } from "../../label/label-inputs.js";
import { planLabeller } from "../../label/plan-labeller.js";
import { readStoredPrompt } from "../../label/stored-prompt.js";
import { tunedOfRun } from "../../label/tuned-of-run.js";
import { llmForms } from "../../prompt/providers/services.js";
import { isAskedByJobs } from "../../prompt/providers/vllm.js";
import { findRun } from "../../run/find-run.js";
import { dataOptions } from "../../run/options/data-options.js";
import { names } from "../../run/options/option.js";
import { storedOptions } from "../../run/stored-options.js";
import { readRun } from "../../store/run.js";
import type { CommandContext } from "../command-context.js";
import { completeLabeling, type LabelManner } from "../complete-labeling.js";
import { givenWords } from "../given-words.js";
import { noteLines } from "../notes.js";
import { tunedModels } from "../predict/tuned-model.js";
import { addAskingOptions, addRowOptions } from "../row-file-options.js";
import { flag, parserOf } from "../run-options.js";
import { addShardOptions, type GivenEngine, givenEngine } from "../shard-options.js";

/** `crossover label FILE`: writes the rows with labels and confidences. */
export function addLabelCommand(program: Command, context: CommandContext): Command {
  const command = program
    .command("label")
    .description("label the rows of a file with an LLM or a tuned model; run the same command again to resume")
    .argument("<data>", "CSV, TSV or JSON Lines file (also .gz; streamed), or JSON or Parquet file, with a text")
    .optionsGroup("What labels:")
    .option(
      "--llm <spec>",
      `LLM to label with: ${llmForms()}, local:ORG/MODEL; OPENAI_BASE_URL points openai: at your own server`,
    )
    .option("--model <folder>", "tuned model to label with: artifacts/tune_full of a run, or a classifier saved by transformers")
    .option(
      "--run <run>",
      "earlier run (folder or name) whose labels, descriptions, prompt and LLM are used; its best tuned model if it has no LLM; --llm names another LLM (default: none)",
    )
    .option(
      "--approach <name>",
      "prompt or tuned model of the run to use, e.g. prompt:few-shot@openai:gpt-6-luna or tune:probe (default: its best)",
    )
    .option(
      "--labels <list>",
      "the labels: a,b,c (default: those of --run, --examples or --descriptions)",
      parserOf("--labels", names()),
    )
    .addOption(
      flag("descriptions", { help: "YAML or JSON file that describes each label; also names the labels if nothing else does" }),
    )
    .option("--examples <file>", "file of labeled rows to show in the prompt; also names the labels if --labels does not")
    .addOption(flag("demos", { help: "number of examples to show" }))
    .addOption(flag("seed", { help: "seed that picks the examples to show" }))
    .addOption(flag("text"))
    .addOption(flag("label", { help: "label column of --examples (default: found by name and content)" }))
    .addOption(flag("labelSeparator", { help: `${dataOptions.labelSeparator.help}, in --examples` }))
    .addOption(flag("labelColumns", { help: `in --examples: ${dataOptions.labelColumns.help}` }))
    .addOption(flag("multiLabel", { help: "rows may get several labels, joined by |" }));
  addShardOptions(command, "labels")
    .optionsGroup("The file:")
    .option("-o, --output <file>", "output file, .csv or .jsonl (default: DATA.labelled.csv or .jsonl)");
  addAskingOptions(addRowOptions(command))
    .addOption(flag("json", { help: "print the totals as JSON instead of text" }))
    .addOption(flag("quiet", { help: "print the totals alone; besides them, errors and warnings" }))
    .addOption(flag("envFile"))
    .addOption(flag("runs", { help: "folder of all runs, where answers are stored" }))
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
  crossover label new.csv --model runs/tickets/artifacts/tune_full
  # a large file by jobs of 20,000 rows on a cluster, and an open LLM by vLLM
  crossover label new.csv --model runs/tickets/artifacts/tune_full \\
    --engine ray:127.0.0.1:8265 --engine-storage storage
  crossover label new.csv --llm vllm:Qwen/Qwen3-8B --labels a,b,c \\
    --engine command:python`,
    );
  return command.action(
    async (path: string, { output = outputBeside(path, "labelled"), run, dryRun, json, quiet, ...rest }: GivenOptions) => {
      const folder = run === undefined ? undefined : await findRun(rest.runs, run, "any");
      const text = rest.text ?? (folder === undefined ? undefined : await joinedTextOf(folder));
      const given = text === undefined ? rest : { ...rest, text };
      const tuned = folder === undefined || rest.llm !== undefined ? undefined : await tunedOfRun(folder, rest.approach);
      const isTuned = rest.model !== undefined || tuned !== undefined;
      const llm = rest.llm ?? (folder === undefined || isTuned ? undefined : (await readStoredPrompt(folder, rest.approach)).llm);
      const onEngine = givenEngine(command, rest, isTuned || (llm !== undefined && isAskedByJobs(llm)));
      const complete = (options: LabelOptions): Promise<void> =>
        completeLabeling(options, { dryRun, json, quiet }, givenWords(command), context, (given, env, prices) =>
          planLabeller(given, env, prices, tunedModels),
        );
      if (tuned === undefined) {
        await complete({ ...given, onEngine, ...(folder === undefined ? {} : { run: folder }), path, output });
        return;
      }
      if (!quiet) context.terminal.err(noteLines(`${tuned.approach} of ${folder} labels: ${tuned.folder}`, context.terminal));
      const { approach: _, ...others } = given;
      await complete({ ...others, onEngine, model: tuned.folder, path, output });
    },
  );
}

type GivenOptions = Omit<LabelOptions, "path" | "output" | "onEngine"> & LabelManner & GivenEngine & { readonly output?: string };

/** `tickets.csv.gz` → `tickets.labelled.csv`; what is no JSON becomes a CSV. `word`: what has been done to it. */
export function outputBeside(path: string, word: string): string {
  const bare = path.replace(/\.gz$/i, "");
  const isJson = /\.(jsonl|ndjson|json)$/i.test(bare);
  return `${bare.replace(/\.[^./\\]+$/, "")}.${word}.${isJson ? "jsonl" : "csv"}`;
}

/**
 * The columns that a run made its texts of, where they are several: a text that is put together otherwise is another question than the one that
 * was measured. A single column may have another name in other files, and is looked for.
 */
export async function joinedTextOf(folder: string): Promise<string | undefined> {
  const run = await readRun(folder);
  const { text } = storedOptions(run);
  return text?.includes(",") ? text : undefined;
}
