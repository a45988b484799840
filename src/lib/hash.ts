import { createHash, hash as hashOf } from "node:crypto";

/** SHA-256 as 64 hexadecimal digits. Parts are length-prefixed, so ("ab", "c") and ("a", "bc") differ. */
export function sha256(...parts: readonly (string | Uint8Array)[]): string {
  // In one call where it can be: a tenth of what a request costs was made up of the calls.
  if (parts.every((part) => typeof part === "string"))
    return hashOf(
      "sha256",
      parts.reduce((all, part) => `${all}${Buffer.byteLength(part)}:${part}`, ""),
    );
  const hash = createHash("sha256");
  for (const part of parts) {
    const bytes = typeof part === "string" ? Buffer.from(part, "utf8") : part;
    hash.update(`${bytes.length}:`).update(bytes);
  }
  return hash.digest("hex");
}
