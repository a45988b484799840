/** @file Texts to vectors. */
import type { PredictContext } from "./approach.js";

/** Texts to vectors, frozen. Implemented in `tune/`; the prompted arm gets one handed in. */
export interface Encoder extends AsyncDisposable {
  readonly name: string;
  /** Where its files are, where the name is not what it can be loaded by again: a folder of Hugging Face's cache. */
  readonly folder?: string;
  /** Numbers in one vector. */
  readonly dimension: number;
  /** Longest input in tokens; longer texts are cut. */
  readonly maxTokens: number;
  readonly parameters: number;
  /** Languages that it was trained on, by their English names, where its card names them. */
  readonly languages?: readonly string[];
  /** SHA-256 of weights and tokenizer: the key of every cached embedding. */
  readonly hash: string;
  /** Size of its files as they are stored. Absent where it is not made of a model folder: what is fitted on it is then saved without it. */
  readonly fileBytes?: number;
  /** One vector a text, in the order given, each of length 1. Cached vectors are charged with the seconds they once took. */
  embed(texts: readonly string[], context: PredictContext): Promise<readonly Float32Array[]>;
  /** Tokens of each text with the special ones, before any cut. */
  countTokens(texts: readonly string[]): readonly number[];
}

/** Where an encoder keeps its vectors between runs. */
export interface EmbeddingCache {
  /** By key; `undefined` where there is none. */
  get(keys: readonly string[]): Promise<readonly (CachedEmbedding | undefined)[]>;
  set(entries: readonly { readonly key: string; readonly value: CachedEmbedding }[]): Promise<void>;
}

export interface CachedEmbedding {
  readonly vector: Float32Array;
  /** What it took to compute. */
  readonly seconds: number;
}
