/** @file What can be had without asking the Hub: whether the cache holds all of a revision that is needed here. */
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UserError } from "../lib/errors.js";
import { cachedCommit, readTree, sizeOf, snapshotFiles, snapshotFolder } from "./cache.js";
import { convertedRevision, datasetFiles } from "./dataset-files.js";
import { modelFiles, poolingFiles, shardIndex, shardsOf } from "./model-files.js";
import { type RepoId, repoText } from "./repo-id.js";
import type { Hub, HubSettings } from "./settings.js";

/** What of a commit the cache has: the files that are missing, none where it is whole. */
export interface CacheState {
  readonly missing: readonly string[];
  /** What can't be known without the Hub, and may matter. */
  readonly doubt?: string;
}
/** Looks at what the cache has of a commit. */
export type InCache = (settings: HubSettings, repo: RepoId, commit: string) => Promise<CacheState>;

/** The folder of the cached revision; a `UserError` that says what is missing. */
export async function fromCache(hub: Hub, repo: RepoId, inCache: InCache): Promise<string> {
  const { settings } = hub;
  const revisions = repo.kind === "dataset" && repo.revision === "main" ? ["main", convertedRevision] : [repo.revision];
  let missing: readonly string[] = [];
  for (const revision of revisions) {
    const commit = await cachedCommit(settings, { ...repo, revision });
    if (commit === undefined) continue;
    const state = await inCache(settings, { ...repo, revision }, commit);
    if (state.missing.length === 0) {
      if (state.doubt !== undefined) hub.log({ kind: "note", text: state.doubt });
      return snapshotFolder(settings, repo, commit);
    }
    missing = state.missing;
  }
  const lacks =
    missing.length === 0
      ? "is not in the cache"
      : `is not whole in the cache: ${missing.slice(0, 3).join(", ")} ${missing.length === 1 ? "is" : "are"} missing`;
  throw new UserError(
    `${repoText(repo)} ${lacks} (${settings.cacheFolder}), and this is offline. Start once without --offline and HF_HUB_OFFLINE, ` +
      "or copy the cache of a machine that has it, or give a local folder.",
  );
}

/** By the cached listing where there is one; else by what must be there at least. */
export async function modelInCache(settings: HubSettings, repo: RepoId, commit: string): Promise<CacheState> {
  const folder = snapshotFolder(settings, repo, commit);
  const present = new Set(await snapshotFiles(folder));
  const listed = await readTree(settings, repo, commit);
  if (present.size === 0) return { missing: ["config.json", "model.safetensors"] };
  let files: ReturnType<typeof modelFiles>;
  try {
    files = modelFiles(repo, listed ?? [...present]);
  } catch (error) {
    if (listed !== undefined || !(error instanceof UserError)) throw error;
    return { missing: ["config.json", "tokenizer.json", "model.safetensors"].filter((path) => !present.has(path)) };
  }
  const wanted = [...files.small, files.weights];
  if (files.weights === shardIndex && present.has(shardIndex))
    wanted.push(...shardsOf(repo, await readFile(join(folder, shardIndex), "utf8")));
  const pooling = poolingFiles(await readFile(join(folder, "modules.json"), "utf8").catch(() => ""));
  wanted.push(...pooling.filter((path) => listed === undefined || listed.includes(path)));
  const missing = wanted.filter((path) => !present.has(path));
  const isKnown = listed !== undefined || present.has("modules.json") || (await noted(settings, repo, commit, "modules.json"));
  if (isKnown) return { missing };
  const doubt =
    `The cache has ${repoText(repo)} from another program, without saying whether it has modules.json (how a sentence ` +
    "model pools). Its vectors are taken as the mean of the tokens' unless the cache says otherwise; start once without --offline to be sure.";
  return { missing, doubt };
}

/** Whether Python has noted that the commit has no such file. */
async function noted(settings: HubSettings, repo: RepoId, commit: string, path: string): Promise<boolean> {
  return (await sizeOf(join(dirname(dirname(snapshotFolder(settings, repo, commit))), ".no_exist", commit, path))) !== undefined;
}

/** The same of a dataset. */
export async function datasetInCache(
  settings: HubSettings,
  repo: RepoId,
  commit: string,
  subset: string | undefined,
): Promise<CacheState> {
  const present = await snapshotFiles(snapshotFolder(settings, repo, commit));
  const listed = await readTree(settings, repo, commit);
  // Without a listing a subset that is not there may yet be on the Hub.
  if (listed === undefined && subset !== undefined && !present.some((path) => path.startsWith(`${subset}/`)))
    return { missing: ["rows"] };
  const wanted = datasetFiles(repo, listed ?? present, subset);
  return { missing: wanted === undefined ? ["rows"] : wanted.filter((path) => !present.includes(path)) };
}
