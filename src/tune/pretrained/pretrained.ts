/** @file A pre-trained model as its folder has it, before any weights are read: configuration, tokenizer, graph. */
import { inOrder, isOp, type Tensor } from "../../autodiff/graph.js";
import { UserError } from "../../lib/errors.js";
import { architectureOf } from "../encoders/classifier-heads.js";
import { type Dropout, type EncoderGraph, noDropout, type WantedStates } from "../encoders/encoder-graph.js";
import { type BuiltEncoder, buildEncoder } from "../encoders/families.js";
import { withoutCarriedPooling } from "./carried-pooling.js";
import { createFolderTokenizer, readMaxTokens, readTokenizerFiles } from "./folder-tokenizer.js";
import { findModelFolder, type ModelFolder, readObject, readText } from "./model-folder.js";
import { type Pooling, readFolderPooling } from "./pooling.js";
import { floatFields } from "./python-json.js";
import { readSavedFields } from "./saved-fields.js";
import type { Tokenizer, TokenizerFiles } from "./tokenizer.js";
import { findWeights } from "./weights.js";

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
  /** The file with the weights. */
  readonly weightsPath: string;
  /** Builds a new graph of the encoder, by default with all states. */
  build(dropout?: Dropout, states?: WantedStates): EncoderGraph;
}

/** Reads a model by the name of an embedded one or by its folder. What is wrong with it is a `UserError`. */
export async function readPretrained(nameOrFolder: string): Promise<Pretrained> {
  const folder = findModelFolder(nameOrFolder);
  const stored = await readObject(folder, "config.json");
  if (stored === undefined)
    throw new UserError(
      `${folder.path} has no config.json. Expected a Hugging Face folder: config.json, tokenizer.json, model.safetensors.`,
    );
  const saved = readSavedFields(stored)?.pooling;
  const floats = floatFields((await readText(folder, "config.json")) ?? "");
  const carried = saved !== undefined && architectureOf(stored)?.carriesPooling;
  const config = carried ? withoutCarriedPooling(stored) : stored;
  const { graph: _, ...built } = buildEncoder(config, folder.path);
  const tokenizerFiles = await readTokenizerFiles(folder);
  return {
    ...built,
    folder,
    config,
    floats,
    tokenizerFiles,
    pooling: saved ?? (await readFolderPooling(folder)),
    maxTokens: Math.min(built.maxPositions, await readMaxTokens(folder, tokenizerFiles.config)),
    weightsPath: findWeights(folder),
    tokenizer: createFolderTokenizer(folder, tokenizerFiles, built.vocabularySize),
    build: (dropout = noDropout, states = "all") => buildEncoder(config, folder.path, dropout, states).graph,
  };
}

/** The weights that `roots` are computed from: every input but those of the batch. */
export function weightsOf(roots: readonly Tensor[], batch: readonly Tensor[]): Tensor<"input">[] {
  return inOrder(roots).filter((tensor): tensor is Tensor<"input"> => isOp(tensor, "input") && !batch.includes(tensor));
}
