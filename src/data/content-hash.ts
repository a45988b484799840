import { sha256 } from "../lib/hash.js";
import type { Example } from "../types/data.js";

/**
 * SHA-256 of rows: of their ids, texts and labels, whatever order they stand in. Two runs with equal hashes were measured on the
 * same rows.
 */
export function contentHash(examples: readonly Example[]): string {
  const sorted = [...examples].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  return sha256(sorted.map(({ id, text, labels }) => sha256(id, text, ...labels)).join("\n"));
}
