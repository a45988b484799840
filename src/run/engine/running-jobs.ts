/** @file What becomes of jobs that run elsewhere when the run is stopped. */
import { formatPlural } from "../../lib/text/format.js";
import type { RunHooks } from "../hooks.js";
import type { RunEngine } from "./run-engine.js";

/**
 * Asks whether the jobs of a stopped run are to run on, and stops them where not. Where nobody can answer they run on: what they have computed would be lost,
 * and resuming finds them again. Says what became of them, in a sentence; `""` where there are none.
 */
export async function settleJobs(
  found: RunEngine | undefined,
  { leaveRunning }: Pick<RunHooks, "leaveRunning">,
): Promise<string> {
  const engine = found?.engine;
  const jobs = engine?.running() ?? [];
  if (engine === undefined || jobs.length === 0) return "";
  const count = formatPlural(jobs.length, "job");
  if ((await leaveRunning?.({ jobs: jobs.length, engine: engine.spec })) !== false)
    return `${count} of ${engine.spec} ${jobs.length === 1 ? "runs" : "run"} on, and resuming finds ${jobs.length === 1 ? "it" : "them"} again.`;
  const stopped = await Promise.allSettled(jobs.map((job) => job.stop()));
  const failed = stopped.filter(({ status }) => status === "rejected").length;
  if (failed === 0)
    return `${count} of ${engine.spec} ${jobs.length === 1 ? "was" : "were"} stopped, and resuming goes on from the last checkpoints.`;
  return `${formatPlural(failed, "job")} of ${engine.spec} could not be stopped: look there whether they still run (${jobs.map(({ id }) => id).join(", ")}).`;
}

/** Stops jobs of a run that is over: begun for points or experiments whose time has passed. Says so in a sentence; `""` where there are none. */
export async function endJobs(found: RunEngine | undefined): Promise<string> {
  const stopped = (await found?.engine.end()) ?? 0;
  if (stopped === 0) return "";
  return `${formatPlural(stopped, "job")} of ${found!.engine.spec} ${stopped === 1 ? "was" : "were"} stopped: the time for further points and experiments is over.`;
}
