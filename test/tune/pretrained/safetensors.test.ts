import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  encodeSafetensors,
  openSafetensors,
  type StoredType,
  type TensorToStore,
} from "../../../src/tune/pretrained/safetensors.js";
import { tinyFolder } from "./golden-encoder.js";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "safetensors-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function write(content: Uint8Array | string): Promise<string> {
  const path = join(folder, "model.safetensors");
  await writeFile(path, content);
  return path;
}

/** A file with this header, and so many bytes of numbers. */
function fileOf(header: unknown, dataBytes: number): Buffer {
  const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([head, text, Buffer.alloc(dataBytes)]);
}

async function refusal(content: Uint8Array | string): Promise<string> {
  const path = await write(content);
  const error = await openSafetensors(path).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: "UserError" });
  const { message } = error as Error;
  expect(message.startsWith(path)).toBe(true);
  return message.slice(path.length);
}

async function floatsOf(dtype: StoredType, bytes: ArrayBufferView, count: number): Promise<number[]> {
  const raw = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const path = await write(encodeSafetensors(new Map([["x", { dtype, shape: [count], bytes: raw }]])));
  await using file = await openSafetensors(path);
  return Array.from(await file.floats("x"));
}

describe("reading", () => {
  it("finds in Python's file what Python put there", async () => {
    await using file = await openSafetensors(join(tinyFolder, "model.safetensors"));
    expect(file.metadata).toEqual({ format: "pt" });
    expect(file.tensors.get("embeddings.word_embeddings.weight")).toMatchObject({ dtype: "F32", shape: [96, 32] });
    // Padding: torch keeps row 0 of this table at zero.
    const words = await file.floats("embeddings.word_embeddings.weight");
    expect(words.length).toBe(96 * 32);
    expect(words.slice(0, 32).every((x) => x === 0)).toBe(true);
    expect(words.slice(32).some((x) => x !== 0)).toBe(true);
  });

  it("turns every type into float32", async () => {
    const bf16 = Uint16Array.of(0x3f80, 0xc000, 0x3eab);
    const f16 = Uint16Array.of(0x3c00, 0xc000, 0x3555, 0x0001, 0x7bff, 0xfc00, 0x8000);
    expect(await floatsOf("F32", Float32Array.of(1.5, -2), 2)).toEqual([1.5, -2]);
    expect(await floatsOf("F64", Float64Array.of(1.5, -2), 2)).toEqual([1.5, -2]);
    expect(await floatsOf("BF16", bf16, 3)).toEqual([1, -2, 0.333984375]);
    expect(await floatsOf("F16", f16, 7)).toEqual([1, -2, 0.333251953125, 2 ** -24, 65504, Number.NEGATIVE_INFINITY, -0]);
    expect(await floatsOf("I64", BigInt64Array.of(3n, -4n), 2)).toEqual([3, -4]);
    expect(await floatsOf("I32", Int32Array.of(3, -4), 2)).toEqual([3, -4]);
    expect(await floatsOf("I16", Int16Array.of(3, -4), 2)).toEqual([3, -4]);
    expect(await floatsOf("I8", Int8Array.of(127, -128), 2)).toEqual([127, -128]);
    expect(await floatsOf("U8", Uint8Array.of(0, 255), 2)).toEqual([0, 255]);
    expect(await floatsOf("BOOL", Uint8Array.of(0, 1), 2)).toEqual([0, 1]);
  });
});

describe("writing", () => {
  it("gives Python's bytes for the tensors of Python's file", async () => {
    const path = join(tinyFolder, "model.safetensors");
    await using file = await openSafetensors(path);
    const tensors = new Map<string, TensorToStore>();
    for (const [name, { dtype, shape }] of file.tensors) tensors.set(name, { dtype, shape, bytes: await file.bytes(name) });
    const shuffled = new Map([...tensors].reverse());
    expect(Buffer.compare(encodeSafetensors(shuffled, file.metadata), await readFile(path))).toBe(0);
  });
});

describe("a file that lies", () => {
  const entry = { dtype: "F32", shape: [2], data_offsets: [0, 8] };

  it("is the right file when it does not", async () => {
    await using file = await openSafetensors(await write(fileOf({ x: entry }, 8)));
    expect([...file.tensors.keys()]).toEqual(["x"]);
  });

  it.each([
    ["is empty", Buffer.alloc(0), " is 0 bytes long, too short for a safetensors file."],
    ["is a Git LFS pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:0\n", " is a Git LFS pointer"],
    [
      "has a header longer than itself",
      fileOf({ x: entry }, 8).subarray(0, 20),
      " is cut off, or no safetensors file: its header should",
    ],
    [
      "claims an enormous header",
      Buffer.from("ffffffffffffffff00", "hex"),
      " is cut off, or no safetensors file: its header should be",
    ],
    ["has no JSON in its header", fileOf("{x", 0), " is not a safetensors file: its header is not JSON."],
    ["has a list as its header", fileOf([], 0), " is not a safetensors file: its header is not a JSON object."],
    [
      "has numbers as metadata",
      fileOf({ __metadata__: { a: 1 } }, 0),
      `: "__metadata__" in its header should hold strings only.`,
    ],
    ["has no offsets", fileOf({ x: { dtype: "F32", shape: [2] } }, 8), `: the header's entry for "x" should have a dtype`],
    ["has a negative dimension", fileOf({ x: { ...entry, shape: [-2] } }, 8), `: the header's entry for "x" should have`],
    [
      "has an unknown type",
      fileOf({ x: { ...entry, dtype: "F8_E4M3" } }, 8),
      `: "x" is of type F8_E4M3, which is not read. Types: F64,`,
    ],
    ["names a type that objects have", fileOf({ x: { ...entry, dtype: "toString" } }, 8), `: "x" is of type toString`],
    ["is cut off", fileOf({ x: entry }, 5), ` is cut off: "x" should end at byte`],
    [
      "has a shape that its bytes do not fill",
      fileOf({ x: { ...entry, shape: [3] } }, 8),
      `: "x" has 8 bytes; F32 of shape [3] takes 12.`,
    ],
    ["claims a shape beyond all memory", fileOf({ x: { ...entry, shape: [2 ** 40, 2 ** 40] } }, 8), `: "x" has 8 bytes; F32`],
    [
      "has tensors that overlap",
      fileOf({ x: entry, y: { ...entry, data_offsets: [4, 12] } }, 12),
      `: the bytes of "y" overlap others`,
    ],
    [
      "has a gap",
      fileOf({ x: entry, y: { ...entry, data_offsets: [12, 20] } }, 20),
      `: the bytes of "y" overlap others, or leave a gap`,
    ],
    ["has bytes left over", fileOf({ x: entry }, 11), " has 3 bytes that belong to no tensor."],
  ])("is refused if it %s", async (_, content, expected) => {
    expect((await refusal(content)).startsWith(expected)).toBe(true);
  });
});
