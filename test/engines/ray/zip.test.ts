import { inflateRawSync } from "node:zlib";
import { expect, test } from "vitest";
import { zipArchive } from "../../../src/engines/ray/zip.js";

/** Reads an archive by its directory, as unzips do. */
function read(archive: Buffer): Record<string, string> {
  const files: Record<string, string> = {};
  const end = archive.length - 22;
  let at = archive.readUInt32LE(end + 16);
  for (let count = archive.readUInt16LE(end + 10); count > 0; count--) {
    expect(archive.readUInt32LE(at)).toBe(0x02014b50);
    const [size, nameLength, offset] = [
      archive.readUInt32LE(at + 20),
      archive.readUInt16LE(at + 28),
      archive.readUInt32LE(at + 42),
    ];
    const name = archive.toString("utf8", at + 46, at + 46 + nameLength);
    expect(archive.readUInt32LE(offset)).toBe(0x04034b50);
    const start = offset + 30 + archive.readUInt16LE(offset + 26);
    files[name] = inflateRawSync(archive.subarray(start, start + size)).toString("utf8");
    at += 46 + nameLength;
  }
  expect(at).toBe(end);
  return files;
}

test("an archive holds what it was given, in the order of paths, and depends on nothing else", () => {
  const files = [
    { path: "job/train.jsonl", bytes: Buffer.from('{"text":"naïve"}\n'.repeat(500)) },
    { path: "größe.txt", bytes: Buffer.alloc(0) },
    { path: "a.py", bytes: Buffer.from("print(1)") },
  ];
  const archive = zipArchive(files);
  expect(Object.entries(read(archive))).toEqual(
    [
      ["a.py", "print(1)"],
      ["größe.txt", ""],
      ["job/train.jsonl", '{"text":"naïve"}\n'.repeat(500)],
    ].sort(([a], [b]) => (a! < b! ? -1 : 1)),
  );
  expect(archive.length).toBeLessThan(1000);
  expect(zipArchive([...files].reverse()).equals(archive)).toBe(true);
});

test("an empty archive is one, and too many files are refused", () => {
  expect(read(zipArchive([]))).toEqual({});
  const file = { path: "a", bytes: Buffer.alloc(0) };
  expect(() => zipArchive(new Array(65_536).fill(file))).toThrow(RangeError);
});
