/** @file A folder's manifest, read and checked against its files. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { isErrorCode, UserError } from "../../lib/errors.js";
import { requireInside } from "../../lib/inside-folder.js";
import { checkRegularFile } from "../../lib/regular-file.js";
import { whyUnreadable } from "../../lib/unreadable-file.js";
import { artifactKinds, type Manifest, manifestFile, manifestFormat, manifestSchema } from "./manifest.js";

/** Thousands of labels and files fit. */
const mostBytes = 64e6;

/**
 * The manifest of a folder; `null` where there is none, or one of before there was one schema (its `format` is a text).
 *
 * @throws UserError where it is damaged, or somebody else's, or a newer version wrote it
 */
export async function readManifest(folder: string): Promise<Manifest | null> {
  const place = join(folder, manifestFile);
  const text = await readText(place, folder);
  if (text === null) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UserError(`${place} is not JSON, or is cut off: the folder is damaged. ${remedy(place)}`);
  }
  const { format, kind } = Object(value) as { readonly format?: unknown; readonly kind?: unknown };
  if (typeof format === "string" && format.startsWith("crossover-")) return null;
  if (typeof format !== "number")
    throw new UserError(`${place} was not written by crossover: it has no "format". Move it away to load the folder without it.`);
  if (format > manifestFormat) {
    throw new UserError(
      `${place} has format ${format}, and this version of crossover reads ${manifestFormat}: a newer version wrote it. Update crossover.`,
    );
  }
  if (typeof kind === "string" && !artifactKinds.some((each) => each === kind)) {
    throw new UserError(
      `${place} is of the kind ${JSON.stringify(kind.slice(0, 40))}, which this version of crossover does not know (${artifactKinds.join(", ")}). Update crossover.`,
    );
  }
  const parsed = manifestSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UserError(
    `${place} does not hold what a manifest does: "${issue?.path.join(".") || "the file"}" is missing or has another form. ${remedy(place)}`,
  );
}

/** What to do about a folder that is not as it was written. */
export function remedy(place: string): string {
  return `Put the folder back from a copy, or run the comparison again; if the change is meant, delete ${place}: what was measured then no longer counts.`;
}

async function readText(place: string, folder: string): Promise<string | null> {
  checkRegularFile(place, mostBytes);
  try {
    const text = await readFile(place, "utf8");
    await requireInside(place, folder, `${place} is a link to a file`);
    return text;
  } catch (error) {
    if (isErrorCode(error, "ENOENT")) return null;
    throw error instanceof UserError ? error : await whyUnreadable(place, error);
  }
}

/**
 * Checks that every file is there with the size it was written with, and, of those for which `isRead`, that its bytes are the same: half a second
 * for 200 MB. UserError for the first one that is not.
 */
export async function checkFiles(folder: string, { files }: Manifest, isRead: (path: string) => boolean): Promise<void> {
  const place = join(folder, manifestFile);
  const damage = (what: string): UserError => new UserError(`${folder} is damaged: ${what}. ${remedy(place)}`);
  const entries = Object.entries(files);
  for (const [path, { bytes }] of entries) {
    if (!isPlain(path)) throw damage(`${place} names a file outside the folder`);
    checkRegularFile(join(folder, path));
    const size = await stat(join(folder, path)).then(
      (found) => found.size,
      () => null,
    );
    if (size === null) throw damage(`${path} is missing`);
    if (size !== bytes) throw damage(`${path} has ${size} bytes in place of the ${bytes} that were written`);
  }
  for (const [path, { sha256 }] of entries) {
    if (!isRead(path) || (await hashOf(join(folder, path))) === sha256) continue;
    throw damage(`${path} is not the file that was written: its SHA-256 differs`);
  }
}

/** Whether it stays within its folder, on any system. */
function isPlain(path: string): boolean {
  return !/[\\:\0]/.test(path) && path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}

/** Chunks of 1 MB take two thirds of the time that the usual ones take. */
async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  } catch (error) {
    throw await whyUnreadable(path, error);
  }
  return hash.digest("hex");
}
