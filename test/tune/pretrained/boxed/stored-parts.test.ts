import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { recordsOf, runsOf, storedParts } from "../../../../scripts/convert-smollm2.js";
import { random } from "../../../../src/lib/random.js";
import { openStoredParts } from "../../../../src/tune/pretrained/boxed/stored-parts.js";
import { readAt } from "../../../../src/tune/pretrained/file-bytes.js";
import { openGguf } from "../../../../src/tune/pretrained/gguf/gguf-file.js";
import { openGgufModel } from "../../../../src/tune/pretrained/gguf/gguf-model.js";
import { tensorTypes } from "../../../../src/tune/pretrained/gguf/tensor-types.js";
import { goldenFile } from "../gguf/golden-gguf.js";

let top = "";
beforeAll(async () => {
  top = await mkdtemp(join(tmpdir(), "parts-"));
});
afterAll(() => rm(top, { recursive: true }));

interface List {
  sha256: string;
  bytes: number;
  parts: { file: string; sha256: string; runs: [number, number][] }[];
}

let folders = 0;
/** A folder with the parts of a tiny model: small ones, so that there are several. */
async function tinyParts(
  name: string,
): Promise<{ folder: string; whole: Buffer; list: List; rewrite(list: object): Promise<void> }> {
  const folder = join(top, String(folders++));
  await mkdir(folder);
  const whole = await readFile(goldenFile(name));
  await using file = await openGguf(goldenFile(name));
  const files = storedParts(`${name}.gguf`, whole, recordsOf(file.tensors, tensorTypes), {
    mostRunBytes: 3000,
    partBytes: 20_000,
  });
  for (const [file, content] of files) await writeFile(join(folder, file), content);
  const list = JSON.parse(String(files.get("parts.json"))) as List;
  return { folder, whole, list, rewrite: (changed) => writeFile(join(folder, "parts.json"), JSON.stringify(changed)) };
}

/** What is said of the folder when all of it is read; begins behind its path. */
async function refusal(folder: string, sha256: string): Promise<string> {
  const read = async (): Promise<void> => {
    const source = await openStoredParts(folder, sha256);
    for (let at = 0; at < Math.min(source.size, 1e6); at += 5000) await readAt(source, at, 1);
  };
  const error: unknown = await read().catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: "UserError" });
  const { message } = error as Error;
  expect(message.startsWith(folder)).toBe(true);
  return message.slice(folder.length + 1);
}

describe("a file in parts", () => {
  it.each(["llama", "qwen3", "types"])("is the %s that it was made of, byte by byte", async (name) => {
    const { folder, whole, list } = await tinyParts(name);
    if (name !== "types") expect(list.parts.length).toBeGreaterThan(4);
    expect(new Set(list.parts.flatMap(({ runs }) => runs.map(([, record]) => record))).size).toBeGreaterThan(2);
    const source = await openStoredParts(folder, list.sha256);
    expect(whole.equals(await readAt(source, 0, source.size))).toBe(true);
    const { integer } = random(3);
    for (let i = 0; i < 50; i++) {
      const at = integer(whole.length);
      const length = integer(Math.min(whole.length - at, 30_000) + 1);
      expect(whole.subarray(at, at + length).equals(await readAt(source, at, length))).toBe(true);
    }
    await expect(readAt(source, whole.length - 1, 2)).rejects.toThrow("beyond the end");
  });

  it("is read as a model, also by several at a time", async () => {
    const { folder, list } = await tinyParts("llama");
    await using model = await openGgufModel(await openStoredParts(folder, list.sha256));
    await using same = await openGgufModel(goldenFile("llama"));
    expect([model.config, model.name]).toEqual([same.config, same.name]);
    const names = [...same.weights.keys()];
    expect([...model.weights.keys()]).toEqual(names);
    const read = (of: typeof model): Promise<Float32Array[]> => Promise.all(names.map((name) => of.floats(name)));
    expect(await read(model)).toEqual(await read(same));
  });

  it("has its tokens and metadata in a part of their own: they are read without the others", async () => {
    const { folder, list } = await tinyParts("smollm");
    for (const { file } of list.parts.slice(1)) await rm(join(folder, file));
    await using model = await openGgufModel(await openStoredParts(folder, list.sha256));
    expect(model.tokenizer.size).toBeGreaterThan(100);
    await expect(model.floats("model.norm.weight")).rejects.toMatchObject({ name: "UserError" });
  });

  it("is cut at the records of its tensors, large ones in pieces", () => {
    const tensors = [
      { begin: 64, end: 164, recordBytes: 20 },
      { begin: 164, end: 204, recordBytes: 20 },
      { begin: 224, end: 264, recordBytes: 4 },
    ];
    const runs = runsOf(280, tensors, 70).map(({ begin, end, recordBytes }) => [begin, end, recordBytes]);
    expect(runs).toEqual([
      [0, 64, 1],
      [64, 124, 20],
      [124, 164, 20],
      [164, 204, 20],
      [204, 224, 1],
      [224, 264, 4],
      [264, 280, 1],
    ]);
  });
});

describe("parts are refused", () => {
  it("whose bytes are not those that were stored", async () => {
    const { folder, list } = await tinyParts("llama");
    const path = join(folder, "part-2.zlib");
    const bytes = await readFile(path);
    bytes[100]! ^= 1;
    await writeFile(path, bytes);
    expect(await refusal(folder, list.sha256)).toBe(
      `part-2.zlib has not the SHA-256 ${list.parts[1]!.sha256.slice(0, 12)}… that parts.json gives it. ` +
        "The package is damaged or incomplete: install it again; in a clone, check its files out again.",
    );
    await writeFile(path, bytes.subarray(0, 200));
    expect(await refusal(folder, list.sha256)).toContain("part-2.zlib has not the SHA-256");
    await rm(path);
    expect(await refusal(folder, list.sha256)).toContain("part-2.zlib is missing. ");
  });

  it("of another file than the one that is wanted", async () => {
    const { folder, list } = await tinyParts("llama");
    expect(await refusal(folder, "0".repeat(64))).toBe(
      `parts.json lists the parts of another file: its SHA-256 is ${list.sha256.slice(0, 12)}…, expected 000000000000…. ` +
        "Install the version of the package that belongs to this crossover.",
    );
  });

  const first = ({ parts: [part] }: List): List["parts"][number] => part!;
  it.each<[string, (list: List) => unknown, string]>([
    ["is no list", () => [], "is no list of parts"],
    ["names a file elsewhere", (list) => Object.assign(first(list), { file: "../part" }), "is no list of parts"],
    ["has half a record", (list) => Object.assign(first(list), { runs: [[7, 2]] }), "is no list of parts"],
    ["has a run of no length", (list) => Object.assign(first(list), { runs: [[0, 1]] }), "is no list of parts"],
    ["lists fewer bytes", (list) => Object.assign(list, { bytes: list.bytes - 1 }), "lists parts of"],
  ])("whose list %s", async (_, change, said) => {
    const { folder, list, rewrite } = await tinyParts("llama");
    const { sha256 } = list;
    const changed = change(list);
    await rewrite(Array.isArray(changed) ? changed : list);
    expect(await refusal(folder, sha256)).toContain(said);
  });

  it("whose list is not JSON, or is not there", async () => {
    const { folder, list } = await tinyParts("llama");
    await writeFile(join(folder, "parts.json"), "{");
    expect(await refusal(folder, list.sha256)).toContain("parts.json is not JSON");
    await rm(join(folder, "parts.json"));
    expect(await refusal(folder, list.sha256)).toContain("parts.json is missing. ");
  });

  it.each<[string, (part: List["parts"][number], list: List) => Buffer | undefined, string]>([
    [
      "more than it can hold",
      (part, list) => {
        part.runs = [[1e15, 1]];
        list.bytes += 1e15 - 64;
        return undefined;
      },
      "which are never the",
    ],
    ["no stream", () => Buffer.alloc(64, 7), "is no zlib stream"],
    ["a shorter stream", () => deflateSync(Buffer.alloc(10)), "parts.json lists"],
    ["a longer stream", () => deflateSync(Buffer.alloc(1e6)), "is no zlib stream of"],
  ])("with a part that is said to hold %s", async (_, change, said) => {
    const { folder, list, rewrite } = await tinyParts("llama");
    const part = list.parts[1]!;
    const runs = part.runs.reduce((sum, [bytes]) => sum + bytes, 0);
    const content = change(part, list);
    if (content !== undefined) {
      const { createHash } = await import("node:crypto");
      await writeFile(join(folder, part.file), content);
      part.sha256 = createHash("sha256").update(content).digest("hex");
    } else list.bytes += 64 - runs;
    await rewrite(list);
    expect(await refusal(folder, list.sha256)).toContain(said);
  });
});
