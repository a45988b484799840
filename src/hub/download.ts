/** @file One file from the Hub into the cache: resumed where it broke off, checked by its hash, moved into place whole. */
import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UserError } from "../lib/errors.js";
import { lockFile } from "../lib/file-lock.js";
import { formatBytes } from "../lib/text/format.js";
import { blobPath, linkBlob, repoFolder, sizeOf, snapshotFolder } from "./cache.js";
import { addressOf, type RepoFile } from "./listing.js";
import { type RepoId, repoText } from "./repo-id.js";
import { type HubResponse, send } from "./requests.js";
import { retried, TransientFault } from "./retries.js";
import type { Hub } from "./settings.js";

/** What is being downloaded: a file of a commit. */
export interface Source {
  readonly repo: RepoId;
  readonly commit: string;
  readonly file: RepoFile;
}

/** Where a file's bytes gather. Of our own name: Python's unfinished files may be written to by a process that can't be seen from here. */
const incompletePath = (hub: Hub, { repo, file }: Source): string =>
  `${blobPath(hub.settings, repo, file.etag)}.crossover.incomplete`;

/** Whether the snapshot has the file already, whole. */
export async function isCached(hub: Hub, { repo, commit, file }: Source): Promise<boolean> {
  return (await sizeOf(join(snapshotFolder(hub.settings, repo, commit), file.path))) === file.size;
}

/** Bytes of the file that are still to be fetched. */
export async function missingBytes(hub: Hub, source: Source): Promise<number> {
  const { repo, file } = source;
  if ((await isCached(hub, source)) || (await sizeOf(blobPath(hub.settings, repo, file.etag))) === file.size) return 0;
  return Math.max(0, file.size - ((await sizeOf(incompletePath(hub, source))) ?? 0));
}

/**
 * Brings one file into its snapshot. `onBytes` hears how many bytes of it are there; the number falls where a download starts over.
 * Leaves the unfinished file when it fails, for the next time.
 */
export async function download(hub: Hub, source: Source, onBytes: (bytes: number) => void): Promise<void> {
  const { repo, commit, file } = source;
  if (await isCached(hub, source)) return onBytes(file.size);
  const blob = blobPath(hub.settings, repo, file.etag);
  const locks = join(
    hub.settings.cacheFolder,
    ".locks",
    repoFolder(hub.settings, repo).slice(hub.settings.cacheFolder.length + 1),
  );
  await using _ = await lockFile(join(locks, `${file.etag}.crossover.lock`), hub.signal, () =>
    hub.log({ kind: "note", text: `Another process is downloading ${file.path} of ${repoText(repo)}: waiting for it.` }),
  );
  // The one who held the lock before may have done it.
  const isThere = (await isCached(hub, source)) || (await sizeOf(blob)) === file.size;
  if (!isThere) await fetchBlob(hub, source, blob, onBytes);
  if (!(await isCached(hub, source)))
    await linkBlob(hub.settings, blob, join(snapshotFolder(hub.settings, repo, commit), file.path), !isThere);
  onBytes(file.size);
}

/** Fetches the contents. Wrong contents are thrown away and fetched once more from the start: what an earlier process left may have been wrong. */
async function fetchBlob(hub: Hub, source: Source, blob: string, onBytes: (bytes: number) => void): Promise<void> {
  const path = incompletePath(hub, source);
  await mkdir(dirname(path), { recursive: true });
  for (let isLast = false; ; isLast = true) {
    const digest = await fetchContents(hub, source, path, onBytes);
    if (digest === source.file.etag) break;
    await rm(path, { force: true });
    onBytes(0);
    if (isLast) throw wrongContents(hub, source);
  }
  await rename(path, blob).catch(async (error: unknown) => {
    // Another process whose lock was taken for stale has moved it there.
    if ((await sizeOf(blob)) !== source.file.size) throw error;
  });
}

/** Fetches all bytes into the file, going on where it ends, over as many connections as it takes; their hash. */
async function fetchContents(hub: Hub, source: Source, path: string, onBytes: (bytes: number) => void): Promise<string> {
  const { file } = source;
  let hash = emptyHash(file);
  let written = 0;
  // Longer than the whole it can't be a part of it.
  const before = (await sizeOf(path)) ?? 0;
  const target = await open(path, before > 0 && before <= file.size ? "r+" : "w");
  try {
    if (before > 0 && before <= file.size) {
      for await (const chunk of createReadStream(path, { end: before - 1 })) hash.update(chunk);
      written = before;
    }
    onBytes(written);
    let isTooLong = false;
    const restart = async (): Promise<void> => {
      await target.truncate(0);
      hash = emptyHash(file);
      written = 0;
    };
    const attempt = async (): Promise<void> => {
      if (written === file.size) return;
      await using response = await request(hub, source, written);
      if (written > 0 && !isRest(response, written, file.size)) {
        await restart();
        // 200: a server without ranges sends the whole.
        if (response.status !== 200) throw new TransientFault("The server does not take up where the download broke off");
      }
      for await (const chunk of response.chunks()) {
        // More than announced: it is not that file, and must not fill the disk.
        isTooLong = written + chunk.length > file.size;
        if (isTooLong) return;
        await write(target, chunk, written, source);
        hash.update(chunk);
        written += chunk.length;
        onBytes(written);
      }
      if (written < file.size)
        throw new TransientFault(
          `The connection ended after ${formatBytes(written)} of ${formatBytes(file.size)} of ${file.path}`,
        );
    };
    await retried(hub, attempt, () => written);
    await target.sync();
    return isTooLong ? "too long" : hash.digest("hex");
  } finally {
    await target.close();
  }
}

/**
 * Asks for the bytes from `start` on. No `If-Range`: the address names a commit, whose files never change, the storage behind it has
 * etags of its own, and the hash of the whole is checked in the end.
 */
async function request(hub: Hub, { repo, commit, file }: Source, start: number): Promise<HubResponse> {
  const headers = start > 0 ? { range: `bytes=${start}-` } : {};
  return send(hub, repo, addressOf.file(hub, repo, commit, file.path), { headers });
}

/** Whether the answer is the rest that was asked for, and not the whole (200), nothing (416) or another part. */
function isRest({ status, headers }: HubResponse, start: number, size: number): boolean {
  return status === 206 && headers.get("content-range") === `bytes ${start}-${size - 1}/${size}`;
}

async function write(target: FileHandle, chunk: Uint8Array, position: number, { repo, file }: Source): Promise<void> {
  try {
    for (let done = 0; done < chunk.length; )
      done += (await target.write(chunk, done, chunk.length - done, position + done)).bytesWritten;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT"))) throw error;
    throw new UserError(
      `The disk is full: ${formatBytes(position)} of ${formatBytes(file.size)} of ${file.path} of ${repoText(repo)} were written, and are kept. ` +
        "Make room and start again: the download goes on there. HF_HOME names another place.",
    );
  }
}

/** Git names small files by the SHA-1 of a header and their content; large ones (LFS) go by their SHA-256. */
function emptyHash({ etag, size }: RepoFile): Hash {
  return etag.length === 64 ? createHash("sha256") : createHash("sha1").update(`blob ${size}\0`);
}

const wrongContents = (hub: Hub, { repo, file }: Source): UserError =>
  new UserError(
    `${file.path} of ${repoText(repo)} does not arrive as ${new URL(hub.settings.endpoint).host} describes it (size or ` +
      `${file.etag.length === 64 ? "SHA-256" : "SHA-1"} is another), twice over. It was thrown away. Try again later, or with another HF_ENDPOINT.`,
  );
