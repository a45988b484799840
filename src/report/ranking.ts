/** @file The table of all approaches: what each column is called and says, once for the terminal, Markdown and the page. */
import { formatCount, formatPercent, formatScore, formatSeconds, formatUsd } from "../lib/format.js";
import type { Comparison, Summary } from "../types.js";

/** One column of the table of all approaches, the most telling first: where there is no room, the last are left out. */
export interface RankingColumn {
  readonly title: string;
  /** A longer name, for a tooltip or a legend. */
  readonly meaning: string;
  readonly text: (summary: Summary) => string;
  /** The number behind the text, for bars; `null` where it was not measured. */
  readonly value: (summary: Summary) => number | null;
}

const missing = "–";

/** The columns after the approach's name. */
export const rankingColumns: readonly RankingColumn[] = [
  {
    title: "macro-F1",
    meaning: "mean F1 over the labels, with its 95% interval",
    text: ({ macroF1: { value, low, high } }) => `${formatScore(value)} (${formatScore(low)}–${formatScore(high)})`,
    value: (summary) => summary.macroF1.value,
  },
  {
    title: "accuracy",
    meaning: "share of right answers; no answer counts as wrong",
    text: (summary) => formatPercent(summary.accuracy.value),
    value: (summary) => summary.accuracy.value,
  },
  {
    title: "$ / 1,000",
    meaning: "US dollars for 1,000 requests",
    text: ({ usdPerThousand }) => (usdPerThousand === null ? missing : shortUsd(usdPerThousand.value)),
    value: ({ usdPerThousand }) => usdPerThousand?.value ?? null,
  },
  {
    title: "p50",
    meaning: "median latency of one request",
    text: ({ latency }) => (latency === null ? missing : shortSeconds(latency.p50)),
    value: ({ latency }) => latency?.p50 ?? null,
  },
  {
    title: "no answer",
    meaning: "test rows without a usable answer",
    text: (summary) => formatCount(unansweredRows(summary)),
    value: unansweredRows,
  },
  {
    title: "p95",
    meaning: "latency that 95% of the requests stay below",
    text: ({ latency }) => (latency === null ? missing : shortSeconds(latency.p95)),
    value: ({ latency }) => latency?.p95 ?? null,
  },
  {
    title: "fitting",
    meaning: "seconds of fitting",
    text: ({ fitCost }) => formatSeconds(fitCost.seconds),
    value: ({ fitCost }) => fitCost.seconds,
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
