/** @file `local:NAME` on our own engine: a model in the box, a GGUF file, a Hugging Face folder, or a model of the Hub. */
import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { boxedModels, isBoxedModel } from "../../../hub/boxed-models.js";
import { fetchModel } from "../../../hub/hub.js";
import { NoReadableWeights } from "../../../hub/model-files.js";
import { sha256 } from "../../../lib/hash.js";
import { at } from "../../../lib/json-value.js";
import type { EngineContext, LocalEngine, LocalEngineSource, OpenLocalEngine } from "../../../types/local-engine.js";
import { openBoxedModel } from "../../pretrained/boxed/boxed-model.js";
import { isDecoder } from "../../pretrained/build-model.js";
import { findModelFolder, readObject } from "../../pretrained/model-folder.js";
import { findWeights } from "../../pretrained/weights.js";
import { type DecoderSource, ggufSource, isGgufPath, openDecoderSource } from "../decoder-source.js";
import { createDecoderEngine } from "./decoder-engine.js";
import type { Precision } from "./matrices.js";
import { quickerPrecision } from "./quicker-precision.js";

/** Changes with the arithmetic: answers that were stored before are then asked for again. */
const arithmetic: Readonly<Record<Precision, string>> = { int8: "int8 blocks of 16", float32: "float32" };

/** Finds a model. What this engine does not compute, or has no weights as safetensors or GGUF, is `null`: transformers.js may run it. */
export const openLocalEngine: OpenLocalEngine = async (name, context) => {
  if (isBoxedModel(name)) {
    const { sha256: hash, parameters, fullName } = boxedModels[name];
    return await sourceOf(hash, parameters, async () => ggufSource(await openBoxedModel(name), fullName));
  }
  const path = await placeOf(name, context);
  if (path === null) return null;
  // Opened once to see that it can be read; its weights are read when it is first asked.
  await using source = await openDecoderSource(path);
  const file = isGgufPath(path) ? path : findWeights(findModelFolder(path));
  const version = sha256(JSON.stringify(source.fields), source.tokens.chatTemplate ?? "", await fileHash(file));
  return await sourceOf(version, parametersOf(source), () => openDecoderSource(path));
};

async function sourceOf(hash: string, parameters: number, open: () => Promise<DecoderSource>): Promise<LocalEngineSource> {
  const precision = await quickerPrecision(parameters);
  const load = async (): Promise<LocalEngine> => {
    await using source = await open();
    return await createDecoderEngine(source, { precision });
  };
  return { version: sha256(arithmetic[precision], hash).slice(0, 16), parameters, load };
}

/** The file or folder of a model that is computed here. */
async function placeOf(name: string, context: EngineContext): Promise<string | null> {
  const path = resolve(name);
  if (isGgufPath(name) || (await stat(path).catch(() => null))?.isFile()) return path;
  if (existsSync(path)) return (await continuesTexts(path)) && !(await isOnnxAlone(path)) ? path : null;
  try {
    return await fetchModel(name, {
      ...context,
      beforeWeights: async (folder) => {
        if (!(await continuesTexts(folder))) throw new AnotherFamily();
      },
    });
  } catch (error) {
    if (error instanceof AnotherFamily || error instanceof NoReadableWeights) return null;
    throw error;
  }
}

/** Stops a download before its weights. */
class AnotherFamily extends Error {}

/** Whether a folder's configuration is of a family that is computed here, and of a model that continues texts. */
async function continuesTexts(path: string): Promise<boolean> {
  const config = await readObject(findModelFolder(path), "config.json");
  const [architecture] = [at(config, "architectures")].flat();
  const isClassifier =
    typeof architecture === "string" && !/CausalLM|LMHeadModel|^(Llama|Mistral|Qwen2|Qwen3)Model$/.test(architecture);
  return config !== undefined && isDecoder(config) && !isClassifier;
}

async function isOnnxAlone(path: string): Promise<boolean> {
  return (
    existsSync(join(path, "onnx")) &&
    !existsSync(join(path, "model.safetensors")) &&
    !existsSync(join(path, "model.safetensors.index.json"))
  );
}

function parametersOf({ shapes }: DecoderSource): number {
  return [...shapes.values()].reduce((total, shape) => total + shape.reduce((a, b) => a * b, 1), 0);
}

/** By path, size and time of the last change: gigabytes are read once, though a model is looked at before it is asked. */
const fileHashes = new Map<string, Promise<string>>();

async function fileHash(path: string): Promise<string> {
  const { size, mtimeMs } = await stat(path);
  const key = JSON.stringify([resolve(path), size, mtimeMs]);
  const known = fileHashes.get(key) ?? readHash(path);
  fileHashes.set(key, known);
  // What could not be read is read again.
  known.catch(() => fileHashes.delete(key));
  return known;
}

async function readHash(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}
