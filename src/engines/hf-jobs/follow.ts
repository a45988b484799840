/** @file What a job on the Hub writes, as a stream of server-sent events, and how it ends. */
import type { IncomingMessage } from "node:http";
import { textAt } from "../../lib/json-value.js";
import type { JobEnd } from "../engine.js";
import { type Patience, patiently, pause, pauses } from "../service/patience.js";
import { excerpt, open, ServiceFault, type ServiceRequest } from "../service/service.js";
import { type HfJob, type HfJobs, isEnded } from "./jobs.js";

/** Lines of the log that an ended job's failure is told with. */
const lastLines = 20;

/** What is told where the Hub does not come back. */
export const runsOn = "A job that runs there runs on, and costs: resume to find it again.";

/** A job of the Hub. */
interface Followed {
  readonly jobs: HfJobs;
  readonly namespace: string;
  readonly id: string;
}

/**
 * The lines of a job's log and its end. Each connection tells the log from its first line on, so that those told before are passed over. A stream may end
 * before its job, and go on in silence after it: what counts is the job's stage, which is asked for beside it.
 */
export async function* followJob(job: Followed, pace: Patience, signal: AbortSignal): AsyncGenerator<string, JobEnd> {
  const { jobs, namespace, id } = job;
  const tail: string[] = [];
  let told = 0;
  const stageOf = (): Promise<HfJob | null> => patiently(pace, signal, runsOn, () => jobs.info(namespace, id, signal));
  for (const seconds of pauses(pace)) {
    const before = await stageOf();
    let index = 0;
    for await (const line of linesOf(job, before === null || isEnded(before), pace, signal)) {
      if (++index <= told) continue;
      told = index;
      tail.push(line);
      if (tail.length > lastLines) tail.shift();
      yield line;
    }
    // The log that was just read to its end is whole if the job had ended before.
    if (before === null || isEnded(before)) return endOf(jobs, before, tail);
    await pause(seconds, signal);
  }
  throw new Error("pauses do not end");
}

/** One connection's lines. It is closed by us where the job has ended and nothing more comes; what breaks it is for the next one. */
async function* linesOf(job: Followed, hasEnded: boolean, pace: Patience, signal: AbortSignal): AsyncGenerator<string> {
  const { jobs, namespace, id } = job;
  const connection = new AbortController();
  const both = AbortSignal.any([signal, connection.signal]);
  let lastEvent = performance.now();
  const watch = async (): Promise<void> => {
    for (const seconds of pauses(pace)) {
      await pause(seconds, both);
      const isOver =
        hasEnded ||
        (await jobs.info(namespace, id, both).then(
          (info) => info === null || isEnded(info),
          () => false,
        ));
      if (isOver && performance.now() - lastEvent > graceSeconds(pace) * 1000)
        return connection.abort(new ServiceFault("The job has ended"));
    }
  };
  const watching = watch().catch(() => undefined);
  try {
    const request: ServiceRequest = {
      method: "GET",
      path: jobs.logPath(namespace, id),
      headers: { accept: "text/event-stream" },
    };
    const response = await open(jobs.service, request, both);
    if (response.statusCode !== 200) {
      // Before a job has a machine there is no log yet.
      response.destroy();
      return;
    }
    for await (const event of eventsOf(response)) {
      lastEvent = performance.now();
      const text = textAt(event, "data");
      // The Hub's own first line.
      if (text !== null && !text.startsWith("===== Job started")) yield text.replace(/\r?\n$/, "");
    }
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ServiceFault) && !isBroken(error)) throw error;
  } finally {
    connection.abort(new ServiceFault("The log is read"));
    await watching;
  }
}

/** What an ended job's log has to come, once nothing more came. */
const graceSeconds = (pace: Patience): number => Math.min(5, pace.longestSeconds);

/** Whether a stream broke off, as Node tells it. */
const isBroken = (error: unknown): boolean => error instanceof Error && ("code" in error || error.name === "AbortError");

/** Data of server-sent events, parsed. Comments, which keep the connection alive, are none. */
async function* eventsOf(response: IncomingMessage): AsyncGenerator<unknown> {
  let rest = "";
  for await (const chunk of response.setEncoding("utf8") as AsyncIterable<string>) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      if (!line.startsWith("data: {")) continue;
      try {
        yield JSON.parse(line.slice("data: ".length)) as unknown;
      } catch {
        // Cut by a proxy: told again by the next connection.
        throw new ServiceFault("The log broke off");
      }
    }
  }
}

function endOf({ service }: HfJobs, job: HfJob | null, log: readonly string[]): JobEnd {
  switch (job?.stage) {
    case "COMPLETED":
      return { kind: "done" };
    case "CANCELED":
    case "DELETED":
      return { kind: "stopped" };
    case undefined:
      return {
        kind: "failed",
        isLost: true,
        log,
        why: "The Hub knows the job no more. Resume to run it again from its last checkpoint",
      };
    default:
      return { kind: "failed", log, why: excerpt(service, job!.message) || "The job ended with an error" };
  }
}
