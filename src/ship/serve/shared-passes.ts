/** @file A predictor whose calls at the same time share its passes, as those of a server's requests do. */
import type { Predictor } from "../../types/approach.js";
import { type BatcherOptions, createBatcher } from "./batcher.js";

/** The bounds of a pass where nothing else is said: half a second of a small model on two cores. */
export const usualPass = { mostTexts: 64, mostCharacters: 16_384 } as const satisfies BatcherOptions;

/** The same answers; what is asked while a pass is under way waits for the next one, in which all of it goes together. It costs nothing but time. */
export function sharedPasses(predictor: Predictor, options: BatcherOptions = usualPass): Predictor {
  const batcher = createBatcher(
    (texts, signal) =>
      predictor.predict(
        texts.map((text, row) => ({ id: String(row), text })),
        { signal, useCache: false, spend: () => {}, log: () => {} },
      ),
    options,
  );
  return {
    get facts() {
      return predictor.facts;
    },
    predict: async (queries, { signal }) => [
      ...(await batcher.classify(
        queries.map(({ text }) => text),
        signal,
      )),
    ],
    files: () => predictor.files(),
    [Symbol.asyncDispose]: () => predictor[Symbol.asyncDispose](),
  };
}
