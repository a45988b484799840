/** @file What a machine is given to run a job with `python/staged.py`: that script, what it is told, and the job's folder. */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { packageRoot } from "../../lib/package-root.js";
import type { StagedJob } from "../engine.js";
import { type JobFile, jobFiles } from "./job-files.js";

/** A file of ours, whose content is at hand, or one of the job's folder. */
export type StagedFile = JobFile | { readonly path: string; readonly content: Buffer };

/** What `staged.py` is told but for the job itself. */
export interface StagedPlan {
  /** Where results go, as the other side opens it. */
  readonly storage: string;
  /** How many GPUs the job has: as many processes of its script there are, unless it is to be one. */
  readonly gpus: number;
  /** Up to how many bytes the job's folder comes along as `job/`; a larger one has to be in the storage before the job begins. @default all */
  readonly mostBytes?: number;
}

/** The script that the machine runs: ours, which runs the job's. */
export const stagedScript = "staged.py";

/** The files, and whether the job's folder is too large to be among them. */
export async function stagedFiles(
  job: StagedJob,
  { storage, gpus, mostBytes = Number.POSITIVE_INFINITY }: StagedPlan,
): Promise<{ readonly files: readonly StagedFile[]; readonly isInStorage: boolean }> {
  const inputs = await jobFiles(job.folder);
  const isInStorage = inputs.reduce((sum, { bytes }) => sum + bytes, 0) > mostBytes;
  const processes = job.isOneProcess === true ? 1 : Math.max(1, gpus);
  const plan = { id: job.id, storage, script: job.script, processes, inputs: isInStorage ? "storage" : "package" };
  const own: StagedFile[] = [
    { path: stagedScript, content: await readFile(join(packageRoot(), "python", stagedScript)) },
    { path: "staged.json", content: Buffer.from(`${JSON.stringify(plan, null, 2)}\n`) },
  ];
  const theirs = isInStorage ? [] : inputs.map((file) => ({ ...file, path: `job/${file.path}` }));
  return { files: [...own, ...theirs], isInStorage };
}

/** What is in a file. */
export async function contentOf(file: StagedFile): Promise<Buffer> {
  return "content" in file ? file.content : readFile(file.source);
}

/** How large a file is, in bytes. */
export async function sizeOf(file: StagedFile): Promise<number> {
  return "content" in file ? file.content.length : (await stat(file.source)).size;
}
