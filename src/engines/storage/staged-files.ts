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
  /** From how many bytes on a model that other jobs are given too has to be in the storage, under its own name. @default it is part of the job's folder */
  readonly leastModelBytes?: number;
}

/** What goes along with a job, and what has to be in the storage before it begins. */
export interface StagedFiles {
  readonly files: readonly StagedFile[];
  /** The job's folder is too large to be among the files. */
  readonly isInStorage: boolean;
  /** The job's model is neither among the files nor part of that folder. */
  readonly isModelApart: boolean;
}

/** Where a job has its model. */
export const modelFolder = "model";

/** The script that the machine runs: ours, which runs the job's. */
export const stagedScript = "staged.py";

/** The files of a job, and where the rest of it goes. */
export async function stagedFiles(
  job: StagedJob,
  { storage, gpus, mostBytes = Number.POSITIVE_INFINITY, leastModelBytes = Number.POSITIVE_INFINITY }: StagedPlan,
): Promise<StagedFiles> {
  const isModelApart = job.model !== undefined && job.model.bytes >= leastModelBytes;
  const all = withHashes(await jobFiles(job.folder), job);
  const inputs = isModelApart ? all.filter(({ path }) => !path.startsWith(`${modelFolder}/`)) : all;
  const isInStorage = inputs.reduce((sum, { bytes }) => sum + bytes, 0) > mostBytes;
  const processes = job.isOneProcess === true ? 1 : Math.max(1, gpus);
  const plan = {
    ...{ id: job.id, storage, script: job.script, processes, inputs: isInStorage ? "storage" : "package" },
    ...(isModelApart && { model: job.model!.id }),
  };
  const own: StagedFile[] = [
    { path: stagedScript, content: await readFile(join(packageRoot(), "python", stagedScript)) },
    { path: "staged.json", content: Buffer.from(`${JSON.stringify(plan, null, 2)}\n`) },
  ];
  const theirs = isInStorage ? [] : inputs.map((file) => ({ ...file, path: `job/${file.path}` }));
  return { files: [...own, ...theirs], isInStorage, isModelApart };
}

/** Those of a model that many jobs are given were computed once for all of them. */
function withHashes(files: readonly JobFile[], { model }: StagedJob): readonly JobFile[] {
  return files.map((file) => {
    const sha256 = model?.files.get(file.path.slice(modelFolder.length + 1))?.sha256;
    return sha256 !== undefined && file.path.startsWith(`${modelFolder}/`) ? { ...file, sha256 } : file;
  });
}

/** What is in a file. */
export async function contentOf(file: StagedFile): Promise<Buffer> {
  return "content" in file ? file.content : readFile(file.source);
}

/** How large a file is, in bytes. */
export async function sizeOf(file: StagedFile): Promise<number> {
  return "content" in file ? file.content.length : (await stat(file.source)).size;
}
