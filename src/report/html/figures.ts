/** @file The page's charts: which there are, what each is given, and what its caption says. */
import type { Advice } from "../../advise/advise.js";
import { capitalized } from "../../advise/words/lists.js";
import { inMetric } from "../../compare/cascade/in-metric.js";
import { scoreOf } from "../../compare/metrics/metric-choice.js";
import { isShareOfRows } from "../../compare/metrics/share-of-rows.js";
import { formatNumber, formatPlural, formatSeconds, formatUsd } from "../../lib/text/format.js";
import { formatMetric, formatMetricEstimate, metricNames } from "../../lib/text/metric-names.js";
import type { Comparison } from "../../types/comparison.js";
import type { Arm } from "../../types/identity.js";
import type { Summary } from "../../types/scores.js";
import { type CostQualityPoint, costQualityChart, isFarBelow, tradeOffs } from "../charts/cost-quality-chart.js";
import { intervalChart } from "../charts/interval-chart.js";
import { mark } from "../charts/svg.js";
import { percentTick, secondsTick, shareTick } from "../charts/ticks.js";
import { stepsAbove, type TrainingCurve, trainingChart } from "../charts/training-chart.js";
import { type Markup, markup } from "../markup.js";
import { metricMeaning, shownMetrics } from "../ranking.js";
import { figure } from "./elements.js";

/** A chart for each metric, with the intervals of all approaches, the metric that ranks first. */
export function qualityFigures({ summaries, metrics, task }: Comparison, advice: Advice): Markup {
  const isPartial = summaries.some(({ missing, sampledFrom }) => missing !== undefined || sampledFrom !== undefined);
  const over = isPartial ? " Of each, over the rows it has an outcome of." : "";
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
        description: describe(summaries, (summary) => formatMetricEstimate(metric, scoreOf(summary, metric))),
      }),
    );
  })}`;
}

/** What quality costs, in money and in time, as far as both were measured. */
export function costFigures(comparison: Comparison, advice: Advice): Markup {
  return markup`${costQualityFigure(comparison, advice)}${latencyFigure(comparison, advice)}`;
}

/** What the marks of these charts mean. */
export function costLegend(comparison: Comparison): Markup {
  return legend([...comparison.summaries.filter(({ traits }) => !traits.isMajority), ...bothTogether(comparison)]);
}

/** The two arms as one, where that is recommended and has a price. */
function bothTogether({ cascade, metrics }: Comparison): CostQualityPoint[] {
  const cost = cascade?.policies.cascade.usdPerThousand?.value ?? 0;
  if (cascade === undefined || cascade.objections.length > 0 || cost <= 0) return [];
  const quality = inMetric(cascade.policies.cascade, metrics.ranking);
  return [{ name: "both together", arm: "hybrid", isChosen: false, cost, quality }];
}

function costQualityFigure(comparison: Comparison, advice: Advice): Markup | null {
  const { summaries, metrics } = comparison;
  const priced = summaries.flatMap((summary) => {
    const cost = summary.usdPerThousand?.value ?? 0;
    return cost > 0 ? [{ ...nameOf(summary, advice), cost, quality: scoreOf(summary, metrics.ranking) }] : [];
  });
  // The baseline that always says the same costs nothing: it would stretch the axis and squeeze all that matters.
  const cheapest = Math.min(...priced.filter(({ arm }) => arm !== "baseline").map(({ cost }) => cost));
  const measured = priced.filter(({ arm, cost }) => arm !== "baseline" || cost > cheapest / 10);
  const points = [...measured, ...bothTogether(comparison)];
  if (points.length < 2) return null;
  const metric = metricNames[metrics.ranking];
  const format = (quality: number): string => formatMetric(metrics.ranking, quality);
  const described = points.map(({ name, cost, quality }) => {
    return `${name}: ${formatUsd(cost)}, ${metric} ${formatMetricEstimate(metrics.ranking, quality)}`;
  });
  const parts = [
    "Better is up and left; upright lines are 95% intervals.",
    tradeOffs(points).length > 0 && "Dashed: the best trade-offs (Pareto front), which no other approach beats in both.",
    points.some((point) => isFarBelow(point, points)) && "▾: far below the others, with its score.",
  ];
  return figure("cost-quality", "Cost and quality", sentences(parts), (size) =>
    costQualityChart(points, {
      ...size,
      format,
      formatTick: isShareOfRows(metrics.ranking) ? percentTick : shareTick,
      quality: metric,
      title: `${capitalized(metric)} by cost of 1,000 requests`,
      description: described.join("; "),
    }),
  );
}

/** Those that are said, one after the other. */
const sentences = (parts: readonly (string | false)[]): string => parts.filter((part) => part !== false).join(" ");

/** The loss of each training by its steps. */
export function trainingFigures(trainings: readonly TrainingCurve[]): Markup {
  const layout = trainings.length === 1 ? "spread" : "column";
  const figures = trainings.map((training, i) => {
    const { approach, steps, evaluations } = training;
    const [last, rates] = [evaluations.at(-1), steps.map(({ learningRate = 0 }) => learningRate)];
    const highest = rates.reduce((most, rate) => Math.max(most, rate), 0);
    const above = stepsAbove(training);
    const most = above.reduce((most, { loss }) => Math.max(most, loss), 0);
    const parts = [
      "Loss of the training rows by step, and its moving average.",
      evaluations.length > 0 && "Points: loss of held-out rows.",
      highest > 0 && `Dashed: learning rate, at most ${Number(highest.toPrecision(2)).toExponential()}.`,
      above.length > 0 && `▴: ${formatPlural(above.length, "step")} above the picture, at most ${formatNumber(most)}.`,
    ];
    const first =
      steps[0] === undefined ? "" : `, loss from ${formatNumber(steps[0].loss)} to ${formatNumber(steps.at(-1)!.loss)}`;
    const held = last === undefined ? "" : `; of held-out rows ${formatNumber(last.loss)} at the end`;
    const description = `${formatPlural(steps.length, "step")}${first}${held}`;
    return figure(
      `training-${i + 1}`,
      capitalized(approach),
      sentences(parts),
      (size) => trainingChart(training, { ...size, title: `Training of ${approach}`, description }),
      undefined,
      layout,
    );
  });
  return layout === "spread" ? markup`${figures}` : markup`<div class="figures">${figures}</div>`;
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
    "Of one request: the mark is the median; 95 of 100 requests take at most as long as the line reaches.",
    (size) =>
      intervalChart(rows, {
        ...size,
        axis: "log",
        format: formatSeconds,
        formatTick: secondsTick,
        title: "Latency of one request",
        description: rows
          .map(({ name, estimate: { value, high } }) => `${name}: ${formatSeconds(value)}, 95% within ${formatSeconds(high)}`)
          .join("; "),
      }),
  );
}

const armNames: Readonly<Record<Arm, string>> = {
  tune: "fine-tuning",
  prompt: "prompting",
  hybrid: "hybrid",
  baseline: "baseline",
};

/** What the marks of a chart mean: whose each is where it has a name, and otherwise of which kind, each kind that is drawn once. */
export function legend(drawn: readonly { readonly arm: Arm; readonly name?: string }[]): Markup {
  const kinds = (Object.keys(armNames) as Arm[]).filter((arm) => drawn.some((each) => each.arm === arm));
  const entries = drawn.every(({ name }) => name !== undefined) ? drawn : kinds.map((arm) => ({ arm, name: armNames[arm] }));
  const items = entries.map(({ arm, name }) => {
    return markup`<span><svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">${mark(arm, 7, 7, 5)}</svg><bdi>${name}</bdi></span>`;
  });
  return markup`<p class="legend">${items}</p>`;
}

function nameOf({ approach, arm }: Summary, advice: Advice) {
  return { name: approach, arm, isChosen: approach === advice.choice };
}

function describe(summaries: readonly Summary[], textOf: (summary: Summary) => string): string {
  return summaries.map((summary) => `${summary.approach}: ${textOf(summary)}`).join("; ");
}
