/** @file Runs the training loop in a thread of its own: onnxruntime computes on the thread that asks, and would block the program. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { float32 } from "../../autodiff/values.js";
import { UserError } from "../../lib/errors.js";
import type { TrainingEvent, TrainingJob, TrainingResult, Weights } from "./training-job.js";

/** What the thread is sent first; anything sent afterwards means that it is to stop. */
export interface ThreadTask {
  readonly job: TrainingJob;
  readonly weights: Weights;
}

/** What the thread sends. */
export type ThreadMessage =
  | { readonly kind: "event"; readonly event: TrainingEvent }
  | { readonly kind: "done"; readonly result: TrainingResult }
  | { readonly kind: "aborted" }
  /** Of errors only plain ones cross: whether it is a `UserError` is said beside. */
  | { readonly kind: "failed"; readonly error: unknown; readonly isForUser: boolean };

/** The compiled file beside this one. Where sources run as they are, or in one bundle, there is none: Node has no such thread then. */
const workerFile = fileURLToPath(new URL("./training-worker.js", import.meta.url));

/** Whether there is a file for the thread to run. */
export function hasTrainingThread(): boolean {
  return existsSync(workerFile);
}

/** `runTraining` in a thread of its own. An abort takes effect between steps; what was reached is kept before. */
export async function trainInThread(
  job: TrainingJob,
  weights: Weights,
  { signal, report }: { readonly signal: AbortSignal; readonly report: (event: TrainingEvent) => void },
): Promise<TrainingResult> {
  const worker = new Worker(workerFile);
  const stop = (): void => worker.postMessage("stop");
  // A caller whose hook fails hears of it once the thread has come to a stop, as it would in its own thread.
  let failure: { readonly error: unknown } | undefined;
  const tell = (event: TrainingEvent): void => {
    if (failure !== undefined) return;
    try {
      report(event);
    } catch (error) {
      failure = { error };
      stop();
    }
  };
  try {
    return await new Promise<TrainingResult>((resolve, reject) => {
      worker.on("message", (message: ThreadMessage) => {
        if (message.kind === "event") tell(message.event);
        else if (failure !== undefined) reject(failure.error);
        else if (message.kind === "done") resolve(message.result);
        else if (message.kind === "aborted") reject(signal.reason);
        else reject(message.isForUser ? userError(message.error) : message.error);
      });
      worker.on("error", reject);
      worker.on("messageerror", reject);
      worker.on("exit", (code) => reject(new Error(`the training thread ended with code ${code} before it was done`)));
      // Copies of our own go over without another copy, and the caller's stay as they are.
      const copies = Object.fromEntries(
        Object.entries(weights).map(([name, { data, shape }]) => [name, float32(data.slice(), shape)]),
      );
      const task: ThreadTask = { job, weights: copies };
      worker.postMessage(
        task,
        Object.values(copies).map(({ data }) => data.buffer as ArrayBuffer),
      );
      signal.addEventListener("abort", stop, { once: true });
    });
  } finally {
    signal.removeEventListener("abort", stop);
    await worker.terminate();
  }
}

function userError(cause: unknown): UserError {
  return new UserError(cause instanceof Error ? cause.message : String(cause), { cause });
}
