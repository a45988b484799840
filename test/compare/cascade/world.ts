/** @file Measurements of two approaches whose every answer is known, and whose truth can be computed. */
import { random } from "../../../src/lib/random.js";
import type { TaskFacts } from "../../../src/types/data.js";
import type { Arm } from "../../../src/types/identity.js";
import type { Measurement } from "../../../src/types/measurement.js";
import type { Outcome } from "../../../src/types/prediction.js";
import { identityFor } from "../../identity.js";

export const assumptions = { margin: 0.01, usdPerMachineHour: 360, utilization: 1 };

export function taskOf(testRows: number, changes: Partial<TaskFacts> = {}): TaskFacts {
  return {
    name: "tickets",
    labels: ["a", "b"],
    isMultiLabel: false,
    trainRows: 100,
    testRows,
    trainHash: "a".repeat(64),
    testHash: "b".repeat(64),
    splitNote: "given",
    warnings: [],
    ...changes,
  } as TaskFacts;
}

export function measurement(
  approach: string,
  arm: Arm,
  outcomes: readonly Outcome[],
  changes: Partial<Measurement> = {},
): Measurement {
  return {
    approach,
    ...identityFor(approach, arm),
    traits: { asksLlm: arm === "prompt", isRecording: false, learnsFrom: "labels", isMajority: false },
    split: "test",
    trainSize: 100,
    seed: 1,
    outcomes,
    latencies: [],
    fitCost: { usd: 0, seconds: 1, inputTokens: 0, outputTokens: 0, labels: 100 },
    predictCost: { usd: 0, seconds: outcomes.length / 1000, inputTokens: 0, outputTokens: 0, labels: 0 },
    facts: {
      trainedParameters: 0,
      totalParameters: null,
      promptTokens: 0,
      humanWords: 0,
      chosen: {},
      artifactBytes: null,
      needs: [],
    },
    ...changes,
  };
}

/** One row of both, said shortly. `sure`: the small model's probability of its answer. */
export interface Pair {
  readonly sure: number;
  readonly small: boolean;
  readonly llm: boolean | null;
  readonly usd?: number | null;
  readonly group?: string;
}

/** The outcomes of both, as stored. */
export function outcomesOf(pairs: readonly Pair[]): { readonly small: Outcome[]; readonly llm: Outcome[] } {
  const base = (row: number, { group }: Pair) => ({ id: `row-${row}`, truth: ["a"], ...(group !== undefined && { group }) });
  return {
    small: pairs.map((pair, row): Outcome => {
      const [own, other] = pair.small ? ["a", "b"] : ["b", "a"];
      return { ...base(row, pair), answer: [own!], scores: { [own!]: pair.sure, [other!]: 1 - pair.sure } };
    }),
    llm: pairs.map((pair, row): Outcome => {
      const cost = { costUsd: pair.usd === undefined ? 0.001 : pair.usd };
      if (pair.llm === null) return { ...base(row, pair), answer: null, failure: "unparseable", ...cost };
      return { ...base(row, pair), answer: [pair.llm ? "a" : "b"], ...cost };
    }),
  };
}

/** Draws rows: how sure it is, and how often each is right there. */
export function drawn(
  rows: number,
  seed: number,
  world: { readonly small: (sure: number) => number; readonly llm: (sure: number) => number },
): Pair[] {
  const draw = random(seed, "pairs");
  return Array.from({ length: rows }, () => {
    const sure = 1 - 0.5 * draw.uniform() ** 3;
    return {
      sure,
      small: draw.uniform() < world.small(sure),
      llm: draw.uniform() < world.llm(sure),
      usd: 0.001 * (0.5 + draw.uniform()),
    };
  });
}
