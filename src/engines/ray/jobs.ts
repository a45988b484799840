/**
 * @file Ray Jobs' REST interface, as Ray 2.60 serves it (`ray/dashboard/modules/job/job_head.py`; its version there is 4). Each call is one request: what
 * fails in a way that may pass throws a `ServiceFault`.
 */
import { UserError } from "../../lib/errors.js";
import { at, textAt } from "../../lib/json-value.js";
import { ask, jsonOf, requireSuccess, type Service, type ServiceAnswer, said } from "../service/service.js";

/** What Ray says of a job. */
export interface RayJobInfo {
  readonly status: "PENDING" | "RUNNING" | "STOPPED" | "SUCCEEDED" | "FAILED";
  /** In its words: of a failure the last lines of the log as well. */
  readonly message: string;
  /** `JOB_ENTRYPOINT_COMMAND_ERROR` and the like; empty where there is none. */
  readonly errorType: string;
  readonly exitCode: number | null;
  /** What we gave it. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** A job in a listing. */
export interface ListedRayJob extends RayJobInfo {
  /** Ray's id of it. */
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly startTime: number;
}

/** A job as Ray takes it. */
export interface RayJobRequest {
  readonly submission_id: string;
  /** A shell's command. */
  readonly entrypoint: string;
  readonly runtime_env: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly entrypoint_num_cpus: number;
  readonly entrypoint_num_gpus?: number;
}

/** The jobs of a cluster. */
export interface RayJobs {
  readonly service: Service;
  /** Ray's version: `2.60.0`. `UserError` where it is no Ray that takes jobs. */
  version(signal: AbortSignal): Promise<string>;
  /** Where the archive of that name is known, or once it is there. Ray drops those that no job has used for ten minutes. */
  upload(name: string, archive: () => Buffer, signal: AbortSignal): Promise<void>;
  /** False where a job of that id is there already. */
  submit(request: RayJobRequest, signal: AbortSignal): Promise<boolean>;
  /** All that were submitted to the cluster since its head began, whoever did. */
  list(signal: AbortSignal): Promise<readonly ListedRayJob[]>;
  /** `null` where Ray knows none of that id. */
  info(id: string, signal: AbortSignal): Promise<RayJobInfo | null>;
  /** All that it has written so far. */
  log(id: string, signal: AbortSignal): Promise<string>;
  /** Asks it to end. */
  stop(id: string, signal: AbortSignal): Promise<void>;
  /** Removes its record, once it has ended. Its log stays on the cluster's disk. */
  remove(id: string, signal: AbortSignal): Promise<void>;
}

const statuses: ReadonlySet<unknown> = new Set(["PENDING", "RUNNING", "STOPPED", "SUCCEEDED", "FAILED"]);

/** The interface at a service's address. */
export function rayJobs(service: Service): RayJobs {
  const jobPath = (id: string, then = ""): string => `/api/jobs/${encodeURIComponent(id)}${then}`;
  /** A page of a proxy that finds nothing says so in other words than Ray. */
  const isUnknown = (answer: ServiceAnswer): boolean =>
    answer.status === 404 && /\b(job|package)\b.*does not exist/i.test(said(service, answer));
  return {
    service,
    async version(signal) {
      const answer = await ask(service, { method: "GET", path: "/api/version" }, signal);
      const version = answer.status === 200 ? versionIn(answer) : null;
      if (version !== null) return version;
      if (answer.status >= 500) requireSuccess(service, answer);
      throw new UserError(
        `${service.baseUrl} did not answer as a Ray dashboard does (HTTP ${answer.status} at /api/version). Is the address right? Ray's dashboard has port 8265 ` +
          'unless it was changed, and takes jobs where Ray was installed as "ray[default]".',
      );
    },
    async upload(name, archive, signal) {
      const path = `/api/packages/gcs/${name}`;
      const known = await ask(service, { method: "GET", path }, signal);
      if (known.status === 200) return;
      if (!isUnknown(known)) requireSuccess(service, known);
      requireSuccess(service, await ask(service, { method: "PUT", path, body: archive() }, signal));
    },
    async submit(request, signal) {
      const answer = await ask(service, { method: "POST", path: "/api/jobs/", body: { ...request } }, signal);
      // Ray wraps the 400 of its own agent into a 500, with the traceback.
      if (answer.status >= 400 && /already exists/.test(said(service, answer))) return false;
      jsonOf(service, answer);
      return true;
    },
    async info(id, signal) {
      const answer = await ask(service, { method: "GET", path: jobPath(id) }, signal);
      if (isUnknown(answer)) return null;
      return infoOf(service, jsonOf(service, answer));
    },
    async list(signal) {
      const list = jsonOf(service, await ask(service, { method: "GET", path: "/api/jobs/" }, signal));
      return (Array.isArray(list) ? list : []).flatMap((job) => {
        const [name, startTime] = [textAt(job, "submission_id"), Number(at(job, "start_time") ?? 0)];
        return name === null ? [] : [{ ...infoOf(service, job), name, startTime }];
      });
    },
    async log(id, signal) {
      const answer = await ask(service, { method: "GET", path: jobPath(id, "/logs") }, signal);
      return isUnknown(answer) ? "" : (textAt(jsonOf(service, answer), "logs") ?? "");
    },
    async stop(id, signal) {
      const answer = await ask(service, { method: "POST", path: jobPath(id, "/stop") }, signal);
      if (!isUnknown(answer)) requireSuccess(service, answer);
    },
    async remove(id, signal) {
      const answer = await ask(service, { method: "DELETE", path: jobPath(id) }, signal);
      if (!isUnknown(answer)) requireSuccess(service, answer);
    },
  };
}

function infoOf(service: Service, body: unknown): RayJobInfo {
  const status = at(body, "status");
  if (!statuses.has(status))
    throw new UserError(`${service.baseUrl} tells a state of a job that is not Ray's. Is the address that of a Ray dashboard?`);
  const exitCode = at(body, "driver_exit_code");
  return {
    status: status as RayJobInfo["status"],
    message: textAt(body, "message") ?? "",
    errorType: textAt(body, "error_type") ?? "",
    exitCode: typeof exitCode === "number" ? exitCode : null,
    metadata: (at(body, "metadata") ?? {}) as Readonly<Record<string, unknown>>,
  };
}

function versionIn(answer: ServiceAnswer): string | null {
  try {
    return textAt(JSON.parse(answer.body.toString("utf8")), "ray_version");
  } catch {
    return null;
  }
}
