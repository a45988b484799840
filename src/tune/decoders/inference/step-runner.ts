/** @file Runs a decoder token tree by token tree. */
import { createSession } from "../../../autodiff/session.js";
import { float32, float32Of, int64, type TensorValue } from "../../../autodiff/values.js";
import { fillAngles } from "../../encoders/rotary.js";
import type { DecoderSource } from "../decoder-source.js";
import { ropeAngles } from "../rope-fields.js";
import { type KeyValues, type NewKeyValues, noKeyValues } from "./key-values.js";
import type { Precision } from "./matrices.js";
import { fed, isFed, stepGraph, yielded } from "./step-graph.js";
import { readStepWeights } from "./step-weights.js";
import { maskOf, placesOf, type TokenTree } from "./token-tree.js";

/** Log-probabilities of what follows some tokens, and the keys and values of all tokens of the pass. */
export interface Step extends NewKeyValues {
  /** [wanted, vocabulary], natural logarithms. */
  readonly logprobs: Float32Array;
}

/** A decoder in memory. Holds native memory: dispose of it. One pass at a time. */
export interface StepRunner extends AsyncDisposable {
  readonly vocabularySize: number;
  /** What is known before the first token. */
  readonly start: KeyValues;
  /** Computes the tokens after `past`; `wanted`: after which of them the log-probabilities are wanted, at least one. */
  run(past: KeyValues, tree: TokenTree, wanted: readonly number[]): Promise<Step>;
}

/** How a decoder is loaded. */
export interface StepOptions {
  /** @default "int8" */
  readonly precision?: Precision;
  /** @default the number of cores, at most eight */
  readonly threads?: number;
}

/** Reads the weights and makes the decoder ready. `UserError` where a weight is missing or damaged. */
export async function createStepRunner(
  source: DecoderSource,
  { precision = "int8", threads }: StepOptions = {},
): Promise<StepRunner> {
  const { config } = source;
  const { layers, keyHeads, headWidth, vocabularySize } = config;
  const graph = stepGraph(config, precision);
  const weights = await readStepWeights(source, Object.values(graph), isFed);
  const session = await createSession(graph, { weights, ...(threads === undefined ? {} : { threads }) });
  const angles = ropeAngles(headWidth, config.ropeTheta, config.rope);
  const windows = new Set(config.windows);
  const eachLayer = <T>(make: (layer: number) => T): T[] => Array.from({ length: layers }, (_, layer) => make(layer));
  return {
    vocabularySize,
    start: noKeyValues(config),
    async run(past, tree, wanted) {
      const tokens = tree.ids.length;
      const places = placesOf(tree, past.length);
      const turned = (f: (angle: number) => number): TensorValue => {
        const numbers = new Float32Array(tokens * headWidth);
        for (const [token, place] of places.entries()) fillAngles(numbers, token * headWidth, angles, place, f);
        return float32(numbers, [tokens, headWidth]);
      };
      const feeds: Record<string, TensorValue> = {
        [fed.ids]: int64(tree.ids, [tokens]),
        [fed.cos]: turned(Math.cos),
        [fed.sin]: turned(Math.sin),
        [fed.wanted]: int64(wanted, [wanted.length]),
      };
      for (const window of windows)
        feeds[fed.mask(window)] = float32(maskOf(tree, past, window), [tokens, past.capacity + tokens]);
      for (let layer = 0; layer < layers; layer++) {
        feeds[fed.key(layer)] = float32(past.keys[layer]!, [keyHeads, past.capacity, headWidth]);
        feeds[fed.value(layer)] = float32(past.values[layer]!, [keyHeads, past.capacity, headWidth]);
      }
      const results = await session.run(feeds);
      return {
        tokens,
        logprobs: float32Of(results[yielded.logprobs]!),
        keys: eachLayer((layer) => float32Of(results[yielded.key(layer)]!)),
        values: eachLayer((layer) => float32Of(results[yielded.value(layer)]!)),
      };
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}
