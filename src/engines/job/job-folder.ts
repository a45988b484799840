/**
 * @file Writes a job folder. `job.json` is written last and names every input with its hash, so a folder that has it is whole, and the same order for the same
 * job finds it again, with its id and its checkpoints.
 */
import { createHash, randomUUID } from "node:crypto";
import { chmod, copyFile, link, mkdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { packageRoot } from "../../lib/package-root.js";
import { privateFileMode, privateFolder, writePrivateFile } from "../../lib/private-file.js";
import { packageVersion } from "../../lib/version.js";
import { fileHash } from "./file-hash.js";
import { type JobFile, type JobSpec, jobFormat, type StagedFile } from "./job.js";

/** A file of ours that never changes, with what is known of it: a job's folder has a hard link to it, where the file system has such. */
export interface LinkedFile extends StagedFile {
  readonly linked: string;
}

/** An input of a job: bytes in parts, which are gone through twice, or a file of this machine that is copied, or linked. */
export type InputFile = { readonly copied: string } | LinkedFile | { readonly parts: Iterable<Uint8Array> };

/** A script that is shipped with the package. */
export const scriptFile = (name: string): InputFile => ({ copied: join(packageRoot(), "python", name) });

/** So many lines are written at once. */
const linesPerPart = 1000;

/** Lines as a file. */
export function linesFile(lines: readonly string[]): InputFile {
  return {
    parts: {
      *[Symbol.iterator]() {
        for (let at = 0; at < lines.length; at += linesPerPart)
          yield Buffer.from(`${lines.slice(at, at + linesPerPart).join("\n")}\n`);
      },
    },
  };
}

/**
 * Stages a job in a folder of its own, and tells its id. Where the folder holds the very same job already, it is left as it is, with the id that it has;
 * anything else in it is removed. All is for its owner's eyes alone: there are texts of rows.
 */
export async function stageFolder(folder: string, spec: JobSpec, files: ReadonlyMap<string, InputFile>): Promise<string> {
  const inputs: Record<string, StagedFile> = {};
  for (const [path, file] of files) inputs[path] = await hashOf(file);
  const described = { ...spec, format: jobFormat, versions: { crossover: packageVersion() }, inputs } as const;
  const known = await idOfSame(folder, described);
  if (known !== undefined) return known;
  const id = `crossover-${randomUUID()}`;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, privateFolder);
  for (const [path, file] of files) await writeInput(join(folder, path), file);
  const written: JobFile = { ...described, id };
  await writePrivateFile(join(folder, "job.json"), `${JSON.stringify(written, null, 2)}\n`);
  return id;
}

/** The id of the job in the folder, where it is the same but for that; `undefined` where there is none, or another. */
async function idOfSame(folder: string, described: Omit<JobFile, "id">): Promise<string | undefined> {
  try {
    const { id, ...found } = JSON.parse(await readFile(join(folder, "job.json"), "utf8")) as JobFile;
    return canonical(found) === canonical(described) ? id : undefined;
  } catch {
    return undefined;
  }
}

/** JSON whose fields are in order, and those without a value left out. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** What an input is known by. */
export async function hashOf(file: InputFile): Promise<StagedFile> {
  if ("linked" in file) return { sha256: file.sha256, bytes: file.bytes };
  if ("copied" in file) return fileHash(file.copied);
  const hash = createHash("sha256");
  let bytes = 0;
  for (const part of file.parts) {
    hash.update(part);
    bytes += part.length;
  }
  return { sha256: hash.digest("hex"), bytes };
}

/** Puts an input where it belongs, for its owner's eyes alone. */
export async function writeInput(path: string, file: InputFile): Promise<void> {
  if ("parts" in file) return writePrivateFile(path, file.parts);
  await mkdir(dirname(path), privateFolder);
  const source = "linked" in file ? file.linked : file.copied;
  if ("linked" in file && (await isLinked(source, path))) return;
  await copyFile(source, path);
  await chmod(path, privateFileMode);
}

/** Not every file system has links, nor any number of them to one file. */
async function isLinked(source: string, path: string): Promise<boolean> {
  try {
    await link(source, path);
    return true;
  } catch {
    return false;
  }
}
