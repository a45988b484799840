import { sampleText } from "../advise/words/pairs.js";
import { failedText, unansweredText } from "../advise/words/unanswered.js";
import { scoreOf } from "../compare/metrics/metric-choice.js";
import { formatMetric, metricNames } from "../lib/text/metric-names.js";
import { visibleText } from "../lib/text/visible-text.js";
import type { Comparison } from "../types/comparison.js";
import type { Metric, MetricChoice, Summary } from "../types/scores.js";
import { shownMetrics } from "./ranking.js";

/** A condition that was checked, as `--require` gives it. */
export interface GateOutcome {
  readonly gate: string;
  readonly approach: string;
  /** `null` where the metric was not measured. */
  readonly value: number | null;
  readonly isPassed: boolean;
}

/**
 * The result for a CI server, in JUnit's XML: a test case for each approach, passed where it was measured and in error where it could not
 * be or gave hardly an answer, and one for each gate, failed where it does not hold.
 */
export function renderJunit(
  { task, metrics, summaries, failed, unanswered = [] }: Comparison,
  gates: readonly GateOutcome[] = [],
): string {
  const failures = gates.filter(({ isPassed }) => !isPassed).length;
  // Those without any outcome are among the failed.
  const silent = unanswered.filter(({ approach }) => summaries.some((summary) => summary.approach === approach));
  const errors = failed.length + silent.length;
  const cases = [
    ...summaries.map((summary) => {
      const mute = silent.find(({ approach }) => approach === summary.approach);
      const content = mute === undefined ? output(summary, metrics) : `<error message=${attribute(unansweredText(mute))}/>`;
      return testCase("approaches", summary.approach, content);
    }),
    ...failed.map(({ approach, reason }) =>
      testCase("approaches", approach, `<error message=${attribute(failedText(reason))}/>`),
    ),
  ];
  const gateCases = gates.map(({ gate, approach, value, isPassed }) => {
    const found = `${approach}: ${value === null ? "not measured" : value}, required ${gate}`;
    return testCase("gates", `${gate} (${approach})`, isPassed ? "" : `<failure message=${attribute(found)}/>`);
  });
  const counts = `tests="${cases.length + gates.length}" failures="${failures}" errors="${errors}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name=${attribute(`crossover: ${task.name}`)} ${counts}>`,
    `<testsuite name="approaches" tests="${cases.length}" failures="0" errors="${errors}">`,
    ...cases,
    "</testsuite>",
    `<testsuite name="gates" tests="${gates.length}" failures="${failures}" errors="0">`,
    ...gateCases,
    "</testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function testCase(suite: string, name: string, content: string): string {
  const head = `<testcase classname="crossover.${suite}" name=${attribute(name)}`;
  return content === "" ? `${head}/>` : `${head}>${content}</testcase>`;
}

function output(summary: Summary, metrics: MetricChoice): string {
  const { testRows, sampledFrom, missing } = summary;
  const [first] = shownMetrics(metrics);
  const said = (scores: Parameters<typeof scoreOf>[0], metric: Metric): string =>
    formatMetric(metric, scoreOf(scores, metric).value);
  const asked = sampledFrom === undefined ? `${testRows} test rows` : sampleText(testRows, sampledFrom);
  const rows =
    missing === undefined
      ? asked
      : `${testRows - missing.rows} of ${asked} (${metricNames[first!]} ${said(missing.worstCase, first!)} if the missing ones are wrong)`;
  const scores = shownMetrics(metrics).map((metric) => `${metricNames[metric]} ${said(summary, metric)}`);
  const text = `${scores.join(", ")} on ${rows}`;
  return `<system-out>${escapeXml(text)}</system-out>`;
}

function attribute(text: string): string {
  return `"${escapeXml(text)}"`;
}

/** XML has no way to write most control characters, not even escaped: they are shown as `visibleText` shows them. */
function escapeXml(text: string): string {
  const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" };
  return visibleText(text).replace(/[&<>"']/g, (character) => entities[character]!);
}
