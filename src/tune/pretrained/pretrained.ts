/** @file A pre-trained model as its folder has it, before any weights are read: configuration, tokenizer, graph. */
import { inOrder, isOp, type Tensor } from "../../autodiff/graph.js";
import { UserError } from "../../lib/errors.js";
import { decoderParts, isGgufModel } from "../decoders/decoder-parts.js";
import { architectureOf } from "../encoders/classifier-heads.js";
import { type Dropout, type EncoderGraph, noDropout, type WantedStates } from "../encoders/encoder-graph.js";
import type { BuiltEncoder } from "../encoders/families.js";
import { buildModel, isDecoder } from "./build-model.js";
import { withoutCarriedPooling } from "./carried-pooling.js";
import { createFolderTokenizer, readMaxTokens, readTokenizerFiles } from "./folder-tokenizer.js";
import { findModelFolder, type ModelFolder, readObject, readText } from "./model-folder.js";
import { type Pooling, readFolderPooling } from "./pooling.js";
import { floatFields } from "./python-json.js";
import { readSavedFields } from "./saved-fields.js";
import type { Tokenizer, TokenizerFiles } from "./tokenizer.js";
import { type StoredWeights, storedWeights } from "./weights.js";

/** A model folder, read and checked but for its weights. */
export interface Pretrained extends Omit<BuiltEncoder, "graph"> {
  readonly folder: ModelFolder;
  /** `config.json`, parsed; of a classifier that was saved here, without the layer that carries its pooling. */
  readonly config: object;
  /** Its fields whose numbers have a fraction, also where it is `.0`. */
  readonly floats: ReadonlySet<string>;
  readonly tokenizerFiles: TokenizerFiles;
  readonly tokenizer: Tokenizer;
  /** How sentence-transformers pools it, or the classifier that was saved here; `undefined` where the folder does not say. */
  readonly pooling: Pooling | undefined;
  /** The longest text in tokens. */
  readonly maxTokens: number;
  readonly stored: StoredWeights;
  /** Builds a new graph of the model, by default with all states. */
  build(dropout?: Dropout, states?: WantedStates): EncoderGraph;
}

/** What is read of a model before its graph is built. */
type Parts = Pick<Pretrained, "config" | "floats" | "tokenizerFiles" | "tokenizer" | "stored">;

/** Reads a model by the name of an embedded one, by its folder, or from a GGUF file. What is wrong with it is a `UserError`. */
export async function readPretrained(nameOrFolder: string): Promise<Pretrained> {
  const folder = findModelFolder(nameOrFolder);
  const isGguf = isGgufModel(folder);
  const fields = isGguf ? undefined : await readObject(folder, "config.json");
  if (fields === undefined && !isGguf)
    throw new UserError(
      `${folder.path} has no config.json. Expected a Hugging Face folder (config.json, tokenizer.json, model.safetensors), or a GGUF file.`,
    );
  const { config, tokenizerFiles, ...parts }: Parts =
    fields === undefined || isDecoder(fields) ? await decoderParts(folder) : await encoderParts(folder, fields);
  const { graph: _, ...built } = buildModel(config, folder.path);
  const pooling = readSavedFields(config)?.pooling ?? (await readFolderPooling(folder));
  if (pooling === "last" && !isDecoder(config))
    throw new UserError(
      `${folder.path} asks for pooling by the last token, which is computed for language models alone. Choose another model.`,
    );
  return {
    ...built,
    ...parts,
    folder,
    config,
    tokenizerFiles,
    pooling,
    maxTokens: Math.min(built.maxPositions, await readMaxTokens(folder, tokenizerFiles.config)),
    build: (dropout = noDropout, states = "all") => buildModel(config, folder.path, dropout, states).graph,
  };
}

async function encoderParts(folder: ModelFolder, stored: object): Promise<Parts> {
  const saved = readSavedFields(stored)?.pooling;
  const floats = floatFields((await readText(folder, "config.json")) ?? "");
  const carried = saved !== undefined && architectureOf(stored)?.carriesPooling;
  const config = carried ? withoutCarriedPooling(stored) : stored;
  const { prefix, vocabularySize } = buildModel(config, folder.path);
  const tokenizerFiles = await readTokenizerFiles(folder);
  return {
    config,
    floats,
    tokenizerFiles,
    tokenizer: createFolderTokenizer(folder, tokenizerFiles, vocabularySize),
    stored: storedWeights(folder, prefix),
  };
}

/** The name that a model with a head has for a weight of the model below it. */
export function storedName({ prefix }: Pick<BuiltEncoder, "prefix">, name: string): string {
  return prefix === "" ? name : `${prefix}.${name}`;
}

/** The name that the bare model has for it. */
export function bareName({ prefix }: Pick<BuiltEncoder, "prefix">, name: string): string {
  return prefix === "" ? name.replace(/^model\./, "") : name;
}

/** The weights that `roots` are computed from: every input but those of the batch. */
export function weightsOf(roots: readonly Tensor[], batch: readonly Tensor[]): Tensor<"input">[] {
  return inOrder(roots).filter((tensor): tensor is Tensor<"input"> => isOp(tensor, "input") && !batch.includes(tensor));
}
