/** @file A frozen encoder: a model folder made into vectors of texts. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { inOrder, isOp, type Tensor } from "../autodiff/graph.js";
import { createSession } from "../autodiff/session.js";
import { countOf, float32Of, int64, type Values } from "../autodiff/values.js";
import { UserError } from "../lib/errors.js";
import { sha256 } from "../lib/hash.js";
import type { EmbeddingCache, Encoder } from "../types.js";
import { type EmbeddingModel, embedTexts } from "./embedding.js";
import { memoryEmbeddingCache } from "./embedding-cache.js";
import { buildEncoder } from "./encoders/families.js";
import { findModelFolder, type ModelFolder, readObject, readText } from "./model-folder.js";
import { pooled, readPooling } from "./pooling.js";
import { createTokenizer, type TokenIds, type Tokenizer, type TokenizerFiles, wordPieceFiles } from "./tokenizer.js";
import { findWeights, readWeights } from "./weights.js";

export interface EncoderOptions {
  /** Where vectors are kept; in memory, for the life of the encoder, unless told. */
  readonly cache?: EmbeddingCache;
  /** Threads of one batch; as many as there are cores, at most eight, unless told. */
  readonly threads?: number;
}

/** A batch should take a fraction of a second on a few cores: the thread is blocked meanwhile, and Ctrl-C waits. */
const multiplicationsPerBatch = 1e10;

/**
 * Loads an encoder: `minilm-l6`, which comes with the package, or a local Hugging Face folder of a BERT model. Agrees with
 * sentence-transformers on that folder (`golden/make_encoder.py`). Everything that is wrong with a folder is a `UserError`.
 */
export async function loadEncoder(nameOrFolder: string, options: EncoderOptions = {}): Promise<Encoder> {
  const folder = findModelFolder(nameOrFolder);
  const config = await readObject(folder, "config.json");
  if (config === undefined)
    throw new UserError(
      `${folder.path} has no config.json. Expected a Hugging Face folder: config.json, tokenizer.json, model.safetensors.`,
    );
  const { graph, prefix, hiddenSize, maxPositions, vocabularySize } = buildEncoder(config, folder.path);
  const tokenizerFiles = await readTokenizerFiles(folder);
  const pooling = await readFolderPooling(folder);
  const maxTokens = Math.min(maxPositions, await readMaxTokens(folder, tokenizerFiles.config));
  const weightsPath = findWeights(folder);

  const vector = pooled(graph, pooling);
  const isWeight = (tensor: Tensor): tensor is Tensor<"input"> =>
    isOp(tensor, "input") && tensor !== graph.inputIds && tensor !== graph.attentionMask;
  const wanted = inOrder([vector]).filter(isWeight);
  const weights = await readWeights(weightsPath, wanted, prefix);
  const tokenizer = createFolderTokenizer(folder, tokenizerFiles, vocabularySize);
  const threads = options.threads === undefined ? {} : { threads: options.threads };
  const session = await createSession({ vector }, { weights, ...threads });

  const sizes = Object.entries(weights).map(([name, { shape }]) => ({
    isTable: name.startsWith("embeddings."),
    count: countOf(shape),
  }));
  const parameters = sizes.reduce((total, { count }) => total + count, 0);
  const multiplicationsPerToken = sizes.reduce((total, { isTable, count }) => total + (isTable ? 0 : count), 0);
  const model: EmbeddingModel = {
    tokenizer,
    maxTokens,
    // From the size of the model and not from a clock: equal texts then share batches, and so vectors, in every run.
    tokensPerBatch: Math.min(4096, Math.max(128, Math.round(multiplicationsPerBatch / multiplicationsPerToken))),
    run: async (batch) => {
      const { vector: result } = await session.run(toFeeds(batch, tokenizer.padId));
      const data = float32Of(result);
      return batch.map((_, row) => data.slice(row * hiddenSize, (row + 1) * hiddenSize));
    },
  };
  const hash = sha256(
    await fileHash(weightsPath),
    JSON.stringify([config, tokenizerFiles.tokenizer, tokenizerFiles.config, pooling, maxTokens]),
  );
  const cache = options.cache ?? memoryEmbeddingCache();
  return {
    name: folder.name,
    dimension: hiddenSize,
    maxTokens,
    parameters,
    hash,
    fileBytes: await sizeOf([weightsPath, join(folder.path, "tokenizer.json"), join(folder.path, "config.json")]),
    embed: (texts, context) => embedTexts(model, { cache, hash }, texts, context),
    countTokens: (texts) => texts.map((text) => tokenizer.encode(text).length),
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

/** Rows of ids padded on the right to the longest, and where there is no padding. */
function toFeeds(batch: readonly TokenIds[], padId: number): Values {
  const length = batch.reduce((longest, ids) => Math.max(longest, ids.length), 1);
  const ids = new Array<number>(batch.length * length).fill(padId);
  const mask = new Array<number>(batch.length * length).fill(0);
  for (const [row, rowIds] of batch.entries())
    for (const [i, id] of rowIds.entries()) {
      ids[row * length + i] = id;
      mask[row * length + i] = 1;
    }
  const shape = [batch.length, length];
  return { input_ids: int64(ids, shape), attention_mask: int64(mask, shape) };
}

async function readTokenizerFiles(folder: ModelFolder): Promise<TokenizerFiles> {
  const config = (await readObject(folder, "tokenizer_config.json")) ?? {};
  const tokenizer = await readObject(folder, "tokenizer.json");
  if (tokenizer !== undefined) return { tokenizer, config };
  const vocabulary = await readText(folder, "vocab.txt");
  if (vocabulary === undefined)
    throw new UserError(
      `${folder.path} has no tokenizer: neither tokenizer.json nor vocab.txt. Save it beside the model in Python: ` +
        `AutoTokenizer.from_pretrained(NAME).save_pretrained(DIR).`,
    );
  const { do_lower_case: isLowercase } = z.object({ do_lower_case: z.boolean().default(true) }).parse(config);
  const built = wordPieceFiles(vocabulary, isLowercase);
  return { tokenizer: built.tokenizer, config: { ...built.config, ...config } };
}

/** The folder's tokenizer, if its ids are rows of the model's table. */
function createFolderTokenizer({ path }: ModelFolder, files: TokenizerFiles, vocabularySize: number): Tokenizer {
  const tokenizer = createTokenizer(files, path);
  if (tokenizer.maxId >= vocabularySize)
    throw new UserError(
      `The tokenizer of ${path} has ids up to ${tokenizer.maxId}; by config.json the model has ${vocabularySize} tokens. ` +
        "Do the two files belong together?",
    );
  return tokenizer;
}

const moduleList = z.array(z.object({ path: z.string(), type: z.string() }));

/** How the folder's tokens become one vector. A layer after that, which would change it, is refused. */
async function readFolderPooling(folder: ModelFolder): Promise<ReturnType<typeof readPooling>> {
  const text = await readText(folder, "modules.json");
  const place = join(folder.path, "modules.json");
  const modules = text === undefined ? [] : moduleList.safeParse(parseJson(text)).data;
  if (modules === undefined) throw new UserError(`${place} should be a list of modules with path and type.`);
  const foreign = modules.find(({ type }) => !/\.(Transformer|Pooling|Normalize)$/.test(type));
  if (foreign !== undefined)
    throw new UserError(
      `${place} has a module "${foreign.type}" that is not computed here, only Transformer, Pooling and Normalize.`,
    );
  const file = join(modules.find(({ type }) => type.endsWith(".Pooling"))?.path ?? "1_Pooling", "config.json");
  return readPooling(await readObject(folder, file), join(folder.path, file));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The longest text in tokens, by sentence-transformers' setting, else by the tokenizer's. */
async function readMaxTokens(folder: ModelFolder, tokenizerConfig: object): Promise<number> {
  const limit = z.number().int().positive().nullish().catch(undefined);
  const sentence = z.object({ max_seq_length: limit }).parse((await readObject(folder, "sentence_bert_config.json")) ?? {});
  const { model_max_length: ofTokenizer } = z.object({ model_max_length: limit }).parse(tokenizerConfig);
  return sentence.max_seq_length ?? ofTokenizer ?? Number.POSITIVE_INFINITY;
}

/** Bytes of the files that are there. */
async function sizeOf(paths: readonly string[]): Promise<number> {
  const sizes = await Promise.all(
    paths.map((path) =>
      stat(path).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function fileHash(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}
