/**
 * @file Jobs on Hugging Face's machines. The job's folder goes to a private dataset repository, which the job has as a folder; checkpoints and results
 * go to a private bucket by `python/staged.py`. The token is one of the job's secrets, and in nothing else that is sent or kept.
 */
import { hubSettings } from "../../hub/settings.js";
import { UserError } from "../../lib/errors.js";
import type { Engine, EngineJob, StagedJob } from "../engine.js";
import { type Patience, patiently, pause, pauses } from "../service/patience.js";
import type { Service } from "../service/service.js";
import { bringResults, hasResults } from "../storage/results.js";
import { stagedFiles, stagedScript } from "../storage/staged-files.js";
import { type Bucket, bucketStorage, ensurePrivateBucket } from "./bucket.js";
import { commitFiles, ensurePrivate, type Repository, removeFolder } from "./commit.js";
import { followJob, runsOn } from "./follow.js";
import { type Flavor, flavorNamed, type HfJob, type HfJobRequest, type HfJobs, hfJobs, imageNamed, isEnded } from "./jobs.js";

/** Environment variables. */
type Env = Readonly<Record<string, string | undefined>>;

/** What a job is run on, and by whom. */
export interface HfJobsOptions {
  /** The machine: what follows `hf-jobs:`. @default "cpu-basic"; "t4-small" for a job that wants a GPU */
  readonly flavor?: string;
  /** The user or organization that pays. @default the token's user */
  readonly namespace?: string;
  /** After so long the Hub ends a job. It goes on from its last checkpoint when it is handed over again. @default 6 hours */
  readonly timeoutSeconds?: number;
  /** An image with Python and all that a job needs: the packages of its script, and huggingface_hub. @default one with uv, which installs them */
  readonly image?: string;
  /** The packages are installed in that image too, by the uv that it has. @default false */
  readonly installsPackages?: boolean;
  /** `HF_TOKEN`, `HF_ENDPOINT` and what else Python's huggingface_hub reads. */
  readonly env: Env;
  readonly pace?: Patience;
}

const usualPace: Patience = { firstSeconds: 1, longestSeconds: 15, wholeSeconds: 300 };
const usualTimeoutSeconds = 6 * 3600;
/** The image that `hf jobs uv run` takes by default. */
const usualImage = "ghcr.io/astral-sh/uv:python3.12-bookworm";
/** With buckets in its file system; what this was written against. */
const hubPackage = "huggingface_hub>=2.4,<3";
/** Where the job finds its folder. */
const mountPath = "/crossover";
/** Of the repository and the bucket. */
const name = "crossover-jobs";
const ours = { job: "crossover-job" };
const stopSeconds = 120;

const resumeLater = "Resume once it can be.";

const tokenRemedy =
  "Set HF_TOKEN to a token from https://huggingface.co/settings/tokens that may write repositories and start jobs.";

/** Hugging Face Jobs as an engine. `UserError` where the environment has no token. */
export function hfJobsEngine(options: HfJobsOptions): Engine {
  const settings = hubSettings(options.env);
  const { token } = settings;
  if (token === undefined) throw new UserError(`Hugging Face Jobs need a token. ${tokenRemedy}`);
  const pace = options.pace ?? usualPace;
  const service: Service = { name: "Hugging Face", baseUrl: settings.endpoint, token, tokenRemedy, silenceSeconds: 90 };
  const jobs = hfJobs(service);
  let known: Promise<string> | undefined;
  const namespaceOf = async (signal: AbortSignal): Promise<string> => {
    known ??=
      options.namespace === undefined
        ? patiently(pace, signal, resumeLater, () => jobs.userName(signal))
        : Promise.resolve(options.namespace);
    // One that failed is asked for again.
    return known.catch((error: unknown) => {
      known = undefined;
      throw error;
    });
  };
  const placeOf = (namespace: string): Place => {
    const id = `${namespace}/${name}`;
    const hub = (signal: AbortSignal) => ({ settings, signal, log: () => {}, backoffSeconds: pace.firstSeconds });
    return { jobs, pace, namespace, repository: { service, id, pace }, bucket: { service, id, pace, hub } };
  };
  const flavorOf = async (job: Pick<StagedJob, "wantsGpu">, signal: AbortSignal): Promise<Flavor> => {
    const named = options.flavor ?? (job.wantsGpu ? "t4-small" : "cpu-basic");
    const flavor = flavorNamed(await patiently(pace, signal, resumeLater, () => jobs.flavors(signal)), named);
    if (job.wantsGpu && flavor.gpus === 0)
      throw new UserError(`The job needs a GPU, and ${flavor.name} has none. Name a machine with one: hf-jobs:t4-small.`);
    return flavor;
  };

  return {
    spec: specOf(options),
    isBilled: true,
    async check(signal) {
      const brief = { ...pace, wholeSeconds: Math.min(10, pace.wholeSeconds) };
      const namespace = options.namespace ?? (await patiently(brief, signal, "Is there a network?", () => jobs.userName(signal)));
      if (options.namespace !== undefined)
        await patiently(brief, signal, "Is there a network?", () => jobs.checkNamespace(namespace, signal));
      const { name: flavor, usdPerHour } = await flavorOf({}, signal);
      return `Hugging Face Jobs on ${flavor}${usdPerHour === null ? "" : ` (${usdPerHour.toFixed(2)} USD an hour)`} as ${namespace}`;
    },
    usdPerHour: async (signal) => (await flavorOf({}, signal)).usdPerHour,
    async submit(job, signal) {
      const place = placeOf(await namespaceOf(signal));
      const last = await latest(place, job.id, signal);
      if (last !== undefined && !["ERROR", "CANCELED", "DELETED"].includes(last.stage)) return running(place, job, last);
      const flavor = await flavorOf(job, signal);
      await ensurePrivate(place.repository, signal);
      await ensurePrivateBucket(place.bucket, signal);
      const { uri } = bucketStorage(place.bucket);
      const { files } = await stagedFiles(job, { storage: uri, gpus: flavor.gpus });
      const commit = await commitFiles(place.repository, job.id, files, signal);
      const request: HfJobRequest = {
        ...imageNamed(options.image ?? usualImage),
        command: options.image === undefined || options.installsPackages ? installedCommand(job) : bareCommand,
        environment: {
          PYTHONUNBUFFERED: "1",
          ...(settings.endpoint === hubSettings({}).endpoint ? {} : { HF_ENDPOINT: settings.endpoint }),
        },
        secrets: { HF_TOKEN: token },
        flavor: flavor.name,
        timeoutSeconds: options.timeoutSeconds ?? usualTimeoutSeconds,
        labels: { [ours.job]: job.id },
        volumes: [{ type: "dataset", source: place.repository.id, mountPath, path: job.id, revision: commit, readOnly: true }],
      };
      return running(place, job, await handedOver(place, job.id, request, signal));
    },
    async attach(job, signal) {
      const place = placeOf(await namespaceOf(signal));
      const last = await latest(place, job.id, signal);
      if (last !== undefined) return running(place, job, last);
      const isDone = await hasResults(bucketStorage(place.bucket), job.id, signal);
      return isDone ? { ...running(place, job, { id: job.id }), follow: followDone } : null;
    },
  };
}

/** Where a namespace's jobs and their files are. */
interface Place {
  readonly jobs: HfJobs;
  readonly pace: Patience;
  readonly namespace: string;
  readonly repository: Repository;
  readonly bucket: Bucket;
}

const specOf = ({ namespace, flavor }: HfJobsOptions): string =>
  namespace === undefined && flavor === undefined
    ? "hf-jobs"
    : `hf-jobs:${namespace === undefined ? "" : `${namespace}/`}${flavor ?? ""}`;

/** In an image that has all that a job needs. */
const bareCommand: readonly string[] = ["python", `${mountPath}/${stagedScript}`];

/** uv reads the packages out of the job's own script. */
function installedCommand({ script }: StagedJob): readonly string[] {
  const packages = ["--with-requirements", `${mountPath}/job/${script}`, "--with", hubPackage];
  return ["uv", "run", "--no-project", ...packages, `${mountPath}/${stagedScript}`];
}

/** The latest attempt at a job. The Hub removes no record of one: what is done, and has no results any more, was forgotten. */
async function latest({ jobs, pace, namespace, bucket }: Place, id: string, signal: AbortSignal): Promise<HfJob | undefined> {
  const last = (await patiently(pace, signal, runsOn, () => jobs.withLabel(namespace, ours.job, id, signal))).at(-1);
  const isForgotten = last?.stage === "COMPLETED" && !(await hasResults(bucketStorage(bucket), id, signal));
  return isForgotten ? undefined : last;
}

/** Starts a job. The Hub knows no ids of ours: where an answer was lost, a job with our label that was not there before is it. */
async function handedOver(
  { jobs, pace, namespace }: Place,
  id: string,
  request: HfJobRequest,
  signal: AbortSignal,
): Promise<HfJob> {
  const known = (): Promise<readonly HfJob[]> => jobs.withLabel(namespace, ours.job, id, signal);
  const before = new Set((await patiently(pace, signal, resumeLater, known)).map((job) => job.id));
  let attempts = 0;
  return patiently(pace, signal, "The job was not handed over, as far as is known. Resume to find out.", async () => {
    const found = attempts++ > 0 ? (await known()).find((job) => !before.has(job.id)) : undefined;
    return found ?? jobs.submit(namespace, request, signal);
  });
}

function running(place: Place, job: StagedJob, { id }: Pick<HfJob, "id">): EngineJob {
  const { jobs, pace, namespace, repository, bucket } = place;
  const storage = bucketStorage(bucket);
  return {
    id: job.id,
    follow: (signal) => followJob({ jobs, namespace, id }, pace, signal),
    stop: () => stopped(place, id),
    fetch: (signal) => bringResults(storage, job.id, job.folder, signal),
    async forget() {
      await storage.remove(job.id);
      await removeFolder(repository, job.id, AbortSignal.timeout(pace.wholeSeconds * 1000));
    },
  };
}

/** Ends a job, and waits until it has. */
async function stopped({ jobs, pace, namespace }: Place, id: string): Promise<void> {
  const signal = AbortSignal.timeout(pace.wholeSeconds * 1000);
  const info = (): Promise<HfJob | null> => patiently(pace, signal, runsOn, () => jobs.info(namespace, id, signal));
  const found = await info();
  if (found === null || isEnded(found)) return;
  await patiently(pace, signal, runsOn, () => jobs.cancel(namespace, id, signal));
  const until = performance.now() + stopSeconds * 1000;
  for (const seconds of pauses(pace)) {
    const now = await info();
    if (now === null || isEnded(now)) return;
    if (performance.now() > until)
      throw new UserError(
        `The Hub has not stopped the job within two minutes. Stop it there: ${jobs.service.baseUrl}/jobs/${namespace}/${id}`,
      );
    await pause(seconds, signal);
  }
}

async function* followDone(): AsyncGenerator<string, { readonly kind: "done" }> {
  yield "The job's results are in the bucket already.";
  return { kind: "done" };
}
