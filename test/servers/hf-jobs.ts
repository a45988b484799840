/**
 * @file Hugging Face Jobs on loopback, with the repositories and buckets that they use: takes jobs, runs none, and goes wrong on demand. Its requests and
 * answers are those of huggingface_hub 2.4. Large files go to a second server, which refuses whoever shows a token.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A job as it is kept: the test plays the machine, and changes it. */
export interface FakeHfJob {
  readonly id: string;
  stage: string;
  message: string | null;
  readonly createdAt: string;
  readonly request: Readonly<Record<string, unknown>>;
  /** Lines so far; a stream sends those to come as well. */
  log: string[];
}

export interface HfRequest {
  readonly server: "hub" | "storage";
  readonly method: string;
  /** With its query, decoded. */
  readonly path: string;
  readonly authorization: string | undefined;
}

/** How one answer goes wrong. */
export type HfFault = { readonly status: number; readonly location?: string } | { readonly reset: "before" | "after" };

export interface FakeHfJobs extends AsyncDisposable {
  /** To be used as HF_ENDPOINT. */
  readonly url: string;
  readonly storageUrl: string;
  readonly requests: readonly HfRequest[];
  readonly jobs: FakeHfJob[];
  /** Of the dataset repository, once it was made. */
  files: Map<string, Buffer> | null;
  /** Of the bucket, once it was made. */
  bucket: Map<string, Buffer> | null;
  /** Objects of Git LFS by their SHA-256. */
  readonly objects: Map<string, Buffer>;
  /** Both can be read by anybody. */
  isPublic: boolean;
  fault: (request: HfRequest, index: number) => HfFault | undefined;
  /** Streams of logs are cut after so many events. */
  cutAfter: number;
  /** Streams go on when their job has ended. */
  isEndless: boolean;
}

const hardware = [
  {
    name: "cpu-basic",
    prettyName: "CPU Basic",
    cpu: "2 vCPU",
    ram: "16 GB",
    unitCostMicroUSD: 167,
    unitCostUSD: 0.000167,
    unitLabel: "minute",
  },
  {
    name: "t4-small",
    prettyName: "Nvidia T4 - small",
    cpu: "4 vCPU",
    ram: "15 GB",
    accelerator: { type: "gpu", model: "T4", quantity: "1", vram: "16 GB", manufacturer: "Nvidia" },
    unitCostMicroUSD: 6667,
    unitCostUSD: 0.006667,
    unitLabel: "minute",
  },
];

/**
 * Starts both servers on free ports of 127.0.0.1, for whoever has the token, who is ann.
 *
 * @param account whose jobs there are, and no others
 */
export async function startHfJobs(token: string, account = "ann"): Promise<FakeHfJobs> {
  const home = `${account}/crossover-jobs`;
  const requests: HfRequest[] = [];
  const server = createServer((message, response) => void serve("hub", message, response));
  const storage = createServer((message, response) => void serve("storage", message, response));
  const [url, storageUrl] = [await listen(server), await listen(storage)];
  const hub: FakeHfJobs = {
    url,
    storageUrl,
    requests,
    jobs: [],
    files: null,
    bucket: null,
    objects: new Map(),
    isPublic: false,
    fault: () => undefined,
    cutAfter: Number.POSITIVE_INFINITY,
    isEndless: false,
    async [Symbol.asyncDispose]() {
      for (const each of [server, storage]) {
        each.closeAllConnections();
        await new Promise((resolve) => each.close(resolve));
      }
    },
  };

  async function serve(which: HfRequest["server"], message: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of message) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    const { method = "", headers } = message;
    const request = { server: which, method, path: decodeURIComponent(message.url!), authorization: headers.authorization };
    const fault = hub.fault(request, requests.push(request) - 1);
    if (fault !== undefined && "reset" in fault) {
      if (fault.reset === "after") answer(request, body);
      message.socket.destroy();
      return;
    }
    if (fault !== undefined) {
      response.writeHead(fault.status, fault.location === undefined ? {} : { location: fault.location }).end();
      return;
    }
    if (which === "storage") return keepOrGive(request, body, response);
    if (request.authorization !== `Bearer ${token}`) return void response.writeHead(401).end();
    if (request.path.endsWith("/logs")) return stream(request.path, response);
    const { status, json, location } = answer(request, body);
    response.writeHead(status, { "content-type": "application/json", ...(location === undefined ? {} : { location }) });
    response.end(json === undefined ? "" : JSON.stringify(json));
  }

  /** As S3: a signed address and a token are one too many. */
  function keepOrGive({ method, path, authorization }: HfRequest, body: Buffer, response: ServerResponse): void {
    if (authorization !== undefined || !path.includes("?signature=")) return void response.writeHead(400).end();
    const [, kind, name] = /^\/(lfs|bucket)\/([^?]+)/.exec(path)!;
    if (method === "PUT") {
      hub.objects.set(name!, body);
      return void response.writeHead(200).end();
    }
    const content = kind === "bucket" ? hub.bucket?.get(name!) : hub.objects.get(name!);
    response.writeHead(content === undefined ? 404 : 200).end(content);
  }

  async function stream(path: string, response: ServerResponse): Promise<void> {
    const job = hub.jobs.find(({ id }) => path === `/api/jobs/${account}/${id}/logs`);
    if (job === undefined) return void response.writeHead(404).end();
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(
      `data: ${JSON.stringify({ data: "===== Job started at 2026-01-01 =====", timestamp: "2026-01-01T00:00:00Z" })}\n\n`,
    );
    for (let sent = 0; !response.destroyed; ) {
      // A while later, since what was written is otherwise dropped.
      if (sent >= hub.cutAfter) return void setTimeout(() => response.destroy(), 10);
      const line = job.log[sent];
      if (line !== undefined) {
        response.write(`data: ${JSON.stringify({ data: line, timestamp: "2026-01-01T00:00:01Z" })}\n\n`);
        sent++;
      } else if (job.stage !== "RUNNING" && job.stage !== "SCHEDULING" && !hub.isEndless) {
        return void response.end();
      } else {
        response.write(": keep-alive\n\n");
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
  }

  type Answer = { readonly status: number; readonly json?: unknown; readonly location?: string };

  function answer({ method, path }: HfRequest, body: Buffer): Answer {
    const ok = (json: unknown): Answer => ({ status: 200, json });
    const text = body.toString("utf8");
    if (path === "/api/whoami-v2") return ok({ type: "user", name: "ann" });
    if (path === "/api/jobs/hardware") return ok(hardware);
    if (path === "/api/repos/create") {
      if (hub.files !== null) return { status: 409, json: { error: "You already created this dataset repo" } };
      hub.files = new Map();
      return ok({ url: `${url}/datasets/${home}` });
    }
    if (path === `/api/datasets/${home}`) return ok({ id: home, private: !hub.isPublic });
    if (path.startsWith(`/api/datasets/${home}/preupload/`)) {
      const { files } = JSON.parse(text) as { files: { path: string; size: number; sample: string }[] };
      const modeOf = (size: number, file: string): string => (size > 1000 || file.endsWith(".bin") ? "lfs" : "regular");
      return ok({
        files: files.map(({ path: file, size }) => ({ path: file, uploadMode: modeOf(size, file), shouldIgnore: false })),
      });
    }
    if (path === `/datasets/${home}.git/info/lfs/objects/batch`) {
      const { objects } = JSON.parse(text) as { objects: { oid: string; size: number }[] };
      return ok({
        transfer: "basic",
        objects: objects.map(({ oid, size }) =>
          hub.objects.has(oid)
            ? { oid, size }
            : { oid, size, actions: { upload: { href: `${storageUrl}/lfs/${oid}?signature=signed-secret` } } },
        ),
      });
    }
    if (path === `/api/datasets/${home}/commit/main`) return commit(text.trim().split("\n"));
    if (path.startsWith("/api/buckets/") || path.startsWith("/buckets/")) return inBucket(method, path, text);
    if (path.startsWith(`/api/jobs/${account}`)) return aboutJobs(method, path, text);
    return { status: 404, json: { error: "Not found" } };
  }

  function commit(lines: readonly string[]): Answer {
    for (const line of lines) {
      const { key, value } = JSON.parse(line) as { key: string; value: { path: string; content: string; oid: string } };
      if (key === "file") hub.files!.set(value.path, Buffer.from(value.content, "base64"));
      if (key === "lfsFile" && !hub.objects.has(value.oid)) return { status: 400, json: { error: "missing object" } };
      if (key === "lfsFile") hub.files!.set(value.path, hub.objects.get(value.oid)!);
      if (key === "deletedFolder")
        for (const path of [...hub.files!.keys()]) if (path.startsWith(`${value.path}/`)) hub.files!.delete(path);
    }
    return { status: 200, json: { success: true, commitOid: "c0ffee".padEnd(40, "0"), commitUrl: "" } };
  }

  function inBucket(method: string, path: string, text: string): Answer {
    const resolved = `/buckets/${home}/resolve/`;
    const file = path.startsWith(resolved) ? path.slice(resolved.length) : undefined;
    if (file !== undefined)
      return hub.bucket?.has(file)
        ? { status: 302, location: `${storageUrl}/bucket/${file}?signature=signed-secret` }
        : { status: 404, json: { error: "Entry not found" } };
    if (path === `/api/buckets/${home}` && method === "POST") {
      if (hub.bucket !== null) return { status: 409, json: { error: "exists" } };
      hub.bucket = new Map();
      return { status: 200, json: { url: `${url}/buckets/${home}` } };
    }
    if (path === `/api/buckets/${home}`) return { status: 200, json: { id: home, private: !hub.isPublic } };
    const prefix = /\/tree\/([^?]+)\?recursive=true$/.exec(path)?.[1];
    if (prefix !== undefined)
      return {
        status: 200,
        json: [...hub.bucket!.keys()]
          .filter((name) => name.startsWith(prefix))
          .map((name) => ({ type: "file", path: name, size: 1 })),
      };
    for (const line of text.trim().split("\n")) hub.bucket!.delete((JSON.parse(line) as { path: string }).path);
    return { status: 200, json: { failed: [] } };
  }

  function aboutJobs(method: string, path: string, text: string): Answer {
    const told = ({ id, stage, message, createdAt, request }: FakeHfJob): unknown => ({
      ...request,
      // What the Hub tells of secrets is their names.
      secrets: Object.keys((request["secrets"] ?? {}) as object),
      id,
      createdAt,
      status: { stage, message },
      owner: { id: "1", name: account, type: account === "ann" ? "user" : "org" },
    });
    if (method === "POST" && path === `/api/jobs/${account}`) {
      const number = hub.jobs.length + 1;
      const createdAt = `2026-01-01T00:00:${String(number).padStart(2, "0")}Z`;
      hub.jobs.push({ id: `job${number}`, stage: "SCHEDULING", message: null, createdAt, request: JSON.parse(text), log: [] });
      return { status: 200, json: told(hub.jobs.at(-1)!) };
    }
    const label = /^\?label=([^=]+)=(.+)$/.exec(path.slice(`/api/jobs/${account}`.length));
    if (label !== null) {
      const labelOf = (job: FakeHfJob): unknown => (job.request["labels"] as Record<string, unknown>)[label[1]!];
      return {
        status: 200,
        json: hub.jobs
          .filter((job) => labelOf(job) === label[2])
          .map(told)
          .reverse(),
      };
    }
    const [, id, then] = /^\/([^/]+)(\/cancel)?$/.exec(path.slice(`/api/jobs/${account}`.length)) ?? [];
    const job = hub.jobs.find((each) => each.id === id);
    if (job === undefined) return { status: 404, json: { error: "Job not found" } };
    if (then !== undefined) job.stage = "CANCELED";
    return { status: 200, json: told(job) };
  }
  return hub;
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
