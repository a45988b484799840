/**
 * @file Keeps what a training has reached, so that one that was killed goes on to the bit: one safetensors file with the trained
 * weights, both moments and the best weights so far, and all counters as metadata. It replaces the one before in one rename.
 */
import { createHash } from "node:crypto";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "../../../lib/errors.js";
import { writePrivateFile } from "../../../lib/private-file.js";
import type { Optimizer } from "../../optimizer/optimizer.js";
import type { CheckpointSettings, TrainingJob, Weights } from "../training-job.js";
import { readCheckpoint, writeCheckpoint } from "./checkpoint-file.js";
import type { TrainingState } from "./training-state.js";

/** The file in the folder. */
export const checkpointFile = "checkpoint.safetensors";

/** The default number of seconds between checkpoints. */
const usualSeconds = 120;
/** Nor more often than so many times the time that one takes: large models on slow disks. */
const leastShare = 20;

/** The checkpoints of one training. */
export interface Checkpoints {
  /** Puts the optimizer where the last one was, and returns the rest of it. Nothing where there is none for this training. */
  resume(optimizer: Optimizer): Promise<TrainingState | undefined>;
  /** Whether it is time for the next one. */
  isDue(): boolean;
  /**
   * Keeps where the training stands. What the disk refuses is noted once, and the training goes on: the checkpoint before is still there.
   */
  save(state: TrainingState, optimizer: Optimizer): Promise<void>;
  /** A sentence on the last one, for whoever has to mend something; nothing where there is none. */
  kept(): string | undefined;
}

/** `write` is `writePrivateFile` but in tests of failing disks. */
export function openCheckpoints(
  { folder, everySeconds = usualSeconds, fingerprint }: CheckpointSettings & { readonly fingerprint: string },
  note: (text: string) => void,
  write: typeof writePrivateFile = writePrivateFile,
): Checkpoints {
  const path = join(folder, checkpointFile);
  let keptStep: number | undefined;
  let nextAt = performance.now() + everySeconds * 1000;
  let isRefused = false;
  return {
    resume: async (optimizer) => {
      await removeParts(folder);
      const found = await readCheckpoint(path, fingerprint, optimizer);
      if (found === undefined) return undefined;
      if ("fault" in found) {
        note(`The checkpoint in ${folder} is not used, training starts anew: ${found.fault}`);
        return undefined;
      }
      keptStep = found.state.steps.length;
      note(`Training goes on after step ${keptStep}, where it was interrupted.`);
      return found.state;
    },
    isDue: () => performance.now() >= nextAt,
    save: async (state, optimizer) => {
      const startedAt = performance.now();
      const step = state.steps.length;
      if (step === keptStep) return;
      try {
        await writeCheckpoint(path, { state, optimizer, fingerprint }, write);
        keptStep = step;
      } catch (error) {
        if (!isOfSystem(error)) throw error;
        if (!isRefused) {
          const before = keptStep === undefined ? "an interrupted training will start anew" : `that of step ${keptStep} is kept`;
          note(`No checkpoint could be written to ${folder} (${messageOf(error)}): training goes on, ${before}.`);
        }
        isRefused = true;
      }
      const now = performance.now();
      nextAt = everySeconds === 0 ? now : now + Math.max(everySeconds * 1000, leastShare * (now - startedAt));
    },
    kept: () => (keptStep === undefined ? undefined : `The state after step ${keptStep} is kept in ${path}.`),
  };
}

/** A code of the operating system: the disk is full, read-only, gone. */
function isOfSystem(error: unknown): boolean {
  return error instanceof Error && "code" in error && typeof error.code === "string" && "syscall" in error;
}

/** What was being written when a process was killed. */
async function removeParts(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names)
    if (name.startsWith(`${checkpointFile}.`) && name.endsWith(".tmp")) await rm(join(folder, name), { force: true });
}

/**
 * Tells a training from every other: all that its result depends on, but for the number of threads. A digest of the graph, the initial
 * weights, the rows and the settings.
 */
export function fingerprintOf(job: Omit<TrainingJob, "checkpoint">, weights: Weights): string {
  const { model, evaluation, objective, rows, settings, padId } = job;
  const hash = createHash("sha256");
  const { model: evaluated, ...heldOut } = evaluation ?? { model: undefined };
  const described = { weights: model.weights, masks: model.masks, objective, settings, padId, rows, heldOut };
  hash.update(
    JSON.stringify(described, (_, value: unknown) => (ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value)),
  );
  for (const bytes of [model.onnx.bytes, evaluated?.onnx.bytes]) if (bytes !== undefined) hash.update(bytes);
  for (const { name } of model.weights) {
    const { data } = weights[name] ?? { data: new Float32Array() };
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest("hex");
}
