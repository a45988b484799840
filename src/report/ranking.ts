/** @file The table of all approaches: what each column is called and says, once for the terminal, Markdown and the page. */
import { scoredRows } from "../advise/lookup.js";
import { capitalized } from "../advise/words/lists.js";
import { fitSeconds } from "../compare/known-facts.js";
import { scoreOf } from "../compare/metrics/metric-choice.js";
import { formatCount, formatSeconds, formatUsd } from "../lib/text/format.js";
import { formatMetric, formatMetricEstimate, metricNames } from "../lib/text/metric-names.js";
import type { Comparison } from "../types/comparison.js";
import type { Metric, MetricChoice, Summary } from "../types/scores.js";

/** One column of the table of all approaches, the most telling first: where there is no room, the last are left out. */
export interface RankingColumn {
  readonly title: string;
  /** The title where there is room for whole words. */
  readonly heading: string;
  /** A longer name, for a tooltip or a legend. */
  readonly meaning: string;
  readonly text: (summary: Summary) => string;
  /** The number behind the text, for bars; `null` where it was not measured. */
  readonly value: (summary: Summary) => number | null;
}

const missing = "–";

/** The columns after the approach's name: the metric that ranks first, the other ones, and what it takes. Where they are not all over every
 * test row, over how many; and where rows are missing, the worst case. */
export function rankingColumns({ metrics, summaries }: Pick<Comparison, "metrics" | "summaries">): readonly RankingColumn[] {
  const isMissing = summaries.some(({ missing: gap }) => gap !== undefined);
  const isSampled = summaries.some(({ sampledFrom }) => sampledFrom !== undefined);
  return [
    ...scoreColumns(metrics),
    ...(isMissing || isSampled ? [rowsColumn({ isMissing, isSampled })] : []),
    ...(isMissing ? [worstColumn(metrics)] : []),
    ...otherColumns,
  ];
}

/** The metrics of a comparison: the one that ranks first, and each once. */
export function shownMetrics({ ranking, primary, others }: MetricChoice): Metric[] {
  return [...new Set([ranking, primary, ...others])];
}

// The accuracy's interval stands in its chart: a terminal has no room for it.
function scoreColumns(metrics: MetricChoice): RankingColumn[] {
  return shownMetrics(metrics).map((metric, place): RankingColumn => {
    const hasInterval = place === 0 || metric !== "accuracy";
    return {
      title: metricNames[metric],
      heading: capitalized(metricNames[metric]),
      meaning: `${metricMeaning(metric, metrics)}${hasInterval ? ", with its 95% interval" : ""}`,
      text: (summary) => {
        const score = scoreOf(summary, metric);
        return hasInterval ? formatMetricEstimate(metric, score) : formatMetric(metric, score.value);
      },
      value: (summary) => scoreOf(summary, metric).value,
    };
  });
}

/** What a metric measures, in a few words: over which labels, where some have no test row. */
export function metricMeaning(metric: Metric, { labelsScored }: MetricChoice, labels?: number): string {
  switch (metric) {
    case "accuracy":
      return "share of right answers; an answer that is none counts as wrong";
    case "exactMatch":
      return "share of rows with all labels right; an answer that is none counts as wrong";
    case "macroF1":
      return `mean F1 over the labels${labels === undefined || labelsScored === labels ? "" : ` that have test rows, ${formatCount(labelsScored)} of ${formatCount(labels)}`}`;
    case "microF1":
      return "F1 of all decisions on labels together";
  }
}

function rowsColumn({ isMissing, isSampled }: { readonly isMissing: boolean; readonly isSampled: boolean }): RankingColumn {
  const others = [...(isMissing ? ["missing"] : []), ...(isSampled ? ["not asked about"] : [])].join(" or ");
  return {
    title: "rows",
    heading: "Test rows",
    meaning: `test rows with an outcome, which the scores are over; the others are ${others}`,
    text: (summary) => formatCount(scoredRows(summary)),
    value: scoredRows,
  };
}

function worstColumn({ primary }: MetricChoice): RankingColumn {
  const worst = (summary: Summary): number => scoreOf(summary.missing?.worstCase ?? summary, primary).value;
  return {
    title: "worst case",
    heading: "Worst case",
    meaning: `${metricNames[primary]} if each missing row counts as wrong`,
    text: (summary) => formatMetric(primary, worst(summary)),
    value: worst,
  };
}

/** What stands under the table where approaches lack outcomes of some rows: their scores are over different rows. `null` where none does. */
export function rowsNote({ summaries, task, metrics }: Pick<Comparison, "summaries" | "task" | "metrics">): string | null {
  const lacking = summaries.filter(({ missing: gap, sampledFrom }) => gap !== undefined || sampledFrom !== undefined);
  if (lacking.length === 0) return null;
  const named = lacking.map((summary) => {
    const rows = `${formatCount(scoredRows(summary))} of ${formatCount(task.testRows)}`;
    return `${summary.approach} (${rows}${summary.sampledFrom === undefined ? "" : ", a random sample"})`;
  });
  const worst = lacking.every(({ missing: gap }) => gap === undefined)
    ? ""
    : ` "worst case": ${metricNames[metrics.primary]} if each missing row is wrong.`;
  return `Scores are over the rows that each has an outcome of, not all of: ${named.join(", ")}.${worst} Only the differences compare the same rows.`;
}

const otherColumns: readonly RankingColumn[] = [
  {
    title: "$ / 1,000",
    heading: "USD for 1,000",
    meaning: "US dollars for 1,000 requests",
    text: ({ usdPerThousand }) => (usdPerThousand === null ? missing : shortUsd(usdPerThousand.value)),
    value: ({ usdPerThousand }) => usdPerThousand?.value ?? null,
  },
  {
    title: "p50",
    heading: "Median answer",
    meaning: "median latency of one request",
    text: ({ latency }) => (latency === null ? missing : shortSeconds(latency.p50)),
    value: ({ latency }) => latency?.p50 ?? null,
  },
  {
    title: "no answer",
    heading: "Rows without an answer",
    meaning: "test rows without a usable answer",
    text: (summary) => formatCount(unansweredRows(summary)),
    value: unansweredRows,
  },
  {
    title: "p95",
    heading: "95% of answers within",
    meaning: "latency that 95% of the requests stay below",
    text: ({ latency }) => (latency === null ? missing : shortSeconds(latency.p95)),
    value: ({ latency }) => latency?.p95 ?? null,
  },
  {
    title: "fitting",
    heading: "Time to fit",
    meaning: "seconds of fitting",
    text: (summary) => {
      const seconds = fitSeconds(summary);
      return seconds === null ? missing : formatSeconds(seconds);
    },
    value: fitSeconds,
  },
];

// The baseline that always says the same takes nanoseconds, whose digits would widen a column and say nothing.
function shortUsd(usd: number): string {
  return usd > 0 && usd < 0.000_05 ? "<$0.0001" : formatUsd(usd);
}

function shortSeconds(seconds: number): string {
  return seconds > 0 && seconds < 0.000_05 ? "<0.1 ms" : formatSeconds(seconds);
}

/** Test rows without a usable answer. */
export function unansweredRows({ failures }: Summary): number {
  return Object.values(failures).reduce((sum, count) => sum + count, 0);
}

/** The approaches that the factor table shows, the best of each arm first, then the others of both arms by rank. */
export function shownInFactors(comparison: Comparison): Summary[] {
  const { tune, prompt } = comparison.best;
  const best = [tune?.approach, prompt?.approach];
  const place = ({ approach }: Summary): number => (best.includes(approach) ? best.indexOf(approach) : best.length);
  return comparison.summaries.filter(({ arm }) => arm !== "baseline").toSorted((a, b) => place(a) - place(b));
}
