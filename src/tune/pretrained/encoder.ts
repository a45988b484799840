/** @file A frozen encoder: a model folder made into vectors of texts. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { createSession } from "../../autodiff/session.js";
import { countOf, float32Of } from "../../autodiff/values.js";
import { sha256 } from "../../lib/hash.js";
import type { EmbeddingCache, Encoder } from "../../types/encoder.js";
import type { ProgressEvent } from "../../types/events.js";
import { noDropout } from "../encoders/encoder-graph.js";
import { packTokens } from "../encoders/packed-tokens.js";
import { type EmbeddingModel, embedTexts } from "./embedding.js";
import { memoryEmbeddingCache } from "./embedding-cache.js";
import { modelLanguages } from "./model-languages.js";
import { pooled, statesFor, usualPooling } from "./pooling.js";
import { readPretrained, weightsOf } from "./pretrained.js";
import { resolveModel } from "./resolve-model.js";
import { tokenBatch } from "./token-batch.js";

/** Options of `loadEncoder`. */
export interface EncoderOptions {
  /** Where vectors are cached. @default in memory, as long as the encoder lives */
  readonly cache?: EmbeddingCache;
  /** Number of threads. @default the number of cores, at most eight */
  readonly threads?: number;
  /** The environment that configures the Hub: `HF_TOKEN`, `HF_ENDPOINT`, `HF_HOME` and others. @default process.env */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Whether a model of the Hub must be in the cache already. @default false */
  readonly offline?: boolean;
  /** Cancels a download. */
  readonly signal?: AbortSignal;
  /** Receives the progress of a download. */
  readonly log?: (event: ProgressEvent) => void;
}

/** A batch should take a fraction of a second on a few cores: the thread is blocked meanwhile, and Ctrl-C waits. */
const multiplicationsPerBatch = 1e10;

/**
 * Loads an encoder: the bundled `minilm-l6`, a local Hugging Face folder of a family in `encoders/` or of a decoder, a GGUF file, or a model of the
 * Hub by its name, `org/name` or `org/name@revision`, which is downloaded to Hugging Face's cache if it is not there yet. Vectors agree with those of
 * sentence-transformers (`golden/make_encoder.py`) and transformers (`golden/make_families.py`). Throws a `UserError` if the name or the folder
 * is wrong.
 */
export async function loadEncoder(nameOrFolder: string, options: EncoderOptions = {}): Promise<Encoder> {
  const { env = process.env, offline = false, signal = new AbortController().signal, log = () => {} } = options;
  const { folder: place } = await resolveModel(nameOrFolder, { env, offline, signal, log });
  const pretrained = await readPretrained(place);
  const { folder, config, tokenizer, tokenizerFiles, maxTokens, stored, hiddenSize } = pretrained;
  const pooling = pretrained.pooling ?? usualPooling;
  const graph = pretrained.build(noDropout, statesFor(pooling));
  const vector = pooled(graph, pooling);
  const weights = await stored.read(weightsOf([vector], [graph.inputIds, graph.attentionMask]));
  const threads = options.threads === undefined ? {} : { threads: options.threads };
  const session = await createSession(packTokens({ vector }, graph).roots, { weights, ...threads });

  const sizes = Object.entries(weights).map(([name, { shape }]) => ({
    isTable: /^(embeddings|model\.embed_tokens)\./.test(name),
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
      const { vector: result } = await session.run(tokenBatch(batch, tokenizer.padId));
      const data = float32Of(result);
      return batch.map((_, row) => data.slice(row * hiddenSize, (row + 1) * hiddenSize));
    },
  };
  const files = await stored.files();
  const hash = sha256(
    await fileHash(files),
    JSON.stringify([config, tokenizerFiles.tokenizer, tokenizerFiles.config, pooling, maxTokens]),
  );
  const cache = options.cache ?? memoryEmbeddingCache();
  const languages = await modelLanguages(folder);
  return {
    name: folder.name,
    ...(folder.name === place ? {} : { folder: folder.path }),
    dimension: hiddenSize,
    maxTokens,
    parameters,
    ...(languages === undefined ? {} : { languages }),
    hash,
    fileBytes: await sizeOf([...files, join(folder.path, "tokenizer.json"), join(folder.path, "config.json")]),
    embed: (texts, context) => embedTexts(model, { cache, hash }, texts, context),
    countTokens: (texts) => texts.map((text) => tokenizer.encode(text).length),
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
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

/** The hash of all their bytes, one file after the other. */
async function fileHash(paths: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const path of paths) for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}
