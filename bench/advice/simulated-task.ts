/** @file A comparison whose truth is known: a tuned and a prompted approach with accuracies that were chosen, on rows of which some are hard for both. */
import { noFacts } from "../../src/compare/define-approach.js";
import { summarize } from "../../src/compare/summarize.js";
import { random } from "../../src/lib/random.js";
import type { Comparison } from "../../src/types/comparison.js";
import type { Identity, Traits } from "../../src/types/identity.js";
import type { Measurement } from "../../src/types/measurement.js";
import type { Assumptions } from "../../src/types/prices.js";

/** One task. */
export interface SimulatedTask {
  /** Fixes the rows and the answers. */
  readonly task: number;
  readonly testRows: number;
  /** True accuracies over endlessly many rows. */
  readonly tuned: number;
  readonly prompted: number;
  /** @default a margin of a point, no prices */
  readonly assumptions?: Partial<Assumptions>;
}

const labels = ["a", "b"];
/** A third of the rows is hard: what one gets wrong the other often does too. */
const hardShare = 0.3;
const noCost = { usd: 0, seconds: 0, inputTokens: 0, outputTokens: 0, labels: 0 };
const plain: Assumptions = { margin: 0.01, usdPerMachineHour: 0.0816, utilization: 0.2 };

/** The comparison of one task. */
export function simulatedComparison({ task, testRows, tuned, prompted, assumptions }: SimulatedTask): Comparison {
  const draws = random(task, "simulated advice");
  const isHard = Array.from({ length: testRows }, () => draws.uniform() < hardShare);
  const answered = (accuracy: number): Measurement["outcomes"] => {
    // Of easy rows nearly all are right; the rest follows from the accuracy over both kinds.
    const easy = Math.min(0.99, accuracy + 0.1);
    const hard = (accuracy - (1 - hardShare) * easy) / hardShare;
    return isHard.map((isHardRow, row) => {
      const truth = labels[row % 2]!;
      const isRight = draws.uniform() < (isHardRow ? hard : easy);
      return { id: `${row}`, truth: [truth], characters: 40, answer: [isRight ? truth : labels[(row + 1) % 2]!] };
    });
  };
  const majority = isHard.map((_, row) => ({ id: `${row}`, truth: [labels[row % 2]!], characters: 40, answer: ["a"] }));
  return summarize({
    task: {
      name: "simulated",
      labels,
      isMultiLabel: false,
      trainRows: 500,
      testRows,
      trainHash: "1".repeat(64),
      testHash: task.toString(16).padStart(64, "0"),
      splitNote: "",
      warnings: [],
    },
    assumptions: { ...plain, ...assumptions },
    measurements: [
      measurement("baseline:majority", { arm: "baseline", method: "majority" }, { isMajority: true }, majority),
      measurement("tune:probe", { arm: "tune", method: "probe" }, {}, answered(tuned)),
      measurement(
        "prompt:zero-shot@m",
        { arm: "prompt", method: "zero-shot", model: "m" },
        { asksLlm: true },
        answered(prompted),
      ),
    ],
    failed: [],
  });
}

function measurement(
  approach: string,
  identity: Identity,
  traits: Partial<Traits>,
  outcomes: Measurement["outcomes"],
): Measurement {
  return {
    approach,
    ...identity,
    traits: { asksLlm: false, isRecording: false, learnsFrom: "labels", isMajority: false, ...traits },
    split: "test",
    trainSize: 500,
    seed: 42,
    outcomes,
    latencies: [],
    fitCost: { ...noCost, seconds: 1, labels: 500 },
    predictCost: { ...noCost, seconds: 1 },
    facts: noFacts,
  };
}
