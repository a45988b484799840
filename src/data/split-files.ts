/** @file Which files are train, validation and test, by their names. */

import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { UserError } from "../lib/errors.js";

export type SplitName = "train" | "validation" | "test";

const splitNames: Readonly<Record<string, SplitName>> = {
  train: "train",
  training: "train",
  validation: "validation",
  valid: "validation",
  val: "validation",
  dev: "validation",
  eval: "validation",
  test: "test",
  testing: "test",
};

/** The split that a word means: `dev` is `validation`; `null` where it means none. */
export function splitNamed(word: string): SplitName | null {
  return Object.hasOwn(splitNames, word.toLowerCase()) ? splitNames[word.toLowerCase()]! : null;
}

const dataFile = /\.(csv|tsv|tab|json|jsonl|ndjson|parquet)(\.gz)?$/i;

/** The split that a file's name tells: `train.csv`, `test-00000-of-00001.parquet`, `data.dev.jsonl.gz`; `null` where it tells none. */
export function splitOfFile(file: string): SplitName | null {
  if (!dataFile.test(file)) return null;
  const stem = file.replace(dataFile, "").replace(/-\d{5}-of-\d{5}(-[0-9a-f]+)?$/, "");
  return splitNamed(stem) ?? splitNamed(stem.split(/[._-]/).at(-1)!) ?? splitNamed(stem.split(/[._-]/)[0]!);
}

/** Files by split, each list sorted by name (which is the order of a data set's shards). */
export type SplitFiles = Readonly<Record<SplitName, readonly string[]>>;

/** The name that data at a path goes by: the file's without extension, or the folder's where the file is only `train.csv`. */
export function dataName(path: string): string {
  const full = resolve(path);
  const file = basename(full);
  if (!dataFile.test(file)) return file.replace(/\.gz$/i, "").replace(/\.\w+$/, "") || file;
  const stem = file.replace(dataFile, "");
  return splitNamed(stem) === null ? stem : basename(dirname(full)) || stem;
}

export async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/**
 * The files of a folder, as the Hugging Face Hub lays them out: `train…`, `validation…`, `test…`, here or in `data/`. A folder with a
 * single data file is that file. UserError where neither is so.
 */
export async function filesOfFolder(folder: string): Promise<SplitFiles> {
  // What begins with a dot is nobody's data: macOS puts "._train.csv" beside "train.csv".
  const names = (await readdir(folder)).filter((name) => dataFile.test(name) && !name.startsWith(".")).sort();
  if (names.length === 0 && (await isFolder(join(folder, "data")))) return filesOfFolder(join(folder, "data"));
  const files = byName(folder, names);
  if (files.train.length > 0) return files;
  if (names.length === 1) return { train: [join(folder, names[0]!)], validation: [], test: [] };
  throw new UserError(
    names.length === 0
      ? `The folder ${folder} holds no data files. Expected train and test files ending in .csv, .tsv, .json, .jsonl or .parquet.`
      : `The folder ${folder} holds no train file, but ${names.slice(0, 6).join(", ")}${names.length > 6 ? ", …" : ""}. ` +
          'Name one "train" and one "test", or give a file instead of the folder.',
  );
}

function byName(folder: string, names: readonly string[]): SplitFiles {
  const of = (split: SplitName): string[] =>
    names.filter((name) => splitOfFile(name) === split).map((name) => join(folder, name));
  return { train: of("train"), validation: of("validation"), test: of("test") };
}

/** The test file that belongs to a training file: `test.csv` beside `train.csv`; `null` where there is none. */
export async function testFileBeside(path: string): Promise<string | null> {
  const file = basename(path);
  if (splitOfFile(file) !== "train") return null;
  const wanted = file.replace(/train(ing)?/i, "test");
  const names = await readdir(dirname(path)).catch((): string[] => []);
  return names.includes(wanted) ? join(dirname(path), wanted) : null;
}
