/**
 * @file Which files of a folder are which split, as the Hugging Face Hub decides it: by the table of `configs` at the top of README.md, or
 * else by the names of files and folders.
 */
import { existsSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { splitNamed, splitOfFile } from "../data/split-files.js";
import { messageOf, UserError } from "../lib/errors.js";
import { didYouMean } from "../lib/text/nearest-name.js";

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

/** Files that the caller names: of the split `train`, or by split. */
export type DataFiles = string | readonly string[] | Readonly<Record<string, string | readonly string[]>>;

/** What Python calls the reader of a kind of files; here the file itself tells its kind. */
const builders: readonly string[] = ["csv", "json", "parquet"];

/**
 * The files that `dataFiles` names; `null` where it is not given. Paths are as seen from here, or from the folder that is named in place of a
 * kind of files. `UserError` for patterns and addresses, which are not read, and where a kind of files is named without files.
 */
export function namedFiles(nameOrPath: string, dataFiles: DataFiles | undefined): FilesBySplit | null {
  const isBuilder = [...builders, "text", "pandas", "arrow", "xml", "webdataset"].includes(nameOrPath) && !existsSync(nameOrPath);
  if (isBuilder && !builders.includes(nameOrPath))
    throw new UserError(`loadDataset("${nameOrPath}", …) is not read here. Kinds of files: ${builders.join(", ")}.`);
  if (dataFiles === undefined) {
    if (!isBuilder) return null;
    throw new UserError(
      `loadDataset("${nameOrPath}") needs files: loadDataset("${nameOrPath}", { dataFiles: "rows.${nameOrPath}" }).`,
    );
  }
  if (!isBuilder && !existsSync(nameOrPath))
    throw new UserError(
      `dataFiles names local files, with ${builders.map((one) => `"${one}"`).join(", ")} or a folder before it; "${nameOrPath}" is neither. Of a repository of the Hub choose with name and split.`,
    );
  const bySplit =
    typeof dataFiles === "string" || Array.isArray(dataFiles) ? { train: dataFiles as string | readonly string[] } : dataFiles;
  const splits = Object.entries(bySplit as Readonly<Record<string, string | readonly string[]>>).map(
    ([split, files]): [string, string[]] => {
      const list = typeof files === "string" ? [files] : [...files];
      for (const file of list) {
        if (/^[a-z][a-z0-9+.-]+:\/\//i.test(file))
          throw new UserError(`dataFiles names ${file}, and only local files are read. Download it.`);
        if (/[*?[\]]/.test(file) && !existsSync(file))
          throw new UserError(`dataFiles names ${file}, a pattern. Name the files one by one.`);
      }
      return [split, list.map((file) => (isBuilder ? file : join(nameOrPath, file)))];
    },
  );
  if (splits.length === 0 || splits.some(([, list]) => list.length === 0))
    throw new UserError(
      "dataFiles names no files. Give a path, a list of paths, or either by split: { train: [...], test: [...] }.",
    );
  return new Map(splits);
}

async function filesBelow(root: string, folder: string, depth: number): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
    if (entry.name.startsWith(".")) continue;
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    // The files of a snapshot in the Hub's cache are links.
    const isFolder = entry.isSymbolicLink() ? (await stat(join(root, path))).isDirectory() : entry.isDirectory();
    if (!isFolder) found.push(path);
    else if (depth > 0) found.push(...(await filesBelow(root, path, depth - 1)));
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
        ? `${folder} holds several datasets: ${names.join(", ")}. Choose one: loadDataset(path, { name: "${names[0]}" }).`
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
