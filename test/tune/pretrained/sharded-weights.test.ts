import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSafetensors } from "../../../src/tune/pretrained/safetensors.js";
import { openTensors, weightFiles } from "../../../src/tune/pretrained/sharded-weights.js";
import { findWeights } from "../../../src/tune/pretrained/weights.js";
import { classifierFolder } from "../classifier/golden-classifiers.js";

const indexName = "model.safetensors.index.json";
const shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"] as const;

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "shards-"));
  await cp(classifierFolder("qwen2"), folder, { recursive: true });
});
afterEach(() => rm(folder, { recursive: true }));

const index = (): string => join(folder, indexName);

async function refusal(content?: unknown): Promise<string> {
  if (content !== undefined) await writeFile(index(), typeof content === "string" ? content : JSON.stringify(content));
  const error = await openTensors(index()).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: "UserError" });
  return (error as Error).message.replaceAll(folder, "DIR");
}

describe("weights in several files", () => {
  it("are found by their index, and read as those of one file", async () => {
    expect(findWeights({ name: "it", path: folder })).toBe(index());
    expect(await weightFiles(index())).toEqual([indexName, ...shards].map((name) => join(folder, name)));
    await using whole = await openTensors(index());
    let count = 0;
    for (const shard of shards) {
      await using file = await openSafetensors(join(folder, shard));
      for (const [name, { shape }] of file.tensors) {
        expect(whole.tensors.get(name)?.shape).toEqual(shape);
        expect(await whole.floats(name)).toEqual(await file.floats(name));
        count++;
      }
    }
    expect(whole.tensors.size).toBe(count);
  });

  it("are refused where a file is missing", async () => {
    await rm(join(folder, shards[1]));
    expect(await refusal()).toBe(`DIR/${indexName} names ${shards[1]}, which is not beside it. Download it too.`);
  });

  it("are refused where a file is cut off", async () => {
    const bytes = await readFile(join(folder, shards[0]));
    await writeFile(join(folder, shards[0]), bytes.subarray(0, bytes.length - 8));
    expect(await refusal()).toMatch(new RegExp(`^DIR/${shards[0]} is cut off`));
  });

  it("are refused where the index names a tensor that its file has not", async () => {
    expect(await refusal({ weight_map: { "score.bias": shards[0] } })).toBe(
      `DIR/${indexName} says that "score.bias" is in ${shards[0]}, which has no such tensor. Do the files belong together? Download them again.`,
    );
  });

  it.each(["../other.safetensors", "/etc/passwd", "a/b.safetensors", "model.bin", ""])(
    "are refused where the index leads to %j",
    async (name) => {
      expect(await refusal({ weight_map: { x: name } })).toMatch(
        /^DIR\/model\.safetensors\.index\.json names the file ".*"; expected the name of a \.safetensors file beside it/,
      );
    },
  );

  it.each([
    ["half a file", '{"weight_map": {'],
    ["no map", {}],
    ["a list", { weight_map: ["a"] }],
  ])("are refused where the index is %s", async (_, content) => {
    expect(await refusal(content)).toMatch(/^DIR\/model\.safetensors\.index\.json should be JSON with a "weight_map"/);
  });

  it("are refused where there are none, or more than any model has", async () => {
    expect(await refusal({ weight_map: {} })).toMatch(/names 0 files; expected 1 to 1000/);
    const many = Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`t${i}`, `m${i}.safetensors`]));
    expect(await refusal({ weight_map: many })).toMatch(/names 1001 files; expected 1 to 1000/);
  });
});
