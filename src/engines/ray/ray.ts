/**
 * @file Jobs on a Ray cluster, over Ray Jobs' REST interface; there is no Ray on this side. The cluster gets one archive with `python/staged.py`, which runs
 * the job and keeps its checkpoints and results in a storage that this machine can read: Ray has no way back for files.
 */
import { join } from "node:path";
import { UserError } from "../../lib/errors.js";
import type { Engine, EngineJob, StagedJob } from "../engine.js";
import { scriptPackages } from "../job/script-packages.js";
import { type Patience, patiently, pause, pauses } from "../service/patience.js";
import { bringResults, hasResults } from "../storage/results.js";
import { sentModels } from "../storage/sent-models.js";
import { modelFolder, stagedScript } from "../storage/staged-files.js";
import { storageAt } from "../storage/storage-at.js";
import { type Env, rayToken, rayUrl, tokenRemedy } from "./address.js";
import { followJob, isEnded, runsOn } from "./follow.js";
import { type ListedRayJob, type RayJobs, rayJobs } from "./jobs.js";
import { archiveOf, jobPackage } from "./package.js";

/** A cluster, and what a job of it is given. */
export interface RayOptions {
  /** What follows `ray:`: `127.0.0.1:8265`, `https://ray.example.com`. */
  readonly address: string;
  /** Where results go: a folder that this machine and the cluster share, `s3://…`, `gs://…`. */
  readonly storage: string;
  /** Environment variables: the token is read from there. */
  readonly env: Env;
  /** CPUs of one job, which are its threads as well. @default 1 */
  readonly cpus?: number;
  /** GPUs of one job that wants any. @default 1 */
  readonly gpus?: number;
  /** Ray installs the packages that a job's script names, in an environment of their own. @default false: the cluster's Python has them */
  readonly installsPackages?: boolean;
  readonly pace?: Patience;
  /** A connection that is silent for so long is taken for broken. @default 60 */
  readonly silenceSeconds?: number;
}

/** Intervals of looks at a job; a head that is being restarted is waited for. */
const usualPace: Patience = { firstSeconds: 0.5, longestSeconds: 10, wholeSeconds: 300 };
/** A stopped job has three seconds, after which Ray kills it, unless its cluster says otherwise. */
const stopSeconds = 60;

/** The cluster as an engine. `UserError` for an address, a token or a storage that can't be one. */
export function rayEngine(options: RayOptions): Engine {
  const baseUrl = rayUrl(options.address);
  const storage = storageAt(options.storage);
  const pace = options.pace ?? usualPace;
  const jobs = rayJobs({
    name: "Ray",
    baseUrl,
    token: rayToken(options.env),
    tokenRemedy,
    silenceSeconds: options.silenceSeconds ?? 60,
  });
  const cluster: Cluster = { jobs, pace };
  const models = sentModels(storage);

  const jobOf = (job: StagedJob, submission: string): EngineJob => ({
    id: job.id,
    follow: (signal) => followJob(jobs, submission, pace, signal),
    stop: () => stopped(cluster, submission),
    fetch: (signal) => bringResults(storage, job.id, job.folder, signal),
    async forget() {
      const signal = AbortSignal.timeout(pace.wholeSeconds * 1000);
      for (const { name } of await attemptsAt(cluster, job.id, signal))
        await patiently(pace, signal, "Nothing was removed of it.", () => jobs.remove(name, signal));
      await storage.remove(job.id);
    },
  });

  /** Hands over one attempt; Ray's id of it. */
  const handOver = async (job: StagedJob, signal: AbortSignal): Promise<string> => {
    // Ray runs no id twice, and one whose record was removed fails or tells the log of the one before.
    const name = `${job.id}.${Date.now().toString(36)}`;
    const gpus = job.wantsGpu ? (options.gpus ?? 1) : 0;
    const content = await jobPackage(job, storage.uri, Math.floor(gpus));
    if (content.isModelApart) await models.send(job.model!, signal);
    if (content.isInStorage)
      await storage.send(job.folder, `${job.id}/in`, signal, content.isModelApart ? modelFolder : undefined);
    const archive = `_ray_pkg_${content.hash}.zip`;
    const request = {
      submission_id: name,
      // The shell makes way, so that the script sees when Ray's process above it dies: without an init process, as in most containers, Ray itself does not.
      entrypoint: `exec python ${stagedScript}`,
      runtime_env: { working_dir: `gcs://${archive}`, ...(options.installsPackages ? await installation(job) : {}) },
      metadata: { [ours]: job.id },
      entrypoint_num_cpus: options.cpus ?? 1,
      ...(gpus > 0 ? { entrypoint_num_gpus: gpus } : {}),
    };
    await patiently(pace, signal, "The job was not handed over. Resume to try again.", async () => {
      await jobs.upload(archive, () => archiveOf(content), signal);
      // Where it is there already, an earlier answer was lost.
      await jobs.submit(request, signal);
    });
    return name;
  };

  return {
    spec: `ray:${options.address}`,
    async check(signal) {
      // Whoever has just typed an address wants to hear at once that nobody is there.
      const brief = {
        firstSeconds: pace.firstSeconds,
        longestSeconds: pace.longestSeconds,
        wholeSeconds: Math.min(5, pace.wholeSeconds),
      };
      const version = await patiently(brief, signal, `Is the cluster running? Start one here with: ${startCommand}`, () =>
        jobs.version(signal),
      );
      const [major = 0, minor = 0] = version.split(".").map(Number);
      if (major < 2 || (major === 2 && minor < 2))
        throw new UserError(`${baseUrl} runs Ray ${version}. Jobs that ask for CPUs need Ray 2.2 or later: update the cluster.`);
      return `Ray ${version} at ${baseUrl}`;
    },
    async submit(job, signal) {
      const last = (await attemptsAt(cluster, job.id, signal)).at(-1);
      const isOver = last === undefined || last.status === "FAILED" || last.status === "STOPPED";
      return jobOf(job, isOver ? await handOver(job, signal) : last.name);
    },
    release: () => models.remove(),
    async attach(job, signal) {
      models.meet(job.model);
      const last = (await attemptsAt(cluster, job.id, signal)).at(-1);
      if (last !== undefined) return jobOf(job, last.name);
      // A cluster that was restarted has forgotten its jobs, and the storage has not.
      return (await hasResults(storage, job.id, signal)) ? { ...jobOf(job, job.id), follow: followDone } : null;
    },
  };
}

/** PyTorch alone can be three gigabytes; a job that has not begun after 15 minutes is ended by Ray anyway, unless its cluster says otherwise. */
const installSeconds = 900;

/** What has Ray install the packages of a job's script; once on each machine, for all jobs of the same packages. */
async function installation({ folder, script }: StagedJob): Promise<Readonly<Record<string, unknown>>> {
  return { pip: await scriptPackages(join(folder, script)), config: { setup_timeout_seconds: installSeconds } };
}

const startCommand = "ray start --head --dashboard-host 127.0.0.1";

/** What a job's id stands under in Ray's metadata. */
const ours = "crossover_job";

/** What a cluster is asked through, and how patiently. */
interface Cluster {
  readonly jobs: RayJobs;
  readonly pace: Patience;
}

/** The attempts at a job that the cluster knows, the latest last. */
async function attemptsAt({ jobs, pace }: Cluster, id: string, signal: AbortSignal): Promise<readonly ListedRayJob[]> {
  const all = await patiently(pace, signal, runsOn, () => jobs.list(signal));
  return all.filter(({ metadata }) => metadata[ours] === id).sort((a, b) => a.startTime - b.startTime);
}

/** Ends a job, and waits until it has. */
async function stopped({ jobs, pace }: Cluster, name: string): Promise<void> {
  const signal = AbortSignal.timeout(pace.wholeSeconds * 1000);
  await patiently(pace, signal, runsOn, () => jobs.stop(name, signal));
  const until = performance.now() + stopSeconds * 1000;
  for (const seconds of pauses(pace)) {
    const info = await patiently(pace, signal, runsOn, () => jobs.info(name, signal));
    if (info === null || isEnded(info)) return;
    if (performance.now() > until)
      throw new UserError(
        `Ray at ${jobs.service.baseUrl} has not stopped the job within a minute. Stop it there: ray job stop ${name}`,
      );
    await pause(seconds, signal);
  }
}

async function* followDone(): AsyncGenerator<string, { readonly kind: "done" }> {
  yield "The job's results are in the storage already.";
  return { kind: "done" };
}
