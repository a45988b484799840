/** @file An archive of files in memory, in the form of PKWARE's APPNOTE 6.3: what any unzip reads, and the same bytes for the same files. */
import { crc32, deflateRawSync } from "node:zlib";

/** A file of an archive. */
export interface ArchivedFile {
  /** Below the archive's root, with `/` between folders. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Version 2.0: folders and deflated files. */
const version = 20;
/** Bit 11: names are in UTF-8. */
const utf8Names = 0x0800;
const deflated = 8;
/** 1 January 1980, the first day that the format knows, so that an archive does not depend on when it was made. */
const firstDay = (1 << 5) | 1;
/** Mode `-rw-r--r--` of a plain file, as Unix keeps it in the upper half. */
const fileMode = (0o100644 << 16) >>> 0;
/** Beyond this the format needs its 64-bit fields, which are not written here. */
const most = { bytes: 0xffff_ffff, files: 0xffff };

/**
 * A zip archive, its files in the order of their paths, deflated. Within one version of zlib the bytes depend on the files alone.
 *
 * @throws RangeError beyond 65,535 files or 4 GiB
 */
export function zipArchive(files: readonly ArchivedFile[]): Buffer {
  if (files.length > most.files) throw new RangeError(`${files.length} files do not fit into a zip archive`);
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { path, bytes } of [...files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const name = Buffer.from(path, "utf8");
    const content = deflateRawSync(bytes);
    // What both of a file's headers hold.
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(version, 0);
    shared.writeUInt16LE(utf8Names, 2);
    shared.writeUInt16LE(deflated, 4);
    shared.writeUInt16LE(0, 6);
    shared.writeUInt16LE(firstDay, 8);
    shared.writeUInt32LE(crc32(bytes), 10);
    shared.writeUInt32LE(content.length, 14);
    shared.writeUInt32LE(bytes.length, 18);
    shared.writeUInt16LE(name.length, 22);
    const entry = Buffer.alloc(14);
    entry.writeUInt32LE(fileMode, 6);
    entry.writeUInt32LE(offset, 10);
    directory.push(Buffer.from("PK\x01\x02"), madeByUnix, shared, entry, name);
    const header = [Buffer.from("PK\x03\x04"), shared, name, content];
    parts.push(...header);
    offset += header.reduce((sum, part) => sum + part.length, 0);
    if (offset > most.bytes) throw new RangeError("Files of more than 4 GiB do not fit into a zip archive");
  }
  const listing = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(listing.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, listing, end]);
}

/** Made by Unix (3): the upper half of a file's attributes is its mode. */
const madeByUnix = Buffer.from([version, 3]);
