/** @file What a job has left in a storage. Its layout is that of `python/staged.py`. */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isSafePath } from "../../hub/repo-id.js";
import { UserError } from "../../lib/errors.js";
import { at } from "../../lib/json-value.js";
import { formatPlural } from "../../lib/text/format.js";
import { ProgramMissing } from "./bucket-program.js";
import type { Storage } from "./storage.js";

/** The file that says that a job's results are all there. */
const listing = "done.json";

/** Names and sizes of a job's results, once all of them are in the storage; `null` before. */
async function resultsOf(storage: Storage, id: string, signal: AbortSignal): Promise<ReadonlyMap<string, number> | null> {
  const text = await storage.read(`${id}/${listing}`, signal);
  if (text === null) return null;
  let files: unknown;
  try {
    files = at(JSON.parse(text), "files");
  } catch {
    files = undefined;
  }
  const sizes = new Map(Object.entries(files ?? {}));
  if (sizes.size === 0 || ![...sizes].every(([name, size]) => isSafePath(name) && Number.isSafeInteger(size)))
    throw new UserError(
      `${storage.uri}/${id}/${listing} is no list of results. Was the folder changed by hand? Remove it and resume.`,
    );
  return sizes as Map<string, number>;
}

/** Whether the storage has all results of a job, as far as this machine can tell: without the storage's program they are not seen. */
export async function hasResults(storage: Storage, id: string, signal: AbortSignal): Promise<boolean> {
  try {
    return (await resultsOf(storage, id, signal)) !== null;
  } catch (error) {
    if (error instanceof ProgramMissing) return false;
    throw error;
  }
}

/**
 * Brings a job's results into its folder's `out/`: first all of them beside it, then each into place, so that what is there is whole. The manifest
 * comes last. Where the storage has none, or can't be read here, results that are in the folder already were brought by hand, and are left there.
 *
 * @throws UserError where they are not there, or not as large as they were
 */
export async function bringResults(storage: Storage, id: string, folder: string, signal: AbortSignal): Promise<void> {
  const isHere = existsSync(join(folder, "out", "manifest.json"));
  const sizes = await resultsOf(storage, id, signal).catch((error: unknown) => {
    if (!(error instanceof ProgramMissing) || storage.byHand === undefined) throw error;
    if (isHere) return null;
    throw new UserError(
      `${error.message} Or run this on a machine that has it, copy the folder to this one, and resume: ${storage.byHand(`${id}/out`, join(folder, "out"))}`,
    );
  });
  if (sizes === null && isHere) return;
  if (sizes === null)
    throw new UserError(
      `The job has ended, but ${storage.uri}/${id} has no results as this machine sees it. Do both sides see the same storage? A folder has to be ` +
        "shared by this machine and all of the cluster, under one path.",
    );
  await mkdir(join(folder, "out"), { recursive: true });
  const beside = await mkdtemp(join(folder, "out-"));
  try {
    await storage.bring(`${id}/out`, [...sizes.keys()], beside, signal);
    const wrong: string[] = [];
    for (const [name, size] of sizes) {
      const found = await stat(join(beside, name)).catch(() => null);
      if (found?.size !== size) wrong.push(name);
    }
    if (wrong.length > 0)
      throw new UserError(
        `${formatPlural(wrong.length, "file")} of ${storage.uri}/${id}/out came incomplete or not at all: ${wrong.slice(0, 3).join(", ")}. Resume to bring ` +
          "them again; where that does not help, remove the folder and resume, which runs the job again.",
      );
    for (const name of [...sizes.keys()].sort((a, b) => Number(a === "manifest.json") - Number(b === "manifest.json"))) {
      const target = join(folder, "out", name);
      await mkdir(dirname(target), { recursive: true });
      await rename(join(beside, name), target);
    }
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
}
