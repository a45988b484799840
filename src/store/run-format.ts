/** @file What a run's files hold, as it is checked when they are read: they may come from anywhere. */
import { z } from "zod";
import type { TaskFacts } from "../types/data.js";
import type { Arm, Traits } from "../types/identity.js";
import type { FailedApproach, Measurement, MeasurementKey } from "../types/measurement.js";
import type { Confidence, Failure, Outcome } from "../types/prediction.js";
import type { Assumptions, LlmOffer } from "../types/prices.js";

/** The version of the folder's layout. A reader refuses every other. */
export const runFormat = 3;

/** What `run.json` holds. Plain JSON; never a key. */
export interface RunManifest {
  readonly format: number;
  readonly name: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** Absent while the run goes on, after it was interrupted, and where an approach could not be measured. */
  readonly finishedAt?: string;
  /** Version of this package. */
  readonly version: string;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly memoryGb: number;
    readonly node: string;
    readonly os: string;
  };
  /** Where the process stood when the run was begun: relative paths in `options` start there. */
  readonly workingFolder?: string;
  /** The options as given, so that the run can be resumed and repeated. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly task: TaskFacts;
  readonly assumptions: Assumptions;
  readonly failed: readonly FailedApproach[];
  /** Absent where an LLM was named. */
  readonly llmOffer?: LlmOffer;
}

/** Which measuring of its key it is, from 2; absent in the first. What is made again stands beside the former until it is whole. */
interface Attempt {
  readonly attempt?: number;
}

/** A line of `measurements.jsonl`. */
export type MeasurementHead = Omit<Measurement, "outcomes"> & Attempt & { readonly rows: number };

/** A line of `predictions.jsonl`. */
export type PredictionLine = Outcome & MeasurementKey & Attempt;

/** Every name of a kind, checked by its type to be all of them. */
const namesOf = <Name extends string>(names: Readonly<Record<Name, true>>): [Name, ...Name[]] =>
  Object.keys(names) as [Name, ...Name[]];

const number = z.number();
const count = z.int().nonnegative();
const texts = z.array(z.string());
const arms = namesOf<Arm>({ tune: true, prompt: true, hybrid: true, baseline: true });
const sources = namesOf<Traits["learnsFrom"]>({ labels: true, nothing: true, unknown: true });
const splits = namesOf<Measurement["split"]>({ validation: true, test: true });

/** Numbers by name. One pass over them: a row may have a score for each of thousands of labels. */
const scores = z.custom<Readonly<Record<string, number>>>((value) => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  for (const name in value) if (typeof (value as Record<string, unknown>)[name] !== "number") return false;
  return true;
}, "expected numbers by label");

/** Fields that a later version adds are kept. */
const keyFields = {
  approach: z.string(),
  split: z.enum(splits),
  trainSize: count,
  seed: number,
  experiment: z
    .object({ kind: z.string() })
    .catchall(z.union([z.string(), number, z.boolean()]))
    .exactOptional(),
  attempt: z.int().positive().exactOptional(),
};

/** What an approach is, beside its name. */
const identityFields = {
  arm: z.enum(arms),
  method: z.string(),
  model: z.string().exactOptional(),
  variant: z.string().exactOptional(),
  traits: z.looseObject({
    asksLlm: z.boolean(),
    isRecording: z.boolean(),
    learnsFrom: z.enum(sources),
    isMajority: z.boolean(),
  }),
};

const cost = z.looseObject({ usd: number, seconds: number, inputTokens: number, outputTokens: number, labels: number });

/** Of `measurements.jsonl`. */
export const headSchema = z.looseObject({
  ...keyFields,
  ...identityFields,
  rows: count,
  latencies: z.array(number),
  fitCost: cost,
  predictCost: cost,
  elapsedSeconds: number.exactOptional(),
  facts: z.looseObject({
    trainedParameters: number,
    totalParameters: number.nullable(),
    promptTokens: number,
    humanWords: number,
    chosen: z.record(z.string(), z.union([z.string(), number])),
    artifactBytes: number.nullable(),
    needs: texts,
  }),
});

/** Of `predictions.jsonl`. */
export const predictionSchema = z.looseObject({
  ...keyFields,
  id: z.string(),
  truth: texts,
  characters: count.exactOptional(),
  group: z.string().exactOptional(),
  answer: texts.nullable(),
  failure: z
    .enum(namesOf<Failure>({ unparseable: true, refused: true, truncated: true, missing: true, error: true, unasked: true }))
    .exactOptional(),
  scores: scores.exactOptional(),
  confidence: z
    .object({
      value: number,
      source: z.enum(namesOf<Confidence["source"]>({ probability: true, logprob: true, votes: true, stated: true })),
    })
    .exactOptional(),
  rawAnswer: z.string().exactOptional(),
  isDisputed: z.literal(true).exactOptional(),
  latencySeconds: number.exactOptional(),
  usage: z
    .looseObject({
      inputTokens: number,
      cachedInputTokens: number,
      cacheWriteInputTokens: number.exactOptional(),
      outputTokens: number,
      reasoningTokens: number,
    })
    .exactOptional(),
  costUsd: number.nullable().exactOptional(),
  answeredBy: z.string().exactOptional(),
  isCached: z.boolean().exactOptional(),
});

const failedReason = z.union([
  z.string(),
  z.looseObject({ kind: z.literal("no-outcome"), testRows: count, example: z.string().exactOptional() }),
]);

/** Of `run.json`, but for its format, which is looked at first. */
export const manifestSchema = z.looseObject({
  format: count,
  name: z.string(),
  createdAt: z.string(),
  finishedAt: z.string().exactOptional(),
  version: z.string(),
  machine: z.object({ cpu: z.string(), cores: number, memoryGb: number, node: z.string(), os: z.string() }),
  workingFolder: z.string().exactOptional(),
  options: z.record(z.string(), z.unknown()),
  task: z.looseObject({
    name: z.string(),
    labels: texts,
    isMultiLabel: z.boolean(),
    trainRows: count,
    testRows: count,
    trainHash: z.string(),
    testHash: z.string(),
    splitNote: z.string(),
    warnings: texts,
  }),
  // Made by this program from options that were checked; what a later version adds is kept.
  assumptions: z.looseObject({
    margin: number,
    usdPerLabel: number.exactOptional(),
    usdPerMachineHour: number,
    utilization: number,
    requestsPerMonth: number.exactOptional(),
    needed: number.exactOptional(),
  }),
  failed: z.array(z.looseObject({ approach: z.string(), ...identityFields, reason: failedReason })),
  llmOffer: z.object({ model: z.string(), usd: number }).exactOptional(),
});
