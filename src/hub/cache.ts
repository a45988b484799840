/**
 * @file The cache of Hugging Face's own libraries, byte for byte their layout, so that what Python has downloaded is found here and the
 * other way round (checked against huggingface_hub 2.4, `golden/make_hub.py`):
 *
 *     models--org--name/
 *       refs/main                          the commit that a branch or tag stood at
 *       trees/<commit>.json                every file of that commit: says offline what is missing
 *       blobs/<etag>                       contents, by what they hash to
 *       snapshots/<commit>/config.json  -> ../../blobs/<etag>
 */
import { existsSync } from "node:fs";
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { z } from "zod";
import { writeFileAtomic } from "../lib/atomic-write.js";
import { isCommit, type RepoId } from "./repo-id.js";
import type { HubSettings } from "./settings.js";

/** The folder of one repository, whatever its revision. */
export const repoFolder = ({ cacheFolder }: HubSettings, { kind, id }: RepoId): string =>
  join(cacheFolder, `${kind}s--${id.replace("/", "--")}`);

/** The folder with the files of one commit. */
export const snapshotFolder = (settings: HubSettings, repo: RepoId, commit: string): string =>
  join(repoFolder(settings, repo), "snapshots", commit);

/** The folder of contents. */
export const blobPath = (settings: HubSettings, repo: RepoId, etag: string): string =>
  join(repoFolder(settings, repo), "blobs", etag);

/** The commit that the cache has for a revision; `undefined` where it knows none. */
export async function cachedCommit(settings: HubSettings, repo: RepoId): Promise<string | undefined> {
  if (isCommit(repo.revision)) return repo.revision;
  const text = await readFile(join(repoFolder(settings, repo), "refs", repo.revision), "utf8").catch(() => "");
  return isCommit(text.trim()) ? text.trim() : undefined;
}

/** Notes at which commit a revision stands. Does nothing where that is known: the cache may be read-only. */
export async function writeRef(settings: HubSettings, repo: RepoId, commit: string): Promise<void> {
  if (repo.revision === commit || (await cachedCommit(settings, repo)) === commit) return;
  await writeFileAtomic(join(repoFolder(settings, repo), "refs", repo.revision), commit);
}

/** Files of a snapshot that are really there (a link without its blob is not), as paths with "/". */
export async function snapshotFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = await Promise.all(names.map((name) => sizeOf(join(folder, name))));
  return names.filter((_, i) => sizes[i] !== undefined).map((name) => name.replaceAll("\\", "/"));
}

/** Bytes of a file; `undefined` where there is none. */
export async function sizeOf(path: string): Promise<number | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() ? found.size : undefined;
}

const tree = z.object({
  format_version: z.literal(1),
  files: z.record(z.string(), z.object({ size: z.number(), blob_id: z.string(), lfs_sha256: z.string().optional() })),
});

/** One file in `trees/<commit>.json`. */
export interface TreeEntry {
  readonly path: string;
  readonly size: number;
  readonly etag: string;
  readonly blobId: string;
}

const treePath = (settings: HubSettings, repo: RepoId, commit: string): string =>
  join(repoFolder(settings, repo), "trees", `${commit}.json`);

/** All files of a commit by the cached listing; `undefined` where there is none to be read. */
export async function readTree(settings: HubSettings, repo: RepoId, commit: string): Promise<string[] | undefined> {
  try {
    const parsed = tree.safeParse(JSON.parse(await readFile(treePath(settings, repo, commit), "utf8")));
    return parsed.success ? Object.keys(parsed.data.files) : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps the listing of a commit, which must be whole: Python trusts it. */
export async function writeTree(
  settings: HubSettings,
  repo: RepoId,
  commit: string,
  entries: readonly TreeEntry[],
): Promise<void> {
  const path = treePath(settings, repo, commit);
  if (existsSync(path)) return;
  const sorted = [...entries].sort((a, b) => (a.path < b.path ? -1 : 1));
  const files = sorted.map(({ path: name, size, etag, blobId }) => {
    const large = etag.length === 64 ? { lfs_sha256: etag, lfs_size: size } : {};
    return [name, { size, blob_id: blobId, ...large }];
  });
  await writeFileAtomic(path, JSON.stringify({ format_version: 1, files: Object.fromEntries(files) }, null, 1));
}

/** Tells backup programs that this folder can be made again (bford.info/cachedir). */
export async function tagCache({ cacheFolder }: HubSettings): Promise<void> {
  await mkdir(cacheFolder, { recursive: true });
  const text =
    "Signature: 8a477f597d28d172789f06886806bc55\n# This file is a cache directory tag: https://bford.info/cachedir/\n";
  await writeFile(join(cacheFolder, "CACHEDIR.TAG"), text, { flag: "wx" }).catch(() => {});
}

/**
 * Puts a blob into a snapshot: by a relative link or, where links are refused (Windows without developer mode), as the file itself. A new
 * blob is then moved, as huggingface_hub does; one that other snapshots may use is copied.
 */
export async function linkBlob(settings: HubSettings, blob: string, place: string, isNew: boolean): Promise<void> {
  await mkdir(dirname(place), { recursive: true });
  await rm(place, { force: true });
  if (settings.useSymlinks) {
    try {
      await symlink(relative(dirname(place), blob), place, "file");
      return;
    } catch (error) {
      // Another process was faster: its link is as good.
      if (error instanceof Error && "code" in error && error.code === "EEXIST" && (await sizeOf(place)) !== undefined) return;
    }
  }
  if (isNew) await rename(blob, place);
  else await copyFile(blob, place);
}
