/**
 * @file How long all intervals and tests of a run with learning curves take: 10 approaches on 5,000 test rows at 10 sizes with 5 runs each.
 *
 *     npm run bench summary
 */

import { availableParallelism, loadavg } from "node:os";
import { cpuUsage } from "node:process";
import { decide } from "../../src/advise/decision.js";
import { learningCurves } from "../../src/compare/curves/learning-curves.js";
import { noFacts } from "../../src/compare/define-approach.js";
import { rowStatistics } from "../../src/compare/row-statistics.js";
import { summarize } from "../../src/compare/summarize.js";
import { random } from "../../src/lib/random.js";
import type { TaskFacts } from "../../src/types/data.js";
import type { Measurement } from "../../src/types/measurement.js";
import type { Outcome } from "../../src/types/prediction.js";
import type { Assumptions } from "../../src/types/prices.js";
import { keep, table } from "../lib/results.js";

const testRows = 5000;
const sizes = Array.from({ length: 10 }, (_, step) => 16 * 2 ** step);
const trainRows = sizes.at(-1)!;
const validatedRows = 0.9 * trainRows;
const seeds = [42, 43, 44, 45, 46];
const labels = ["billing", "bug", "cancellation", "delivery", "login", "praise", "refund", "other"];
const assumptions: Assumptions = { margin: 0.01, usdPerLabel: 0, usdPerMachineHour: 0.1, utilization: 0.2 };
const task: TaskFacts = {
  name: "made up",
  labels,
  isMultiLabel: false,
  trainRows,
  testRows,
  trainHash: "0".repeat(64),
  testHash: "1".repeat(64),
  splitNote: "",
  warnings: [],
};

interface MadeUpRun {
  readonly tuned: number;
  /** For each prompted approach, whether it learns, and the share of test rows that its recording lacks. */
  readonly prompted: readonly { readonly learns: boolean; readonly missing: number }[];
}

function measurementsOf({ tuned, prompted }: MadeUpRun): Measurement[] {
  const draws = random(1);
  const truths = Array.from({ length: testRows }, () => draws.integer(labels.length));
  /** What is said of a row, by answer: shared by runs, since 2.5 million objects of their own would be most of the time. */
  const outcomesOf = truths.map((truth, row) =>
    labels.map((answer): Outcome => ({ id: `test ${row}`, truth: [labels[truth]!], answer: [answer] })),
  );
  const measured = (
    arm: "tune" | "prompt",
    index: number,
    trainSize: number,
    seed: number,
    isMissing: Uint8Array,
  ): Measurement => {
    const accuracy =
      arm === "tune" ? 0.93 - 0.03 * index - 1.6 * trainSize ** -0.6 : 0.8 + 0.01 * index - 0.4 * trainSize ** -0.6;
    const outcomes = truths.map((truth, row): Outcome => {
      const { id, ...rest } = outcomesOf[row]![draws.uniform() < accuracy ? truth : draws.integer(labels.length)]!;
      if (isMissing[row] === 1) return { id, truth: rest.truth, answer: null, failure: "missing" };
      if (arm === "prompt" || trainSize < trainRows) return { id, ...rest };
      const scores = Object.fromEntries(labels.map((label) => [label, label === rest.answer![0] ? 0.72 : 0.04]));
      return { id, ...rest, scores };
    });
    return {
      approach: `${arm}:${index}`,
      arm,
      method: "made-up",
      traits: { asksLlm: arm === "prompt", isRecording: false, learnsFrom: "labels", isMajority: false },
      split: "test",
      trainSize,
      seed,
      outcomes,
      latencies: [],
      fitCost: { usd: 0, seconds: 30, inputTokens: 0, outputTokens: 0, labels: trainSize },
      predictCost: { usd: arm === "prompt" ? 2 : 0, seconds: 20, inputTokens: 0, outputTokens: 0, labels: 0 },
      facts: noFacts,
    };
  };
  const approach = (arm: "tune" | "prompt", index: number, learns: boolean, missing: number): Measurement[] => {
    const isMissing = Uint8Array.from(truths, () => Number(draws.uniform() < missing));
    const tested = (learns ? sizes : [trainRows]).flatMap((size) =>
      seeds.map((seed) => measured(arm, index, size, seed, isMissing)),
    );
    // By these the best of an arm is chosen: without them all would be compared with all.
    const chosenBy = seeds.map((seed): Measurement => {
      const { outcomes, ...rest } = measured(arm, index, validatedRows, seed, new Uint8Array(testRows));
      return { ...rest, split: "validation", outcomes: outcomes.slice(0, 500) };
    });
    return [...chosenBy, ...tested];
  };
  return [
    ...Array.from({ length: tuned }, (_, index) => approach("tune", index, true, 0)).flat(),
    ...prompted.flatMap(({ learns, missing }, index) => approach("prompt", index, learns, missing)),
  ];
}

/** Of this process: other programs on the machine do not count. */
function processorSeconds<Result>(run: () => Result): readonly [seconds: number, result: Result] {
  const from = cpuUsage();
  const result = run();
  const { user, system } = cpuUsage(from);
  return [(user + system) / 1e6, result];
}

function secondsOf(run: MadeUpRun): string[] {
  const measurements = measurementsOf(run);
  const [whole, rows] = processorSeconds(() => rowStatistics(task, measurements));
  const [deciding] = processorSeconds(() => decide(summarize({ task, assumptions, measurements, failed: [], rows })));
  const summaries = rows.approaches.map(({ summary }) => summary);
  const [curves] = processorSeconds(() => learningCurves({ measurements, task, metric: "accuracy", summaries, seed: 1 }));
  return [curves, whole - curves, deciding, whole + deciding].map((seconds) => seconds.toFixed(1));
}

/** `npm run bench summary`. */
export async function wholeSummary(): Promise<void> {
  const line = { learns: false, missing: 0 };
  const runs: readonly (readonly [name: string, run: MadeUpRun])[] = [
    ["9 tuned curves, 1 prompt", { tuned: 9, prompted: [line] }],
    [
      "6 tuned curves, 4 prompts that each lack other rows",
      { tuned: 6, prompted: [0.001, 0.002, 0.02, 0.05].map((missing) => ({ learns: false, missing })) },
    ],
  ];
  const rows = runs.map(([name, run]) => [name, ...secondsOf(run)]);
  const note = `10 approaches on ${testRows.toLocaleString("en-US")} test rows with ${labels.length} labels, at ${sizes.length} sizes with ${seeds.length} runs each, in seconds of a processor: curves and crossovers, the other statistics of the rows (\`rowStatistics\`), differences of pairs and the decision (\`summarize\`, \`decide\`). Load while it ran: ${loadavg()[0]!.toFixed(0)} on ${availableParallelism()} cores, by which processor time grows too.`;
  const head = ["approaches", "curves and crossovers", "other statistics", "pairs and decision", "all"];
  keep("summary", "All statistics of a run with curves", `${note}\n\n${table(head, rows)}`, "beside other programs");
}
