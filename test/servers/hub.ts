/**
 * @file A hub on loopback that speaks the Hugging Face Hub's HTTP API and goes wrong on demand. For tests. Large files are redirected to a
 * second server, as the Hub redirects to its storage; that one refuses whoever shows a token.
 */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as it came in. */
export interface HubRequest {
  readonly server: "hub" | "storage";
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** The file of the repository that it is about, if it is about one. */
  readonly file: string | undefined;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
  readonly userAgent: string | undefined;
}

/** How one answer goes wrong. */
export type HubFault =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** The connection is reset after so many bytes of the body. */
  | { readonly breakAfter: number }
  /** Nothing comes after so many bytes of the body. */
  | { readonly silentAfter: number }
  /** The byte at this place of the body is another. */
  | { readonly flipByte: number }
  /** So many bytes too many, announced as they are. */
  | { readonly extraBytes: number }
  /** Announces so many bytes more than come. */
  | { readonly claimMore: number }
  | { readonly ignoreRange: true }
  /** Answers a range with another one. */
  | { readonly shiftRange: number }
  | { readonly page: string }
  /** Waits so many milliseconds between pieces of so many bytes. */
  | { readonly drip: number; readonly everyMs: number };

/** One repository, `models/org/name` or `datasets/org/name` being its key. */
export interface ServedRepo {
  /** Revision → files; the commit is made of what they hold. */
  readonly revisions: Readonly<Record<string, Readonly<Record<string, Buffer>>>>;
  /** Files are given to this token only; the listing to everybody. */
  readonly gatedFor?: string;
  /** Nothing is given to anybody else, not even that it exists. */
  readonly privateFor?: string;
  /** The key that it has now. */
  readonly renamedTo?: string;
  /** The listing says neither sizes nor hashes, as some mirrors have it. */
  readonly hasBareListing?: boolean;
  /** Listed besides, without contents. */
  readonly extraSiblings?: readonly string[];
}

export interface HubServer extends AsyncDisposable {
  /** To be used as HF_ENDPOINT. */
  readonly url: string;
  readonly requests: readonly HubRequest[];
  /** What is served; may be changed between requests. */
  repos: Record<string, ServedRepo>;
  /** Asked for each request that is about to succeed. */
  fault: (request: HubRequest, index: number) => HubFault | undefined;
}

/** Whether the Hub keeps such a file apart, as LFS. */
export const isLarge = (path: string): boolean => /\.(safetensors|parquet|bin)$/.test(path);

const hex = (algorithm: "sha1" | "sha256", ...parts: readonly (string | Buffer)[]): string => {
  const hash = createHash(algorithm);
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
};

/** Git's name of a file's content. */
export const gitSha1 = (content: Buffer): string => hex("sha1", `blob ${content.length}\0`, content);

/** What the Hub calls a file's etag. */
export const etagOf = (path: string, content: Buffer): string => (isLarge(path) ? hex("sha256", content) : gitSha1(content));

/** The pointer that Git holds in place of a large file. */
const pointerOf = (content: Buffer): Buffer =>
  Buffer.from(`version https://git-lfs.github.com/spec/v1\noid sha256:${hex("sha256", content)}\nsize ${content.length}\n`);

/** A commit's name, made of the names and contents of its files. */
export function commitOf(files: Readonly<Record<string, Buffer>>): string {
  return hex("sha1", ...Object.entries(files).flatMap(([path, content]) => [path, "\0", etagOf(path, content), "\0"]));
}

/** Starts both servers on free ports of 127.0.0.1. */
export async function startHub(repos: Record<string, ServedRepo>): Promise<HubServer> {
  const requests: HubRequest[] = [];
  const storage = createServer((message, response) => serve("storage", message, response));
  const server = createServer((message, response) => serve("hub", message, response));
  const [url, storageUrl] = [await listen(server), await listen(storage)];
  const hub: HubServer = {
    url,
    requests,
    repos,
    fault: () => undefined,
    async [Symbol.asyncDispose]() {
      for (const each of [server, storage]) {
        each.closeAllConnections();
        await new Promise((resolve) => each.close(resolve));
      }
    },
  };

  function serve(which: HubRequest["server"], message: IncomingMessage, response: ServerResponse): ServerResponse {
    const path = decodeURI(message.url ?? "").split("?")[0]!;
    const request: HubRequest = {
      server: which,
      method: message.method ?? "",
      url: message.url ?? "",
      file: /\/(?:resolve|storage)\/[^/]+\/(.+)$/.exec(path)?.[1],
      range: message.headers.range,
      authorization: message.headers.authorization,
      userAgent: message.headers["user-agent"],
    };
    const index = requests.push(request) - 1;
    const fault = hub.fault(request, index);
    if (fault !== undefined && "status" in fault) return refuse(response, fault.status, "", fault.headers);
    if (fault !== undefined && "page" in fault) {
      response.writeHead(200, { "content-type": "text/html" });
      return response.end(fault.page);
    }
    if (which === "storage") {
      // As S3: a signed address and a token are one too many.
      if (request.authorization !== undefined) return refuse(response, 400);
      const content = contentOf(request.url.split("/")[2]!, request.file ?? "");
      return content === undefined ? refuse(response, 404) : sendBody(request, response, content, { etag: '"storage"' }, fault);
    }
    return answer(request, response, fault);
  }

  function answer(request: HubRequest, response: ServerResponse, fault: HubFault | undefined): ServerResponse {
    const address = new URL(request.url, url);
    const api = /^\/api\/(models|datasets)\/(.+?)\/(revision|tree)\/([^/]+)(\/.+)?$/.exec(address.pathname);
    const file = /^\/(?:(datasets)\/)?(.+?)\/resolve\/([^/]+)\/(.+)$/.exec(address.pathname);
    const [kind, id, revision] = api ? [api[1]!, api[2]!, api[4]!] : [file?.[1] ?? "models", file?.[2] ?? "", file?.[3] ?? ""];
    const repo = hub.repos[`${kind}/${id}`];
    const token = request.authorization?.replace("Bearer ", "");
    if (repo === undefined || (repo.privateFor !== undefined && repo.privateFor !== token))
      return refuse(response, token === undefined ? 401 : 404, "RepoNotFound");
    if (repo.renamedTo !== undefined) {
      const to = request.url.replace(api ? `${kind}/${id}` : id, api ? repo.renamedTo : repo.renamedTo.replace(/^\w+\//, ""));
      response.writeHead(307, { location: to });
      return response.end();
    }
    const files = filesAt(repo, decodeURIComponent(revision));
    if (files === undefined) return refuse(response, 404, "RevisionNotFound");
    const commit = commitOf(files);
    // No repository here has folders.
    if (api?.[5] !== undefined) return refuse(response, 404, "EntryNotFound", { "x-repo-commit": commit });
    if (api) return sendJson(response, api[3] === "tree" ? tree(files) : info(repo, id, commit, files), fault);
    if (repo.gatedFor !== undefined && repo.gatedFor !== token)
      return refuse(response, token === undefined ? 401 : 403, "GatedRepo");
    const path = decodeURIComponent(file![4]!);
    const content = files[path];
    if (content === undefined) return refuse(response, 404, "EntryNotFound", { "x-repo-commit": commit });
    if (!isLarge(path))
      return sendBody(request, response, content, { etag: `"${gitSha1(content)}"`, "x-repo-commit": commit }, fault);
    response.writeHead(302, {
      location: `${storageUrl}/storage/${commit}/${path}?signature=secret`,
      "x-repo-commit": commit,
      "x-linked-etag": `"${etagOf(path, content)}"`,
      "x-linked-size": String(content.length),
    });
    return response.end();
  }

  function contentOf(commit: string, path: string): Buffer | undefined {
    const all = Object.values(hub.repos).flatMap(({ revisions }) => Object.values(revisions));
    return all.find((files) => commitOf(files) === commit)?.[path.split("?")[0]!];
  }

  return hub;
}

/** Files of a revision by its name or by its commit. */
function filesAt({ revisions }: ServedRepo, revision: string): Readonly<Record<string, Buffer>> | undefined {
  return revisions[revision] ?? Object.values(revisions).find((files) => commitOf(files).startsWith(revision));
}

function info(repo: ServedRepo, id: string, sha: string, files: Readonly<Record<string, Buffer>>): unknown {
  const siblings: unknown[] = Object.entries(files).map(([rfilename, content]) => {
    if (repo.hasBareListing) return { rfilename };
    if (!isLarge(rfilename)) return { rfilename, size: content.length, blobId: gitSha1(content) };
    const pointer = pointerOf(content);
    const lfs = { sha256: etagOf(rfilename, content), size: content.length, pointerSize: pointer.length };
    return { rfilename, size: content.length, blobId: gitSha1(pointer), lfs };
  });
  for (const rfilename of repo.extraSiblings ?? []) siblings.push({ rfilename, size: 1, blobId: gitSha1(Buffer.from("x")) });
  return { id, modelId: id, sha, private: false, gated: false, tags: [], downloads: 0, siblings };
}

/** What `/tree` says, for huggingface_hub. */
function tree(files: Readonly<Record<string, Buffer>>): unknown {
  return Object.entries(files).map(([path, content]) => {
    if (!isLarge(path)) return { type: "file", path, size: content.length, oid: gitSha1(content) };
    const pointer = pointerOf(content);
    const lfs = { oid: etagOf(path, content), size: content.length, pointerSize: pointer.length };
    return { type: "file", path, size: content.length, oid: gitSha1(pointer), lfs };
  });
}

function sendJson(response: ServerResponse, value: unknown, fault: HubFault | undefined): ServerResponse {
  const text = Buffer.from(JSON.stringify(value));
  if (fault !== undefined && "breakAfter" in fault) {
    response.writeHead(200, { "content-type": "application/json", "content-length": text.length });
    response.write(text.subarray(0, fault.breakAfter), () => response.destroy());
    return response;
  }
  response.writeHead(200, { "content-type": "application/json" });
  return response.end(text);
}

function refuse(
  response: ServerResponse,
  status: number,
  code = "",
  headers: Readonly<Record<string, string>> = {},
): ServerResponse {
  response.writeHead(status, { ...(code === "" ? {} : { "x-error-code": code }), ...headers });
  return response.end("no");
}

function sendBody(
  request: HubRequest,
  response: ServerResponse,
  content: Buffer,
  headers: Readonly<Record<string, string>>,
  fault: HubFault = { breakAfter: Number.POSITIVE_INFINITY },
): ServerResponse {
  const asked = "ignoreRange" in fault ? null : /^bytes=(\d+)-$/.exec(request.range ?? "");
  const start = asked ? Number(asked[1]) + ("shiftRange" in fault ? fault.shiftRange : 0) : 0;
  if (start >= content.length && asked) return refuse(response, 416, "", { "content-range": `bytes */${content.length}` });
  let body = Buffer.from(content.subarray(start));
  if ("flipByte" in fault && fault.flipByte < body.length) body[fault.flipByte] = body[fault.flipByte]! ^ 1;
  if ("extraBytes" in fault) body = Buffer.concat([body, Buffer.alloc(fault.extraBytes)]);
  const claimed = body.length + ("claimMore" in fault ? fault.claimMore : 0);
  const range = asked ? { "content-range": `bytes ${start}-${content.length - 1}/${content.length}` } : {};
  response.writeHead(asked ? 206 : 200, { ...headers, ...range, "content-length": claimed, "accept-ranges": "bytes" });
  if (request.method === "HEAD") return response.end();
  if ("silentAfter" in fault) {
    response.write(body.subarray(0, fault.silentAfter));
    return response;
  }
  if ("drip" in fault) return drip(response, body, fault.drip, fault.everyMs);
  if ("claimMore" in fault || ("breakAfter" in fault && fault.breakAfter < body.length)) {
    response.write("claimMore" in fault ? body : body.subarray(0, fault.breakAfter), () => response.destroy());
    return response;
  }
  return response.end(body);
}

function drip(response: ServerResponse, body: Buffer, size: number, everyMs: number): ServerResponse {
  let sent = 0;
  const timer = setInterval(() => {
    if (response.destroyed || sent >= body.length) {
      clearInterval(timer);
      response.end();
      return;
    }
    response.write(body.subarray(sent, sent + size));
    sent += size;
  }, everyMs);
  return response;
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
