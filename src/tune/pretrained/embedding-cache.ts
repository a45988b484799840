import type { CachedEmbedding, EmbeddingCache } from "../../types/encoder.js";

/** A cache that lives as long as the process, and drops what it has had longest beyond `maxBytes` of vectors. */
export function memoryEmbeddingCache(maxBytes = 64 * 2 ** 20): EmbeddingCache {
  const kept = new Map<string, CachedEmbedding>();
  let bytes = 0;
  const remove = (key: string): void => {
    bytes -= kept.get(key)?.vector.byteLength ?? 0;
    kept.delete(key);
  };
  return {
    get: async (keys) => keys.map((key) => kept.get(key)),
    set: async (entries) => {
      for (const { key, value } of entries) {
        remove(key);
        kept.set(key, value);
        bytes += value.vector.byteLength;
        for (const oldest of kept.keys()) {
          if (bytes <= maxBytes) break;
          remove(oldest);
        }
      }
    },
  };
}
