/** @file `cascade.json`: which two approaches a cascade is of, and from which confidence on the small one answers. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../../lib/errors.js";
import { requireInside } from "../../lib/inside-folder.js";
import { checkRegularFile } from "../../lib/regular-file.js";
import { whyUnreadable } from "../../lib/unreadable-file.js";
import { calibrationSchema } from "../calibration/calibration-file.js";
import { cascadeFile } from "./cascade-names.js";

/** The version of its schema. */
export const cascadeFormat = 1;

const schema = z.looseObject({
  format: z.literal(cascadeFormat),
  /** Names of the approaches; their files are in the folders `small` and `llm`. */
  small: z.string(),
  llm: z.string(),
  /** The small one answers from this confidence on. */
  threshold: z.number().min(0).max(1),
  /** Of the small one's claims; `null`: they are taken as they are. */
  calibration: calibrationSchema.nullable(),
});
/** What the file says. */
export type CascadeFile = z.infer<typeof schema>;

const mostBytes = 8e6;

/** The file of a folder. UserError where it is damaged, or a newer version wrote it. */
export async function readCascadeFile(folder: string): Promise<CascadeFile> {
  const place = join(folder, cascadeFile);
  checkRegularFile(place, mostBytes);
  const text = await readFile(place, "utf8").catch(async (error: unknown) => {
    throw await whyUnreadable(place, error);
  });
  await requireInside(place, folder, `${place} is a link to a file`);
  const remedy = "Save the cascade again: crossover cascade RUN --save.";
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UserError(`${place} is not JSON, or is cut off. ${remedy}`);
  }
  const { format } = Object(value) as { readonly format?: unknown };
  if (typeof format === "number" && format > cascadeFormat)
    throw new UserError(`${place} has format ${format}, and this version of crossover reads ${cascadeFormat}. Update crossover.`);
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UserError(
    `${place} does not say what a cascade is: "${issue?.path.join(".") || "the file"}" is missing or has another form. ${remedy}`,
  );
}
