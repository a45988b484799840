/** @file The page's charts: which there are, what each is given, and what its caption says. */
import type { Advice } from "../../advise/advise.js";
import { scoreOf } from "../../compare/metrics/metric-choice.js";
import { isShareOfRows } from "../../compare/metrics/share-of-rows.js";
import { formatNumber, formatPlural, formatSeconds, formatUsd } from "../../lib/text/format.js";
import { formatMetric, metricNames } from "../../lib/text/metric-names.js";
import type { Comparison } from "../../types/comparison.js";
import type { Summary } from "../../types/scores.js";
import { costQualityChart } from "../charts/cost-quality-chart.js";
import { intervalChart } from "../charts/interval-chart.js";
import { percentTick, secondsTick, shareTick } from "../charts/ticks.js";
import { type TrainingCurve, trainingChart } from "../charts/training-chart.js";
import { type Markup, markup } from "../markup.js";
import { metricMeaning, shownMetrics } from "../ranking.js";
import { figure } from "./elements.js";

/** A chart for each metric, with the intervals of all approaches, the metric that ranks first. */
export function qualityFigures({ summaries, metrics, task }: Comparison, advice: Advice): Markup {
  const over = summaries.some(({ missing }) => missing !== undefined) ? " Of each, over the rows it has an outcome of." : "";
  return markup`${shownMetrics(metrics).map((metric) => {
    const rows = summaries
      .map((summary) => ({ ...nameOf(summary, advice), estimate: scoreOf(summary, metric) }))
      .sort((a, b) => b.estimate.value - a.estimate.value);
    const format = (value: number): string => formatMetric(metric, value);
    const name = capitalized(metricNames[metric]);
    const meaning = capitalized(metricMeaning(metric, metrics, task.labels.length));
    return figure(name.toLowerCase().replaceAll(" ", "-"), name, `${meaning}. Lines are 95% intervals.${over}`, (size) =>
      intervalChart(rows, {
        ...size,
        axis: "share",
        format,
        formatTick: isShareOfRows(metric) ? percentTick : shareTick,
        title: `${name} of all approaches`,
        description: describe(summaries, (summary) => format(scoreOf(summary, metric).value)),
      }),
    );
  })}`;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What quality costs, in money and in time, as far as both were measured. */
export function costFigures(comparison: Comparison, advice: Advice): Markup {
  return markup`${costQualityFigure(comparison, advice)}${latencyFigure(comparison, advice)}`;
}

function costQualityFigure({ summaries, metrics }: Comparison, advice: Advice): Markup | null {
  const priced = summaries.flatMap((summary) => {
    const cost = summary.usdPerThousand?.value ?? 0;
    return cost > 0 ? [{ ...nameOf(summary, advice), cost, quality: scoreOf(summary, metrics.ranking).value }] : [];
  });
  // The baseline that always says the same costs nothing: it would stretch the axis and squeeze all that matters.
  const cheapest = Math.min(...priced.filter(({ arm }) => arm !== "baseline").map(({ cost }) => cost));
  const points = priced.filter(({ arm, cost }) => arm !== "baseline" || cost > cheapest / 10);
  if (points.length < 2) return null;
  const metric = metricNames[metrics.ranking];
  const described = points.map(
    ({ name, cost, quality }) => `${name}: ${formatUsd(cost)}, ${metric} ${formatMetric(metrics.ranking, quality)}`,
  );
  return figure(
    "cost-quality",
    "Cost and quality",
    "Better is up and left. Dashed: the best trade-offs (Pareto front), which no other approach beats in both.",
    (size) =>
      costQualityChart(points, {
        ...size,
        quality: metric,
        title: `${capitalized(metric)} by cost of 1,000 requests`,
        description: described.join("; "),
      }),
  );
}

/** The loss of each training by its steps. */
export function trainingFigures(trainings: readonly TrainingCurve[]): Markup {
  return markup`${trainings.map((training, i) => {
    const [last, rates] = [training.evaluations.at(-1), training.steps.map(({ learningRate = 0 }) => learningRate)];
    const highest = rates.reduce((most, rate) => Math.max(most, rate), 0);
    const parts = [
      "Loss of the training rows by step, and its moving average.",
      training.evaluations.length > 0 && "Points: loss of held-out rows.",
      highest > 0 && `Dashed: learning rate, at most ${Number(highest.toPrecision(2)).toExponential()}.`,
    ];
    const held = last === undefined ? "" : `; of held-out rows ${formatNumber(last.loss)} at the end`;
    const description = `${formatPlural(training.steps.length, "step")}${held}`;
    return figure(`training-${i + 1}`, training.approach, parts.filter((part) => part !== false).join(" "), (size) =>
      trainingChart(training, { ...size, title: `Training of ${training.approach}`, description }),
    );
  })}`;
}

function latencyFigure({ summaries }: Comparison, advice: Advice): Markup | null {
  const measured = summaries.flatMap((summary) => (summary.latency === null ? [] : [{ summary, latency: summary.latency }]));
  const fastest = Math.min(...measured.filter(({ summary }) => summary.arm !== "baseline").map(({ latency }) => latency.p50));
  const rows = measured
    // The baseline that always says the same takes no time to speak of.
    .filter(({ summary, latency }) => summary.arm !== "baseline" || latency.p50 > fastest / 10)
    .map(({ summary, latency }) => ({
      ...nameOf(summary, advice),
      estimate: { value: latency.p50, low: latency.p50, high: latency.p95 },
    }));
  if (rows.length === 0) return null;
  return figure(
    "latency",
    "Latency",
    "Of one request: the mark is the median, the line reaches to the 95th percentile.",
    (size) =>
      intervalChart(rows, {
        ...size,
        axis: "log",
        format: formatSeconds,
        formatTick: secondsTick,
        title: "Latency of one request",
        description: rows.map(({ name, estimate }) => `${name}: ${formatSeconds(estimate.value)}`).join("; "),
      }),
  );
}

/** What the marks of all charts mean. */
export function legend({ summaries }: Comparison): Markup {
  const both =
    summaries.some(({ arm }) => arm === "hybrid") &&
    markup`<span><svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true"><path class="mark hybrid" d="M6 0.5L12 11H0Z"/></svg>hybrid</span>`;
  return markup`<p class="legend"><span><svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true"><circle class="mark tune" cx="6" cy="6" r="5"/></svg>fine-tuning</span><span><svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true"><path class="mark prompt" d="M7 0.5L13.5 7L7 13.5L0.5 7Z"/></svg>prompting</span>${both}<span><svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true"><rect class="mark baseline" x="1.5" y="1.5" width="9" height="9"/></svg>baseline</span></p>`;
}

function nameOf({ approach, arm }: Summary, advice: Advice) {
  return { name: approach, arm, isChosen: approach === advice.choice };
}

function describe(summaries: readonly Summary[], textOf: (summary: Summary) => string): string {
  return summaries.map((summary) => `${summary.approach}: ${textOf(summary)}`).join("; ");
}
