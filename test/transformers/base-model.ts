import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeSafetensors, openSafetensors, type TensorToStore } from "../../src/tune/pretrained/safetensors.js";

/** The files of a model as it is published before anybody fine-tunes it: a classifier's, without the weights whose names match. */
export async function baseModelFiles(folder: string, head: RegExp): Promise<Record<string, Buffer>> {
  const files: Record<string, Buffer> = {};
  for (const name of await readdir(folder)) files[name] = await readFile(join(folder, name));
  await using file = await openSafetensors(join(folder, "model.safetensors"));
  const kept = new Map<string, TensorToStore>();
  for (const [name, { dtype, shape }] of file.tensors)
    if (!head.test(name)) kept.set(name, { dtype, shape, bytes: await file.bytes(name) });
  return { ...files, "model.safetensors": Buffer.from(encodeSafetensors(kept)) };
}
