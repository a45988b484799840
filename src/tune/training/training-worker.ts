/** @file What the training thread runs: see `training-thread.ts`. */
import { parentPort } from "node:worker_threads";
import { UserError } from "../../lib/errors.js";
import type { Optimizer } from "../optimizer/optimizer.js";
import type { TrainingEvent, TrainingJob } from "./training-job.js";
import { filledOptimizer, runTraining } from "./training-loop.js";
import type { ThreadMessage, ThreadTask } from "./training-thread.js";

const port = parentPort;
if (port === null) throw new Error("training-worker.js is started by training-thread.js, not by itself");

const stop = new AbortController();
const send = (message: ThreadMessage, transfer: readonly ArrayBuffer[] = []): void => port.postMessage(message, transfer);

async function work(job: TrainingJob, optimizer: Optimizer): Promise<void> {
  try {
    const report = (event: TrainingEvent): void => send({ kind: "event", event });
    const result = await runTraining(job, optimizer, { signal: stop.signal, report });
    send(
      { kind: "done", result },
      Object.values(result.weights).map(({ data }) => data.buffer as ArrayBuffer),
    );
  } catch (error) {
    fail(error);
  }
}

function fail(error: unknown): void {
  if (stop.signal.aborted && error === stop.signal.reason) send({ kind: "aborted" });
  else send({ kind: "failed", error, isForUser: error instanceof UserError });
}

port.once("message", ({ job, weights }: ThreadTask) => {
  port.on("message", () => stop.abort());
  try {
    // Only the optimizer goes on from here: the weights that were sent can be freed.
    void work(job, filledOptimizer(job.model, weights, job.settings.weightDecay));
  } catch (error) {
    fail(error);
  }
});
