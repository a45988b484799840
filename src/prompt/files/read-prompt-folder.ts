/** @file A prompt's folder, read to be asked again. Words and examples are a person's to edit; the settings say how they are asked. */

import { readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { UserError } from "../../lib/errors.js";
import { sha256 } from "../../lib/hash.js";
import { requireInside } from "../../lib/inside-folder.js";
import { didYouMean } from "../../lib/text/nearest-name.js";
import { whyUnreadable } from "../../lib/unreadable-file.js";
import { type PromptProgram, withoutForm } from "../program.js";
import { promptTemplate } from "../template.js";
import { readExampleLines } from "./example-lines.js";
import { excerpt } from "./excerpt.js";
import { checkLabels } from "./label-check.js";
import { formOf } from "./prompt-files.js";
import { readPromptPage } from "./prompt-page.js";
import { type PromptSettings, readPromptSettings } from "./prompt-settings.js";
import type { PromptSource } from "./prompt-source.js";

/** A folder's content. */
export interface SavedPrompt {
  readonly settings: PromptSettings;
  readonly program: PromptProgram;
}

const fileNames = ["prompt.json", "prompt.md", "examples.jsonl"] as const;

/** Reads `prompt.md`, `examples.jsonl` and `prompt.json`. UserError, with file and line, for what is missing, broken or contradicts itself. */
export async function readPromptFolder(folder: string): Promise<PromptSource> {
  return promptSourceOf(await readSavedPrompt(folder), folder);
}

/** A folder's content as a prompt to ask. `folder`: for its name, and messages. */
export function promptSourceOf(
  { settings, program, hash }: SavedPrompt & { readonly hash: string },
  folder: string,
): PromptSource {
  return {
    name: basename(resolve(folder)),
    place: folder,
    llms: [settings.llm],
    hash,
    notes: [],
    isTextOnly: settings.answerForm === "text",
    parameters: settings.parameters,
    needs: settings.needs,
    programFor(task, card) {
      checkLabels(program.template, task, join(folder, "prompt.md"));
      if (card.spec === settings.llm) return program;
      const formless = withoutForm(program);
      if (!card.isReasoning) return formless;
      // Another model, which may need room for thoughts that the first one did not.
      const { maxOutputTokens } = promptTemplate(program.template, { isReasoning: true });
      const { template } = program;
      return { ...formless, template: { ...template, maxOutputTokens: Math.max(template.maxOutputTokens, maxOutputTokens) } };
    },
  };
}

/** The same before it is known of whom it is asked, with a hash of what was read. */
export async function readSavedPrompt(folder: string): Promise<SavedPrompt & { readonly hash: string }> {
  const texts = await Promise.all(fileNames.map((name) => readText(folder, name)));
  const files = new Map(fileNames.map((name, i) => [name as string, texts[i]!]));
  return { ...readPromptFiles(files, folder), hash: sha256(...texts) };
}

/** The prompt out of the contents of its files, by name. `folder`: for messages. */
export function readPromptFiles(files: ReadonlyMap<string, string>, folder: string): SavedPrompt {
  const [settingsPlace, pagePlace, examplesPlace] = fileNames.map((name) => join(folder, name)) as [string, string, string];
  const settings = readPromptSettings(files.get("prompt.json")!, settingsPlace);
  const { answer, samples, shortlist, demos, form: asked } = settings;
  const saved = settings.template;
  const form = formOf({ template: saved, shortlist }, settings.answerForm);
  const template = readPromptPage(files.get("prompt.md")!, pagePlace, saved, { form, style: answer });
  for (const label of Object.keys(template.aliases)) {
    if (template.labels.includes(label)) continue;
    throw new UserError(
      `${settingsPlace}: "template.aliases" has other names of ${excerpt(label)}, which is not a label in ${pagePlace}.${didYouMean(label, template.labels)} ` +
        "Change it in both files alike.",
    );
  }
  const plan = readExampleLines(files.get("examples.jsonl")!, examplesPlace, demos, template);
  const program = { template, demos: plan, answer, samples, shortlist, ...(asked === undefined ? {} : { form: asked }) };
  return { settings, program };
}

async function readText(folder: string, name: string): Promise<string> {
  await requireInside(join(folder, name), folder, `${join(folder, name)} is a link to a file`);
  try {
    return await readFile(join(folder, name), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw await whyUnreadable(join(folder, name), error);
    throw new UserError(
      `${folder} is not the folder of a prompt: it has no ${name}. Expected ${[...fileNames].sort().join(", ")}, as a run writes them to artifacts/prompt….`,
    );
  }
}
