/** @file From the name that `fromPretrained` or `loadDataset` was given to a folder: one that is there, or else from the Hugging Face Hub. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import process from "node:process";
import { fetchDataset, fetchModel } from "../hub/hub.js";
import { UserError } from "../lib/errors.js";
import { namedModels } from "../tune/pretrained/model-folder.js";
import { noteProgress } from "./progress-line.js";

/** How a repository of the Hub is downloaded. */
export interface HubOptions {
  /** A branch, a tag or a commit. @default "main" */
  readonly revision?: string;
  /** Stops the download. */
  readonly signal?: AbortSignal;
}

const fetchOptions = ({ revision, signal = new AbortController().signal }: HubOptions) => ({
  env: process.env,
  signal,
  log: noteProgress,
  ...(revision !== undefined && { revision }),
});

/** What can only be meant as a path is not looked for on the Hub. */
function refusePath(name: string, expected: string): void {
  if (/^[.~/\\]|^[A-Za-z]:|\/.*\/|\.(csv|tsv|jsonl?|parquet)(\.gz)?$/.test(name))
    throw new UserError(
      `There is no "${name}", looked for in ${process.cwd()}. Expected ${expected}, or a name on the Hugging Face Hub.`,
    );
}

/** The folder of a model, or the name of one that comes with the package; downloads it where neither is there. */
export async function modelFolder(nameOrFolder: string, options: HubOptions = {}): Promise<string> {
  if (namedModels.includes(nameOrFolder) || existsSync(resolve(nameOrFolder))) return nameOrFolder;
  refusePath(nameOrFolder, `a model's folder, ${namedModels.join(", ")}`);
  return fetchModel(nameOrFolder, fetchOptions(options));
}

/** The folder or file of a dataset; downloads it where it is not there. `subset` is its folder where a repository has several datasets. */
export async function datasetPath(nameOrPath: string, subset: string | undefined, options: HubOptions = {}): Promise<string> {
  if (existsSync(resolve(nameOrPath))) return resolve(nameOrPath);
  refusePath(nameOrPath, "a dataset's folder or file");
  return fetchDataset(nameOrPath, { ...fetchOptions(options), ...(subset !== undefined && { subset }) });
}
