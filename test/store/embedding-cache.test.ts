import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openEmbeddingCache } from "../../src/store/embedding-cache.js";

it("keeps vectors exactly, over a restart, in the order asked for", async () => {
  const path = join(await mkdtemp(join(tmpdir(), "crossover-cache-")), "sub", "embeddings.db");
  const entries = Array.from({ length: 1_201 }, (_, i) => ({
    key: `key-${i}`,
    value: { vector: Float32Array.of(i / 3, -1 / (i + 1), Number.MIN_VALUE), seconds: i / 1000 },
  }));
  const first = await openEmbeddingCache(path);
  await first.set(entries);
  first[Symbol.dispose]();
  const second = await openEmbeddingCache(path);
  const [late, absent, early] = await second.get(["key-1200", "nothing", "key-0"]);
  expect(late).toEqual(entries[1200]!.value);
  expect(absent).toBeUndefined();
  expect(early).toEqual(entries[0]!.value);
  expect((await second.get(entries.map((entry) => entry.key))).map((hit) => hit?.seconds)).toEqual(
    entries.map((entry) => entry.value.seconds),
  );
  second[Symbol.dispose]();
});

it("starts anew where the file is broken", async () => {
  const path = join(await mkdtemp(join(tmpdir(), "crossover-cache-")), "embeddings.db");
  await writeFile(path, "this is no database ".repeat(500));
  const cache = await openEmbeddingCache(path);
  await cache.set([{ key: "a", value: { vector: Float32Array.of(1), seconds: 2 } }]);
  expect(await cache.get(["a"])).toEqual([{ vector: Float32Array.of(1), seconds: 2 }]);
  cache[Symbol.dispose]();
});
