/** @file The prompts of a promptfoo configuration as they are written, from wherever they stand. */

import { basename, extname } from "node:path";
import { isMapping, namedFile, type PromptfooConfig, readText } from "../../data/promptfoo/promptfoo-config.js";
import { UserError } from "../../lib/errors.js";

/** A prompt as it is written: a text, or a conversation as JSON or YAML. */
export interface WrittenPrompt {
  readonly place: string;
  readonly label: string | null;
  readonly text: string;
}

/** The prompts, of which there may be none. UserError for code, and for files that are not read. */
export async function writtenPrompts(config: PromptfooConfig): Promise<readonly WrittenPrompt[]> {
  const { prompts } = config.content;
  const entries: readonly unknown[] = isMapping(prompts)
    ? Object.entries(prompts).map(([id, label]) => ({ id, label }))
    : Array.isArray(prompts)
      ? prompts
      : prompts === undefined || prompts === null
        ? []
        : [prompts];
  const read = await Promise.all(
    entries.map(async (entry, i): Promise<readonly WrittenPrompt[]> => {
      const place = `prompt ${i + 1}`;
      const { raw, id, label } = isMapping(entry) ? entry : { raw: entry };
      const source = raw ?? id;
      if (typeof source !== "string")
        throw new UserError(`${config.file}: ${place} is not a text. Expected the prompt, or file:// and its file.`);
      const name = typeof label === "string" ? label : null;
      if (!isFileName(source)) return [{ place, label: name, text: source }];
      const path = await namedFile(source, config, place, [".txt", ".md", ".json", ".yaml", ".yml", ".j2"]);
      const text = await readText(path);
      // A file of texts may hold several, parted by lines of three dashes.
      const texts = extname(path) === ".txt" ? text.split(/^---\s*$/m).map((part) => part.trim()) : [text];
      return texts.map((part, k) => ({
        place: `${place} (${basename(path)}${texts.length > 1 ? `, part ${k + 1}` : ""})`,
        label: texts.length === 1 ? name : null,
        text: part,
      }));
    }),
  );
  return read.flat();
}

/** As promptfoo tells a file's name from a prompt. */
function isFileName(source: string): boolean {
  if (source.includes("\n")) return false;
  return (
    /^(file|exec|python|https?|langfuse|portkey|helicone):/.test(source) ||
    /^\S+\.(txt|md|json|jsonl|ya?ml|j2|csv|js|cjs|mjs|ts|py)(:\w+)?$/.test(source)
  );
}
