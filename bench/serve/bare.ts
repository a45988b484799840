/**
 * @file The predictor by itself, as `node bare.js MODEL`: a line `WORDS CONCURRENCY SECONDS` on stdin is answered by texts a second and the 95th
 * percentile of a pass, in passes of as many texts as a server would have at once.
 */
import { createInterface } from "node:readline";
import { loadPredictor } from "../../src/ship/load-predictor.js";
import { percentile } from "./load.js";
import { textsOf } from "./texts.js";

const predictor = await loadPredictor(process.argv[2]!);
process.stdout.write("ready\n");
for await (const line of createInterface({ input: process.stdin })) {
  const [words, concurrency, seconds] = line.split(" ").map(Number) as [number, number, number];
  const texts = textsOf(words);
  const passes: number[] = [];
  let at = 0;
  const pass = (): Promise<unknown> => predictor.classify(Array.from({ length: concurrency }, () => texts[at++ % texts.length]!));
  await pass();
  const from = performance.now();
  while (performance.now() - from < seconds * 1000) {
    const startedAt = performance.now();
    await pass();
    passes.push((performance.now() - startedAt) / 1000);
  }
  const took = (performance.now() - from) / 1000;
  const ascending = passes.toSorted((a, b) => a - b);
  process.stdout.write(
    `${JSON.stringify({ perSecond: (passes.length * concurrency) / took, p95: percentile(ascending, 0.95) })}\n`,
  );
}
