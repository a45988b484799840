import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openGguf } from "../../../../src/tune/pretrained/gguf/gguf-file.js";
import { ggufBytes, kinds, type TestTensor, text, uint32, uint64 } from "./gguf-bytes.js";
import { goldenFile, goldenGguf } from "./golden-gguf.js";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gguf-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function write(content: Uint8Array | string): Promise<string> {
  const path = join(folder, "model.gguf");
  await writeFile(path, content);
  return path;
}

/** What is said of a file, within two seconds. */
async function refusal(content: Uint8Array | string, sparseBytes?: number): Promise<string> {
  const path = await write(content);
  if (sparseBytes !== undefined) await truncate(path, sparseBytes);
  const begun = performance.now();
  const error = await openGguf(path).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: "UserError" });
  expect(performance.now() - begun).toBeLessThan(2000);
  const { message } = error as Error;
  expect(message.startsWith(path)).toBe(true);
  return message.slice(path.length);
}

describe("reading a file of Python's gguf package", () => {
  it.each(Object.entries(goldenGguf.types))(
    "gives the numbers that its dequantize gives for %s, bit by bit",
    async (type, expected) => {
      await using file = await openGguf(goldenFile("types"));
      const tensor = file.tensors.get(`tensor.${type}`);
      expect(tensor).toMatchObject({ type, shape: expected.shape });
      const floats = await file.floats(`tensor.${type}`);
      const wanted = Buffer.from(expected.floats, "base64");
      expect(floats.byteLength).toBe(wanted.length);
      expect(Buffer.compare(Buffer.from(floats.buffer), wanted)).toBe(0);
      // Not trivially so.
      expect(new Set(floats).size).toBeGreaterThan(100);
    },
  );

  it("gives metadata of every kind", async () => {
    await using file = await openGguf(goldenFile("types"));
    const of = (kind: string): unknown => file.metadata.get(`kinds.${kind}`);
    expect(["uint8", "int8", "uint16", "int16", "uint32", "int32"].map(of)).toEqual([
      255,
      -128,
      65535,
      -32768,
      2 ** 32 - 1,
      -(2 ** 31),
    ]);
    expect(["uint64", "int64", "exact"].map(of)).toEqual([2n ** 64n - 1n, -(2n ** 63n), 2 ** 53 - 1]);
    expect(["float32", "float64", "bool"].map(of)).toEqual([Math.fround(0.1), 0.1, true]);
    expect(of("string")).toBe("ẞ\ufeff\0 👩‍👧");
    expect(of("strings")).toEqual(["", "a", "\ufeffb", "漢字"]);
    expect(of("integers")).toEqual(Int32Array.of(1, -2, 2 ** 31 - 1));
    expect(of("floats")).toEqual(Float32Array.of(0.5, -0.25, 1e-30));
    expect(of("bools")).toEqual([true, false, true]);
    expect(of("nested")).toEqual([Int32Array.of(1, 2), Int32Array.of(3)]);
  });

  it("gives the bytes of a tensor as they lie there", async () => {
    await using file = await openGguf(goldenFile("types"));
    const { begin, end } = file.tensors.get("tensor.Q8_0")!;
    expect(begin % 32).toBe(0);
    expect((await file.bytes("tensor.Q8_0")).length).toBe(end - begin);
    expect(end - begin).toBe(5 * 3 * 34);
  });
});

describe("reading", () => {
  it("goes on where the header is longer than the window it is read through", async () => {
    const long = "x".repeat(3 << 20);
    const path = await write(
      ggufBytes({
        metadata: [
          ["long", long],
          ["list", Array.from({ length: 90_000 }, (_, i) => `token ${i}`)],
          ["number", 7],
        ],
        tensors: [{ name: "x", dims: [3] }],
        data: Buffer.from(Float32Array.of(1, -2, 0.5).buffer),
      }),
    );
    await using file = await openGguf(path);
    expect(file.metadata.get("long")).toBe(long);
    expect((file.metadata.get("list") as string[])[89_999]).toBe("token 89999");
    expect(file.metadata.get("number")).toBe(7);
    expect(await file.floats("x")).toEqual(Float32Array.of(1, -2, 0.5));
  });

  it("takes a tensor in pieces, and gives it whole", async () => {
    const numbers = Float32Array.from({ length: 2_500_000 }, (_, i) => i);
    const data = Buffer.from(numbers.buffer);
    await using file = await openGguf(await write(ggufBytes({ tensors: [{ name: "x", dims: [1000, 2500] }], data })));
    expect(Buffer.compare(Buffer.from((await file.floats("x")).buffer), data)).toBe(0);
  });

  it("takes version 2, an alignment of 64, and gaps", async () => {
    const tensors: TestTensor[] = [
      { name: "b", dims: [1, 2], offset: 128 },
      { name: "a", dims: [1], offset: 0 },
    ];
    const data = Buffer.alloc(136);
    data.writeFloatLE(5, 0);
    data.writeFloatLE(6, 132);
    const bytes = ggufBytes({ version: 2, alignment: 64, metadata: [["general.alignment", 64]], tensors, data });
    await using file = await openGguf(await write(bytes));
    expect(await file.floats("a")).toEqual(Float32Array.of(5));
    expect(await file.floats("b")).toEqual(Float32Array.of(0, 6));
    expect(file.tensors.get("b")!.shape).toEqual([2, 1]);
  });
});

const x: TestTensor = { name: "x", dims: [2] };
const whole = ggufBytes({ metadata: [["general.architecture", "llama"]], tensors: [x] });
const bigEndian = Buffer.from(whole);
bigEndian.writeUInt32BE(3, 4);
const array = (kind: number, length: number | bigint, ...items: Buffer[]): Buffer =>
  Buffer.concat([uint32(kinds.array), uint32(kind), uint64(length), ...items]);
const nested = Buffer.concat([uint32(kinds.array), ...Array<Buffer>(9).fill(Buffer.concat([uint32(kinds.array), uint64(1)]))]);

describe("a file that lies", () => {
  it("is the right file when it does not", async () => {
    await using file = await openGguf(await write(whole));
    expect([...file.tensors.keys()]).toEqual(["x"]);
  });

  it.each<[string, Uint8Array | string, RegExp]>([
    ["is empty", Buffer.alloc(0), /^ is no GGUF file: it has 0 bytes/],
    ["is something else", "<!doctype html><title>404 Not Found</title>", /^ is no GGUF file: .*begins with "<!do"/],
    ["is a Git LFS pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:0\n", /^ is a Git LFS pointer/],
    ["has the format before GGUF", ggufBytes({ magic: "tjgg" }), /^ has the format that llama.cpp wrote before GGUF/],
    ["is of version 1", ggufBytes({ version: 1 }), /^ is GGUF of version 1; versions 2 and 3 are read. Convert/],
    ["is of a version to come", ggufBytes({ version: 4 }), /^ is GGUF of version 4; /],
    ["is big-endian", bigEndian, /^ is big-endian; only little-endian/],
    ["ends within its header", whole.subarray(0, 60), /^ is cut off or damaged at byte \d+: /],
    [
      "ends within a tensor",
      whole.subarray(0, -25),
      /^ is cut off: the tensor "x", F32 \[2\], should end at byte \d+, the file has \d+/,
    ],
    [
      "claims more tensors than it has bytes",
      ggufBytes({ tensorCount: 2n ** 63n }),
      /header with 0 metadata entries and 9223372036854776000 tensors/,
    ],
    [
      "claims more metadata than it has bytes",
      ggufBytes({ metadataCount: 2n ** 40n }),
      /header with 1099511627776 metadata entries/,
    ],
    [
      "claims a few more metadata entries than it has",
      ggufBytes({ metadataCount: 3, data: Buffer.alloc(20) }),
      /cut off|damaged/,
    ],
    [
      "has a name beyond its end",
      Buffer.concat([ggufBytes({ metadataCount: 1 }).subarray(0, 24), uint64(2n ** 62n), Buffer.alloc(64)]),
      /the name of metadata entry 1 of 1 should take 4611686018427388000 bytes/,
    ],
    [
      "has a string beyond its end",
      ggufBytes({ metadata: [["a", Buffer.concat([uint32(kinds.string), uint64(1000)])]] }),
      /the metadata "a" should take 1000 bytes, the file has \d+ more/,
    ],
    [
      "has an array of strings beyond its end",
      ggufBytes({ metadata: [["a", array(kinds.string, 2n ** 50n)]] }),
      /the metadata "a", an array of 1125899906842624, should take/,
    ],
    [
      "has an array of numbers beyond its end",
      ggufBytes({ metadata: [["a", array(kinds.uint32, 2n ** 60n)]] }),
      /the metadata "a", an array of/,
    ],
    [
      "has an array of arrays beyond its end",
      ggufBytes({ metadata: [["a", array(kinds.array, 2n ** 50n)]] }),
      /the metadata "a", an array of/,
    ],
    [
      "has arrays nested without measure",
      ggufBytes({ metadata: [["a", nested]] }),
      /has arrays in arrays; expected at most 4 levels/,
    ],
    [
      "has a value of an unknown kind",
      ggufBytes({ metadata: [["a", uint32(13)]], data: Buffer.alloc(64) }),
      /the metadata "a" has a value of the unknown kind 13; expected a kind from 0 to 12/,
    ],
    [
      "has an array of an unknown kind",
      ggufBytes({ metadata: [["a", array(77, 1)]], data: Buffer.alloc(64) }),
      /unknown kind 77/,
    ],
    [
      "has a truth value of 2",
      ggufBytes({ metadata: [["a", Buffer.concat([uint32(kinds.bool), Buffer.from([2])])]] }),
      /truth value of 2; expected 0 or 1/,
    ],
    [
      "has a truth value of 2 in an array",
      ggufBytes({ metadata: [["a", array(kinds.bool, 1, Buffer.from([2]))]] }),
      /truth value of 2/,
    ],
    [
      "has metadata twice",
      ggufBytes({
        metadata: [
          ["a", 1],
          ["a", 2],
        ],
      }),
      /^ has the metadata "a" twice/,
    ],
    ["has a tensor twice", ggufBytes({ tensors: [x, x] }), /^ has the tensor "x" twice/],
    [
      "has an alignment of 0",
      ggufBytes({ metadata: [["general.alignment", 0]], tensors: [x] }),
      /"general.alignment" is "0"; expected a power of two/,
    ],
    ["has an alignment of 24", ggufBytes({ metadata: [["general.alignment", 24]], tensors: [x] }), /"general.alignment" is "24"/],
    [
      "has a text as alignment",
      ggufBytes({ metadata: [["general.alignment", "32"]], tensors: [x] }),
      /"general.alignment" is "32"/,
    ],
    [
      "has a tensor of an unknown type",
      ggufBytes({ tensors: [{ ...x, type: 99 }] }),
      /the tensor "x" is of the type number 99, which is not read. Types: F32, F16/,
    ],
    [
      "has a tensor of a type that is not read",
      ggufBytes({ tensors: [{ ...x, type: 20 }] }),
      /is of the type IQ4_NL, which is not read/,
    ],
    ["has a tensor of a type that was removed", ggufBytes({ tensors: [{ ...x, type: 4 }] }), /is of the type number 4/],
    [
      "has a tensor without dimensions",
      ggufBytes({ tensors: [{ ...x, dims: [] }] }),
      /the tensor "x" has 0 dimensions; expected 1 to 4/,
    ],
    ["has a tensor of too many dimensions", ggufBytes({ tensors: [{ ...x, dims: [1, 1, 1, 1, 1] }] }), /has 5 dimensions/],
    ["has an empty tensor", ggufBytes({ tensors: [{ ...x, dims: [0, 3] }] }), /the tensor "x" has the shape \[3, 0\]/],
    [
      "has a tensor beyond all memory",
      ggufBytes({ tensors: [{ ...x, dims: [2n ** 40n, 2n ** 40n] }] }),
      /the tensor "x" has the shape \[1099511627776, 1099511627776\]/,
    ],
    [
      "has a tensor beyond its end",
      ggufBytes({ tensors: [{ ...x, dims: [2n ** 30n, 2n ** 20n] }] }),
      /is cut off: the tensor "x", F32/,
    ],
    [
      "has rows of broken blocks",
      ggufBytes({ tensors: [{ ...x, dims: [48, 2], type: 8 }] }),
      /has the shape \[2, 48\]; Q8_0 has rows of a multiple of 32/,
    ],
    [
      "has a tensor at an odd place",
      ggufBytes({ tensors: [{ ...x, offset: 5 }] }),
      /begins at 5 of the data, which is no multiple of the alignment 32/,
    ],
    [
      "has a tensor at a place beyond its end",
      ggufBytes({ tensors: [{ ...x, offset: 2n ** 63n }] }),
      /is cut off: the tensor "x"/,
    ],
    [
      "has tensors that overlap",
      ggufBytes({
        tensors: [
          { name: "x", dims: [16] },
          { name: "y", dims: [8], offset: 32 },
        ],
      }),
      /the tensors "x" and "y" overlap at byte \d+/,
    ],
    ["has a name as long as a book", ggufBytes({ tensors: [{ ...x, name: "n".repeat(100_000), type: 99 }] }), /^.{0,400}$/s],
  ])("is refused if it %s", async (_, content, expected) => {
    expect(await refusal(content)).toMatch(expected);
  });

  it("is refused if its metadata would fill the memory, however large the file is", async () => {
    const claim = ggufBytes({ metadata: [["a", array(kinds.uint32, 2n ** 34n)]] });
    expect(await refusal(claim, 2 ** 40)).toMatch(/its header would have more than 100000000 bytes/);
    expect(
      await refusal(
        Buffer.concat([ggufBytes({ metadataCount: 1 }).subarray(0, 24), text("a"), uint32(kinds.string), uint64(2n ** 33n)]),
        2 ** 40,
      ),
    ).toMatch(/its header would have more/);
    expect(await refusal("", 2 ** 40)).toMatch(/is no GGUF file/);
  });

  it("is refused if it is a folder", async () => {
    await expect(openGguf(folder)).rejects.toMatchObject({ name: "UserError", message: expect.stringContaining("is a folder") });
  });
});
