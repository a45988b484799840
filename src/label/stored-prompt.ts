/** @file The prompt of an earlier run, as its folder holds it. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { summarize } from "../compare/summarize.js";
import { UserError } from "../lib/errors.js";
import { checkRegularFile } from "../lib/regular-file.js";
import { didYouMean } from "../lib/text/nearest-name.js";
import { type Pilot, pilotOf } from "../prompt/asking/output-estimate.js";
import { readSavedPrompt } from "../prompt/files/read-prompt-folder.js";
import type { PromptProgram } from "../prompt/program.js";
import { storedOptions } from "../run/stored-options.js";
import { artifactFolder } from "../store/artifact-folder.js";
import { type Run, readRun } from "../store/run.js";

/** All that asking as the run asked takes. */
export interface StoredPrompt {
  readonly approach: string;
  readonly llm: string;
  readonly program: PromptProgram;
  /** Never ask for JSON. */
  readonly isTextOnly: boolean;
  /** The run's answers to this prompt. */
  readonly pilot: Pilot;
  /** The encoder of the run, by which its examples were found and its labels shortlisted: a name, or a folder. */
  readonly model: string;
}

/** What a prompt's folder tells by itself. */
export type FolderPrompt = Pick<StoredPrompt, "llm" | "program" | "isTextOnly">;

/**
 * The prompt of one approach of a run: the one that is named, or the one that the run found best, or else the first that has a prompt.
 * UserError where there is none.
 */
export async function readStoredPrompt(folder: string, approach: string | undefined): Promise<StoredPrompt> {
  const run = await readRun(folder);
  const prompted = run.measurements.filter(({ split, arm }) => split === "test" && arm === "prompt");
  const names = [...new Set(prompted.map((each) => each.approach))];
  const prompts = names.filter((name) => existsSync(join(artifactFolder(folder, name), "prompt.json")));
  if (approach !== undefined && !prompts.includes(approach)) {
    throw new UserError(
      `${folder} has no prompt of "${approach}".${didYouMean(approach, prompts)} Its prompts: ${prompts.join(", ") || "none"}.`,
    );
  }
  const best = approach ?? bestPrompt(run);
  const inOrder = [...(best === null ? [] : [best]), ...(approach === undefined ? prompts : [])];
  for (const name of inOrder) {
    const found = await readLlmPrompt(artifactFolder(folder, name));
    if (found !== null) return { approach: name, ...found, pilot: answersOf(run, name), model: storedOptions(run).model };
  }
  throw new UserError(
    `${folder} has no prompt for an LLM${approach === undefined ? "" : ` in ${approach}`}. Make one with: crossover run DATA --llm SPEC`,
  );
}

/** Whether a run has the prompt of any approach for an LLM. */
export async function hasLlmPrompt(folder: string, measurements: Run["measurements"]): Promise<boolean> {
  const places = [...new Set(measurements.map(({ approach }) => artifactFolder(folder, approach)))];
  const prompts = places.filter((place) => existsSync(join(place, "prompt.json")));
  const found = await Promise.all(prompts.map((place) => readLlmPrompt(place)));
  return found.some((prompt) => prompt !== null);
}

function bestPrompt({ manifest: { task, assumptions, failed }, measurements }: Run): string | null {
  return summarize({ task, assumptions, measurements, failed }).best.prompt?.approach ?? null;
}

/** `null` for what has other files under these names: recordings, and prompts that ask no LLM. */
async function readLlmPrompt(folder: string): Promise<FolderPrompt | null> {
  const path = join(folder, "prompt.json");
  checkRegularFile(path);
  const { llm, template } = parsed(path, await readFile(path, "utf8"));
  if (llm === undefined || template === undefined) return null;
  return readFolderPrompt(folder);
}

/** What the folder of a prompt says of how it is asked. UserError for what is none. */
export async function readFolderPrompt(folder: string): Promise<FolderPrompt> {
  const { settings, program } = await readSavedPrompt(folder);
  return { llm: settings.llm, program, isTextOnly: settings.answerForm === "text" };
}

/** A run's answers of one approach: how long answers are. */
export async function answersOfRun(folder: string, approach: string): Promise<Pilot> {
  return answersOf(await readRun(folder), approach);
}

/** UserError where the text is no JSON object. */
function parsed(path: string, text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw new UserError(
    `${path} holds no JSON object: the file was changed. Put it back from a copy, or run the comparison again.`,
  );
}

function answersOf({ measurements }: Run, approach: string): Pilot {
  const outcomes = measurements.filter((each) => each.approach === approach).flatMap((each) => each.outcomes);
  return pilotOf(outcomes.flatMap(({ usage }) => usage ?? []));
}
