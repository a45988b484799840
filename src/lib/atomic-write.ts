import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Writes a file so that a reader, or a power cut, finds either the old content or the new one, never a part:
 * into a neighbor first, flushed, then renamed. Makes the folder if need be.
 */
export async function writeFileAtomic(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const neighbor = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(neighbor, "w");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(neighbor, path);
  } catch (error) {
    await rm(neighbor, { force: true });
    throw error;
  }
}
