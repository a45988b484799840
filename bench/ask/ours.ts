/**
 * @file Our engine, on demand.
 *
 *     node build/bench/ask/ours.js FILE.gguf|box THREADS
 */

import { ggufSource, openDecoderSource } from "../../src/tune/decoders/decoder-source.js";
import { createDecoderEngine } from "../../src/tune/decoders/inference/decoder-engine.js";
import { openBoxedModel } from "../../src/tune/pretrained/boxed/boxed-model.js";
import { type Job, serve } from "./contestant.js";

const [path = "", threads = ""] = process.argv.slice(2);
const box = "smollm2";
const source = path === "box" ? await ggufSource(await openBoxedModel(box), box) : await openDecoderSource(path);
const engine = await createDecoderEngine(source, { threads: Number(threads) });
await source[Symbol.asyncDispose]();
const signal = new AbortController().signal;
const unused = { uniform: () => 0 };

async function run(job: Job): Promise<number[][]> {
  if (job.kind === "prompt") return [[...(await engine.score(job.ids, [[job.ids[0]!]], signal)).logprobs]];
  if (job.kind === "generate") {
    const { tokens } = await engine.generate(job.ids, { most: job.most, temperature: 0, random: unused, signal });
    return [tokens.map(({ id }) => id)];
  }
  const found = job.rows.map((row) => engine.score([...job.shared, ...row], job.labels, signal));
  return (await Promise.all(found)).map(({ logprobs }) => [...logprobs]);
}

await serve({
  // The engine keeps what it has seen twice at the beginning of texts.
  async prepare(job) {
    if (job.kind === "prompt") return;
    for (let i = 0; i < 2; i++) {
      if (job.kind === "generate") await run({ ...job, most: 1 });
      else await run({ ...job, rows: job.rows.slice(i, i + 1) });
    }
  },
  run,
});
