/** @file Saves a cascade as a folder that loads like any other approach: its two members in folders within it. */
import { copyFile, link, lstat, mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isErrorCode, UserError } from "../../lib/errors.js";
import { privateFolder, writePrivateFile } from "../../lib/private-file.js";
import type { Cascade } from "../../types/cascade.js";
import type { TaskFacts } from "../../types/data.js";
import type { Summary } from "../../types/scores.js";
import { readArtifact } from "../artifact.js";
import { withManifest } from "../manifest/make-manifest.js";
import { manifestFile } from "../manifest/manifest.js";
import { type CascadeFile, cascadeFormat } from "./cascade-file.js";
import { cascadeFile, memberFolders } from "./cascade-names.js";

/** Smaller files are copied: people change prompts where they are, and the cascade's is another. */
const leastLinkedBytes = 1e6;

export interface SaveCascadeInput {
  readonly cascade: Cascade;
  /** The folders of its two approaches. */
  readonly members: Readonly<Record<keyof typeof memberFolders, string>>;
  readonly task: TaskFacts;
  /** Of its answers to the test rows. */
  readonly summary: Summary | undefined;
  readonly seed: number;
}

/**
 * Writes the folder: beside what it replaces, then in its place, so that what was there is whole until the new one is. Weights of members are
 * linked where the disk can (they are not written again), everything else is copied: the folder can be moved by itself, and outlives the run.
 *
 * @throws UserError where the folder holds something other than a cascade, a member cannot be asked anything new, or no row or every row is handed on
 */
export async function saveCascade(folder: string, { cascade, members, task, summary, seed }: SaveCascadeInput): Promise<void> {
  const { threshold, calibration, small, llm } = cascade;
  for (const place of Object.values(members)) await checkMember(place);
  if (threshold === null || threshold === 0) {
    throw new UserError(
      `There is no cascade to save: ${threshold === 0 ? `${small} would answer every row` : `${llm} would be asked for every row`}. Load that alone, or give another aim: --target-accuracy, --max-usd-per-1k.`,
    );
  }
  const old = await namesIn(folder);
  if (old !== null && old.length > 0 && !old.includes(cascadeFile))
    throw new UserError(`${folder} is not empty, and holds no cascade (${old.slice(0, 3).join(", ")}). Name another folder.`);
  const made = join(dirname(folder), `.${basename(folder)}.${process.pid}.tmp`);
  await rm(made, { recursive: true, force: true });
  await mkdir(made, privateFolder);
  try {
    for (const side of ["small", "llm"] as const) await copyFolder(members[side], join(made, memberFolders[side]));
    const told: CascadeFile = {
      format: cascadeFormat,
      small,
      llm,
      threshold,
      calibration: calibration as CascadeFile["calibration"],
    };
    const files = new Map<string, Uint8Array>([[cascadeFile, new TextEncoder().encode(`${JSON.stringify(told, null, 2)}\n`)]]);
    // Members are checked by their own manifests: the cascade's says which those are.
    for (const side of Object.values(memberFolders)) {
      const manifest = await readFile(join(made, side, manifestFile)).catch(() => undefined);
      if (manifest !== undefined) files.set(`${side}/${manifestFile}`, manifest);
    }
    const identity = { approach: "hybrid:cascade", arm: "hybrid", method: "cascade", seed } as const;
    const described = await withManifest(files, { task, identity, needs: summary?.facts.needs ?? [], summary });
    for (const [path, content] of described) if (!path.includes("/")) await writePrivateFile(join(made, path), content);
    if (old !== null) await rm(folder, { recursive: true });
    await rename(made, folder);
  } catch (error) {
    await rm(made, { recursive: true, force: true });
    throw error;
  }
}

/** A recording can't be asked: that is found before anything is written. */
async function checkMember(folder: string): Promise<void> {
  const { fields } = await readArtifact(folder, { checksHashes: false });
  if (fields.kind === "recording") {
    throw new UserError(
      `${folder} holds recorded answers, which cannot be asked about new texts: the cascade can be measured, and not be saved. Measure the model with a prompt (crossover run FILE --llm …), and pair that.`,
    );
  }
}

async function namesIn(folder: string): Promise<readonly string[] | null> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isErrorCode(error, "ENOENT")) return null;
    if (isErrorCode(error, "ENOTDIR")) throw new UserError(`${folder} is a file. Name another folder to save the cascade to.`);
    throw error;
  }
}

/** Links of a folder's files are not followed: a member has none. */
async function copyFolder(from: string, to: string): Promise<void> {
  await mkdir(to, privateFolder);
  for (const name of await readdir(from)) {
    const [source, target] = [join(from, name), join(to, name)];
    const found = await lstat(source);
    if (found.isDirectory()) await copyFolder(source, target);
    else if (found.isFile() && found.size < leastLinkedBytes) await copyFile(source, target);
    else if (found.isFile()) await link(source, target).catch(() => copyFile(source, target));
  }
}
