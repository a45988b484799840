/** @file What the baselines keep in files, and how it is read back. */
import { z } from "zod";
import { UserError } from "../lib/errors.js";

const texts = z.array(z.string());
const finite = z.number();

const majoritySchema = z.object({
  labels: texts,
  isMultiLabel: z.boolean(),
  answer: texts,
  /** The share of each label, in the order of the labels. */
  shares: z.array(finite),
});

const centroidsSchema = z.object({
  encoder: z.object({ name: z.string(), hash: z.string() }),
  labels: texts,
  isMultiLabel: z.boolean(),
  /** Labels that a text gets. */
  count: z.int().positive(),
  /** The direction of each label that has training rows. */
  centroids: z.array(z.object({ label: z.string(), vector: z.array(finite) })),
});

/** What `majority.json` holds. */
export type MajorityFile = z.infer<typeof majoritySchema>;
/** What `centroids.json` holds. */
export type CentroidsFile = z.infer<typeof centroidsSchema>;

/** The names of the files. */
export const baselineFiles = { majority: "majority.json", centroids: "centroids.json" } as const;

/** A file's bytes: JSON, whose numbers read back to the bit. */
export const baselineBytes = (content: MajorityFile | CentroidsFile): Uint8Array =>
  new TextEncoder().encode(`${JSON.stringify(content)}\n`);

/** What `majority.json` at `place` says. UserError for anything else. */
export function readMajorityFile(text: string, place: string): MajorityFile {
  const file = parsed(majoritySchema, text, place);
  const isWhole = file.shares.length === file.labels.length && file.answer.every((label) => file.labels.includes(label));
  if (!isWhole) throw notWritten(place, "its labels, shares and answer do not belong together");
  return file;
}

/** What `centroids.json` at `place` says. UserError for anything else. */
export function readCentroidsFile(text: string, place: string): CentroidsFile {
  const file = parsed(centroidsSchema, text, place);
  const { labels, centroids } = file;
  const dimension = centroids[0]?.vector.length;
  const isWhole = centroids.every(({ label, vector }) => labels.includes(label) && vector.length === dimension);
  if (dimension === undefined || !isWhole) throw notWritten(place, "its centroids and labels do not belong together");
  return file;
}

function parsed<Schema extends z.ZodType>(schema: Schema, text: string, place: string): z.infer<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw notWritten(place, "it is not JSON, or is cut off");
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw notWritten(place, `"${issue?.path.join(".") || "the file"}" is missing or has another form`);
}

function notWritten(place: string, what: string): UserError {
  return new UserError(
    `${place} is not as a run of this version writes it: ${what}. Put it back from a copy, or run the comparison again.`,
  );
}
