/** @file What a repository holds at a revision. */
import { z } from "zod";
import { UserError } from "../lib/errors.js";
import { isCommit, isSafePath, type RepoId, repoText } from "./repo-id.js";
import { getJson, send } from "./requests.js";
import { retried } from "./retries.js";
import type { Hub } from "./settings.js";

/** One file of a repository. */
export interface RepoFile {
  readonly path: string;
  readonly size: number;
  /** What its bytes must hash to: SHA-256 of the file where it is large (LFS), Git's SHA-1 of the blob where it is small. Also its name in the cache. */
  readonly etag: string;
  /** Git's name of the blob, of the pointer where the file is large. */
  readonly blobId: string;
}

/** A revision and its files. */
export interface Listing {
  readonly commit: string;
  /** Paths in the order of the Hub, all of them. */
  readonly paths: readonly string[];
  /** What the listing says of a file; `undefined` where a mirror leaves that out. */
  facts(path: string): RepoFile | undefined;
}

/** A listing of 100,000 files has about 20 MB. */
const maxListingBytes = 64e6;

const sibling = z.object({
  rfilename: z.string(),
  size: z.number().int().nonnegative().nullish(),
  blobId: z.string().nullish(),
  lfs: z.object({ sha256: z.string(), size: z.number().int().nonnegative() }).nullish(),
});
const answer = z.object({ sha: z.string().refine(isCommit), siblings: z.array(sibling) });

/** The address of an API or of a file of a repository. */
export const addressOf = {
  revision: ({ settings }: Hub, { kind, id, revision }: RepoId): string =>
    `${settings.endpoint}/api/${kind}s/${id}/revision/${encodeURIComponent(revision)}?blobs=true`,
  file: ({ settings }: Hub, { kind, id }: RepoId, commit: string, path: string): string =>
    `${settings.endpoint}/${kind === "dataset" ? "datasets/" : ""}${id}/resolve/${commit}/${path.split("/").map(encodeURIComponent).join("/")}`,
} as const;

/** Asks the Hub for the files of a revision. */
export async function readListing(hub: Hub, repo: RepoId): Promise<Listing> {
  const parsed = answer.safeParse(await getJson(hub, repo, addressOf.revision(hub, repo), maxListingBytes));
  if (!parsed.success)
    throw new UserError(
      `${new URL(hub.settings.endpoint).host} did not answer as a hub does: there is no "sha" of a commit with "siblings". Is HF_ENDPOINT right?`,
    );
  const { sha, siblings } = parsed.data;
  const files = new Map(siblings.map((entry) => [entry.rfilename, entry]));
  return {
    commit: sha,
    paths: [...files.keys()],
    facts(path) {
      const { size, blobId, lfs } = files.get(path) ?? {};
      const etag = lfs?.sha256 ?? blobId;
      const bytes = lfs?.size ?? size;
      if (etag == null || bytes == null || !isHash(etag)) return undefined;
      return { path, size: bytes, etag, blobId: blobId ?? etag };
    },
  };
}

/** The facts of some files of a listing, asking for those that the listing lacks. Names that lead out of the folder are refused. */
export async function readFacts(hub: Hub, repo: RepoId, listing: Listing, paths: readonly string[]): Promise<RepoFile[]> {
  const facts: RepoFile[] = [];
  for (const path of paths) {
    if (!isSafePath(path))
      throw new UserError(
        `${repoText(repo)} lists a file ${JSON.stringify(path.slice(0, 100))}: a name that could lead out of its folder, or that some systems can't hold. It is not downloaded.`,
      );
    facts.push(listing.facts(path) ?? (await askFacts(hub, repo, listing.commit, path)));
  }
  return facts;
}

/** The same from the headers of the file itself. */
async function askFacts(hub: Hub, repo: RepoId, commit: string, path: string): Promise<RepoFile> {
  return retried(hub, async () => {
    await using response = await send(hub, repo, addressOf.file(hub, repo, commit, path), { method: "HEAD" });
    const etag = (response.linked("x-linked-etag") ?? response.headers.get("etag") ?? "").replace(/^W\//, "").replaceAll('"', "");
    const length = response.linked("x-linked-size") ?? response.headers.get("content-length");
    const size = Number(length);
    if (!isHash(etag) || length == null || !Number.isSafeInteger(size) || size < 0)
      throw new UserError(
        `${new URL(hub.settings.endpoint).host} gives no size and no hash of ${path}, so what it sends could not be checked. Use another HF_ENDPOINT.`,
      );
    return { path, size, etag, blobId: etag };
  });
}

const isHash = (etag: string): boolean => /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(etag);
