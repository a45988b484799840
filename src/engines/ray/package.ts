/** @file What a Ray cluster is given of a job: one archive, which it unpacks where it runs the job. */
import { sha256 } from "../../lib/hash.js";
import type { StagedJob } from "../engine.js";
import { contentOf, type StagedFiles, stagedFiles } from "../storage/staged-files.js";
import { type ArchivedFile, zipArchive } from "./zip.js";

/** An archive and what it is called by what is in it; see `StagedFiles` for what is not. */
export interface JobPackage extends Pick<StagedFiles, "isInStorage" | "isModelApart"> {
  /** SHA-256 of its files, whatever compressed them. */
  readonly hash: string;
  readonly files: readonly ArchivedFile[];
}

/** Ray takes no upload of 100 MiB or more, and keeps each in the head's memory. What is larger goes through the storage. */
const mostBytes = 64 * 1024 ** 2;

/** A model from this size on is brought to all its jobs in one copy. */
const leastModelBytes = 1024 ** 2;

/**
 * The package of a job.
 *
 * @param storage where its results go, as the cluster opens it
 * @param gpus how many GPUs it has
 */
export async function jobPackage(job: StagedJob, storage: string, gpus: number): Promise<JobPackage> {
  const { files, ...rest } = await stagedFiles(job, { storage, gpus, mostBytes, leastModelBytes });
  const read: ArchivedFile[] = [];
  for (const file of files) read.push({ path: file.path, bytes: await contentOf(file) });
  return { hash: sha256(...read.flatMap(({ path, bytes }) => [path, bytes])), files: read, ...rest };
}

/** The archive itself. */
export const archiveOf = ({ files }: JobPackage): Buffer => zipArchive(files);
