/**
 * @file Which files of a folder are which split, as the Hugging Face Hub decides it: by the table of `configs` at the top of README.md, or
 * else by the names of files and folders.
 */
import { existsSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { messageOf, UserError } from "../lib/errors.js";
import { didYouMean } from "../lib/text/nearest-name.js";
import { type SplitFiles, splitNamed, splitOfFile } from "./split-files.js";

/** Paths by split, each list in order. */
export type FilesBySplit = ReadonlyMap<string, readonly string[]>;

/** A folder of a dataset is not deep; a home directory given by mistake is. */
const maxDepth = 4;

const isDataFile = (file: string): boolean => /\.(csv|tsv|tab|json|jsonl|ndjson|parquet)(\.gz)?$/i.test(file);

/**
 * The files of a dataset. `path` is its folder, or its only file; `config` chooses where the folder holds several datasets.
 * `UserError` where there is nothing to read, or no way to tell what.
 */
export async function filesBySplit(path: string, config?: string): Promise<FilesBySplit> {
  if (!(await stat(path)).isDirectory()) return new Map([["train", [path]]]);
  const files = (await filesBelow(path, "", maxDepth)).filter(isDataFile).sort();
  if (files.length === 0)
    throw new UserError(
      `${path} holds no data files. Expected train and test files ending in .csv, .tsv, .json, .jsonl or .parquet.`,
    );
  const configs = await readConfigs(path);
  const splits = configs.length === 0 ? byName(files) : byConfig(path, configs, config, files);
  return new Map(Array.from(splits, ([split, own]) => [split, own.map((file) => join(path, file))]));
}

/**
 * The files of a folder that is laid out as a repository of the Hub: its README.md says which files are which split, or they lie in folders of their
 * own. `null` where it is no such folder. Splits of other names than train, validation and test are left out.
 *
 * @param subset which of several datasets the folder holds
 * @throws UserError where it holds several and none is chosen, or none of its files is to learn from
 */
export async function hubFiles(path: string, subset: string | undefined): Promise<SplitFiles | null> {
  const configs = await readConfigs(path);
  // What lies at the top is not looked for below: that may be anything, and large.
  if (configs.length === 0 && subset === undefined && (await isFlat(path))) return null;
  const files = (await filesBelow(path, "", maxDepth)).filter(isDataFile).sort();
  if (files.length === 0) return null;
  if (configs.length === 0) checkOneDataset(path, files, subset);
  const own = subset === undefined ? files : files.filter((file) => file.startsWith(`${subset}/`));
  const found = configs.length === 0 ? byName(own) : byConfig(path, configs, subset, files);
  const of = (split: string): string[] =>
    [...found].flatMap(([name, list]) => (splitNamed(name) === split ? list.map((file) => join(path, file)) : []));
  const splits = { train: of("train"), validation: of("validation"), test: of("test") };
  if (splits.train.length > 0) return splits;
  throw new UserError(
    `${path} holds no split to learn from. Its splits: ${[...found.keys()].join(", ")}. Expected one called train.`,
  );
}

async function isFlat(path: string): Promise<boolean> {
  const entries = await readdir(path, { withFileTypes: true });
  return entries.some(({ name }) => !name.startsWith(".") && (isDataFile(name) || name === "data"));
}

/** Without a table of them, each folder at the top that is not named after a split is a dataset of its own. */
function checkOneDataset(path: string, files: readonly string[], subset: string | undefined): void {
  const tops = files.filter((file) => file.includes("/")).map((file) => file.slice(0, file.indexOf("/")));
  const names = [...new Set(tops)].filter((name) => splitNamed(name) === null);
  if (subset === undefined && names.length > 1)
    throw new UserError(`${path} holds several datasets: ${names.join(", ")}. Choose one, as in hf:ORG/NAME#${names[0]}.`);
  if (subset !== undefined && !names.includes(subset))
    throw new UserError(
      `${path} holds no dataset "${subset}".${didYouMean(subset, names)} There are: ${names.join(", ") || "none"}.`,
    );
}

/** A folder that may not be looked into holds nothing for us. */
function nothingBelow(error: unknown): string[] {
  if (error instanceof Error && "code" in error && (error.code === "EACCES" || error.code === "EPERM")) return [];
  throw error;
}

const leadsToFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

async function filesBelow(root: string, folder: string, depth: number): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
    if (entry.name.startsWith(".")) continue;
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    // The files of a snapshot in the Hub's cache are links.
    const isFolder = entry.isSymbolicLink() ? await leadsToFolder(join(root, path)) : entry.isDirectory();
    if (!isFolder) found.push(path);
    else if (depth > 0) found.push(...(await filesBelow(root, path, depth - 1).catch(nothingBelow)));
  }
  return found;
}

/** `train.csv`, `plain_text/train-00000-of-00001.parquet`, `train/0000.parquet`; a file alone is `train`. */
function byName(files: readonly string[]): Map<string, string[]> {
  const splits = new Map<string, string[]>();
  for (const file of files) {
    const split = splitOfFile(basename(file)) ?? splitNamed(basename(dirname(file))) ?? (files.length === 1 ? "train" : null);
    if (split !== null) splits.set(split, [...(splits.get(split) ?? []), file]);
  }
  if (splits.size > 0) return splits;
  throw new UserError(
    `None of the files ${files.slice(0, 6).join(", ")}${files.length > 6 ? ", …" : ""} is called train or test. Name them so, or give one file.`,
  );
}

const patterns = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const splitPatterns = z.array(z.object({ split: z.string(), path: patterns }));
const dataFiles = z.union([patterns.transform((path) => [{ split: "train", path }]), splitPatterns]);
const configList = z.array(
  z.object({ config_name: z.string(), default: z.boolean().optional(), data_files: dataFiles.optional() }),
);
type Config = z.infer<typeof configList>[number];

async function readConfigs(folder: string): Promise<readonly Config[]> {
  const place = join(folder, "README.md");
  if (!existsSync(place)) return [];
  const front = /^---\r?\n(.*?)\r?\n---/s.exec(await readFile(place, "utf8"))?.[1];
  if (front === undefined) return [];
  let header: unknown;
  try {
    header = parse(front, { maxAliasCount: 0 });
  } catch (error) {
    throw new UserError(`The header of ${place} is not YAML: ${messageOf(error)}`);
  }
  // What does not say which files it means leaves that to their names.
  const { configs } = z
    .object({ configs: configList.catch([]) })
    .catch({ configs: [] })
    .parse(header);
  return configs.filter((config) => config.data_files !== undefined);
}

function byConfig(
  folder: string,
  configs: readonly Config[],
  name: string | undefined,
  files: readonly string[],
): Map<string, string[]> {
  const names = configs.map((config) => config.config_name);
  const chosen =
    name === undefined
      ? (configs.find((config) => config.default === true || config.config_name === "default") ??
        (configs.length === 1 ? configs[0] : undefined))
      : configs.find((config) => config.config_name === name);
  if (chosen === undefined)
    throw new UserError(
      name === undefined
        ? `${folder} holds several datasets: ${names.join(", ")}. Choose one: loadDataset(path, { name: "${names[0]}" }), or hf:ORG/NAME#${names[0]} on the command line.`
        : `${folder} holds no dataset "${name}".${didYouMean(name, names)} There are: ${names.join(", ")}.`,
    );
  const splits = new Map<string, string[]>();
  for (const { split, path } of chosen.data_files ?? []) {
    const own = path.flatMap((pattern) => files.filter((file) => globExpression(pattern).test(file)));
    if (own.length === 0)
      throw new UserError(
        `${folder}/README.md names ${path.join(", ")} as the split "${split}", and there is no such data file.`,
      );
    splits.set(split, [...(splits.get(split) ?? []), ...own]);
  }
  return splits;
}

/** A pattern of paths as a regular expression: `*` within a folder, `**` across folders, `?`, and sets of characters. */
function globExpression(pattern: string): RegExp {
  const source = pattern.replace(/\*\*\/|\*\*|\*|\?|\[[\w-]+\]|[\\^$+.()|{}[\]]/g, (part) => {
    if (part === "**/") return "(?:.*/)?";
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    if (part === "?") return "[^/]";
    return part.length > 1 ? part : `\\${part}`;
  });
  return new RegExp(`^${source}$`);
}
