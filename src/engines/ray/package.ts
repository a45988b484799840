/** @file What a Ray cluster is given of a job: one archive, which it unpacks where it runs the job. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { sha256 } from "../../lib/hash.js";
import { packageRoot } from "../../lib/package-root.js";
import type { StagedJob } from "../engine.js";
import { jobFiles } from "../storage/job-files.js";
import { type ArchivedFile, zipArchive } from "./zip.js";

/** An archive and what it is called by what is in it. */
export interface JobPackage {
  /** SHA-256 of its files, whatever compressed them. */
  readonly hash: string;
  readonly files: readonly ArchivedFile[];
  /** The job's folder is too large for the archive: it has to be in the storage before the job begins. */
  readonly isInStorage: boolean;
}

/** The script that Ray runs: ours, which runs the job's. */
export const stagedScript = "staged.py";

/** Ray takes no upload of 100 MiB or more, and keeps each in the head's memory. What is larger goes through the storage. */
const mostBytes = 64 * 1024 ** 2;

/**
 * The package of a job: `staged.py`, `staged.json` which tells it what to do, and the job's folder as `job/`.
 *
 * @param storage where its results go, as the cluster opens it
 * @param processes how many of the job's script there are to be: one for each GPU
 */
export async function jobPackage(job: StagedJob, storage: string, processes: number): Promise<JobPackage> {
  const inputs = await jobFiles(job.folder);
  const isInStorage = inputs.reduce((sum, { bytes }) => sum + bytes, 0) > mostBytes;
  const plan = { id: job.id, storage, script: job.script, processes, inputs: isInStorage ? "storage" : "package" };
  const files: ArchivedFile[] = [
    { path: stagedScript, bytes: await readFile(join(packageRoot(), "python", stagedScript)) },
    { path: "staged.json", bytes: Buffer.from(`${JSON.stringify(plan, null, 2)}\n`) },
  ];
  if (!isInStorage) for (const { path, source } of inputs) files.push({ path: `job/${path}`, bytes: await readFile(source) });
  return { hash: sha256(...files.flatMap(({ path, bytes }) => [path, bytes])), files, isInStorage };
}

/** The archive itself. */
export const archiveOf = ({ files }: JobPackage): Buffer => zipArchive(files);
