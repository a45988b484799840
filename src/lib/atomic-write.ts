import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

let calls = 0;

/**
 * Writes a file so that a reader, or a power cut, finds either the old content or the new one, never a part:
 * into a neighbor first, flushed, then renamed. Makes the folder if need be. Several parts are written one after another.
 *
 * @param modes of the file, and of folders that are made; the usual ones of this process by default
 */
export async function writeFileAtomic(
  path: string,
  content: string | Uint8Array | Iterable<Uint8Array>,
  modes: { readonly fileMode?: number; readonly folderMode?: number } = {},
): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: modes.folderMode });
  // Of its own in every call: two writers of one file, in one process or in two, must not share it.
  const neighbor = `${path}.${process.pid}-${calls++}.tmp`;
  try {
    const file = await open(neighbor, "w", modes.fileMode);
    try {
      const parts = typeof content === "string" || content instanceof Uint8Array ? [content] : content;
      for (const part of parts) await file.writeFile(part);
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
