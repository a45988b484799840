/** @file What every way of making a predictor has to do, whichever arm it belongs to. Each approach's own tests call this suite. */

import { describe, expect, it } from "vitest";
import type { Approach, Context, FitContext, PredictContext } from "../../src/types/approach.js";
import type { Dataset, Query } from "../../src/types/data.js";
import type { ProgressEvent } from "../../src/types/events.js";
import type { Cost, Prediction } from "../../src/types/prediction.js";

/** What an approach is tried on: small, with at least two labels in `train` and at least three queries. */
export interface ContractData {
  readonly train: Dataset;
  readonly queries: readonly Query[];
}

/** A context whose spending and progress can be read afterwards. */
export interface RecordingContext extends FitContext, PredictContext {
  readonly spent: Partial<Cost>[];
  readonly events: ProgressEvent[];
}

/** A context for a test: seed 1 and a signal that never fires, unless told otherwise. */
export function recordingContext(options: { seed?: number; signal?: AbortSignal } = {}): RecordingContext {
  const spent: Partial<Cost>[] = [];
  const events: ProgressEvent[] = [];
  return {
    seed: options.seed ?? 1,
    signal: options.signal ?? new AbortController().signal,
    useCache: true,
    spend: (cost) => void spent.push(cost),
    log: (event) => void events.push(event),
    spent,
    events,
  };
}

/**
 * Requests about refunds, logins and parcels: 36 examples to learn from and 6 texts to answer. With `isMultiLabel` every third
 * example asks two things at once, and one asks nothing.
 */
export function contractData(isMultiLabel = false): ContractData {
  const sentences = {
    refund: ["I want my money back", "please refund the charge", "charged twice, refund one charge", "where is my refund money"],
    login: ["I cannot log in", "my password is rejected", "reset my password please", "login page rejects my password"],
    parcel: ["the parcel has not arrived", "my parcel is late", "track my parcel", "parcel arrived broken"],
  } as const;
  const labels = Object.keys(sentences) as (keyof typeof sentences)[];
  const suffixes = ["", " today", " again"];
  const examples = labels.flatMap((label, k) =>
    sentences[label].flatMap((sentence, i) =>
      suffixes.map((suffix, j) => {
        const other = labels[(k + 1) % labels.length]!;
        const both = isMultiLabel && j === 2;
        return {
          id: `${label}-${i}-${j}`,
          text: both ? `${sentence} and ${sentences[other][i]!}` : `${sentence}${suffix}`,
          labels: both ? [label, other] : [label],
        };
      }),
    ),
  );
  if (isMultiLabel) examples.push({ id: "nothing", text: "hello there", labels: [] });
  return {
    train: { name: "requests", labels, isMultiLabel, descriptions: {}, examples },
    queries: [
      { id: "q1", text: "refund the money" },
      { id: "q2", text: "password reset" },
      { id: "q3", text: "is the parcel late" },
      { id: "q4", text: "money back please" },
      { id: "q5", text: "=1+1 <script>alert(1)</script>" },
      { id: "q6", text: "refund the parcel" },
    ],
  };
}

/**
 * Registers the tests that any approach passes. `makeApproach` is called once a test, so no state passes from one to the
 * next; `makeData` too, and what it returns is frozen before the approach sees it.
 */
export function approachContract(
  name: string,
  makeApproach: () => Approach | Promise<Approach>,
  makeData: () => ContractData = contractData,
): void {
  /** Fits, predicts, disposes. */
  async function answers(
    data: ContractData,
    options: { seed?: number; queries?: readonly Query[]; context?: Context } = {},
  ): Promise<Prediction[]> {
    const approach = await makeApproach();
    const context = { ...recordingContext({ seed: options.seed ?? 1 }), ...options.context };
    await using predictor = await approach.fit(data.train, context);
    return await predictor.predict(options.queries ?? data.queries, context);
  }

  describe(`${name} keeps the contract of an approach:`, () => {
    const frozenData = (): ContractData => deepFreeze(makeData());

    it("says what it is", async () => {
      const approach = await makeApproach();
      expect(approach.name).toMatch(/^\S+$/);
      expect(["tune", "prompt", "hybrid", "baseline"]).toContain(approach.arm);
      expect(approach.method).toMatch(/^[a-z-]+$/);
      expect(approach.summary.length).toBeGreaterThan(10);
    });

    it("estimates with numbers that can be added up", async () => {
      const { train, queries } = frozenData();
      const estimate = await (await makeApproach()).estimate(train, queries);
      for (const value of [estimate.calls, estimate.inputTokens, estimate.outputTokens, estimate.seconds, estimate.usd ?? 0]) {
        expect(Number.isFinite(value)).toBe(true);
        expect(value).toBeGreaterThanOrEqual(0);
      }
    });

    it("answers every query with labels of the task, or says why not", async () => {
      const data = frozenData();
      const predictions = await answers(data);
      expect(predictions).toHaveLength(data.queries.length);
      for (const { answer, failure } of predictions) {
        expect(answer === null).toBe(failure !== undefined);
        if (answer === null) continue;
        if (!data.train.isMultiLabel) expect(answer).toHaveLength(1);
        expect(new Set(answer).size).toBe(answer.length);
        for (const label of answer) expect(data.train.labels).toContain(label);
      }
    });

    it("gives probabilities of all labels, where it gives any, and answers by them", async () => {
      const data = frozenData();
      for (const { answer, scores } of await answers(data)) {
        if (scores === undefined) continue;
        expect(Object.keys(scores).sort()).toEqual([...data.train.labels].sort());
        for (const score of Object.values(scores)) {
          expect(score).toBeGreaterThanOrEqual(0);
          expect(score).toBeLessThanOrEqual(1);
        }
        if (data.train.isMultiLabel || answer === null) continue;
        expect(Object.values(scores).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 6);
        expect(scores[answer[0]!]).toBe(Math.max(...Object.values(scores)));
      }
    });

    it("gives equal predictions for equal seeds", async () => {
      const data = frozenData();
      expect(outcomes(await answers(data, { seed: 7 }))).toEqual(outcomes(await answers(data, { seed: 7 })));
    });

    it("works the same with every progress event dropped, and counts no further than it announced", async () => {
      const data = frozenData();
      const context = recordingContext();
      const heard = outcomes(await answers(data, { context }));
      expect(outcomes(await answers(data, { context: { ...context, log: () => {} } }))).toEqual(heard);
      for (const event of context.events) if (event.kind === "progress") expect(event.done).toBeLessThanOrEqual(event.total);
    });

    it("pairs predictions with queries by their order", async () => {
      const data = frozenData();
      const approach = await makeApproach();
      const context = recordingContext();
      await using predictor = await approach.fit(data.train, context);
      const forward = await predictor.predict(data.queries, context);
      const backward = await predictor.predict([...data.queries].reverse(), context);
      expect(backward.reverse().map(({ answer }) => answer)).toEqual(forward.map(({ answer }) => answer));
      for (const [i, query] of data.queries.entries()) {
        const [alone] = await predictor.predict([query], context);
        expect(alone?.answer).toEqual(forward[i]!.answer);
        for (const [label, score] of Object.entries(forward[i]!.scores ?? {}))
          expect(alone?.scores?.[label]).toBeCloseTo(score, 5);
      }
    });

    it("answers no queries with no predictions", async () => {
      expect(await answers(frozenData(), { queries: [] })).toEqual([]);
    });

    it("accepts a label that no training row has", async () => {
      const { train, queries } = makeData();
      const data = deepFreeze({ train: { ...train, labels: [...train.labels, "never seen"] }, queries });
      const predictions = await answers(data);
      expect(predictions).toHaveLength(queries.length);
      for (const { scores } of predictions) if (scores !== undefined) expect(scores["never seen"]).toBeTypeOf("number");
    });

    it("stops at an aborted signal, in fit and in predict", async () => {
      const { train, queries } = frozenData();
      const approach = await makeApproach();
      const aborted = recordingContext({ signal: AbortSignal.abort(new Error("stopped by the test")) });
      await expect(approach.fit(train, aborted)).rejects.toThrow("stopped by the test");
      await using predictor = await approach.fit(train, recordingContext());
      await expect(predictor.predict(queries, aborted)).rejects.toThrow("stopped by the test");
    });

    it("reports facts that are counts, and files with paths that stay inside their folder", async () => {
      const { train } = frozenData();
      await using predictor = await (await makeApproach()).fit(train, recordingContext());
      const { trainedParameters, totalParameters, promptTokens, humanWords, artifactBytes } = predictor.facts;
      for (const count of [trainedParameters, totalParameters ?? 0, promptTokens, humanWords, artifactBytes ?? 0]) {
        expect(Number.isInteger(count)).toBe(true);
        expect(count).toBeGreaterThanOrEqual(0);
      }
      expect(totalParameters ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(trainedParameters);
      const files = await predictor.files();
      expect(files.size).toBeGreaterThan(0);
      for (const path of files.keys()) expect(path).toMatch(/^(?!\/)(?!.*\.\.)(?!.*\\).+$/);
    });

    it("charges no more labels than it was given", async () => {
      const { train } = frozenData();
      const context = recordingContext();
      await using _ = await (await makeApproach()).fit(train, context);
      const labels = context.spent.reduce((sum, cost) => sum + (cost.labels ?? 0), 0);
      expect(labels).toBeLessThanOrEqual(train.examples.length);
      const { traits: { learnsFrom = "unknown" } = {} } = await makeApproach();
      if (learnsFrom !== "unknown") expect(learnsFrom).toBe(labels > 0 ? "labels" : "nothing");
    });

    it("can be disposed of twice", async () => {
      const predictor = await (await makeApproach()).fit(frozenData().train, recordingContext());
      await predictor[Symbol.asyncDispose]();
      await expect(predictor[Symbol.asyncDispose]()).resolves.toBeUndefined();
    });
  });
}

/** What may not differ between two runs; time and cache hits may. */
function outcomes(predictions: readonly Prediction[]): unknown[] {
  return predictions.map(({ answer, failure, scores, rawAnswer }) => ({ answer, failure, scores, rawAnswer }));
}

/** The same value, unchangeable all the way down. */
function deepFreeze<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}
