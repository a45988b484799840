/** @file Weights in several safetensors files, as large models have them: `model.safetensors.index.json` says which tensor is in which file. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { UserError } from "../../lib/errors.js";
import { checkRegularFile } from "../../lib/regular-file.js";
import { openSafetensors, type SafetensorsFile, type StoredTensor } from "./safetensors.js";

/** Tensors of one file or of several. Holds file handles: dispose of it. */
export type TensorFile = Pick<SafetensorsFile, "tensors" | "floats"> & AsyncDisposable;

/** Whether a path is that of an index. */
export const isShardIndex = (path: string): boolean => path.endsWith(".index.json");

/** That of a model with a hundred thousand tensors is 10 MB. */
const mostIndexBytes = 1e8;
/** Each is held open. The largest published models have some 200. */
const mostShards = 1000;

const indexFile = z.object({ weight_map: z.record(z.string(), z.string()) });

/** The names of an index's files, in its order, and in which of them each tensor is. */
async function readIndex(
  path: string,
): Promise<{ readonly shards: readonly string[]; readonly shardOf: ReadonlyMap<string, string> }> {
  checkRegularFile(path, mostIndexBytes);
  const text = await readFile(path, "utf8");
  const found = indexFile.safeParse(parsedJson(text));
  if (!found.success)
    throw new UserError(`${path} should be JSON with a "weight_map": for each tensor the name of its file. Download it again.`);
  const shardOf = new Map(Object.entries(found.data.weight_map));
  const shards = [...new Set(shardOf.values())];
  // The file comes from elsewhere, and must not lead out of its folder.
  const foreign = shards.find((shard) => !/^[\w.-]+\.safetensors$/.test(shard));
  if (foreign !== undefined)
    throw new UserError(
      `${path} names the file ${JSON.stringify(foreign.slice(0, 80))}; expected the name of a .safetensors file beside it. Download it again.`,
    );
  if (shards.length === 0 || shards.length > mostShards)
    throw new UserError(`${path} names ${shards.length} files; expected 1 to ${mostShards}. Download it again.`);
  return { shards, shardOf };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The files that hold a model's weights: the one, or of an index itself and those that it names. */
export async function weightFiles(path: string): Promise<readonly string[]> {
  if (!isShardIndex(path)) return [path];
  const { shards } = await readIndex(path);
  return [path, ...shards.map((shard) => join(dirname(path), shard))];
}

/** Opens a safetensors file, or all files of an index as if they were one. `UserError` where one is damaged, or lacks what the index says is in it. */
export async function openTensors(path: string): Promise<TensorFile> {
  if (!isShardIndex(path)) return openSafetensors(path);
  const { shards, shardOf } = await readIndex(path);
  const missing = shards.find((shard) => !existsSync(join(dirname(path), shard)));
  if (missing !== undefined) throw new UserError(`${path} names ${missing}, which is not beside it. Download it too.`);
  const files = new Map<string, SafetensorsFile>();
  const close = async (): Promise<void> => {
    for (const file of files.values()) await file[Symbol.asyncDispose]();
  };
  try {
    for (const shard of shards) files.set(shard, await openSafetensors(join(dirname(path), shard)));
    return {
      tensors: new Map([...shardOf].map(([name, shard]) => [name, tensorIn(files.get(shard)!, { name, shard, path })])),
      floats: (name) => {
        const file = files.get(shardOf.get(name) ?? "");
        if (file === undefined) throw new Error(`${path} has no tensor "${name}"`);
        return file.floats(name);
      },
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function tensorIn(
  { tensors }: SafetensorsFile,
  { name, shard, path }: { readonly name: string; readonly shard: string; readonly path: string },
): StoredTensor {
  const tensor = tensors.get(name);
  if (tensor !== undefined) return tensor;
  throw new UserError(
    `${path} says that ${JSON.stringify(name.slice(0, 80))} is in ${shard}, which has no such tensor. Do the files belong together? Download them again.`,
  );
}
