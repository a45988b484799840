/** @file Bytes of something large, by their place: what is not asked for need not be in memory. */
import { open } from "node:fs/promises";
import { UserError } from "../../lib/errors.js";
import { checkRegularFile } from "../../lib/regular-file.js";
import { whyUnreadable } from "../../lib/unreadable-file.js";

/** A file, or what is read as if it were one. May hold a file handle: dispose of it. */
export interface ByteSource extends AsyncDisposable {
  /** What messages call it: of a file, its path. */
  readonly path: string;
  readonly size: number;
  /** Fills `target` with the bytes from `position` on. `UserError` where there are not as many. */
  readInto(target: Uint8Array, position: number): Promise<void>;
  /** Up to where one can read on from `position` before something large has to be fetched. */
  pieceEnd(position: number): number;
}

/** Opens a file for reading. `UserError` where it is not there, is no file, or may not be read. */
export async function openForReading(path: string): Promise<ByteSource> {
  // Opening a pipe would wait for its other end.
  checkRegularFile(path);
  const file = await open(path, "r").catch(async (error: unknown) => {
    throw await whyUnreadable(path, error);
  });
  try {
    const { size } = await file.stat();
    const readInto = async (target: Uint8Array, position: number): Promise<void> => {
      for (let done = 0; done < target.length; ) {
        const { bytesRead } = await file.read(target, done, target.length - done, position + done);
        if (bytesRead === 0) throw new UserError(`${path} ended while it was read. Was it changed meanwhile?`);
        done += bytesRead;
      }
    };
    return { path, size, readInto, pieceEnd: () => size, [Symbol.asyncDispose]: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** So many bytes from `position` on. */
export async function readAt(source: ByteSource, position: number, byteCount: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(byteCount);
  await source.readInto(bytes, position);
  return bytes;
}

/** Refuses a file whose first bytes are those of a Git LFS pointer, which stands in a repository for the file itself. */
export function refuseLfsPointer(path: string, start: Uint8Array): void {
  if (new TextDecoder().decode(start.subarray(0, 24)) === "version https://git-lfs.")
    throw new UserError(`${path} is a Git LFS pointer, not the weights. Fetch them with "git lfs pull".`);
}
