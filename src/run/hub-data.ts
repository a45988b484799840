/** @file Data of the Hugging Face Hub: `hf:org/name`, downloaded first. */
import { existsSync } from "node:fs";
import { basename } from "node:path";
import { fetchDataset } from "../hub/hub.js";
import { isCommit, parseRepoId } from "../hub/repo-id.js";
import type { ModelContext } from "../tune/pretrained/resolve-model.js";

/** Data that can be read. */
export interface ResolvedData {
  /** What `readTask` takes. */
  readonly source: { readonly path: string; readonly name?: string; readonly subset?: string };
  /** The same in words that mean the same rows tomorrow: of the Hub's, with its commit. Kept with a run. */
  readonly pinned: string;
}

/**
 * Finds the data; downloads it where it is a dataset of the Hub that is not in the cache yet: `hf:org/name`, with `@revision`, and with `#subset`
 * where a repository holds several datasets.
 *
 * @throws UserError where there is no such dataset, the Hub cannot be reached, or `offline` forbids to ask it
 */
export async function resolveData(path: string, { env, offline, signal, log }: ModelContext): Promise<ResolvedData> {
  const [, id, subset] = /^hf:([^#]*)(?:#(.+))?$/s.exec(path) ?? [];
  if (id === undefined || existsSync(path)) return { source: { path }, pinned: path };
  const repo = parseRepoId(id, "dataset");
  const chosen = subset === undefined ? {} : { subset };
  const folder = await fetchDataset(id, { env, offline, signal, log, ...chosen });
  // The last part of a snapshot's folder is its commit.
  const commit = basename(folder);
  const revision = isCommit(commit) ? commit : repo.revision;
  const name = [repo.id, subset]
    .filter((part) => part !== undefined)
    .join("-")
    .replaceAll("/", "-");
  return {
    source: { path: folder, name, ...chosen },
    pinned: `hf:${repo.id}@${revision}${subset === undefined ? "" : `#${subset}`}`,
  };
}
