/** @file `prompt.json`: what decides the answers besides the words and the examples, and how a request looks. */

import { z } from "zod";
import { UserError } from "../../lib/errors.js";
import { jsonFaultOffset } from "../../lib/text/json-fault.js";
import { localFormSchema } from "../forms/local-form.js";
import { excerpt } from "./excerpt.js";

/** The version of the folder's layout. A reader refuses what is newer than itself. */
export const promptFormat = 2;

const wholeNumber = z.number().int();

/** Everything in `prompt.json` that is read again. What else stands there (`request`) is for people and other programs. */
const settingsSchema = z.object({
  format: z.literal(promptFormat),
  /** The model it was made for: asked where no other is named. */
  llm: z.string().min(1),
  /** Sampling parameters as sent. */
  parameters: z.record(z.string(), z.number()),
  /** `json`: an answer in JSON is asked for wherever the labels fit into a schema. `text`: never. */
  answerForm: z.enum(["json", "text"]),
  answer: z.enum(["direct", "reasoned"]),
  samples: wholeNumber.min(1),
  shortlist: wholeNumber.min(2).nullable(),
  /** How `llm` is asked, where that was chosen on training rows; another model is asked without. */
  form: localFormSchema.exactOptional(),
  demos: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("fixed") }),
    z.object({ kind: z.literal("retrieved"), by: z.enum(["nearest", "balanced", "diverse"]), count: wholeNumber.min(1) }),
  ]),
  /** What it cannot be asked without, besides the model: `encoder minilm-l6`. */
  needs: z.array(z.string()),
  /** Instruction, labels and descriptions stand here too; where prompt.md differs, prompt.md counts. */
  template: z.object({
    instruction: z.string().nullable(),
    labels: z.array(z.string().min(1)),
    descriptions: z.record(z.string(), z.string()),
    aliases: z.record(z.string(), z.array(z.string())),
    isMultiLabel: z.boolean(),
    maxTextCharacters: wholeNumber.min(1),
    maxOutputTokens: wholeNumber.min(1),
  }),
});

/** The settings of a prompt. Plain JSON. */
export type PromptSettings = z.infer<typeof settingsSchema>;

/** Whether the content of a `prompt.json` is that of a prompt for an LLM: the stand-in without one has such a file, too. */
export function namesLlm(value: unknown): value is { readonly llm: string; readonly format?: unknown } {
  return typeof value === "object" && value !== null && "llm" in value && typeof value.llm === "string" && value.llm !== "";
}

/** Reads the settings. UserError with line or field for what is no such file, or one of another version. */
export function readPromptSettings(text: string, place: string): PromptSettings {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const before = text.slice(0, jsonFaultOffset(text));
    throw new UserError(
      `${place} line ${before.split("\n").length} is not JSON at character ${before.length - before.lastIndexOf("\n")}. Check the commas, quotes and brackets there.`,
    );
  }
  if (!namesLlm(value)) {
    throw new UserError(
      `${place} names no model under "llm": it is not the prompt of an LLM. Expected one as prompt:zero-shot and its like write it.`,
    );
  }
  const { format } = value;
  if (typeof format === "number" && format > promptFormat) {
    throw new UserError(
      `${place} has format ${format}, and this version reads ${promptFormat}: a newer version wrote it. Update Crossover.`,
    );
  }
  if (typeof format === "number" && format < promptFormat) {
    throw new UserError(
      `${place} has format ${format}, which does not hold all that decides the answers. Write the prompt anew by a run of this version.`,
    );
  }
  const parsed = settingsSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue!.path.join(".");
  throw new UserError(`${place}: ${field === "" ? "it" : excerpt(field)} is not as expected: ${issue!.message}.`);
}
