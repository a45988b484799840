import { mainMeasurements } from "../../compare/main-measurements.js";
import { scoreOf } from "../../compare/metrics/metric-choice.js";
import { effectiveUnits } from "../../compare/statistics/jackknife.js";
import type { Comparison } from "../../types/comparison.js";
import type { Estimate, Metric, Summary } from "../../types/scores.js";
import { type Decision, decide } from "../decision.js";
import type { Finding } from "../findings/findings.js";
import { comparedRows, scoredRows } from "../lookup.js";

/** With fewer groups that count, intervals rest on a guess of how much groups differ, and the caution says so. */
const manyGroups = 50;

/** Whether the test rows come in so few groups, or in groups so unequal, that there is less to go by than their number of rows says. */
export function fewGroups(comparison: Comparison): Finding[] {
  const names = testGroups(comparison);
  const effective = effectiveUnits(names);
  const groups = new Set(names.filter((name) => name !== undefined)).size;
  return groups === 0 || effective >= manyGroups ? [] : [{ kind: "few-groups", groups, effective, testRows: names.length }];
}

/** The group of each test row. */
function testGroups({ measurements, task }: Comparison): (string | undefined)[] {
  const measured = mainMeasurements(measurements, task).find(({ split }) => split === "test");
  return measured?.outcomes.map(({ group }) => group) ?? [];
}

/**
 * Whether the test set is too small for the margin: an interval wider than the margin on both sides can never lie inside it, so
 * "equivalent" is out of reach. Silent where the verdict stands all the same.
 */
export function smallTestSet(comparison: Comparison, decision: Decision = decide(comparison)): Finding[] {
  if (decision.ground !== "undecided" && decision.ground !== "one-arm" && decision.ground !== "no-llm") return [];
  const { metric, interval } =
    decision.ground === "undecided"
      ? { metric: decision.contrast.metric, interval: decision.contrast.difference }
      : intervalOf(decision.best, decision.ground === "no-llm" ? comparison.metrics.primary : comparison.metrics.ranking);
  const halfWidth = (interval.high - interval.low) / 2;
  const { margin } = comparison.assumptions;
  const testRows = decision.ground === "undecided" ? comparedRows(decision.contrast, comparison) : scoredRows(decision.best);
  return halfWidth > margin ? [{ kind: "small-test-set", testRows, halfWidth, metric, margin }] : [];
}

/** Approaches that were asked about a random sample of the test rows: which, and about how many. */
export function sampledRows({ summaries, task }: Comparison, decision: Decision): Finding[] {
  const sampled = summaries.filter(({ sampledFrom }) => sampledFrom !== undefined);
  return [...new Set(sampled.map(({ testRows }) => testRows))].map((rows) => ({
    kind: "sampled-rows",
    approaches: sampled.filter(({ testRows }) => testRows === rows).map(({ approach }) => approach),
    rows,
    testRows: task.testRows,
    isOpen: decision.ground === "undecided" || decision.ground === "not-worse" || decision.ground === "unranked",
  }));
}

/** In the metric that the verdict is said in. */
const intervalOf = (best: Summary, metric: Metric): { metric: Metric; interval: Estimate } => ({
  metric,
  interval: scoreOf(best, metric),
});
