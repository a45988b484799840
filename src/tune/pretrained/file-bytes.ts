/** @file Bytes of a large file, by their place: what is not asked for is never in memory. */
import { type FileHandle, open } from "node:fs/promises";
import { UserError } from "../../lib/errors.js";
import { checkRegularFile } from "../../lib/regular-file.js";
import { whyUnreadable } from "../../lib/unreadable-file.js";

/** Opens a file for reading. `UserError` where it is not there, is no file, or may not be read. */
export async function openForReading(path: string): Promise<FileHandle> {
  // Opening a pipe would wait for its other end.
  checkRegularFile(path);
  return open(path, "r").catch(async (error: unknown) => {
    throw await whyUnreadable(path, error);
  });
}

/** Fills `target` with the bytes from `position` on. `UserError` where the file ends before. */
export async function readInto(path: string, file: FileHandle, target: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < target.length) {
    const { bytesRead } = await file.read(target, done, target.length - done, position + done);
    if (bytesRead === 0) throw new UserError(`${path} ended while it was read. Was it changed meanwhile?`);
    done += bytesRead;
  }
}

/** So many bytes from `position` on. */
export async function readAt(path: string, file: FileHandle, position: number, byteCount: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(byteCount);
  await readInto(path, file, bytes, position);
  return bytes;
}

/** Refuses a file whose first bytes are those of a Git LFS pointer, which stands in a repository for the file itself. */
export function refuseLfsPointer(path: string, start: Uint8Array): void {
  if (new TextDecoder().decode(start.subarray(0, 24)) === "version https://git-lfs.")
    throw new UserError(`${path} is a Git LFS pointer, not the weights. Fetch them with "git lfs pull".`);
}
