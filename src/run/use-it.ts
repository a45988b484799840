/** @file How the approach that a run advises is put to use: where its files are, and the command and the lines of code that use them. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Advice } from "../advise/advise.js";
import { isPromptedLlm } from "../compare/language-model.js";
import { filesOfFolder, isFolder } from "../data/split-files.js";
import { UserError } from "../lib/errors.js";
import { shellWord } from "../lib/text/shell-word.js";
import type { UseIt } from "../report/use-it.js";
import { artifactFolder } from "../store/artifact-folder.js";
import type { Run } from "../store/run.js";
import type { Comparison } from "../types/comparison.js";
import { tunedFolder } from "./artifacts.js";

/**
 * Of the choice, or of the best tuned approach where nothing could be chosen; `null` where that left no files to use, and where nothing is
 * shown to beat guessing.
 */
export async function useIt(run: Run, comparison: Comparison, { choice, reasons }: Advice): Promise<UseIt | null> {
  const approach = choice ?? comparison.best.tune?.approach;
  if (approach === undefined || reasons.some(({ kind }) => kind === "no-better-than-majority")) return null;
  const isAdvised = choice !== null;
  const { options } = run.manifest;
  const text = typeof options["text"] === "string" ? ["--text", shellWord(options["text"])] : [];
  const rows = shellWord((await rowsFile(options)) ?? "ROWS.csv");
  const named = isAdvised ? [] : ["--approach", shellWord(approach)];
  const ask = ["crossover predict", shellWord(run.folder), shellWord("A text to be labeled"), ...named].join(" ");
  const serve = ["crossover serve", shellWord(run.folder), ...named].join(" ");
  const folder = tunedFolder(run, approach);
  if (folder !== undefined) {
    const label = ["crossover label", rows, ...text, "--model", shellWord(folder)];
    if (isComputedByJobs(run, approach)) {
      const command = [...label, ...engineWords(options)].join(" ");
      return { approach, isAdvised, folder, command, code: [] };
    }
    return {
      approach,
      isAdvised,
      folder,
      ask,
      serve,
      command: label.join(" "),
      code: codeOf(folder),
    };
  }
  const prompt = artifactFolder(run.folder, approach);
  const summary = comparison.summaries.find((each) => each.approach === approach);
  const isAsked = summary !== undefined && isPromptedLlm(summary) && !summary.traits.isRecording;
  if (!isAsked || !existsSync(join(prompt, "prompt.json"))) return null;
  const words = [
    "crossover label",
    rows,
    ...text,
    "--run",
    shellWord(run.folder),
    "--approach",
    shellWord(approach),
    "--dry-run",
  ];
  return { approach, isAdvised, folder: prompt, ask, serve, command: words.join(" "), code: codeOf(prompt) };
}

/** Whether its model is one that this machine can't compute: what it answered, a job did. */
function isComputedByJobs({ measurements }: Run, approach: string): boolean {
  return measurements.some((each) => each.approach === approach && each.facts.isAnsweredAhead === true);
}

/** The engine of a run, as it was named. */
function engineWords({ engine, engineStorage }: Readonly<Record<string, unknown>>): string[] {
  return [
    ...(typeof engine === "string" ? ["--engine", shellWord(engine)] : []),
    ...(typeof engineStorage === "string" ? ["--engine-storage", shellWord(engineStorage)] : []),
  ];
}

/** The same in Node: what is loaded is compared with its manifest, and a key that is missing is missed then. */
function codeOf(folder: string): string[] {
  return [
    'import { loadPredictor } from "crossover";',
    "",
    `const predictor = await loadPredictor(${JSON.stringify(folder)});`,
    'const [{ answer, scores }] = await predictor.classify(["A text to be labeled"]);',
  ];
}

/** A file with texts that are surely there: the run's own. */
async function rowsFile({ path, test }: Readonly<Record<string, unknown>>): Promise<string | undefined> {
  for (const given of [path, test]) {
    if (typeof given !== "string") continue;
    if (!existsSync(given) || /\.ya?ml$/i.test(given)) continue;
    if (!(await isFolder(given))) return given;
    try {
      const files = await filesOfFolder(given);
      return files.test[0] ?? files.train[0];
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
  }
  return undefined;
}
