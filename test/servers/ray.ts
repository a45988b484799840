/** @file A Ray dashboard on loopback that takes jobs, runs none, and goes wrong on demand. Its answers are those of Ray 2.60, word by word. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A job as it is kept: the test plays the cluster, and changes it. */
export interface FakeRayJob {
  status: "PENDING" | "RUNNING" | "STOPPED" | "SUCCEEDED" | "FAILED";
  log: string;
  message: string;
  errorType: string | null;
  exitCode: number | null;
  readonly request: Readonly<Record<string, unknown>>;
}

/** A request as it came in. */
export interface RayRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly headers: IncomingMessage["headers"];
}

/** How one answer goes wrong. */
export type RayFault =
  | { readonly status: number; readonly body?: string; readonly location?: string }
  /** The answer's body ends in its middle, as if it were whole. */
  | { readonly cut: true }
  /** The connection breaks before the answer, after the request had its effect or instead of it. */
  | { readonly reset: "before" | "after" }
  | { readonly silent: true };

export interface FakeRay extends AsyncDisposable {
  /** As `--engine ray:` has it. */
  readonly address: string;
  readonly requests: readonly RayRequest[];
  readonly jobs: Map<string, FakeRayJob>;
  readonly packages: Map<string, Buffer>;
  /** Asked for each request; the first fault applies. */
  fault: (request: RayRequest, index: number) => RayFault | undefined;
  /** What happens with a job that was just taken. */
  onSubmit: (id: string, job: FakeRayJob) => void;
  version: string;
  /** Closes the port; `true`: as a head that is gone, with all that it knew. */
  down(forget: boolean): Promise<void>;
  up(): Promise<void>;
}

/** Starts it on a free port of 127.0.0.1. With a token it refuses whoever does not show it. */
export async function startFakeRay(token?: string): Promise<FakeRay> {
  const requests: RayRequest[] = [];
  let server = createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const down = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  const ray: FakeRay = {
    address: `127.0.0.1:${port}`,
    requests,
    jobs: new Map(),
    packages: new Map(),
    fault: () => undefined,
    onSubmit: () => {},
    version: "2.60.0",
    async down(forget) {
      await down();
      if (forget) ray.jobs.clear();
      if (forget) ray.packages.clear();
    },
    async up() {
      server = createServer(serve);
      await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    },
    async [Symbol.asyncDispose]() {
      if (server.listening) await down();
    },
  };

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of message) parts.push(part as Buffer);
    const request = {
      method: message.method!,
      path: decodeURIComponent(message.url!),
      authorization: message.headers.authorization,
      headers: message.headers,
    };
    const fault = ray.fault(request, requests.push(request) - 1);
    if (fault !== undefined && "silent" in fault) return;
    if (fault !== undefined && "reset" in fault) {
      if (fault.reset === "after") answer(request, Buffer.concat(parts));
      message.socket.destroy();
      return;
    }
    if (fault !== undefined && "status" in fault) {
      response.writeHead(fault.status, fault.location === undefined ? {} : { location: fault.location }).end(fault.body ?? "");
      return;
    }
    const { status, body } = answer(request, Buffer.concat(parts));
    response.writeHead(status).end(fault === undefined ? body : body.slice(0, Math.floor(body.length / 2)));
  }

  function answer(request: RayRequest, body: Buffer): { readonly status: number; readonly body: string } {
    const { method, path, authorization, headers } = request;
    const json = (value: unknown): { status: number; body: string } => ({ status: 200, body: JSON.stringify(value) });
    // As Ray tells a browser: what fetch sends makes it one.
    if (method !== "GET" && "sec-fetch-mode" in headers)
      return { status: 405, body: `'${method}' method not allowed for browser traffic.` };
    if (token !== undefined && authorization === undefined)
      return { status: 401, body: "Unauthorized: Missing authentication token" };
    if (token !== undefined && authorization !== `Bearer ${token}`)
      return { status: 403, body: "Forbidden: Invalid authentication token" };
    if (path === "/api/version")
      return json({ version: "4", ray_version: ray.version, ray_commit: "b7f4259e", session_name: "s" });
    const name = /^\/api\/packages\/gcs\/(_ray_pkg_[0-9a-f]+\.zip)$/.exec(path)?.[1];
    if (name !== undefined && method === "PUT") ray.packages.set(name, body);
    if (name !== undefined)
      return ray.packages.has(name) ? { status: 200, body: "" } : { status: 404, body: `Package gcs://${name} does not exist` };
    if (path === "/api/jobs/" && method === "POST") return submit(JSON.parse(body.toString()) as Record<string, unknown>);
    if (path === "/api/jobs/") return json([...ray.jobs].map(([id, job], order) => told(id, job, order)));
    const [, id = "", then] = /^\/api\/jobs\/([^/]+)(?:\/(logs|stop))?$/.exec(path) ?? [];
    const job = ray.jobs.get(id);
    if (job === undefined) return { status: 404, body: id === "" ? "404: Not Found" : `Job ${id} does not exist` };
    if (then === "logs") return json({ logs: job.log });
    if (then === "stop") {
      const wasRunning = job.status === "RUNNING" || job.status === "PENDING";
      if (wasRunning) Object.assign(job, { status: "STOPPED", message: "Job was intentionally stopped." });
      return json({ stopped: wasRunning });
    }
    if (method === "DELETE") {
      if (job.status === "RUNNING" || job.status === "PENDING")
        return {
          status: 500,
          body: `RuntimeError: Attempted to delete job '${id}', but it is in a non-terminal state ${job.status}.`,
        };
      ray.jobs.delete(id);
      return json({ deleted: true });
    }
    return json(told(id, job, 0));
  }

  function told(id: string, job: FakeRayJob, order: number): unknown {
    return {
      type: "SUBMISSION",
      submission_id: id,
      status: job.status,
      entrypoint: job.request["entrypoint"],
      message: job.message,
      error_type: job.errorType,
      start_time: 1_796_005_042_755 + order,
      metadata: job.request["metadata"],
      runtime_env: job.request["runtime_env"],
      driver_exit_code: job.exitCode,
    };
  }

  function submit(request: Readonly<Record<string, unknown>>): { readonly status: number; readonly body: string } {
    const id = String(request["submission_id"]);
    if (ray.jobs.has(id))
      return {
        status: 500,
        body: `RuntimeError: Request failed with status code 400: Traceback (most recent call last):\nValueError: Job with submission_id ${id} already exists. Please use a different submission_id.\n.`,
      };
    const job: FakeRayJob = { status: "PENDING", log: "", message: "", errorType: null, exitCode: null, request };
    ray.jobs.set(id, job);
    ray.onSubmit(id, job);
    return { status: 200, body: JSON.stringify({ job_id: id, submission_id: id }) };
  }
  return ray;
}
