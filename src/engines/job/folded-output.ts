/** @file A last layer that was fitted here, put into the model's folder that a job handed back: the folder is then a classifier, which `label.py` reads. */
import { join } from "node:path";
import type { ClassifierHead } from "../../tune/classifier/classifier.js";
import { readObject } from "../../tune/pretrained/model-folder.js";
import { encodeSafetensors, openSafetensors, type TensorToStore } from "../../tune/pretrained/safetensors.js";
import type { SavedFields } from "../../tune/pretrained/saved-fields.js";
import { weightsFile } from "../../tune/pretrained/weights.js";
import type { Weights } from "../../tune/training/training-job.js";

/** A last layer that the job's model has not. */
export interface FittedLayer {
  /** How the tokens become what it reads. */
  readonly pooling: ClassifierHead["pooling"];
  /** Its weights, by their names in the graph. */
  readonly weights: Weights;
}

/** The files of the folder that have it, in place of the folder's own of these names. */
export async function foldedFiles(
  folder: string,
  { pooling, weights }: FittedLayer,
  { mayBeEmpty, thresholds }: Pick<SavedFields, "mayBeEmpty" | "thresholds">,
): Promise<[path: string, bytes: Uint8Array][]> {
  const config = (await readObject({ name: folder, path: folder }, "config.json")) ?? {};
  const isPooled = typeof pooling === "string";
  // No class of transformers computes it on pooled states.
  const described = isPooled ? { ...config, architectures: undefined } : config;
  const crossover: SavedFields = { mayBeEmpty, ...(isPooled && { pooling }), ...(thresholds && { thresholds }) };
  await using file = await openSafetensors(join(folder, weightsFile));
  const tensors = new Map<string, TensorToStore>();
  for (const [name, { dtype, shape }] of file.tensors) tensors.set(name, { dtype, shape, bytes: await file.bytes(name) });
  for (const [name, { data, shape }] of Object.entries(weights))
    tensors.set(name, { dtype: "F32", shape, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) });
  return [
    ["config.json", new TextEncoder().encode(`${JSON.stringify({ ...described, crossover }, null, 2)}\n`)],
    [weightsFile, encodeSafetensors(tensors, { format: "pt" })],
  ];
}
