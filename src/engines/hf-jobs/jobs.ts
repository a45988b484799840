/**
 * @file Hugging Face Jobs' REST interface, as huggingface_hub 2.4 uses it (`hf_api.py`: `run_job`, `list_jobs`, `inspect_job`, `fetch_job_logs`,
 * `cancel_job`, `list_jobs_hardware`). Each call is one request: what fails in a way that may pass throws a `ServiceFault`.
 */
import { UserError } from "../../lib/errors.js";
import { at, textAt } from "../../lib/json-value.js";
import { didYouMean } from "../../lib/text/nearest-name.js";
import { ask, jsonOf, requireSuccess, type Service, type ServiceAnswer } from "../service/service.js";

/** A job as the Hub tells it. */
export interface HfJob {
  /** The Hub's own: `687fb701029421ae5549d998`. */
  readonly id: string;
  readonly stage: Stage;
  /** What the Hub says of a failure; empty where it says nothing. */
  readonly message: string;
  readonly labels: Readonly<Record<string, unknown>>;
}

const stages = ["SCHEDULING", "RUNNING", "COMPLETED", "CANCELED", "ERROR", "DELETED"] as const;
/** Where a job is. */
export type Stage = (typeof stages)[number];

/** Whether a job ends by itself no more. */
export const isEnded = ({ stage }: HfJob): boolean => stage !== "SCHEDULING" && stage !== "RUNNING";

/** A kind of machine. */
export interface Flavor {
  readonly name: string;
  readonly gpus: number;
  readonly usdPerHour: number | null;
}

/** What a job runs in: an image of a registry, or that of a Space. */
export type HfImage = { readonly dockerImage: string } | { readonly spaceId: string };

/** The image of that name, by which `hf jobs run` tells a Space as well: `hf.co/spaces/org/name`. */
export function imageNamed(name: string): HfImage {
  const space = /^(?:https:\/\/)?(?:hf|huggingface)\.co\/spaces\/(.+)$/.exec(name)?.[1];
  return space === undefined ? { dockerImage: name } : { spaceId: space };
}

/** A job as the Hub takes it. */
export type HfJobRequest = HfImage & {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Kept encrypted, and told to nobody but the job. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly flavor: string;
  readonly timeoutSeconds: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly volumes: readonly Readonly<Record<string, unknown>>[];
};

/** The jobs of a user or an organization. */
export interface HfJobs {
  readonly service: Service;
  /** The user that the token belongs to. */
  userName(signal: AbortSignal): Promise<string>;
  flavors(signal: AbortSignal): Promise<readonly Flavor[]>;
  /** UserError where there is no account of that name, or where the token may not see its jobs. */
  checkNamespace(namespace: string, signal: AbortSignal): Promise<void>;
  submit(namespace: string, request: HfJobRequest, signal: AbortSignal): Promise<HfJob>;
  /** Those with a label, the latest last. */
  withLabel(namespace: string, label: string, value: string, signal: AbortSignal): Promise<readonly HfJob[]>;
  /** `null` where there is none of that id. */
  info(namespace: string, id: string, signal: AbortSignal): Promise<HfJob | null>;
  cancel(namespace: string, id: string, signal: AbortSignal): Promise<void>;
  /** Where its log streams from, below the service's address. */
  logPath(namespace: string, id: string): string;
}

/** The interface at a hub. */
export function hfJobs(service: Service): HfJobs {
  const get = (path: string, signal: AbortSignal): Promise<ServiceAnswer> => ask(service, { method: "GET", path }, signal);
  const jobPath = (namespace: string, id: string, then = ""): string =>
    `/api/jobs/${encodeURIComponent(namespace)}/${encodeURIComponent(id)}${then}`;
  return {
    service,
    logPath: (namespace, id) => jobPath(namespace, id, "/logs"),
    async userName(signal) {
      const name = textAt(jsonOf(service, await get("/api/whoami-v2", signal)), "name");
      if (name !== null) return name;
      throw new UserError(`${service.baseUrl} did not answer as a hub does (no name at /api/whoami-v2). Is HF_ENDPOINT right?`);
    },
    async flavors(signal) {
      const list = jsonOf(service, await get("/api/jobs/hardware", signal));
      return (Array.isArray(list) ? list : []).map(flavorOf).filter(({ name }) => name !== "");
    },
    async checkNamespace(namespace, signal) {
      const answer = await get(`/api/jobs/${encodeURIComponent(namespace)}?label=crossover-job%3Dnone`, signal);
      if (answer.status === 404)
        throw new UserError(
          `${service.baseUrl} has no account "${namespace}" with jobs that this token may see. Name your own or an organization of yours: hf-jobs:ORG/FLAVOR.`,
        );
      requireSuccess(service, answer);
    },
    async submit(namespace, request, signal) {
      const path = `/api/jobs/${encodeURIComponent(namespace)}`;
      const answer = await ask(service, { method: "POST", path, body: { ...request, arguments: [] } }, signal);
      if (answer.status === 402)
        throw new UserError(
          `${namespace} can't pay for a job on ${service.baseUrl} (HTTP 402). Jobs need credit or a Pro, Team or Enterprise plan: see ` +
            `${service.baseUrl}/settings/billing.`,
        );
      return jobOf(service, jsonOf(service, answer));
    },
    async withLabel(namespace, label, value, signal) {
      const query = new URLSearchParams({ label: `${label}=${value}` });
      const list = jsonOf(service, await get(`/api/jobs/${encodeURIComponent(namespace)}?${query}`, signal));
      const jobs = (Array.isArray(list) ? list : []).filter((job) => textAt(at(job, "labels"), label) === value);
      const made = (job: unknown): string => textAt(job, "createdAt") ?? "";
      return jobs.sort((a, b) => (made(a) < made(b) ? -1 : 1)).map((job) => jobOf(service, job));
    },
    async info(namespace, id, signal) {
      const answer = await get(jobPath(namespace, id), signal);
      return answer.status === 404 ? null : jobOf(service, jsonOf(service, answer));
    },
    async cancel(namespace, id, signal) {
      requireSuccess(service, await ask(service, { method: "POST", path: jobPath(namespace, id, "/cancel") }, signal));
    },
  };
}

function jobOf(service: Service, value: unknown): HfJob {
  const [id, stage] = [textAt(value, "id"), textAt(at(value, "status"), "stage")];
  if (id === null || !stages.some((known) => known === stage))
    throw new UserError(
      `${service.baseUrl} tells of a job in a form that is not known. Is HF_ENDPOINT right? Is there a newer version of Crossover?`,
    );
  return {
    id,
    stage: stage as Stage,
    message: textAt(at(value, "status"), "message") ?? "",
    labels: (at(value, "labels") ?? {}) as Readonly<Record<string, unknown>>,
  };
}

/** Of a listing of machines. Prices are by the minute today; a unit that is not known has no price here. */
function flavorOf(value: unknown): Flavor {
  const hours = { minute: 60, hour: 1 }[textAt(value, "unitLabel") ?? ""];
  const unit = at(value, "unitCostMicroUSD");
  return {
    name: textAt(value, "name") ?? "",
    gpus: Number(at(at(value, "accelerator"), "quantity") ?? 0) || 0,
    usdPerHour: hours !== undefined && typeof unit === "number" ? (unit * hours) / 1e6 : null,
  };
}

/** The machine of that name. `UserError` where there is none. */
export function flavorNamed(flavors: readonly Flavor[], name: string): Flavor {
  const found = flavors.find((flavor) => flavor.name === name);
  if (found !== undefined) return found;
  const names = flavors.map((flavor) => flavor.name);
  throw new UserError(
    `"${name}" is not a machine of Hugging Face Jobs.${didYouMean(name, names)} Machines: ${names.join(", ")}.`,
  );
}
