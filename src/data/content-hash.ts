import { sha256 } from "../lib/hash.js";
import type { Example } from "../types/data.js";

/**
 * SHA-256 of rows: of their ids, texts and labels, soft ones too, whatever order they stand in. Two runs with equal hashes were measured on the
 * same rows.
 */
export function contentHash(examples: readonly Example[]): string {
  const sorted = [...examples].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  return sha256(sorted.map(hashOf).join("\n"));
}

function hashOf({ id, text, labels, softLabels }: Example): string {
  return softLabels === undefined ? sha256(id, text, ...labels) : sha256(id, text, ...labels, JSON.stringify(softLabels));
}
