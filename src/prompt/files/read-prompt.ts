import { stat } from "node:fs/promises";
import { isYamlName } from "../../data/promptfoo/promptfoo-config.js";
import { UserError } from "../../lib/errors.js";
import { whyUnreadable } from "../../lib/unreadable-file.js";
import { readDspyProgram } from "./dspy-program.js";
import type { PromptSource } from "./prompt-source.js";
import { readPromptfooPrompts } from "./promptfoo-import.js";
import { readPromptFolder } from "./read-prompt-folder.js";

/**
 * Reads prompts: from a folder that a run wrote, the JSON of a program that DSPy saved, or a promptfoo configuration, which may hold several.
 * No code in a file is executed. Throws a `UserError`, with file and line, if something cannot be read.
 */
export async function readPrompt(path: string): Promise<readonly PromptSource[]> {
  let isFolder: boolean;
  try {
    isFolder = (await stat(path)).isDirectory();
  } catch (error) {
    throw await whyUnreadable(path, error);
  }
  if (isFolder) return [await readPromptFolder(path)];
  if (isYamlName(path)) return readPromptfooPrompts(path);
  if (/\.json$/i.test(path)) return [await readDspyProgram(path)];
  throw new UserError(
    `${path} is not a prompt. Expected the folder of a prompt, the JSON file of a program that DSPy saved, or a promptfoo configuration (.yaml).`,
  );
}
