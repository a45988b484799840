/** @file The small models of `golden/make_decoders.py` as they are asked. */
import { inOrder, isOp } from "../../../../src/autodiff/graph.js";
import { decoderConfig } from "../../../../src/tune/decoders/decoder-config.js";
import type { DecoderSource } from "../../../../src/tune/decoders/decoder-source.js";
import type { Precision } from "../../../../src/tune/decoders/inference/matrices.js";
import { isFed, stepGraph } from "../../../../src/tune/decoders/inference/step-graph.js";
import { createStepRunner, type StepRunner } from "../../../../src/tune/decoders/inference/step-runner.js";
import { drawnWeight, goldenDecoders } from "../golden-decoders.js";

/** A model of the golden file as a source. */
export function goldenSource(name: string): DecoderSource {
  const { config: fields } = goldenDecoders.decoders[name]!;
  const config = decoderConfig(fields, name);
  const inputs = inOrder(Object.values(stepGraph(config, "float32"))).filter((x) => isOp(x, "input"));
  const shapes = new Map(
    inputs.filter((x) => isOp(x, "input") && !isFed(x.params.name)).map((x) => [nameOf(x), x.shape.map(Number)]),
  );
  return {
    path: name,
    config,
    fields,
    shapes,
    tokens: { files: { tokenizer: {}, config: {} }, chatTemplate: null, specialTokens: [], endIds: [] },
    floats: async (weight) => drawnWeight(weight, shapes.get(weight)!).data,
    [Symbol.asyncDispose]: async () => undefined,
  };
}

function nameOf(x: ReturnType<typeof inOrder>[number]): string {
  return isOp(x, "input") ? x.params.name : "";
}

/** A model of the golden file, ready. */
export function goldenRunner(name: string, precision: Precision = "float32"): Promise<StepRunner> {
  return createStepRunner(goldenSource(name), { precision, threads: 1 });
}

/** log(softmax) of each row of `width` numbers. */
export function logSoftmaxRows(logits: readonly number[], width: number): number[][] {
  return Array.from({ length: logits.length / width }, (_, row) => {
    const own = logits.slice(row * width, (row + 1) * width);
    const most = Math.max(...own);
    const total = most + Math.log(own.reduce((sum, value) => sum + Math.exp(value - most), 0));
    return own.map((value) => value - total);
  });
}

/** Tokens one after another. */
export const chain = (ids: readonly number[]): { ids: readonly number[]; parents: number[] } => ({
  ids,
  parents: ids.map((_, i) => i - 1),
});

/** The largest difference, relative to the larger of 1 and the expected number. */
export function worstError(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (found.length !== expected.length) return Number.POSITIVE_INFINITY;
  return Array.from(expected).reduce(
    (worst, value, i) => Math.max(worst, Math.abs(found[i]! - value) / Math.max(1, Math.abs(value))),
    0,
  );
}
