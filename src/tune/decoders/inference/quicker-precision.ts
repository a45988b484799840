/**
 * @file Which weights a processor multiplies faster: those in 8 bits, or those in 32. Some have instructions for products of 8-bit integers, and are four
 * times as fast with them; on others the very same products take up to twice the time of 32-bit ones (`bench/RESULTS.md`). No feature of the processor tells
 * which, so that it is timed.
 */
import { input } from "../../../autodiff/ops.js";
import { createSession } from "../../../autodiff/session.js";
import { float32, type TensorValue } from "../../../autodiff/values.js";
import { random } from "../../../lib/random.js";
import { scalesSuffix, toBlocks } from "./block-weights.js";
import { matrices, type Precision } from "./matrices.js";

/** Larger ones stay in 8 bits, however fast: in 32 a model of a billion parameters would take 4 GB. */
const mostParameters = 500e6;

/** A layer's product in a model of a hundred million parameters, for a batch of short texts. */
const [tokens, columns, rows] = [128, 576, 1536] as const;
/** The quickest of some: what else runs on the machine makes products slower, never faster. */
const turns = 15;

/** How much faster products with 32-bit weights must be to be worth four times the memory. */
const worthwhile = 1.2;

let timed: Promise<Precision> | undefined;

/** The weights of a model of so many parameters: in 32 bits where that is clearly faster on this machine and the model is small. Timed once a process, in a fraction of a second. */
export async function quickerPrecision(parameters: number): Promise<Precision> {
  if (parameters > mostParameters) return "int8";
  timed ??= timePrecisions();
  return await timed;
}

async function timePrecisions(): Promise<Precision> {
  const numbers = random(1);
  const some = (count: number): Float32Array => Float32Array.from({ length: count }, () => numbers.uniform() - 0.5);
  const [x, matrix] = [some(tokens * columns), some(rows * columns)];
  const { codes, scales } = toBlocks(matrix, rows);
  const products = [
    await productOf("float32", x, { w: float32(matrix, [rows, columns]) }),
    await productOf("int8", x, { w: codes, [`w${scalesSuffix}`]: scales }),
  ] as const;
  const best = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  // In turns, so that both meet the same load; the first ones of each are slower.
  for (let turn = 0; turn < turns; turn++)
    for (const [i, product] of products.entries()) best[i] = Math.min(best[i]!, await product.seconds());
  for (const product of products) await product.end();
  const [wide, narrow] = best as [number, number];
  return wide * worthwhile < narrow ? "float32" : "int8";
}

// One thread: with more, whatever else runs on a core holds up all of them.
async function productOf(precision: Precision, x: Float32Array, weights: Readonly<Record<string, TensorValue>>) {
  const y = matrices(precision).product(input("x", [tokens, columns]), "w", rows, columns);
  const session = await createSession({ y }, { weights, threads: 1 });
  return {
    async seconds(): Promise<number> {
      const start = performance.now();
      await session.run({ x: float32(x, [tokens, columns]) });
      return (performance.now() - start) / 1000;
    },
    end: () => session[Symbol.asyncDispose](),
  };
}
