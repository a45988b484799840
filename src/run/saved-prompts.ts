/** @file Prompts that the command line names: which models they are asked of, and whether they are still what a run began with. */

import { isYamlName } from "../data/promptfoo/promptfoo-config.js";
import { UserError } from "../lib/errors.js";
import { sha256 } from "../lib/hash.js";
import { namesLlm } from "../prompt/files/prompt-settings.js";
import type { PromptSource } from "../prompt/files/prompt-source.js";
import { promptfooFiles } from "../prompt/files/promptfoo-export.js";
import { readPrompt } from "../prompt/files/read-prompt.js";
import { readPromptFiles } from "../prompt/files/read-prompt-folder.js";
import { recordedFile } from "../prompt/providers/spec.js";
import type { Dataset } from "../types/data.js";
import type { RunOptions } from "./run-options.js";

/** The prompts of a run, with a suffix where several have one name. */
export async function readPrompts({
  prompt = [],
}: Pick<RunOptions, "prompt">): Promise<readonly { readonly source: PromptSource; readonly suffix?: string }[]> {
  const sources = (await Promise.all(prompt.map(readPrompt))).flat();
  return sources.map((source, i) => {
    const namesakes = sources.slice(0, i).filter(({ name }) => name === source.name).length;
    return namesakes === 0 ? { source } : { source, suffix: String(namesakes + 1) };
  });
}

/**
 * The options with the models that the prompts name, where the user names none, and with what the prompts hold. Data that is a promptfoo
 * configuration brings its prompts along. UserError where there is no model to ask, or a prompt is not what it was when the run began.
 */
export async function withPrompts(given: RunOptions): Promise<RunOptions> {
  const prompt = given.prompt ?? (isYamlName(given.path) ? [given.path] : []);
  const sources = (await readPrompts({ prompt })).map(({ source }) => source);
  if (sources.length === 0) return given;
  const promptHash = sha256(...sources.map(({ hash }) => hash));
  if (given.promptHash !== undefined && given.promptHash !== promptHash) {
    throw new UserError(
      `${prompt.join(", ")}: the prompt is not what it was when the run began. Put it back as it was, or start a new run.`,
    );
  }
  const llm = given.llm.length > 0 ? given.llm : modelsOf(sources);
  if (llm.every((spec) => recordedFile(spec) !== undefined)) {
    throw new UserError(
      `--prompt needs a model to ask, and ${sources[0]!.place} names none. Name one, such as --llm openai:gpt-6-luna.`,
    );
  }
  return { ...given, prompt, promptHash, llm };
}

/** The models that the prompts name. Each prompt of a run is asked of each of its models: which ones is not guessed where they differ. */
function modelsOf(sources: readonly PromptSource[]): readonly string[] {
  const models = [...new Set(sources.flatMap(({ llms }) => llms))];
  const differ = sources.some(({ llms }) => models.some((model) => !llms.includes(model)));
  if (!differ) return models;
  throw new UserError(
    `The prompts name different models (${models.join(", ")}). Say with --llm which ones to ask: each prompt is asked of each.`,
  );
}

/** What promptfoo needs to ask a prompt about the test rows, for files that are a prompt's; otherwise none. */
export function promptfooExport(files: ReadonlyMap<string, Uint8Array>, test: Dataset): ReadonlyMap<string, string> {
  // Those of a trained model are large, and none of these.
  const own = ["prompt.json", "prompt.md", "examples.jsonl"].flatMap((name) => {
    const content = files.get(name);
    return content === undefined ? [] : [[name, new TextDecoder().decode(content)] as const];
  });
  const texts = new Map(own);
  if (own.length < 3 || !namesLlm(JSON.parse(texts.get("prompt.json")!))) return new Map();
  return promptfooFiles(readPromptFiles(texts, ""), test);
}
