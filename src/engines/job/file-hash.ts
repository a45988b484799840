import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";

/** SHA-256 of a file's bytes, as 64 hexadecimal digits, and how many they are. Read in pieces: models are large. */
export async function fileHash(path: string): Promise<{ readonly sha256: string; readonly bytes: number }> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const part of createReadStream(path)) {
    hash.update(part as Uint8Array);
    bytes += (part as Uint8Array).length;
  }
  return { sha256: hash.digest("hex"), bytes };
}
