/**
 * @file Times predictions of a saved classifier, on demand, as `predictions.py` does: `node predictions.js MODEL TEXTS WHO BATCH`, where WHO is
 * `ours` or `transformers.js`.
 */
import { readFile } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { createInterface } from "node:readline";
import { env, pipeline as theirPipeline } from "@huggingface/transformers";
import { pipeline } from "../../src/transformers/transformers.js";

const [model = "", file = "", who = "", batchText = "32"] = process.argv.slice(2);
const texts: string[] = JSON.parse(await readFile(file, "utf8"));

type Classify = () => Promise<string[]>;

async function ours(): Promise<Classify> {
  const classify = await pipeline("text-classification", model);
  return async () => (await classify(texts)).map(({ label }) => label);
}

async function theirs(): Promise<Classify> {
  env.allowRemoteModels = false;
  env.localModelPath = dirname(resolve(model));
  const classify = await theirPipeline("text-classification", basename(model), {
    dtype: "fp32",
    session_options: { intraOpNumThreads: 2 },
  });
  const batch = Number(batchText);
  // Rows of a length together, as a careful user would: a call is one batch.
  const order = [...texts.keys()].sort((a, b) => texts[a]!.length - texts[b]!.length);
  return async () => {
    const labels = new Array<string>(texts.length);
    for (let at = 0; at < order.length; at += batch) {
      const rows = order.slice(at, at + batch);
      const found = await classify(rows.map((row) => texts[row]!));
      for (const [i, row] of rows.entries()) labels[row] = (found[i] as { readonly label: string }).label;
    }
    return labels;
  };
}

const classify = await (who === "ours" ? ours() : theirs());
process.stdout.write("ready\n");
for await (const _ of createInterface({ input: process.stdin })) {
  const start = performance.now();
  const labels = await classify();
  process.stdout.write(`${JSON.stringify({ seconds: (performance.now() - start) / 1000, labels })}\n`);
}
