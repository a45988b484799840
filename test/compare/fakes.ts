/** @file A small task and approaches whose every answer the test decides. */
import type { Approach, FitContext } from "../../src/types/approach.js";
import type { Dataset, Example, Query, Task } from "../../src/types/data.js";
import type { ProgressEvent } from "../../src/types/events.js";
import type { Arm, PredictorFacts } from "../../src/types/identity.js";
import type { Cost, Prediction } from "../../src/types/prediction.js";
import type { Assumptions } from "../../src/types/prices.js";
import { selfDescription } from "../identity.js";

export const labels = ["billing", "login", "other"] as const;

export const assumptions: Assumptions = { margin: 0.01, usdPerLabel: 0.1, usdPerMachineHour: 0.36, utilization: 0.5 };

const facts: PredictorFacts = {
  trainedParameters: 0,
  totalParameters: null,
  promptTokens: 0,
  humanWords: 0,
  chosen: {},
  artifactBytes: null,
  needs: [],
};

/** The label of row `row`: unequal classes, the commonest first. */
export function labelOf(row: number): string {
  return labels[row % 10 < 6 ? 0 : row % 10 < 9 ? 1 : 2]!;
}

export function dataset(part: string, rows: number, groupSize = 0): Dataset {
  const examples = Array.from({ length: rows }, (_, row): Example => {
    // No two texts alike: near duplicates would be kept together by the split.
    const text = `${part} ${row} ${((row + 1) * 7919).toString(36)} ${((row + 3) * 104_729).toString(36)}`;
    const example = { id: `${part}-${row}`, text, labels: [labelOf(row)] };
    return groupSize > 0 ? { ...example, group: `customer ${Math.floor(row / groupSize)}` } : example;
  });
  return { name: "tickets", labels, isMultiLabel: false, descriptions: {}, examples };
}

export function task(options: { trainRows?: number; testRows?: number; groupSize?: number } = {}): Task {
  const { trainRows = 200, testRows = 120, groupSize = 0 } = options;
  return {
    train: dataset("train", trainRows),
    test: dataset("test", testRows, groupSize),
    trainHash: "a".repeat(64),
    testHash: "b".repeat(64),
    splitNote: "given",
    warnings: [],
  };
}

/** What a fake did, for the test to look at. */
export interface Trace {
  readonly fits: { readonly rows: readonly Example[]; readonly seed: number }[];
  readonly asked: { readonly queries: readonly Query[]; readonly useCache: boolean }[];
  disposals: number;
}

export interface FakeOptions {
  readonly facts?: Partial<PredictorFacts>;
  readonly fitCost?: Partial<Cost>;
  readonly predictCost?: Partial<Cost>;
  readonly onFit?: (context: FitContext, train: Dataset) => void;
  /** Replaces what the fake would return for all queries. */
  readonly returns?: (queries: readonly Query[]) => Prediction[];
}

/** An approach that answers each text as `answer` says. */
export function fake(
  name: string,
  arm: Arm,
  answer: (query: Query, seed: number) => string | Prediction,
  options: FakeOptions = {},
): { readonly approach: Approach; readonly trace: Trace } {
  const trace: Trace = { fits: [], asked: [], disposals: 0 };
  const approach: Approach = {
    name,
    ...selfDescription(name, arm),
    summary: `Fake ${name}`,
    estimate: async () => ({ calls: 0, inputTokens: 0, outputTokens: 0, usd: 0, seconds: 0 }),
    fit: async (train, context) => {
      trace.fits.push({ rows: train.examples, seed: context.seed });
      context.log({ kind: "progress", phase: "fitting", done: 1, total: 1 });
      context.log({ kind: "note", text: "a note" });
      options.onFit?.(context, train);
      context.spend(options.fitCost ?? {});
      return {
        facts: { ...facts, ...options.facts },
        predict: async (queries, { spend, useCache }) => {
          trace.asked.push({ queries, useCache });
          spend(options.predictCost ?? {});
          if (options.returns !== undefined) return options.returns(queries);
          return queries.map((query) => {
            const given = answer(query, context.seed);
            return typeof given === "string" ? { answer: [given] } : given;
          });
        },
        files: async () => new Map(),
        [Symbol.asyncDispose]: async () => {
          trace.disposals++;
        },
      };
    },
  };
  return { approach, trace };
}

/** The row number in a query's id. */
export function rowOf(query: Query): number {
  return Number(query.id.split("-").at(-1));
}

/** Answers right on all rows but every `period`-th one, on which it says what `wrong` says. */
export function wrongEvery(period: number, offset = 0): (query: Query) => string {
  return (query) => {
    const row = rowOf(query);
    const truth = labelOf(row);
    return (row + offset) % period === 0 ? labels[(labels.indexOf(truth as (typeof labels)[number]) + 1) % 3]! : truth;
  };
}

export const majority = (): string => "billing";

/** Collects progress events. */
export function recorder(): { readonly events: ProgressEvent[]; readonly log: (event: ProgressEvent) => void } {
  const events: ProgressEvent[] = [];
  return { events, log: (event) => void events.push(event) };
}
