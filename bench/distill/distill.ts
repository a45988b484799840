/**
 * @file What the labels of a language model bring to a small one, by how many labels people made: with recorded answers of large models, and with the
 * model in the box.
 *
 *     DATA=folder npm run bench distill [NAME …]      the folder that holds sms-spam/ and sst2/
 */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { env, stderr } from "node:process";
import { readTask } from "../../src/data/data.js";
import { random } from "../../src/lib/random.js";
import { prompt } from "../../src/prompt/prompt.js";
import { recordedPrompt } from "../../src/prompt/recorded/recorded-prompt.js";
import { distilled } from "../../src/ship/distill/distilled.js";
import { openEmbeddingCache } from "../../src/store/embedding-cache.js";
import { openResponseCache, type ResponseCache } from "../../src/store/response-cache.js";
import { openLocalEngine } from "../../src/tune/decoders/inference/open-engine.js";
import { loadEncoder } from "../../src/tune/pretrained/encoder.js";
import { probe } from "../../src/tune/probe.js";
import type { Approach } from "../../src/types/approach.js";
import type { Dataset, Example, Query, Task } from "../../src/types/data.js";
import type { Encoder } from "../../src/types/encoder.js";
import { keep, table } from "../lib/results.js";
import { mean } from "../lib/statistics.js";

interface Setting {
  readonly data: string;
  readonly path: string;
  readonly pool: number;
  readonly test: number;
  readonly sizes: readonly number[];
  readonly seeds: number;
  teacher(folder: string, task: Task, parts: { readonly encoder: Encoder; readonly cache: ResponseCache }): Promise<Approach>;
}

const recorded = (model: string): Setting => ({
  data: "SMS spam",
  path: "sms-spam/messages.csv",
  pool: 2000,
  test: 1500,
  sizes: [16, 64, 256, 1024],
  seeds: 5,
  teacher: (folder, task) => recordedPrompt({ path: join(folder, `sms-spam/openai-batch-output.${model}.jsonl.gz`), task }),
});

const settings: Readonly<Record<string, Setting>> = {
  "gpt-5": recorded("gpt-5"),
  "gpt-3.5-turbo": recorded("gpt-3.5-turbo-0125"),
  smollm2: {
    data: "SST-2",
    path: "sst2",
    pool: 1000,
    test: 1000,
    sizes: [16, 64, 256, 1024],
    seeds: 3,
    teacher: async (_folder, _task, parts) =>
      prompt({ ...parts, method: "zero-shot", llm: "local:smollm2", env: {}, localEngine: openLocalEngine }),
  },
};

const context = { signal: new AbortController().signal, spend: () => {}, log: () => {} };

/** Correct answers to test rows, as a share. */
async function accuracyOf(approach: Approach, train: Dataset, test: readonly Example[], seed: number) {
  await using predictor = await approach.fit(train, { ...context, seed });
  const queries = test.map(({ id, text }): Query => ({ id, text }));
  const answers = await predictor.predict(queries, { ...context, useCache: true });
  const right = answers.filter(({ answer }, row) => answer?.[0] === test[row]!.labels[0]).length;
  return { accuracy: right / test.length, facts: predictor.facts.distilled };
}

const percent = (share: number): string => (100 * share).toFixed(1);
const signed = (share: number): string => `${share < 0 ? "−" : "+"}${percent(Math.abs(share))}`;

function standardError(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1) / values.length);
}

async function measured(
  name: string,
  setting: Setting,
  folder: string,
  encoder: Encoder,
  cache: ResponseCache,
): Promise<string[][]> {
  const { sizes, seeds, pool: poolRows, test: testRows } = setting;
  const found = new Map(sizes.map((size) => [size, [] as { alone: number; taught: number; kept: number; soft: boolean }[]]));
  for (let seed = 1; seed <= seeds; seed++) {
    const task = await readTask({ path: join(folder, setting.path), seed });
    const teacher = await setting.teacher(folder, task, { encoder, cache });
    const student = probe({ encoder });
    const rows = random(seed, "distill").shuffle(task.train.examples);
    const test = random(seed, "tested").shuffle(task.test.examples).slice(0, testRows);
    const most = Math.max(...sizes);
    const pool = rows.slice(most, most + poolRows).map(({ id, text }): Query => ({ id, text }));
    for (const size of sizes) {
      const train = { ...task.train, examples: rows.slice(0, size) };
      if (new Set(train.examples.map(({ labels }) => labels[0])).size < 2) continue;
      const alone = await accuracyOf(student, train, test, seed);
      const taught = await accuracyOf(distilled({ teacher, student, pool }), train, test, seed);
      const { kept, isSoft } = taught.facts!;
      found.get(size)!.push({ alone: alone.accuracy, taught: taught.accuracy, kept, soft: isSoft });
      stderr.write(
        `${name}, ${size} labels, seed ${seed}: ${percent(alone.accuracy)}, taught ${percent(taught.accuracy)}, kept ${kept}\n`,
      );
    }
  }
  return [...found].map(([size, all]) => {
    const gains = all.map(({ alone, taught }) => taught - alone);
    return [
      setting.data,
      name,
      String(size),
      percent(mean(all.map(({ alone }) => alone))),
      percent(mean(all.map(({ taught }) => taught))),
      `${signed(mean(gains))} ± ${percent(standardError(gains))}`,
      mean(all.map(({ kept }) => kept)).toFixed(0),
      String(all.length),
    ];
  });
}

/** Measures, and keeps the table. */
export async function distill(names: readonly string[]): Promise<void> {
  const folder = env["DATA"];
  if (folder === undefined) throw new Error("DATA names the folder of the datasets");
  const place = join(tmpdir(), "bench-distill");
  await using embeddings = await openEmbeddingCache(join(place, "embeddings.db"));
  await using cache = await openResponseCache(join(place, "responses.db"));
  await using encoder = await loadEncoder("minilm-l6", { cache: embeddings });
  const rows: string[][] = [];
  for (const [name, setting] of Object.entries(settings))
    if (names.length === 0 || names.includes(name)) rows.push(...(await measured(name, setting, folder, encoder, cache)));
  const columns = ["data", "teacher", "human labels", "alone", "taught too", "gain ± standard error", "rows kept", "seeds"];
  const note =
    "Accuracy in percent of `tune:probe` on MiniLM: on human labels alone, and on those rows besides that a language model labelled (2,000 unlabelled messages, " +
    "1,000 sentences), where it was sure enough. Recorded answers tell no confidence: all are kept, or none. Means over seeds, each with rows of its own.";
  keep("distill", "Distillation", `${note}\n\n${table(columns, rows)}`, "probe on MiniLM-L6");
}
