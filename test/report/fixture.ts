/** @file Comparisons to render and advise on: outcomes drawn by seed, every statistic computed from them. */
import { summarize } from "../../src/compare/summarize.js";
import { noCost } from "../../src/lib/cost.js";
import { type Random, random } from "../../src/lib/random.js";
import type { Comparison } from "../../src/types/comparison.js";
import type { Contrast } from "../../src/types/contrast.js";
import type { Arm, PredictorFacts } from "../../src/types/identity.js";
import type { Measurement } from "../../src/types/measurement.js";
import type { Failure, Outcome } from "../../src/types/prediction.js";
import type { Assumptions } from "../../src/types/prices.js";
import type { Summary } from "../../src/types/scores.js";
import { identified } from "../identity.js";

/** One approach of a made-up comparison. */
export interface ApproachSpec {
  readonly name: string;
  readonly arm: Arm;
  /** Probability of a right answer, before failures. */
  readonly skill: number;
  /** Answers like a language model: tokens, a price, its own latency, at times no answer. */
  readonly isLlm?: boolean;
  readonly failures?: Readonly<Partial<Record<Failure, number>>>;
  /** USD of a million input and a million output tokens; `null`: unknown. */
  readonly usdPerMillion?: readonly [input: number, output: number] | null;
  /** Median latency in seconds; absent: not measured. */
  readonly p50?: number;
  readonly hasScores?: boolean;
  readonly needs?: readonly string[];
  readonly fitSeconds?: number;
  /** Words a person wrote for it. */
  readonly words?: number;
}

export interface ComparisonSpec {
  readonly name?: string;
  readonly labels?: readonly string[];
  readonly testRows?: number;
  readonly trainRows?: number;
  readonly approaches?: readonly ApproachSpec[];
  readonly warnings?: readonly string[];
  readonly usdPerLabel?: number;
  readonly margin?: number;
  /** What else is assumed. @default nothing */
  readonly told?: Partial<Assumptions>;
  /** Numbers of training rows from which tuned approaches are measured too, each with three seeds. @default none */
  readonly curveSizes?: readonly number[];
}

/** So many requests that the LLM costs more a month, whatever else is assumed. */
export const busy: Partial<Assumptions> = { requestsPerMonth: 1_000_000, machine: "shared" };

export const ticketLabels = [
  "billing",
  "bug report",
  "cancellation",
  "delivery",
  "feature request",
  "login",
  "praise",
  "refund",
] as const;

export const fullApproaches: readonly ApproachSpec[] = [
  { name: "baseline:majority", arm: "baseline", skill: 0, p50: 0.000_001 },
  { name: "baseline:nearest-centroid", arm: "baseline", skill: 0.78, p50: 0.0051, fitSeconds: 4.1, hasScores: true },
  { name: "tune:probe", arm: "tune", skill: 0.92, p50: 0.0053, fitSeconds: 6.8, hasScores: true },
  { name: "prompt:labels", arm: "prompt", skill: 0.64, p50: 0.0052, fitSeconds: 0.1, words: 96 },
  {
    name: "prompt:zero-shot@openai:gpt-5-mini",
    arm: "prompt",
    skill: 0.82,
    isLlm: true,
    failures: { unparseable: 3, refused: 1 },
    usdPerMillion: [0.25, 2],
    p50: 1.31,
    needs: ["OPENAI_API_KEY", "network"],
    words: 96,
  },
  {
    name: "prompt:few-shot@openai:gpt-5-mini",
    arm: "prompt",
    skill: 0.88,
    isLlm: true,
    failures: { unparseable: 1 },
    usdPerMillion: [0.25, 2],
    p50: 1.44,
    needs: ["OPENAI_API_KEY", "network"],
    words: 96,
  },
];

/** Without an LLM: what runs when there is neither a key nor a network. */
export const offlineApproaches: readonly ApproachSpec[] = fullApproaches.filter(({ isLlm }) => isLlm !== true);

/** What was measured, with the shape of a real comparison: outcomes drawn by seed. */
export function measuredOf({
  name = "support-tickets",
  labels = ticketLabels,
  testRows = 320,
  trainRows = 600,
  approaches = fullApproaches,
  warnings = [],
  usdPerLabel = 0.05,
  margin = 0.01,
  told = {},
  curveSizes = [],
}: ComparisonSpec = {}): Parameters<typeof summarize>[0] {
  const learning = approaches.filter(({ arm }) => arm === "tune");
  const candidates = approaches.filter(({ arm }) => arm !== "baseline");
  return {
    task: {
      name,
      labels,
      isMultiLabel: false,
      trainRows,
      testRows,
      trainHash: "5f2c6d0f5d2d4b9cb3d7f0f3c3f61f7be0f1a9b6c8d24a39fb0d0f2c1e7a9d10",
      testHash: "a4b7e9c2d1f00d5a8c3b6e9f2a5d8c1b4e7fa0d3c6b9e2f5a8d1c4b7e0f3a6d9",
      splitNote: `${testRows} of ${trainRows + testRows} rows were held back for testing (seed 42): labels in proportion, duplicates on one side.`,
      warnings,
    },
    assumptions: { margin, usdPerLabel, usdPerMachineHour: 0.0816, utilization: 0.2, ...told },
    measurements: [
      ...approaches.map((spec) => measure(spec, "test", testRows, labels, trainRows)),
      ...candidates.map((spec) => measure(spec, "validation", Math.floor(trainRows / 4), labels, trainRows)),
      ...learning.flatMap((spec) =>
        curveSizes.flatMap((size) => [42, 43, 44].map((seed) => learned(spec, { size, seed, testRows, labels, trainRows }))),
      ),
    ],
    failed: [],
  };
}

/** The comparison of that, statistics by `summarize`. */
export const comparisonOf = (spec: ComparisonSpec = {}): Comparison => summarize(measuredOf(spec));

/** A comparison with some fields of one summary replaced. */
export function withSummary(comparison: Comparison, approach: string, changes: Partial<Summary>): Comparison {
  return {
    ...comparison,
    summaries: comparison.summaries.map((summary) => (summary.approach === approach ? { ...summary, ...changes } : summary)),
  };
}

/** A comparison with some fields of its primary contrast, or of another one, replaced. */
export function withContrast(comparison: Comparison, changes: Partial<Contrast>, index = 0): Comparison {
  return { ...comparison, contrasts: comparison.contrasts.map((item, i) => (i === index ? { ...item, ...changes } : item)) };
}

function measure(
  spec: ApproachSpec,
  split: Measurement["split"],
  rows: number,
  labels: readonly string[],
  trainRows: number,
): Measurement {
  const draws = random(7, `${spec.name} ${split}`);
  const outcomes = Array.from({ length: rows }, (_, i) => outcome(spec, i, rows, labels, draws));
  const facts: PredictorFacts = {
    trainedParameters: spec.arm === "tune" ? 385 * labels.length : 0,
    totalParameters: spec.isLlm ? null : 22_713_216,
    promptTokens: spec.isLlm ? 143 : 0,
    humanWords: spec.words ?? 0,
    chosen: spec.arm === "tune" ? { C: 10 } : {},
    artifactBytes: spec.isLlm ? null : 23_400_000,
    needs: spec.needs ?? ["encoder minilm-l6"],
  };
  const usage = (kind: "inputTokens" | "outputTokens"): number =>
    outcomes.reduce((sum, row) => sum + (row.usage?.[kind] ?? 0), 0);
  const demos = spec.name.includes("few-shot") ? 8 : 0;
  const latencies = spec.p50 === undefined ? [] : Array.from({ length: 50 }, () => spec.p50! * (0.7 + 0.6 * draws.uniform()));
  return {
    ...identified(spec.name, spec.arm, { asksLlm: spec.isLlm === true }),
    split,
    trainSize: split === "test" ? trainRows : trainRows - rows,
    seed: 42,
    outcomes,
    latencies,
    fitCost: { ...noCost, seconds: spec.fitSeconds ?? 0.2, labels: spec.arm === "prompt" ? demos : trainRows },
    predictCost: {
      usd: outcomes.reduce((sum, row) => sum + (row.costUsd ?? 0), 0),
      seconds: (spec.p50 ?? 0.001) * rows * 0.3,
      inputTokens: usage("inputTokens"),
      outputTokens: usage("outputTokens"),
      labels: 0,
    },
    facts,
  };
}

/** A training on a part of the rows: less is known with fewer. */
function learned(
  spec: ApproachSpec,
  {
    size,
    seed,
    testRows,
    labels,
    trainRows,
  }: Required<Pick<ComparisonSpec, "labels" | "testRows" | "trainRows">> & {
    readonly size: number;
    readonly seed: number;
  },
): Measurement {
  const skill = spec.skill * (1 - 0.9 * (size ** -0.4 - trainRows ** -0.4));
  const whole = measure({ ...spec, skill }, "test", testRows, labels, trainRows);
  const draws = random(seed, `${spec.name} ${size}`);
  const outcomes = Array.from({ length: testRows }, (_, i) => outcome({ ...spec, skill }, i, testRows, labels, draws));
  return { ...whole, trainSize: size, seed, outcomes };
}

function outcome(spec: ApproachSpec, row: number, rows: number, labels: readonly string[], draws: Random): Outcome {
  const place = Math.floor((row / rows) ** 1.3 * labels.length);
  const truth = labels[place]!;
  const head = { id: `t${String(row + 1).padStart(4, "0")}`, truth: [truth], ...billed(spec, draws) };
  const failing = Object.entries(spec.failures ?? {}).flatMap(([failure, count]) => Array.from({ length: count }, () => failure));
  const failure = row % 11 === 5 ? failing[Math.floor(row / 11)] : undefined;
  if (failure !== undefined) return { ...head, answer: null, failure: failure as Failure, rawAnswer: "I'd say it depends." };
  if (spec.skill === 0) return { ...head, answer: [labels[0]!] };
  // Some labels are harder than others, and each has a neighbor that it is taken for.
  const skill = spec.skill - 0.1 * ((place % 3) - 1) - (place === labels.length - 1 ? 0.12 : 0);
  const isRight = draws.uniform() < skill;
  const neighbor = (place + 3) % labels.length;
  const answer = isRight ? truth : draws.uniform() < 0.6 ? labels[neighbor]! : labels[draws.integer(labels.length)]!;
  if (spec.hasScores !== true) return { ...head, answer: [answer] };
  const confidence = Math.min(0.99, spec.skill + 0.2 * (draws.uniform() - 0.5) - (isRight ? 0 : 0.2));
  const rest = (1 - confidence) / (labels.length - 1);
  return {
    ...head,
    answer: [answer],
    scores: Object.fromEntries(labels.map((label) => [label, label === answer ? confidence : rest])),
  };
}

function billed({ isLlm, usdPerMillion, p50 }: ApproachSpec, draws: Random): Partial<Outcome> {
  if (isLlm !== true) return {};
  const usage = {
    inputTokens: 180 + draws.integer(60),
    cachedInputTokens: 0,
    outputTokens: 6 + draws.integer(70),
    reasoningTokens: 0,
  };
  const costUsd =
    usdPerMillion == null ? null : (usage.inputTokens * usdPerMillion[0] + usage.outputTokens * usdPerMillion[1]) / 1e6;
  return { usage, costUsd, ...(p50 === undefined ? {} : { latencySeconds: p50 * (0.7 + 0.6 * draws.uniform()) }) };
}
