/**
 * @file Models and datasets from the Hugging Face Hub, by its HTTP API, into the cache that Python's libraries use too. Only the files that
 * are read here are fetched; nothing that is fetched is ever run.
 */
import { readFile, statfs } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../lib/errors.js";
import { formatBytes } from "../lib/text/format.js";
import type { ProgressEvent } from "../types/events.js";
import { cachedCommit, snapshotFolder, tagCache, writeRef, writeTree } from "./cache.js";
import { datasetInCache, fromCache, type InCache, modelInCache } from "./cached-snapshot.js";
import { convertedRevision, datasetFiles, withoutRows } from "./dataset-files.js";
import { download, isCached, missingBytes, type Source } from "./download.js";
import { type Listing, readFacts, readListing } from "./listing.js";
import { modelFiles, poolingFiles, shardIndex, shardsOf } from "./model-files.js";
import { onnxFiles, onnxInCache } from "./onnx-files.js";
import { RepoNotFound, RevisionNotFound } from "./refusal.js";
import { isCommit, isSafePath, parseRepoId, type RepoId, repoText } from "./repo-id.js";
import { HubUnreachable } from "./retries.js";
import { type Env, type Hub, hubSettings } from "./settings.js";

export interface FetchOptions {
  /** `HF_TOKEN`, `HF_ENDPOINT`, `HF_HOME`, `HF_HUB_OFFLINE` and their kin are read from here. */
  readonly env: Env;
  /** A branch, a tag or a commit. Wins over what follows an "@" in the id; `main` where there is neither. */
  readonly revision?: string;
  /** Take it from the cache or fail. Also set by `HF_HUB_OFFLINE`. */
  readonly offline?: boolean;
  readonly signal: AbortSignal;
  /** Hears of bytes that arrived, `done` and `total` in `unit`, and of what the user should know. */
  log(event: ProgressEvent): void;
  /** The pause before the first retry after a fault. @default 1 second */
  readonly backoffSeconds?: number;
}

export interface FetchModelOptions extends FetchOptions {
  /**
   * Looks at the folder when all but the weights is there, and at the name of the file they will be in (or of their index); what it throws
   * spares their download.
   */
  readonly beforeWeights?: (folder: string, weights: string) => Promise<void>;
}

export interface FetchDatasetOptions extends FetchOptions {
  /** A subset with its own folder, such as `sst2` of `nyu-mll/glue`. @default all rows */
  readonly subset?: string;
}

/**
 * Brings a model's configuration, tokenizer and weights (`model.safetensors`, or its shards) into the cache; the snapshot's folder. What is
 * there already is not fetched again; where the Hub can't be reached, a whole copy of the revision in the cache will do, with a note.
 * @param id `distilbert-base-uncased`, `org/name`, or either with `@revision`.
 */
export async function fetchModel(id: string, options: FetchModelOptions): Promise<string> {
  const repo = parseRepoId(id, "model", options.revision);
  return fetched(repo, options, modelInCache, async (hub) => {
    const listing = await readListing(hub, repo);
    const files = modelFiles(repo, listing.paths);
    const folder = snapshotFolder(hub.settings, repo, listing.commit);
    const small = await missingOf(hub, await sourcesOf(hub, repo, listing, files.small));
    const weights = await missingOf(hub, await sourcesOf(hub, repo, listing, [files.weights]));
    // The weights are counted from the start, so that the disk is checked before the first byte.
    await checkSpace(hub, repo, [...small, ...weights]);
    const meter = byteMeter(hub, repo, [...small, ...weights]);
    await fetchAll(hub, small, meter);
    await fetchPooling(hub, repo, listing, folder);
    if (weights.length > 0) await options.beforeWeights?.(folder, files.weights);
    await fetchAll(hub, weights, meter);
    if (files.weights === shardIndex) await fetchShards(hub, repo, listing, folder);
    await keepListing(hub, repo, listing);
    return folder;
  });
}

/**
 * Brings what transformers.js needs of a model into the cache: configuration, tokenizer, chat template, and its ONNX weights in one precision;
 * the snapshot's folder. `id` as for `fetchModel`.
 */
export async function fetchOnnxModel(id: string, options: FetchOptions): Promise<string> {
  const repo = parseRepoId(id, "model", options.revision);
  return fetched(repo, options, onnxInCache, async (hub) => {
    const listing = await readListing(hub, repo);
    const { small, weights } = onnxFiles(repo, listing.paths);
    const sources = await missingOf(hub, await sourcesOf(hub, repo, listing, [...small, ...weights]));
    await checkSpace(hub, repo, sources);
    await fetchAll(hub, sources, byteMeter(hub, repo, sources));
    await keepListing(hub, repo, listing);
    return snapshotFolder(hub.settings, repo, listing.commit);
  });
}

/** What `fetchModel` or `fetchOnnxModel` would download. */
export interface DownloadPlan {
  readonly commit: string;
  readonly files: number;
  /** Bytes that are not in the cache yet. Of weights in several files, those that are named as usual. */
  readonly bytes: number;
  readonly cacheFolder: string;
}

/**
 * Asks the Hub what a model would take, and downloads nothing. `undefined` where nothing would be downloaded: all is here, or must be, or the
 * Hub can't be reached and the cache has a whole copy.
 */
export async function planModel(id: string, options: FetchOptions): Promise<DownloadPlan | undefined> {
  return planned(id, options, modelInCache, (repo, paths) => {
    const files = modelFiles(repo, paths);
    const isSharded = files.weights === shardIndex;
    const shards = isSharded ? paths.filter((path) => /^model-\d+-of-\d+\.safetensors$/.test(path)) : [];
    return [...files.small, files.weights, ...shards];
  });
}

/** The same of what transformers.js needs. */
export async function planOnnxModel(id: string, options: FetchOptions): Promise<DownloadPlan | undefined> {
  return planned(id, options, onnxInCache, (repo, paths) => {
    const { small, weights } = onnxFiles(repo, paths);
    return [...small, ...weights];
  });
}

async function planned(
  id: string,
  options: FetchOptions,
  inCache: InCache,
  filesOf: (repo: RepoId, paths: readonly string[]) => readonly string[],
): Promise<DownloadPlan | undefined> {
  const repo = parseRepoId(id, "model", options.revision);
  const hub = openHub(options);
  if (isOffline(hub, options)) return undefined;
  const commit = await cachedCommit(hub.settings, repo);
  const hasCopy = commit !== undefined && (await inCache(hub.settings, repo, commit)).missing.length === 0;
  if (hasCopy && isCommit(repo.revision)) return undefined;
  const listing = await readListing(hub, repo).catch((error: unknown) => {
    if (hasCopy && error instanceof HubUnreachable) return undefined;
    throw error;
  });
  if (listing === undefined) return undefined;
  const sources = await sourcesOf(hub, repo, listing, filesOf(repo, listing.paths));
  const missing = await Promise.all(sources.map((source) => missingBytes(hub, source)));
  const bytes = missing.reduce((sum, size) => sum + size, 0);
  if (bytes === 0) return undefined;
  return {
    commit: listing.commit,
    files: missing.filter((size) => size > 0).length,
    bytes,
    cacheFolder: hub.settings.cacheFolder,
  };
}

/**
 * Brings a dataset's files with rows (Parquet, else JSONL, CSV, JSON) and its card into the cache; the snapshot's folder. Of a dataset whose
 * rows are made by a program, the copy that the Hub converted to Parquet.
 * @param id `stanfordnlp/imdb`, or with `@revision`; names of old (`imdb`) lead where the Hub redirects them.
 */
export async function fetchDataset(id: string, options: FetchDatasetOptions): Promise<string> {
  const asked = parseRepoId(id, "dataset", options.revision);
  const converted = { ...asked, revision: convertedRevision };
  const inCache: InCache = (settings, repo, commit) => datasetInCache(settings, repo, commit, options.subset);
  return fetched(asked, options, inCache, async (hub) => {
    let [repo, listing] = [asked, await readListing(hub, asked)];
    let paths = datasetFiles(repo, listing.paths, options.subset);
    if (paths === undefined && asked.revision === "main") {
      const ownPaths = listing.paths;
      listing = await readListing(hub, converted).catch((error: unknown) => {
        throw error instanceof RevisionNotFound || error instanceof RepoNotFound ? withoutRows(asked, ownPaths) : error;
      });
      repo = converted;
      paths = datasetFiles(repo, listing.paths, options.subset);
    }
    if (paths === undefined) throw withoutRows(asked, listing.paths);
    const sources = await missingOf(hub, await sourcesOf(hub, repo, listing, paths));
    await checkSpace(hub, repo, sources);
    await fetchAll(hub, sources, byteMeter(hub, repo, sources));
    await keepListing(hub, repo, listing);
    return snapshotFolder(hub.settings, repo, listing.commit);
  });
}

function openHub({ env, signal, log, backoffSeconds = 1 }: FetchOptions): Hub {
  return { settings: hubSettings(env), signal, log, backoffSeconds };
}

const isOffline = ({ settings }: Hub, { offline }: FetchOptions): boolean => offline === true || settings.isOffline;

/** From the cache where that must or can do, else from the Hub, and where the Hub can't be reached from the cache after all. */
async function fetched(
  repo: RepoId,
  options: FetchOptions,
  inCache: InCache,
  online: (hub: Hub) => Promise<string>,
): Promise<string> {
  const hub = openHub(options);
  hub.signal.throwIfAborted();
  if (isOffline(hub, options)) return fromCache(hub, repo, inCache);
  // A commit never changes: with all its files here, there is nothing to ask.
  if (isCommit(repo.revision) && (await inCache(hub.settings, repo, repo.revision)).missing.length === 0)
    return snapshotFolder(hub.settings, repo, repo.revision);
  try {
    return await online(hub);
  } catch (error) {
    if (!(error instanceof HubUnreachable)) throw readable(error, hub);
    const commit = await cachedCommit(hub.settings, repo);
    const state = commit === undefined ? undefined : await inCache(hub.settings, repo, commit);
    if (commit === undefined || state === undefined || state.missing.length > 0) throw error;
    hub.log({ kind: "note", text: `${error.message} Using the copy of ${repoText(repo)} in the cache (${commit.slice(0, 7)}).` });
    if (state.doubt !== undefined) hub.log({ kind: "note", text: state.doubt });
    return snapshotFolder(hub.settings, repo, commit);
  }
}

async function sourcesOf(hub: Hub, repo: RepoId, listing: Listing, paths: readonly string[]): Promise<Source[]> {
  const files = await readFacts(hub, repo, listing, paths);
  return files.map((file) => ({ repo, commit: listing.commit, file }));
}

/** The pooling's configuration, wherever `modules.json` says that it is. */
async function fetchPooling(hub: Hub, repo: RepoId, listing: Listing, folder: string): Promise<void> {
  const paths = poolingFiles(await readFile(join(folder, "modules.json"), "utf8").catch(() => ""));
  const listed = paths.filter((path) => listing.paths.includes(path));
  const sources = await missingOf(hub, await sourcesOf(hub, repo, listing, listed));
  await fetchAll(hub, sources, byteMeter(hub, repo, sources));
}

/** The files that the index names, which is there by now. */
async function fetchShards(hub: Hub, repo: RepoId, listing: Listing, folder: string): Promise<void> {
  const shards = shardsOf(repo, await readFile(join(folder, shardIndex), "utf8"));
  const lost = shards.find((path) => isSafePath(path) && !listing.paths.includes(path));
  if (lost !== undefined)
    throw new UserError(`${repoText(repo)}: ${shardIndex} names ${lost.slice(0, 100)}, which is not in the repository.`);
  const sources = await missingOf(hub, await sourcesOf(hub, repo, listing, shards));
  await checkSpace(hub, repo, sources);
  await fetchAll(hub, sources, byteMeter(hub, repo, sources));
}

/** Before the first byte: does it fit? */
async function checkSpace(hub: Hub, repo: RepoId, sources: readonly Source[]): Promise<void> {
  const missing = await Promise.all(sources.map((source) => missingBytes(hub, source)));
  const needed = missing.reduce((sum, bytes) => sum + bytes, 0);
  if (needed === 0) return;
  await tagCache(hub.settings);
  const { bavail, bsize } = await statfs(hub.settings.cacheFolder);
  if (needed <= bavail * bsize) return;
  throw new UserError(
    `${repoText(repo)} needs ${formatBytes(needed)}, and the disk of ${hub.settings.cacheFolder} has ${formatBytes(bavail * bsize)} left. ` +
      "Make room, or name another place with HF_HOME.",
  );
}

/** Hears how many bytes there are of a file that is being downloaded. */
type Meter = (source: Source, bytes: number) => void;

const sayEveryMs = 100;

/** Tells of all these files as of one piece of work. */
function byteMeter(hub: Hub, { id }: RepoId, sources: readonly Source[]): Meter {
  const total = sources.reduce((sum, { file }) => sum + file.size, 0);
  const [unit, size] = total < 1e7 ? (["kB", 1e3] as const) : (["MB", 1e6] as const);
  const counts = new Map<string, number>();
  let saidAt = Number.NEGATIVE_INFINITY;
  return ({ file }, bytes) => {
    counts.set(file.path, bytes);
    const done = [...counts.values()].reduce((sum, count) => sum + count, 0);
    const now = performance.now();
    // A fast line brings thousands of pieces a second.
    if (now - saidAt < sayEveryMs && done < total) return;
    saidAt = now;
    hub.log({
      kind: "progress",
      phase: "downloading",
      subject: id,
      unit,
      done: done / size,
      total: total / size,
      detail: file.path,
    });
  };
}

/** Those that the snapshot lacks. */
async function missingOf(hub: Hub, sources: readonly Source[]): Promise<Source[]> {
  const there = await Promise.all(sources.map((source) => isCached(hub, source)));
  return sources.filter((_, i) => !there[i]);
}

/** Downloads one after the other: one connection fills a line, and what breaks off is one file. */
async function fetchAll(hub: Hub, sources: readonly Source[], meter: Meter): Promise<void> {
  for (const source of sources) await download(hub, source, (bytes) => meter(source, bytes));
}

/** Last of all, so that an interrupted download leaves the revision where it was: then the former files are still whole. */
async function keepListing(hub: Hub, repo: RepoId, listing: Listing): Promise<void> {
  const entries = listing.paths.map((path) => listing.facts(path));
  try {
    if (entries.every((entry) => entry !== undefined)) await writeTree(hub.settings, repo, listing.commit, entries);
    await writeRef(hub.settings, repo, listing.commit);
  } catch (error) {
    // A cache that is read-only has all files by now, or this would not have been reached.
    if (!(error instanceof Error && "code" in error && ["EROFS", "EACCES", "EPERM"].includes(String(error.code)))) throw error;
  }
}

/** What the disk refuses, in words. */
function readable(error: unknown, { settings }: Hub): unknown {
  if (!(error instanceof Error && "code" in error) || error instanceof UserError) return error;
  if (error.code === "ENOSPC" || error.code === "EDQUOT")
    return new UserError(
      `The disk of ${settings.cacheFolder} is full. Make room and start again: downloads go on where they stopped.`,
    );
  if (["EROFS", "EACCES", "EPERM"].includes(String(error.code)))
    return new UserError(`${settings.cacheFolder} can't be written to (${String(error.code)}). Name another place with HF_HOME.`);
  return error;
}
