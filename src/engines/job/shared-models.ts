/**
 * @file Models that many jobs are given, in one copy each: under the hash of its files, in a folder beside those of the jobs, which have hard links to it. A
 * link and not the user's own file: that may be changed while a job waits, and its mode is none of ours.
 */
import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { privateFileMode, privateFolder } from "../../lib/private-file.js";
import { hashOf, type InputFile, type LinkedFile, writeInput } from "./job-folder.js";

/** A model in one copy. */
export interface SharedModel {
  /** Where it is on this machine. */
  readonly folder: string;
  /** Where it goes in a storage: `models-SCOPE/HASH`. The scope is that of the folder that it is kept in: what is removed of it is nobody else's. */
  readonly id: string;
  readonly bytes: number;
  /** By their paths in its folder. */
  readonly files: ReadonlyMap<string, LinkedFile>;
}

/** Keeps models in a folder, which whoever named it removes once no job needs them. */
export interface SharedModels {
  /**
   * The copy of a model, made unless it is there.
   *
   * @param name what it is known by in this process
   * @param files by their paths in its folder; asked for where the name is not known yet
   */
  keep(name: string, files: () => Promise<ReadonlyMap<string, InputFile>>): Promise<SharedModel>;
}

/** Models in a folder, which need not exist yet. */
export function sharedModels(place: string): SharedModels {
  const made = new Map<string, Promise<SharedModel>>();
  return {
    keep(name, files) {
      const make = () => keptIn(place, files);
      // It may have been removed between two parts of a run.
      const making = made.get(name)?.then((known) => (existsSync(known.folder) ? known : make())) ?? make();
      made.set(name, making);
      making.catch(() => made.delete(name));
      return making;
    },
  };
}

async function keptIn(place: string, files: () => Promise<ReadonlyMap<string, InputFile>>): Promise<SharedModel> {
  const inputs = [...(await files())].sort(([a], [b]) => (a < b ? -1 : 1));
  const hash = createHash("sha256");
  const linked = new Map<string, Omit<LinkedFile, "linked">>();
  for (const [path, file] of inputs) {
    const found = await hashOf(file);
    linked.set(path, found);
    hash.update(`${path}\n${found.sha256}\n`);
  }
  const name = hash.digest("hex").slice(0, 32);
  const folder = join(place, name);
  await mkdir(place, privateFolder);
  if (!existsSync(folder)) {
    // Under its name it is whole.
    const part = await mkdtemp(join(place, "part-"));
    try {
      for (const [path, file] of inputs) await writeInput(join(part, path), file);
      await rename(part, folder);
    } catch (error) {
      await rm(part, { recursive: true, force: true });
      // Somebody else may have been quicker.
      if (!existsSync(folder)) throw error;
    }
  }
  return {
    folder,
    id: `models-${await scopeOf(place)}/${name}`,
    bytes: [...linked.values()].reduce((sum, { bytes }) => sum + bytes, 0),
    files: new Map([...linked].map(([path, found]) => [path, { linked: join(folder, path), ...found }])),
  };
}

/** What tells the models of this folder from those of any other, for whoever keeps several folders' in one place. */
async function scopeOf(place: string): Promise<string> {
  const path = join(place, "scope");
  try {
    await writeFile(path, randomUUID(), { flag: "wx", mode: privateFileMode });
  } catch (error) {
    if (!existsSync(path)) throw error;
  }
  return (await readFile(path, "utf8")).trim();
}
