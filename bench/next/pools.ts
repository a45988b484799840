/** @file The public datasets that labels are chosen on: a pool of texts with hidden labels, and test rows. */
import { join } from "node:path";
import { readTask } from "../../src/data/data.js";
import { openEmbeddingCache } from "../../src/store/embedding-cache.js";
import { loadEncoder } from "../../src/tune/pretrained/encoder.js";
import { centeredFeatures } from "../../src/tune/regression/centered-features.js";
import type { Matrix } from "../../src/tune/regression/matrix.js";
import type { Dataset } from "../../src/types/data.js";

interface PoolFiles {
  readonly name: string;
  /** Within the folder of the data. */
  readonly train: string;
  /** Absent: a part of the rows is held back. */
  readonly test?: string;
}

/** Those whose texts are short. SNIPS has no test rows of its own: its validation rows serve. */
export const pools: readonly PoolFiles[] = [
  { name: "TREC", train: "trec/train.csv", test: "trec/test.csv" },
  { name: "SST-2", train: "sst2/train.csv", test: "sst2/test.csv" },
  { name: "BANKING77", train: "banking77/train.csv", test: "banking77/test.csv" },
  { name: "SMS spam", train: "sms-spam/messages.csv" },
  { name: "SNIPS", train: "snips/train.csv", test: "snips/validation.csv" },
];

/** Rows of a pool, and test rows, at most. */
const mostRows = 3000;
const mostTestRows = 1500;

/** Rows with their vectors. */
export interface EmbeddedRows {
  readonly rows: Dataset;
  readonly features: Matrix;
}

/** A pool and its test rows. */
export interface EmbeddedPool {
  readonly pool: EmbeddedRows;
  readonly test: EmbeddedRows;
}

/** A pool and its test rows, embedded. What was embedded before is in the cache in `folder`. */
export async function embeddedPool(data: string, { train, test }: PoolFiles, folder: string): Promise<EmbeddedPool> {
  const task = await readTask({
    path: join(data, train),
    ...(test !== undefined && { test: join(data, test) }),
    seed: 42,
    limit: mostRows,
    testLimit: mostTestRows,
  });
  using cache = await openEmbeddingCache(join(folder, "embeddings.db"));
  await using encoder = await loadEncoder("minilm-l6", { cache });
  const context = { signal: new AbortController().signal, log: () => {}, spend: () => {}, useCache: true };
  const embedded = async (rows: Dataset): Promise<EmbeddedRows> => {
    const vectors = await encoder.embed(
      rows.examples.map(({ text }) => text),
      context,
    );
    return { rows, features: centeredFeatures(vectors, encoder.dimension) };
  };
  return { pool: await embedded(task.train), test: await embedded(task.test) };
}
