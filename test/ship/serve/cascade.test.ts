import { expect, it } from "vitest";
import { cascadePredictor } from "../../../src/ship/cascade/cascade-predictor.js";
import { sharedPasses } from "../../../src/ship/serve/shared-passes.js";
import type { Predictor } from "../../../src/types/approach.js";
import type { Prediction } from "../../../src/types/prediction.js";
import { fake, labels, predictionFor, serving } from "./serving.js";

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A predictor that takes its time, and keeps how many texts it was asked about together and how many calls were open at once. */
function slow(ms: number, answer: (text: string) => Prediction): Predictor & { readonly passes: number[]; mostOpen: number } {
  let open = 0;
  const made = {
    passes: [] as number[],
    mostOpen: 0,
    facts: {
      ...{ trainedParameters: 0, totalParameters: null, promptTokens: 0, humanWords: 0 },
      ...{ chosen: {}, artifactBytes: null, needs: [] },
    },
    async predict(queries: readonly { readonly text: string }[]) {
      made.passes.push(queries.length);
      made.mostOpen = Math.max(made.mostOpen, ++open);
      await wait(ms);
      open--;
      return queries.map(({ text }) => answer(text));
    },
    files: async () => new Map(),
    async [Symbol.asyncDispose]() {},
  };
  return made;
}

it("of 16 requests at once a cascade's small model makes a pass or two, and its LLM is asked for all that are handed on at once", async () => {
  const sure = (text: string): Prediction => ({ ...predictionFor(text), scores: { login: 0.9, refund: 0.05, spam: 0.05 } });
  const small = slow(40, (text) => (text.includes("login") ? sure(text) : predictionFor(text)));
  const llm = slow(200, () => ({ answer: ["spam"], costUsd: 0.01 }));
  const space = { labels, isMultiLabel: false };
  const both = cascadePredictor(
    { small: { ...space, predictor: sharedPasses(small) }, llm: { ...space, predictor: llm } },
    { format: 1, small: "tune:x", llm: "prompt:y", threshold: 0.8, calibration: null },
  );
  const classify = (texts: readonly string[], signal: AbortSignal): Promise<Prediction[]> =>
    both.predict(
      texts.map((text, row) => ({ id: String(row), text })),
      { signal, useCache: true, spend: () => {}, log: () => {} },
    );
  await using server = await serving(fake({ isBatched: false, classify }));
  const startedAt = performance.now();
  const answers = await Promise.all(
    Array.from({ length: 16 }, (_, i) => server.post("/predict", { text: i % 2 === 0 ? `login ${i}` : `refund ${i}` })),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  expect(answers.map(({ body }) => [body.answer, body.answeredBy])).toEqual(
    answers.map((_, i) => (i % 2 === 0 ? ["login", "tune:x"] : ["spam", "prompt:y"])),
  );
  // The first pass begins with whoever came first; the others go together. One by one they would take 16.
  expect(small.passes.length).toBeLessThanOrEqual(4);
  expect(small.passes.reduce((sum, texts) => sum + texts, 0)).toBe(16);
  expect(llm.passes).toEqual(Array(8).fill(1));
  expect(llm.mostOpen).toBeGreaterThanOrEqual(4);
  // One after the other the LLM alone would take 1.6 seconds.
  expect(seconds).toBeLessThan(1.2);
});
