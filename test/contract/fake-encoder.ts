import { sha256 } from "../../src/lib/hash.js";
import type { Encoder } from "../../src/types/encoder.js";

/** What a fake encoder was asked to do. */
export interface FakeEncoder extends Encoder {
  /** Texts of every call of `embed`, in order. */
  readonly calls: readonly (readonly string[])[];
}

/**
 * An encoder without a model, for tests: each lower-cased word adds ±1 to one of `dimension` coordinates, both drawn from
 * a hash of the word; the sum is scaled to length 1. Texts that share words are near each other, and nothing else is true of it.
 */
export function fakeEncoder(dimension = 32): FakeEncoder {
  const calls: (readonly string[])[] = [];
  const words = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const embedOne = (text: string): Float32Array => {
    const vector = new Float32Array(dimension);
    for (const word of words(text)) {
      const digest = Number.parseInt(sha256(word).slice(0, 8), 16);
      const coordinate = (digest >>> 1) % dimension;
      vector[coordinate] = vector[coordinate]! + (digest % 2 === 0 ? 1 : -1);
    }
    const length = Math.hypot(...vector);
    if (length === 0) vector[0] = 1;
    else for (let j = 0; j < dimension; j++) vector[j] = vector[j]! / length;
    return vector;
  };
  return {
    name: `fake-${dimension}`,
    dimension,
    maxTokens: 64,
    parameters: 1000,
    hash: sha256("fake encoder", String(dimension)),
    calls,
    async embed(texts, context) {
      context.signal.throwIfAborted();
      calls.push(texts);
      return texts.map(embedOne);
    },
    countTokens: (texts) => texts.map((text) => words(text).length + 2),
    async [Symbol.asyncDispose]() {},
  };
}
