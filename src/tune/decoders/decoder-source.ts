/** @file Where a decoder comes from: the box, a GGUF file, or a Hugging Face folder with its language model's head; read in the same words. */
import { stat } from "node:fs/promises";
import { basename, extname, join, resolve } from "node:path";
import { isSameShape, shapeText } from "../../autodiff/dims.js";
import type { Tensor } from "../../autodiff/graph.js";
import { float32, type TensorValue } from "../../autodiff/values.js";
import { isBoxedModel } from "../../hub/boxed-models.js";
import { UserError } from "../../lib/errors.js";
import { at, textAt } from "../../lib/json-value.js";
import { openBoxedModel } from "../pretrained/boxed/boxed-model.js";
import { readTokenizerFiles } from "../pretrained/folder-tokenizer.js";
import { type GgufModel, openGgufModel } from "../pretrained/gguf/gguf-model.js";
import { findModelFolder, type ModelFolder, readObject, readText } from "../pretrained/model-folder.js";
import { openTensors } from "../pretrained/sharded-weights.js";
import type { TokenizerFiles } from "../pretrained/tokenizer.js";
import { findWeights } from "../pretrained/weights.js";
import { type DecoderConfig, decoderConfig } from "./decoder-config.js";

/** How a model's words become tokens, and which of them are commands. */
export interface DecoderTokens {
  /** What `createTokenizer` and `@huggingface/tokenizers` take. */
  readonly files: TokenizerFiles;
  /** How the model was taught to read conversations, in Jinja; `null` for a model that continues texts. */
  readonly chatTemplate: string | null;
  /** Words that are commands to the model, such as `<|im_end|>`, and must not be so in a text. */
  readonly specialTokens: readonly string[];
  /** Tokens after which an answer is over. */
  readonly endIds: readonly number[];
}

/** A decoder that can be read, weight by weight. Holds file handles: dispose of it. */
export interface DecoderSource extends AsyncDisposable {
  /** The file, the folder, or the name in the box; for messages. */
  readonly path: string;
  readonly config: DecoderConfig;
  /** The configuration as Hugging Face writes it (`config.json`). */
  readonly fields: object;
  readonly tokens: DecoderTokens;
  /** The shape of each weight, by the names that Hugging Face's `…ForCausalLM` has: `model.layers.0.self_attn.q_proj.weight`, `lm_head.weight`. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** The numbers of one weight. */
  floats(name: string): Promise<Float32Array>;
}

/** Whether a path is that of a GGUF file, by its name. */
export function isGgufPath(path: string): boolean {
  return extname(path).toLowerCase() === ".gguf";
}

/** Opens a model of the box by its name, a GGUF file or a Hugging Face folder. `UserError` where it holds no decoder that is computed here, or is damaged. */
export async function openDecoderSource(path: string): Promise<DecoderSource> {
  if (isBoxedModel(path)) return ggufSource(await openBoxedModel(path), path);
  const isFile = await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
  return isFile || isGgufPath(path) ? ggufSource(await openGgufModel(path), path) : folderSource(findModelFolder(path));
}

/** A GGUF model that is open already, which is disposed of with the source. `path` is its file, for messages. */
export async function ggufSource(model: GgufModel, path: string): Promise<DecoderSource> {
  try {
    return {
      path,
      // A file of the architecture llama has what biases it has; Hugging Face's Llama has all four of attention or none.
      config: decoderConfig(
        { ...model.config, attention_output_bias: model.weights.has("model.layers.0.self_attn.o_proj.bias") },
        path,
      ),
      fields: model.config,
      tokens: model.tokenizer,
      shapes: new Map([...model.weights].map(([name, { shape }]) => [name, shape])),
      floats: (name) => model.floats(name),
      [Symbol.asyncDispose]: () => model[Symbol.asyncDispose](),
    };
  } catch (error) {
    await model[Symbol.asyncDispose]();
    throw error;
  }
}

async function folderSource(folder: ModelFolder): Promise<DecoderSource> {
  const fields = await readObject(folder, "config.json");
  if (fields === undefined)
    throw new UserError(`${folder.path} has no config.json. Expected a Hugging Face folder, or a GGUF file.`);
  const config = decoderConfig(fields, join(folder.path, "config.json"));
  const tokens = await folderTokens(folder, fields);
  const file = await openTensors(findWeights(folder));
  // A base model saved without its head (`LlamaModel`) leaves out the prefix.
  const prefix = file.tensors.has("embed_tokens.weight") ? "model." : "";
  const stored = new Map([...file.tensors].map(([name, { shape }]) => [prefix + name, { name, shape }]));
  return {
    path: folder.path,
    config,
    fields,
    tokens,
    shapes: new Map([...stored].map(([name, { shape }]) => [name, shape])),
    floats: (name) => file.floats(stored.get(name)?.name ?? name),
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  };
}

async function folderTokens(folder: ModelFolder, config: object): Promise<DecoderTokens> {
  const files = await readTokenizerFiles(folder);
  const generation = await readObject(folder, "generation_config.json");
  const found = at(files.tokenizer, "added_tokens");
  const added: readonly unknown[] = Array.isArray(found) ? found : [];
  const end = textAt(files.config, "eos_token") ?? textAt(at(files.config, "eos_token"), "content");
  const named = added.filter((token) => end !== null && textAt(token, "content") === end).map((token) => at(token, "id"));
  const endIds = [at(generation, "eos_token_id"), at(config, "eos_token_id"), named].flat(2);
  return {
    files,
    chatTemplate: (await readText(folder, "chat_template.jinja")) ?? templateIn(files.config),
    specialTokens: added.flatMap((token) => textAt(token, "content") ?? []),
    endIds: [...new Set(endIds.filter((id): id is number => Number.isSafeInteger(id)))],
  };
}

/** `chat_template` of a `tokenizer_config.json`: a text, or several by name, of which the one called `default` is meant. */
function templateIn(config: object): string | null {
  const template = at(config, "chat_template");
  if (typeof template === "string") return template;
  const named = Array.isArray(template) ? template.find((each: unknown) => textAt(each, "name") === "default") : undefined;
  return textAt(named, "template");
}

/** Reads the weights that a graph asks for, by name. `UserError` where one is missing, of another shape, or holds what is no number. */
export async function readDecoderWeights(
  source: DecoderSource,
  wanted: readonly Tensor<"input">[],
): Promise<Record<string, TensorValue<"float32">>> {
  const weights: Record<string, TensorValue<"float32">> = {};
  for (const { params, shape } of wanted) {
    const numbers = await checkedFloats(source, params.name, shape as readonly number[]);
    weights[params.name] = float32(numbers, shape as readonly number[]);
  }
  return weights;
}

/** The numbers of one weight of the shape that the configuration asks for. `UserError` as `readDecoderWeights`. */
export async function checkedFloats(source: DecoderSource, name: string, shape: readonly number[]): Promise<Float32Array> {
  const stored = source.shapes.get(name);
  if (stored === undefined || !isSameShape(stored, shape))
    throw new UserError(
      `${source.path}: the weight "${name}" ${stored === undefined ? "is missing" : `is ${shapeText(stored)}`}; expected ${shapeText(shape)}. ` +
        "Is the file damaged? Download it again, or use another model.",
    );
  const numbers = await source.floats(name);
  // A loop, for speed: only of finite numbers the difference is 0.
  for (let i = 0; i < numbers.length; i++)
    if (numbers[i]! - numbers[i]! !== 0)
      throw new UserError(
        `${source.path}: the weight "${name}" holds ${numbers[i]} (number ${i + 1} of ${numbers.length}): nothing can be computed with it. Is the file damaged? Download it again.`,
      );
  return numbers;
}

/** What a source is called: its file's or folder's name. */
export const sourceName = ({ path }: Pick<DecoderSource, "path">): string => basename(resolve(path));
