/** @file The options of an earlier run, with its files found again from wherever it is resumed or viewed. */
import { existsSync } from "node:fs";
import { isAbsolute, relative, resolve } from "node:path";
import process from "node:process";
import { z } from "zod";
import { UserError } from "../lib/errors.js";
import { checked } from "../store/journal.js";
import type { Run } from "../store/run.js";
import type { RunOptions } from "./run-options.js";

const texts = z.array(z.string());
const number = z.number();

/**
 * What is read of the options. Fields of later versions, and of those whose values are checked where they are used, are kept as they are.
 */
const optionsSchema = z.looseObject({
  path: z.string(),
  test: z.string().exactOptional(),
  text: z.string().exactOptional(),
  label: z.string().exactOptional(),
  group: z.string().exactOptional(),
  id: z.string().exactOptional(),
  multiLabel: z.boolean().exactOptional(),
  descriptions: z.string().exactOptional(),
  testShare: number.exactOptional(),
  limit: number.exactOptional(),
  testLimit: number.exactOptional(),
  seed: number,
  repeat: z.int().min(1).max(1000),
  model: z.string(),
  classWeight: z.enum(["none", "balanced"]),
  llm: texts,
  approaches: texts.exactOptional(),
  prompt: texts.exactOptional(),
  promptHash: z.string().exactOptional(),
  search: number.exactOptional(),
  timeBudget: number.exactOptional(),
  ladder: z.looseObject({ method: z.string(), reason: z.string() }).exactOptional(),
  demos: z.int().nonnegative(),
  maxConcurrency: z.int().positive(),
  timeoutSeconds: z.number().positive(),
  patienceSeconds: z.number().nonnegative().exactOptional(),
  budgetUsd: number.exactOptional(),
  prices: z.string().exactOptional(),
  cache: z.boolean(),
  offline: z.boolean(),
  require: texts,
});

function optionsOf({ manifest }: Pick<Run, "manifest">): RunOptions {
  const place = `The options of the run ${manifest.name}`;
  return checked(place, manifest.options, optionsSchema, "Its run.json was changed; start a new run.") as unknown as RunOptions;
}

/**
 * The run's options. Relative paths are looked for where the run was begun, and where they no longer are there, from here: a project may
 * have been moved as a whole. What is no path (a model's name, a data set's id) stays as it is.
 */
export function storedOptions({ manifest }: Pick<Run, "manifest">): RunOptions {
  const options = optionsOf({ manifest });
  const begun = manifest.workingFolder;
  const find = (path: string): string => found(path, begun) ?? path;
  const { test, validation, descriptions, prices, prompt } = options;
  return {
    ...options,
    path: find(options.path),
    model: find(options.model),
    llm: options.llm.map((spec) => {
      const file = /^recorded:(.*)$/s.exec(spec)?.[1];
      return file === undefined ? spec : `recorded:${find(file)}`;
    }),
    ...(test === undefined ? {} : { test: find(test) }),
    ...(validation === undefined ? {} : { validation: find(validation) }),
    ...(descriptions === undefined ? {} : { descriptions: find(descriptions) }),
    ...(prices === undefined ? {} : { prices: find(prices) }),
    ...(prompt === undefined ? {} : { prompt: prompt.map(find) }),
  };
}

/** Says which files a run needs that are gone, before anything reads half of them. */
export function checkFilesOf(run: Pick<Run, "folder" | "manifest">): void {
  const { path, test, validation, descriptions, prices, llm, prompt = [] } = optionsOf(run);
  const recordings = llm.flatMap((spec) => /^recorded:(.*)$/s.exec(spec)?.[1] ?? []);
  const files = [path, test, validation, descriptions, prices, ...prompt, ...recordings].filter(
    (file) => file !== undefined && !isRemote(file),
  );
  const gone = files.filter((file) => file !== undefined && found(file, run.manifest.workingFolder) === undefined);
  if (gone.length === 0) return;
  const begun = run.manifest.workingFolder;
  throw new UserError(
    `${run.folder} needs ${gone.join(", ")}, and there is no such file here${begun === undefined ? "" : ` or in ${begun}, where it was begun`}. ` +
      "Put it back, or go to the folder that has it, and resume from there.",
  );
}

/** A data set's id on a hub, or an address. */
const isRemote = (path: string): boolean => /^[a-z][a-z0-9+.-]*:(?!\\)/i.test(path) && !existsSync(path);

/** Where a file is, short where it lies below the present folder; `undefined` where it is nowhere. */
function found(path: string, begun: string | undefined): string | undefined {
  const here = process.cwd();
  const place = [begun ?? here, here].map((folder) => resolve(folder, path)).find(existsSync);
  if (place === undefined || isAbsolute(path)) return place;
  const short = relative(here, place);
  return short.startsWith("..") ? place : short || ".";
}
