/** @file The options of an earlier run, with its files found again from wherever it is resumed or viewed. */
import { existsSync } from "node:fs";
import { isAbsolute, relative, resolve } from "node:path";
import process from "node:process";
import { UserError } from "../lib/errors.js";
import { checked } from "../store/journal.js";
import type { Run } from "../store/run.js";
import { mapPaths, pathsOf } from "./options/option-paths.js";
import { type RunOptions, storedOptionsSchema } from "./run-options.js";

function optionsOf({ manifest }: Pick<Run, "manifest">): RunOptions {
  const place = `The options of the run ${manifest.name}`;
  return checked(place, manifest.options, storedOptionsSchema, "Its run.json was changed; start a new run.");
}

/**
 * The run's options. Relative paths are looked for where the run was begun, and where they no longer are there, from here: a project may
 * have been moved as a whole. What is no path (a model's name, a data set's id) stays as it is.
 */
export function storedOptions(run: Pick<Run, "manifest">): RunOptions {
  return mapPaths(optionsOf(run), ({ path }) => found(path, run.manifest.workingFolder) ?? path);
}

/** Says which files a run needs that are gone, before anything reads half of them. */
export function checkFilesOf(run: Pick<Run, "folder" | "manifest">): void {
  const begun = run.manifest.workingFolder;
  const files = pathsOf(optionsOf(run)).filter(({ kind }) => kind === "file");
  const gone = files.map(({ path }) => path).filter((path) => found(path, begun) === undefined);
  if (gone.length === 0) return;
  throw new UserError(
    `${run.folder} needs ${gone.join(", ")}, and there is no such file here${begun === undefined ? "" : ` or in ${begun}, where it was begun`}. ` +
      "Put it back, or go to the folder that has it, and resume from there.",
  );
}

/** Where a file is, short where it lies below the present folder; `undefined` where it is nowhere. */
function found(path: string, begun: string | undefined): string | undefined {
  const here = process.cwd();
  const place = [begun ?? here, here].map((folder) => resolve(folder, path)).find(existsSync);
  if (place === undefined || isAbsolute(path)) return place;
  const short = relative(here, place);
  return short.startsWith("..") ? place : short || ".";
}
