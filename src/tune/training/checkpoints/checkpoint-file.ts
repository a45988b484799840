/** @file One checkpoint as a safetensors file: written part by part, and checked when it is read. */
import { stat } from "node:fs/promises";
import { z } from "zod";
import type { writeFileAtomic } from "../../../lib/atomic-write.js";
import { UserError } from "../../../lib/errors.js";
import type { Optimizer } from "../../optimizer/optimizer.js";
import type { ParameterState } from "../../optimizer/optimizer-state.js";
import { openSafetensors, type SafetensorsFile, safetensorsParts, type TensorToStore } from "../../pretrained/safetensors.js";
import type { TrainingState } from "./training-state.js";

/** Of the file's layout. */
const version = "1";

const count = z.int().nonnegative();
const step = z.object({
  step: count,
  steps: count,
  loss: z.number(),
  learningRate: z.number(),
  gradNorm: z.number(),
  rows: count,
  tokens: count,
});
const evaluation = z.object({
  step: count,
  // JSON has no other numbers than finite ones.
  loss: z
    .number()
    .nullable()
    .transform((loss) => loss ?? Number.NaN),
  accuracy: z.number().exactOptional(),
  macroF1: z.number().exactOptional(),
});
const counters = z.object({
  epoch: count,
  at: count,
  passes: count,
  rows: count,
  tokens: count,
  seconds: z.number(),
  steps: z.array(step),
  evaluations: z.array(evaluation),
});

/** Where in the file each kind of numbers is. */
const prefixes = { weights: "weights/", first: "first_moments/", second: "second_moments/", best: "best_weights/" } as const;
const bestLogits = "best_logits";

/** Writes a checkpoint in place of the one before. Frozen weights are left out: they are those that training starts from. */
export async function writeCheckpoint(
  path: string,
  {
    state,
    optimizer,
    fingerprint,
  }: { readonly state: TrainingState; readonly optimizer: Optimizer; readonly fingerprint: string },
  write: typeof writeFileAtomic,
): Promise<void> {
  const { best, ...rest } = state;
  const tensors = new Map<string, TensorToStore>();
  const add = (name: string, numbers: Float32Array): void => {
    const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
    tensors.set(name, { dtype: "F32", shape: [numbers.length], bytes });
  };
  for (const [name, { weights, moments }] of optimizer.state().parameters) {
    if (moments === undefined) continue;
    add(prefixes.weights + name, weights);
    add(prefixes.first + name, moments.first);
    add(prefixes.second + name, moments.second);
  }
  for (const [name, weights] of best?.weights ?? []) add(prefixes.best + name, weights);
  if (best?.logits) add(bestLogits, best.logits);
  await write(path, safetensorsParts(tensors, { version, fingerprint, state: JSON.stringify(rest) }));
}

/** Puts the optimizer into the state of a file. Nothing where there is no file; a `fault` where it is not of this training or damaged. */
export async function readCheckpoint(
  path: string,
  fingerprint: string,
  optimizer: Optimizer,
): Promise<{ readonly state: TrainingState } | { readonly fault: string } | undefined> {
  if ((await stat(path).catch(() => undefined)) === undefined) return undefined;
  try {
    await using file = await openSafetensors(path);
    const { metadata } = file;
    if (metadata["version"] !== version)
      return { fault: `its format is ${metadata["version"]}, this version of crossover has ${version}.` };
    if (metadata["fingerprint"] !== fingerprint) return { fault: "it is of another model, other rows or other settings." };
    const rest = counters.safeParse(parsed(metadata["state"]));
    if (!rest.success) return { fault: "what it says of the training is damaged." };
    const parameters = new Map<string, ParameterState>();
    for (const [name, now] of optimizer.state().parameters)
      parameters.set(name, now.moments === undefined ? now : await parameterOf(file, name));
    optimizer.restore({ step: rest.data.steps.length, parameters });
    const best = await bestOf(file);
    return { state: { ...rest.data, ...(best && { best }) } };
  } catch (error) {
    if (error instanceof UserError) return { fault: error.message };
    throw error;
  }
}

async function parameterOf(file: SafetensorsFile, name: string): Promise<ParameterState> {
  const floats = async (prefix: string): Promise<Float32Array> => {
    if (!file.tensors.has(prefix + name)) throw new UserError(`it has no "${prefix}${name}".`);
    return file.floats(prefix + name);
  };
  return {
    weights: await floats(prefixes.weights),
    moments: { first: await floats(prefixes.first), second: await floats(prefixes.second) },
  };
}

async function bestOf(file: SafetensorsFile): Promise<TrainingState["best"]> {
  const names = [...file.tensors.keys()].filter((name) => name.startsWith(prefixes.best));
  if (names.length === 0) return undefined;
  const weights = new Map<string, Float32Array>();
  for (const name of names) weights.set(name.slice(prefixes.best.length), await file.floats(name));
  return { weights, ...(file.tensors.has(bestLogits) && { logits: await file.floats(bestLogits) }) };
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}
