import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { UserError } from "../../lib/errors.js";
import { findRun } from "../../run/find-run.js";
import { findArtifact } from "../../ship/load-predictor.js";
import { signFiles } from "../../ship/manifest/kind-of-files.js";
import { manifestFile } from "../../ship/manifest/manifest.js";
import { choiceNote, type MeantArtifact } from "../../ship/run-artifacts.js";
import { planArtifact } from "../../upkeep/artifact-labeller.js";
import { isForJobs } from "../../upkeep/for-jobs.js";
import type { CommandContext } from "../command-context.js";
import { completeLabeling } from "../complete-labeling.js";
import { givenWords } from "../given-words.js";
import { noteLines } from "../notes.js";
import { givenInput } from "../predict/given-input.js";
import type { MakePlan, PredictOptions } from "../predict/predict-options.js";
import { predictStream } from "../predict/predict-stream.js";
import { predictText } from "../predict/predict-text.js";
import { addAskingOptions, addRowOptions } from "../row-file-options.js";
import { flag } from "../run-options.js";
import { addShardOptions, givenEngine, namesEngine } from "../shard-options.js";
import { joinedTextOf, outputBeside } from "./label.js";

/** `crossover predict RUN|FOLDER TEXT|FILE|-`: what a run made answers new texts. */
export function addPredictCommand(program: Command, context: CommandContext): Command {
  const command = program
    .command("predict")
    .description("answer a text, or the rows of a file, with what a run made; run the same command again to resume a file")
    .argument("<place>", "a run (folder or name), or the folder of an approach: runs/NAME/artifacts/APPROACH")
    .argument(
      "[input]",
      "a text in quotes; a file of rows (CSV, TSV, JSON Lines, JSON, Parquet; also .gz); or - for standard input: a text a line, JSON Lines, or with --text a CSV; it can't be resumed, as a file can",
    )
    .optionsGroup("What answers:")
    .option("--approach <name>", "approach of the run, e.g. tune:probe (default: the one that the run advises, or the best)")
    .optionsGroup("Rows:")
    .addOption(flag("text"))
    .option("-o, --output <file>", "output file, .csv or .jsonl (default: DATA.predicted.csv or .jsonl)")
    .option(
      "--probabilities",
      "also write the probability of every label, in a column of its own; JSON Lines always have them",
      false,
    );
  addRowOptions(command);
  addShardOptions(command, "answers");
  addAskingOptions(command)
    .addOption(
      flag("json", { help: "print the answers to a text or to standard input as JSON Lines; of a file, the totals as JSON" }),
    )
    .addOption(flag("quiet", { help: "print the result alone; besides it, errors and warnings" }))
    .addOption(flag("envFile"))
    .addOption(flag("runs", { help: "folder of all runs, where answers are stored" }))
    .addHelpText(
      "after",
      `
Examples:
  # a text, by the approach that the run advises
  crossover predict runs/tickets "Where is my parcel?"
  # by another one, as JSON
  crossover predict tickets "Where is my parcel?" --approach tune:probe --json
  # a file: new.predicted.csv has the rows in their order, with labels
  crossover predict runs/tickets new.csv --probabilities
  # a folder by itself; a text a line on standard input
  crossover predict runs/tickets/artifacts/tune_probe - < texts.txt
  # a large file by jobs of 20,000 rows on a cluster
  crossover predict tickets new.csv --approach tune:full \\
    --engine ray:127.0.0.1:8265 --engine-storage storage`,
    );
  return command.action(
    async (place: string, input: string | undefined, all: PredictOptions & { readonly approach?: string }) => {
      const { approach, ...options } = all;
      if (input === undefined) {
        throw new UserError(
          `What is to be answered is missing: crossover predict ${place} "a text", or a file of rows in place of the text, or - for standard input.`,
        );
      }
      const what = await givenInput(input);
      if (what.kind !== "file") checkForFiles(what.kind === "text" ? "a text" : "standard input", options, command);
      const folder = await foundPlace(options.runs, place);
      const run = existsSync(join(folder, "run.json")) ? folder : undefined;
      const artifact = await findArtifact(folder, approach === undefined ? {} : { approach });
      const text = options.text ?? (run === undefined ? undefined : await joinedTextOf(run));
      const onEngine = givenEngine(command, options, what.kind === "file" && (await isForJobs(artifact)));
      const output = options.output ?? (what.kind === "file" ? outputBeside(what.path, "predicted") : "-");
      const isJson = what.kind === "stream" ? options.json : /\.jsonl$/i.test(output);
      const makePlan: MakePlan = ({ batches, elsewhere }, env, prices) =>
        planArtifact(artifact, {
          run,
          columns: { probabilities: isJson || options.probabilities },
          options: { ...options, ...(batches && { batches }), ...(elsewhere && { elsewhere }), demos: 0, seed: 0 },
          env,
          prices,
        });
      if (artifact.meant !== undefined)
        tellChoice(artifact.meant, { isFile: what.kind === "file", isQuiet: options.quiet }, context);
      if (what.kind === "text") return predictText(what.text, makePlan, options, context);
      const { dryRun, json, quiet, probabilities: _, ...rest } = { ...options, ...(text !== undefined && { text }) };
      if (what.kind === "stream") return predictStream(makePlan, { ...options, ...rest }, context);
      const given = { ...rest, onEngine, path: what.path, output, demos: 0, seed: 0 };
      return completeLabeling(given, { dryRun, json, quiet }, givenWords(command), context, makePlan);
    },
  );
}

/** UserError where an option is given that is for files of rows. @param answered what is answered in place of one */
function checkForFiles(answered: string, options: PredictOptions, command: Command): void {
  if (options.output !== undefined)
    throw new UserError(
      `-o is for a file of rows; the answers to ${answered} are printed. Leave it out, and send them on with >.`,
    );
  if (namesEngine(command, options))
    throw new UserError(
      `--engine is for a file of rows, and ${answered} is answered by this machine. Leave it out, or write the texts to a file: a column "text" in a CSV.`,
    );
}

/** Says which approach of a run answers, and why, before it does; under an answer to a text stands its name anyway. */
function tellChoice(
  meant: MeantArtifact,
  { isFile, isQuiet }: { readonly isFile: boolean; readonly isQuiet: boolean },
  { terminal }: CommandContext,
): void {
  const note = choiceNote(meant);
  const advised = isFile && meant.basis === "advised" ? `${meant.approach} answers, which the run advises.` : null;
  const text = note ?? advised;
  if (text !== null && (!isQuiet || !meant.isFinal)) terminal.err(noteLines(text, terminal));
}

/** The folder that is named, or the run of that name: data of the same name may lie here. */
async function foundPlace(runs: string, place: string): Promise<string> {
  if (existsSync(join(runs, place, "run.json")) && !(await isUsable(place))) return join(runs, place);
  return existsSync(place) ? place : findRun(runs, place, "any");
}

/** Whether it is a run, or looks like an approach's folder. */
async function isUsable(place: string): Promise<boolean> {
  const names = await readdir(place).catch((): string[] => []);
  return ["run.json", manifestFile, ...signFiles].some((name) => names.includes(name));
}
