/**
 * @file Files into a repository of the Hub, in one commit: small ones within it, others by Git LFS beforehand. As huggingface_hub 2.4 does it without Xet
 * (`_commit_api.py`, `lfs.py`).
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open as openFile } from "node:fs/promises";
import { UserError } from "../../lib/errors.js";
import { at, textAt } from "../../lib/json-value.js";
import { formatBytes } from "../../lib/text/format.js";
import { type Patience, patiently } from "../service/patience.js";
import { ask, jsonOf, requireSuccess, type Service } from "../service/service.js";
import { contentOf, type StagedFile, sizeOf } from "../storage/staged-files.js";

/** A dataset repository that files go to. */
export interface Repository {
  readonly service: Service;
  /** `name/of-it`. */
  readonly id: string;
  readonly pace: Patience;
}

/** What S3 takes in one piece. */
const mostBytes = 5 * 1024 ** 3;
/** What the Hub decides by whether a file is large or no text. */
const sampleBytes = 512;
const filesAtOnce = 256;

const remedy = "What was uploaded is kept: resume to go on.";

/**
 * Makes a private dataset repository unless it is there.
 *
 * @throws UserError where it is there and anybody can read it
 */
export async function ensurePrivate({ service, id, pace }: Repository, signal: AbortSignal): Promise<void> {
  const [namespace, name] = id.split("/");
  const body = { type: "dataset", name: name!, organization: namespace!, visibility: "private" };
  await patiently(pace, signal, remedy, async () => {
    const made = await ask(service, { method: "POST", path: "/api/repos/create", body }, signal);
    if (made.status !== 409) return requireSuccess(service, made);
    const found = jsonOf(service, await ask(service, { method: "GET", path: `/api/datasets/${id}` }, signal));
    if (at(found, "private") !== true)
      throw new UserError(
        `The dataset ${id} on ${service.baseUrl} can be read by anybody. Your rows go there: make it private, or remove it.`,
      );
  });
}

/** Puts files below a folder of the repository; the commit's name. The same files twice make no harm. */
export async function commitFiles(
  repository: Repository,
  folder: string,
  files: readonly StagedFile[],
  signal: AbortSignal,
): Promise<string> {
  const { service, id, pace } = repository;
  const placed = files.map((file) => ({ file, path: `${folder}/${file.path}` }));
  const large = await largeFiles(repository, placed, signal);
  const lines: unknown[] = [{ key: "header", value: { summary: `Job ${folder}`, description: "" } }];
  for (const { file, path } of placed) {
    if (large.has(path)) {
      const object = { oid: await hashOf(file), size: await sizeOf(file) };
      await uploadLarge(repository, file, object, signal);
      lines.push({ key: "lfsFile", value: { path, algo: "sha256", ...object } });
    } else lines.push({ key: "file", value: { path, encoding: "base64", content: (await contentOf(file)).toString("base64") } });
  }
  const answer = await patiently(pace, signal, remedy, async () =>
    jsonOf(service, await ask(service, commitRequest(id, lines), signal)),
  );
  const commit = textAt(answer, "commitOid");
  if (commit === null)
    throw new UserError(`${service.baseUrl} did not answer as a hub does: a commit without a name. Is HF_ENDPOINT right?`);
  return commit;
}

/** Removes a folder of the repository. Done where there is none. */
export async function removeFolder({ service, id, pace }: Repository, folder: string, signal: AbortSignal): Promise<void> {
  const lines = [
    { key: "header", value: { summary: `Remove job ${folder}`, description: "" } },
    { key: "deletedFolder", value: { path: folder } },
  ];
  await patiently(pace, signal, "Nothing was removed.", async () => {
    const answer = await ask(service, commitRequest(id, lines), signal);
    if (![400, 404].includes(answer.status)) requireSuccess(service, answer);
  });
}

const commitRequest = (id: string, lines: readonly unknown[]) => ({
  method: "POST" as const,
  path: `/api/datasets/${id}/commit/main`,
  body: Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join("")),
  headers: { "content-type": "application/x-ndjson" },
});

/** A file and where it goes. */
interface Placed {
  readonly file: StagedFile;
  readonly path: string;
}

/** Paths of those that the Hub wants by LFS. */
async function largeFiles(
  { service, id, pace }: Repository,
  placed: readonly Placed[],
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const large = new Set<string>();
  for (let first = 0; first < placed.length; first += filesAtOnce) {
    const files: unknown[] = [];
    const some = placed.slice(first, first + filesAtOnce);
    for (const { file, path } of some)
      files.push({ path, sample: (await sampleOf(file)).toString("base64"), size: await sizeOf(file) });
    const path = `/api/datasets/${id}/preupload/main`;
    const answer = await patiently(pace, signal, remedy, async () =>
      jsonOf(service, await ask(service, { method: "POST", path, body: { files } }, signal)),
    );
    const told = at(answer, "files");
    for (const file of Array.isArray(told) ? told : [])
      if (textAt(file, "uploadMode") === "lfs") large.add(textAt(file, "path") ?? "");
  }
  // The storage takes no file of no bytes.
  for (const { file, path } of placed) if ((await sizeOf(file)) === 0) large.delete(path);
  return large;
}

/** Puts one file into the Hub's storage, unless it is there. The address for it comes with the answer, and gets no token. */
async function uploadLarge(
  { service, id, pace }: Repository,
  file: StagedFile,
  object: { readonly oid: string; readonly size: number },
  signal: AbortSignal,
): Promise<void> {
  if (object.size > mostBytes)
    throw new UserError(
      `${file.path} has ${formatBytes(object.size)}. The Hub takes ${formatBytes(mostBytes)} in one piece: name the model by its id on the Hub instead.`,
    );
  const path = `/datasets/${id}.git/info/lfs/objects/batch`;
  const headers = { accept: "application/vnd.git-lfs+json", "content-type": "application/vnd.git-lfs+json" };
  const body = Buffer.from(
    JSON.stringify({ operation: "upload", transfers: ["basic"], objects: [object], hash_algo: "sha256", ref: { name: "main" } }),
  );
  await patiently(pace, signal, remedy, async () => {
    const [told] = (at(jsonOf(service, await ask(service, { method: "POST", path, body, headers }, signal)), "objects") ??
      []) as unknown[];
    const upload = at(at(told, "actions"), "upload");
    // Without an action the storage has it already.
    if (upload === undefined && at(told, "error") === undefined) return;
    const storage = storageService(service, textAt(upload, "href"));
    const sent = "content" in file ? { body: file.content } : { file: { path: file.source, bytes: object.size } };
    const given = (at(upload, "header") ?? {}) as Readonly<Record<string, string>>;
    requireSuccess(
      storage.service,
      await ask(storage.service, { method: "PUT", path: storage.path, headers: given, ...sent }, signal),
    );
    const verify = textAt(at(at(told, "actions"), "verify"), "href");
    if (verify === null || new URL(verify).origin !== new URL(service.baseUrl).origin) return;
    const { pathname, search } = new URL(verify);
    requireSuccess(
      service,
      await ask(
        { ...service, baseUrl: new URL(verify).origin },
        { method: "POST", path: `${pathname}${search}`, body: object },
        signal,
      ),
    );
  });
}

/** The storage behind the Hub. The path is signed, which makes it a secret: it is in no error. */
function storageService(hub: Service, href: string | null): { readonly service: Service; readonly path: string } {
  const url = href !== null && URL.canParse(href) ? new URL(href) : null;
  if (url === null || (url.protocol !== "https:" && hub.baseUrl.startsWith("https://")))
    throw new UserError(`${hub.baseUrl} names no safe address to upload to. Is HF_ENDPOINT right?`);
  const tokenRemedy = "Its address may have expired: resume to try again.";
  const service = {
    name: "The Hub's storage",
    baseUrl: url.origin,
    token: undefined,
    tokenRemedy,
    silenceSeconds: hub.silenceSeconds,
  };
  return { service, path: `${url.pathname}${url.search}` };
}

async function sampleOf(file: StagedFile): Promise<Buffer> {
  if ("content" in file) return file.content.subarray(0, sampleBytes);
  const handle = await openFile(file.source);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(sampleBytes), 0, sampleBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function hashOf(file: StagedFile): Promise<string> {
  const hash = createHash("sha256");
  if ("content" in file) return hash.update(file.content).digest("hex");
  if (file.sha256 !== undefined) return file.sha256;
  for await (const chunk of createReadStream(file.source)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
