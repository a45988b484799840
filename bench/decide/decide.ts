/** @file How long a comparison of 10 approaches on 5,000 rows takes to decide anew under other assumptions, beside what its rows take once. */
import { cpuUsage } from "node:process";
import { decide } from "../../src/advise/decision.js";
import { rowStatistics } from "../../src/compare/row-statistics.js";
import { summarize } from "../../src/compare/summarize.js";
import { random } from "../../src/lib/random.js";
import type { TaskFacts } from "../../src/types/data.js";
import type { Measurement } from "../../src/types/measurement.js";
import type { Outcome } from "../../src/types/prediction.js";
import type { Assumptions } from "../../src/types/prices.js";
import { keep, table } from "../lib/results.js";
import { median } from "../lib/statistics.js";

const testRows = 5000;
const labels = ["billing", "bug", "cancellation", "delivery", "login", "praise", "refund", "other"];
const task: TaskFacts = {
  name: "made up",
  labels,
  isMultiLabel: false,
  trainRows: 5000,
  testRows,
  trainHash: "0".repeat(64),
  testHash: "1".repeat(64),
  splitNote: "",
  warnings: [],
};

/** One baseline, four tuned and five prompted approaches, each right as often as `accuracy` says; the tuned ones with probabilities. */
function measurementsOf(): Measurement[] {
  const draws = random(1);
  const truths = Array.from({ length: testRows }, () => draws.integer(labels.length));
  const measurement = (arm: Measurement["arm"], index: number, split: Measurement["split"], accuracy: number): Measurement => {
    const rows = split === "test" ? truths : truths.slice(0, 500);
    const outcomes = rows.map((truth, row): Outcome => {
      const answer = draws.uniform() < accuracy ? truth : draws.integer(labels.length);
      const scores = Object.fromEntries(labels.map((label, i) => [label, i === answer ? 0.72 : 0.04]));
      const told = arm === "tune" ? { scores } : { costUsd: 0.0004 + 0.0001 * draws.uniform(), latencySeconds: draws.uniform() };
      return { id: `${split} ${row}`, truth: [labels[truth]!], answer: [labels[answer]!], ...(arm !== "baseline" && told) };
    });
    return {
      approach: `${arm}:${index}`,
      arm,
      method: "made-up",
      traits: { asksLlm: arm === "prompt", isRecording: false, learnsFrom: "labels", isMajority: arm === "baseline" },
      split,
      trainSize: split === "test" ? 5000 : 4500,
      seed: 42,
      outcomes,
      latencies: arm === "baseline" ? [] : rows.slice(0, 200).map(() => 0.002 * (1 + draws.uniform())),
      fitCost: { usd: 0, seconds: 30, inputTokens: 0, outputTokens: 0, labels: arm === "tune" ? 5000 : 8 },
      predictCost: { usd: arm === "prompt" ? 2 : 0, seconds: 20, inputTokens: 0, outputTokens: 0, labels: 0 },
      facts: {
        trainedParameters: arm === "tune" ? 20_000 : 0,
        totalParameters: arm === "tune" ? 22_000_000 : null,
        promptTokens: arm === "prompt" ? 300 : 0,
        humanWords: 0,
        chosen: {},
        artifactBytes: arm === "tune" ? 24_000_000 : null,
        needs: [],
      },
    };
  };
  const accuracies = { baseline: [0.1], tune: [0.8, 0.84, 0.86, 0.87], prompt: [0.8, 0.83, 0.85, 0.86, 0.87] };
  return (["baseline", "tune", "prompt"] as const).flatMap((arm) =>
    accuracies[arm].flatMap((accuracy, index) => [
      ...(arm === "baseline" ? [] : [measurement(arm, index, "validation", accuracy)]),
      measurement(arm, index, "test", accuracy),
    ]),
  );
}

/** `npm run bench decide`. */
export async function decideAnew(): Promise<void> {
  const measurements = measurementsOf();
  const usual: Assumptions = { margin: 0.01, usdPerLabel: 0, usdPerMachineHour: 0.1, utilization: 0.2 };
  const timed = <Result>(run: () => Result): readonly [milliseconds: number, result: Result] => {
    const from = cpuUsage();
    const result = run();
    const { user, system } = cpuUsage(from);
    return [(user + system) / 1000, result];
  };
  const [scores, rows] = timed(() => rowStatistics(task, measurements));
  const decided = (assumptions: Assumptions) =>
    timed(() => decide(summarize({ task, assumptions, measurements, failed: [], rows })))[0];
  const pairs = decided(usual);
  // Margins and prices of all kinds; none makes another approach the best, so no further pair is resampled.
  const again = Array.from({ length: 200 }, (_, i) =>
    decided({
      margin: 0.001 * (1 + (i % 50)),
      usdPerLabel: 0.01 * (i % 7),
      usdPerMachineHour: 0.05 * (1 + (i % 9)),
      utilization: 0.2,
    }),
  );
  const cells = [scores, pairs, again[0]!, median(again), Math.max(...again)].map((milliseconds) => milliseconds.toFixed(1));
  const head = ["scores of each approach", "differences of pairs", "decided anew, first", "median of 200", "slowest"];
  const note = `10 approaches on ${testRows.toLocaleString("en-US")} test rows with ${labels.length} labels, in milliseconds of a processor: what the rows take once (\`rowStatistics\`), then \`summarize\` and \`decide\` under other assumptions.`;
  keep("decide", "Deciding anew", `${note}\n\n${table(head, [cells])}`, "no other program");
}
