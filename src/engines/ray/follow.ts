/** @file What a job on a Ray cluster writes, as it writes it, and how it ends. */
import type { JobEnd } from "../engine.js";
import { type Patience, patiently, pause, pauses } from "../service/patience.js";
import { AnswerTooLong, excerpt } from "../service/service.js";
import type { RayJobInfo, RayJobs } from "./jobs.js";

/** Lines of the log that an ended job's failure is told with. */
const lastLines = 20;

/** What reading a log again may take, on average: the interface gives the whole of it each time. */
const bytesPerSecond = 256 * 1024;

/** Whether a job ends by itself no more. */
export const isEnded = ({ status }: RayJobInfo): boolean => status === "SUCCEEDED" || status === "FAILED" || status === "STOPPED";

/** What is told where the cluster does not come back. */
export const runsOn = "A job that runs there runs on: resume to find it again.";

/**
 * The lines of a job's log and its end. The state is asked for at growing intervals; the log is read whole each time, since Ray gives no part of it but
 * over a WebSocket, and therefore the more seldom the longer it is.
 *
 * @param pace intervals, and for how long a cluster that is away is waited for
 */
export async function* followJob(jobs: RayJobs, id: string, pace: Patience, signal: AbortSignal): AsyncGenerator<string, JobEnd> {
  const tail: string[] = [];
  const told = (line: string): string => {
    tail.push(line);
    if (tail.length > lastLines) tail.shift();
    return line;
  };
  const log = logReader(jobs, id, pace);
  let nextLog = 0;
  for (const seconds of pauses(pace)) {
    // Before the log, so that the log of an ended job is whole.
    const info = await patiently(pace, signal, runsOn, () => jobs.info(id, signal));
    const isLast = info === null || isEnded(info);
    if (info !== null && (isLast || performance.now() >= nextLog)) {
      for (const line of await log.read(isLast, signal)) yield told(line);
      nextLog = performance.now() + (log.length / bytesPerSecond) * 1000;
    }
    if (info === null)
      return {
        kind: "failed",
        isLost: true,
        log: tail,
        why: "The cluster knows the job no more, as after a restart of its head. Resume to run it again from its last checkpoint",
      };
    if (isLast) return endOf(jobs, info, tail);
    await pause(seconds, signal);
  }
  throw new Error("pauses do not end");
}

/** A log that is read again and again, each line given once. */
interface LogReader {
  /** Characters that were read. */
  readonly length: number;
  /** Lines since the last call: those that have an end, or all of them. */
  read(isLast: boolean, signal: AbortSignal): Promise<readonly string[]>;
}

function logReader(jobs: RayJobs, id: string, pace: Patience): LogReader {
  let given = 0;
  let length = 0;
  let isTooLong = false;
  return {
    get length() {
      return length;
    },
    async read(isLast, signal) {
      if (isTooLong) return [];
      let text: string;
      try {
        // Of an ended job whose machine is gone the log is gone as well: that is no reason to wait for minutes.
        const patience = isLast ? { ...pace, wholeSeconds: Math.min(pace.wholeSeconds, 10) } : pace;
        text = await patiently(patience, signal, runsOn, () => jobs.log(id, signal));
      } catch (error) {
        if (error instanceof AnswerTooLong) {
          isTooLong = true;
          return ["The log is too long to be read further. The job itself goes on."];
        }
        if (isLast && !signal.aborted) return ["The end of the log can't be had: the machine that the job ran on is gone."];
        throw error;
      }
      length = text.length;
      const end = isLast ? text.length : text.lastIndexOf("\n") + 1;
      if (end <= given) return [];
      const fresh = text.slice(given, end);
      given = end;
      return (fresh.endsWith("\n") ? fresh.slice(0, -1) : fresh).split("\n").map((line) => line.replace(/\r$/, ""));
    },
  };
}

/** Ray's word for a job whose machine went away under it. */
const died = "JOB_SUPERVISOR_ACTOR_DIED";

function endOf(jobs: RayJobs, info: RayJobInfo, log: readonly string[]): JobEnd {
  if (info.status === "SUCCEEDED") return { kind: "done" };
  if (info.status === "STOPPED") return { kind: "stopped" };
  return { kind: "failed", log, why: whyFailed(jobs, info), ...(info.errorType === died && { isLost: true }) };
}

/** Ray's words without the log's lines that it adds, and what to do where we know. */
function whyFailed({ service }: RayJobs, { message, errorType, exitCode }: RayJobInfo): string {
  const words = excerpt(service, message.split(/, last available logs/)[0]!);
  if (exitCode === 127)
    return `${words}: the cluster has no program of that name on its path. Start Ray in the environment where its Python is, activated`;
  if (errorType === "JOB_SUPERVISOR_ACTOR_START_TIMEOUT")
    return `${words} Have fewer jobs run at once, or ask for less of a machine`;
  return words;
}
