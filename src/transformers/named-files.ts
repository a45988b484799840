/** @file The files that a caller of `loadDataset` names. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { FilesBySplit } from "../data/hub-layout.js";
import { UserError } from "../lib/errors.js";

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
