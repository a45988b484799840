import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { commandEngine } from "../../src/engines/command/command-engine.js";
import type { Engine, EngineJob, JobEnd } from "../../src/engines/engine.js";
import type { TrainingJob } from "../../src/engines/job/stage.js";
import { UserError } from "../../src/lib/errors.js";
import { contractData } from "../contract/approach.js";

const { train, queries } = contractData();

/** A job of 36 rows to learn and 6 to answer, for a model that has no weights. */
export const smallJob: TrainingJob = {
  spec: {
    method: "full",
    task: { name: train.name, labels: train.labels, is_multi_label: false },
    model: { repo: "org/name", revision: "0".repeat(40) },
    settings: {
      batch_size: 16,
      epochs: 3,
      min_steps: 2,
      schedule: "linear",
      warmup_ratio: 0.1,
      weight_decay: 0.01,
      max_grad_norm: 1,
      dropout: 0.1,
      label_smoothing: 0,
      class_weight: "none",
    },
    seed: 1,
  },
  learned: train.examples.slice(0, 30),
  validation: train.examples.slice(30),
  queries,
  modelFiles: new Map(),
};

const script = fileURLToPath(new URL("fake-job.cjs", import.meta.url));

/** An engine whose jobs are a script that does what its kind says. */
export function fakeEngine(kind: string, graceSeconds = 10): Engine {
  return commandEngine(`'${process.execPath}' '${script}' ${kind} {folder}`, { graceSeconds });
}

/** All lines of a job, and how it ended. `onLine` hears each as it comes. */
export async function toTheEnd(
  job: EngineJob,
  {
    signal = new AbortController().signal,
    onLine = () => {},
  }: { readonly signal?: AbortSignal; onLine?(line: string): void } = {},
): Promise<{ readonly lines: readonly string[]; readonly end: JobEnd }> {
  const lines: string[] = [];
  const following = job.follow(signal);
  for (;;) {
    const next = await following.next();
    if (next.done) return { lines, end: next.value };
    lines.push(next.value);
    onLine(next.value);
  }
}

/** The message that work is rejected with: it is the user's to mend, and holds none of the secrets. */
export async function userErrorOf(work: Promise<unknown>, secrets: RegExp): Promise<string> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(UserError);
  expect((error as Error).message).not.toMatch(secrets);
  return (error as Error).message;
}

/** The place of a job in a folder. */
export const jobIn = (folder: string): string => join(folder, "job");

/** All that comes. */
export async function collected<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
