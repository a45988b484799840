/** @file `calibration.json`: what makes probabilities of an approach's claims, beside its files. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { isErrorCode, UserError } from "../../lib/errors.js";
import { requireInside } from "../../lib/inside-folder.js";
import { checkRegularFile } from "../../lib/regular-file.js";
import { whyUnreadable } from "../../lib/unreadable-file.js";
import type { ScoreCalibration } from "../../types/cascade.js";

/** The file's name. */
export const calibrationFile = "calibration.json";

/** The version of its schema. */
const calibrationFormat = 1;

/** Corners of a curve through 10,000 claims fit. */
const mostBytes = 8e6;

const claims = z.enum(["scores", "probability", "logprob", "votes", "stated"]);
const rows = z.int().nonnegative();
const share = z.number().min(0).max(1);

/** A calibration as JSON has it. */
export const calibrationSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("temperature"), claims, rows, temperature: z.number().positive() }),
  z
    .object({ kind: z.literal("isotonic"), claims, rows, claimed: z.array(share).min(1), observed: z.array(share).min(1) })
    .refine(({ claimed, observed }) => claimed.length === observed.length && isAscending(claimed) && isAscending(observed)),
]);

function isAscending(values: readonly number[]): boolean {
  return values.every((value, i) => i === 0 || value >= values[i - 1]!);
}

/** The content of the file. */
export function calibrationText(calibration: ScoreCalibration): string {
  return `${JSON.stringify({ format: calibrationFormat, ...calibration }, null, 2)}\n`;
}

/** The calibration of a folder; `null` where it has none. UserError where the file is damaged, or a newer version wrote it. */
export async function readCalibration(folder: string): Promise<ScoreCalibration | null> {
  const place = join(folder, calibrationFile);
  checkRegularFile(place, mostBytes);
  let text: string;
  try {
    text = await readFile(place, "utf8");
    await requireInside(place, folder, `${place} is a link to a file`);
  } catch (error) {
    if (isErrorCode(error, "ENOENT")) return null;
    throw error instanceof UserError ? error : await whyUnreadable(place, error);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UserError(
      `${place} is not JSON, or is cut off. Put it back from a copy, or delete it to have scores as the model tells them.`,
    );
  }
  const { format } = Object(value) as { readonly format?: unknown };
  if (typeof format === "number" && format > calibrationFormat)
    throw new UserError(
      `${place} has format ${format}, and this version of crossover reads ${calibrationFormat}. Update crossover.`,
    );
  const parsed = calibrationSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new UserError(
    `${place} does not hold a calibration: "${parsed.error.issues[0]?.path.join(".") || "the file"}" is missing or has another form. Put it back from a copy, or delete it to have scores as the model tells them.`,
  );
}
