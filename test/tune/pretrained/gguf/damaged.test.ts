/** @file Right files in which some bytes are wrong: whatever they are, they are refused in words, or read. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UserError } from "../../../../src/lib/errors.js";
import { random } from "../../../../src/lib/random.js";
import { openGgufModel } from "../../../../src/tune/pretrained/gguf/gguf-model.js";
import { createTokenizer } from "../../../../src/tune/pretrained/tokenizer.js";
import { goldenFile } from "./golden-gguf.js";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gguf-"));
});
afterAll(() => rm(folder, { recursive: true }));

const attempts = 100;

/** What comes of reading a file: an error for people, or a model with all its numbers and a tokenizer. Any other error is thrown. */
async function outcome(bytes: Uint8Array): Promise<string> {
  const path = join(folder, "model.gguf");
  await writeFile(path, bytes);
  try {
    await using model = await openGgufModel(path);
    for (const [name, { shape }] of model.weights) {
      const count = shape.reduce((product, length) => product * length, 1);
      expect((await model.floats(name)).length).toBe(count);
    }
    createTokenizer(model.tokenizer.files, path).encode("a text");
    return "read";
  } catch (error) {
    if (error instanceof UserError) return "refused";
    throw error;
  }
}

describe.each(["llama", "qwen3"])("the file of the tiny %s", (name) => {
  it("with wrong bytes in its header is read or refused", async () => {
    const right = await readFile(goldenFile(name));
    const { integer } = random(7);
    const outcomes = new Set<string>();
    for (let i = 0; i < attempts; i++) {
      const bytes = Uint8Array.from(right);
      // Mostly where the header's own lengths and kinds are.
      const within = i % 3 === 0 ? 20_000 : 1200;
      for (let j = 0; j <= i % 4; j++) bytes[integer(within)] = integer(256);
      outcomes.add(await outcome(bytes));
    }
    expect([...outcomes].sort()).toEqual(["read", "refused"]);
  });

  it("cut off anywhere is refused", async () => {
    const right = await readFile(goldenFile(name));
    const { integer } = random(8);
    for (let i = 0; i < attempts / 3; i++) expect(await outcome(right.subarray(0, integer(right.length - 64)))).toBe("refused");
  });
});
