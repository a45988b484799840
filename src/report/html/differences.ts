/** @file The planned differences as a chart, with the margin as a band. */
import { primaryContrast } from "../../advise/lookup.js";
import { points } from "../../advise/words/points.js";
import { formatPointsEstimate } from "../../lib/text/format.js";
import { metricNames } from "../../lib/text/metric-names.js";
import type { Comparison } from "../../types/comparison.js";
import type { Contrast } from "../../types/contrast.js";
import { differenceChart } from "../charts/difference-chart.js";
import type { Markup } from "../markup.js";
import { figure } from "./elements.js";

/** The differences in the metric that decides, in points: the primary one first; `null` where none was planned. */
export function differenceFigure(comparison: Comparison): Markup | null {
  const { contrasts, assumptions, summaries } = comparison;
  const metric = (primaryContrast(comparison) ?? contrasts[0])?.metric;
  const shown = contrasts.filter((contrast) => contrast.metric === metric);
  if (metric === undefined || shown.length === 0) return null;
  const armOf = new Map(summaries.map(({ approach, arm }) => [approach, arm]));
  const rows = shown.map(({ a, b, difference }) => ({ a, b, difference, arm: armOf.get(a) ?? ("baseline" as const) }));
  const text = ({ difference }: Contrast): string => formatPointsEstimate(difference, assumptions.margin);
  return figure(
    "difference-chart",
    `Differences in ${metricNames[metric]}, in points`,
    `Each line: the first less the second, on the same test rows, with its 95% interval. Right of 0 the first is better. Within the band, ±${points(assumptions.margin)}, a difference does not matter.`,
    (size) =>
      differenceChart(rows, {
        ...size,
        margin: assumptions.margin,
        title: `Differences in ${metricNames[metric]}`,
        description: shown.map((contrast) => `${contrast.a} less ${contrast.b}: ${text(contrast)}`).join("; "),
      }),
    undefined,
    "spread",
  );
}
