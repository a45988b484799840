/** @file `prompt.json` of `prompt:labels`, read back. */
import { z } from "zod";
import { UserError } from "../../lib/errors.js";

const schema = z.object({
  format: z.literal(1),
  encoder: z.object({ name: z.string(), hash: z.string() }),
  labels: z.array(z.string()),
  /** Absent in folders of before 2026-11-29. */
  isMultiLabel: z.boolean().default(false),
  descriptions: z.record(z.string(), z.string()),
  templates: z.array(z.string()).min(1),
});

/** What decides the answers of `prompt:labels` besides its encoder. */
export type LabelPromptSettings = z.infer<typeof schema>;

/** The settings out of the text of a `prompt.json`. UserError for what is none; `place` is for messages. */
export function readLabelPromptSettings(text: string, place: string): LabelPromptSettings {
  const fault = (what: string): UserError =>
    new UserError(
      `${place} is not as prompt:labels of this version writes it: ${what}. Put it back from a copy, or run the comparison again.`,
    );
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw fault("it is not JSON, or is cut off");
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw fault(`"${issue?.path.join(".") || "the file"}" is missing or has another form`);
}
