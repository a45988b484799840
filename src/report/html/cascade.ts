/** @file The page's section on the two arms as one: the verdict, what every threshold makes of the rows, and what the cascade is held against. */
import { capitalized } from "../../advise/words/lists.js";
import { inMetric } from "../../compare/cascade/in-metric.js";
import { isShareOfRows } from "../../compare/metrics/share-of-rows.js";
import { formatPercent, formatShareEstimate, formatUsd } from "../../lib/text/format.js";
import { formatMetric, formatMetricEstimate, metricNames } from "../../lib/text/metric-names.js";
import type { Cascade, Selective } from "../../types/cascade.js";
import type { Comparison } from "../../types/comparison.js";
import type { Arm } from "../../types/identity.js";
import { curveTable, noCascadeText, type TextTable } from "../cascade/cascade-words.js";
import { type ToldCascade, toldCascade } from "../cascade/told-cascade.js";
import { type EscalationPicture, escalationChart } from "../charts/escalation-chart.js";
import { percentTick, shareTick } from "../charts/ticks.js";
import { type Content, type Markup, markup } from "../markup.js";
import { details, figure, table } from "./elements.js";
import { legend } from "./figures.js";

/** The section of a report; `null` where an arm was not measured. */
export function cascadeSection(comparison: Comparison): Markup | null {
  const { cascade, noCascade } = comparison;
  if (cascade !== undefined) return cascadeContent(cascade, armsOf(comparison));
  return noCascade === undefined ? null : markup`<p>${noCascadeText(noCascade)}</p>`;
}

/** The arm of each approach, by its name. */
export function armsOf({ summaries }: Pick<Comparison, "summaries">): ReadonlyMap<string, Arm> {
  return new Map(summaries.map(({ approach, arm }) => [approach, arm]));
}

/** Everything that is told of a cascade. */
export function cascadeContent(cascade: Cascade, arms: ReadonlyMap<string, Arm>): Markup {
  const told = toldCascade(cascade);
  const drawn = [
    { arm: "hybrid" as const, name: "both together" },
    { arm: arms.get(cascade.small) ?? ("tune" as const), name: `${cascade.small} alone` },
    { arm: arms.get(cascade.llm) ?? ("prompt" as const), name: `${cascade.llm} alone` },
  ];
  const whole = curveTable(cascade, true);
  const cost = costFigure(cascade, drawn);
  // A chart alone has its caption beside it.
  const figures =
    cost === null
      ? shareFigure(cascade, drawn, "spread")
      : markup`<div class="figures">${shareFigure(cascade, drawn, "column")}${cost}</div>`;
  return markup`${verdict(told)}${figures}${legend(drawn)}${told.tables.map(tableOf)}<p class="note">${capitalized(told.basis)} ${told.note}</p>${details(whole.title, plainTable(whole, true))}`;
}

/** Everything that is told of one model that hands rows on to a person. */
export function selectiveContent(selective: Selective, told: ToldCascade, arm: Arm): Markup {
  const hasCurve = selective.curve.length > 1;
  return markup`${verdict(told)}${hasCurve && riskFigure(selective, arm)}${told.curve !== undefined && markup`<h3>${told.curve.title}</h3>${plainTable(told.curve, true)}`}<p class="note">${capitalized(told.basis)} ${told.note}</p>`;
}

function verdict({ badge, isGood, headline, objections }: ToldCascade): Markup {
  return markup`<p><span class="badge ${isGood ? "good" : "unsure"}">${capitalized(badge.toLowerCase())}</span></p><p>${capitalized(headline)}</p>${
    objections.length > 0 && markup`<ul>${objections.map((text) => markup`<li>${capitalized(text)}</li>`)}</ul>`
  }`;
}

/** A table of ways below its title. */
function tableOf(of: TextTable): Markup {
  return markup`<h3>${of.title}</h3>${plainTable(of)}`;
}

/**
 * Numbers to the right; on a phone each row is a list.
 *
 * @param isOfShares whether rows are of shares, which say nothing without the name of their column. @default false: of ways
 */
function plainTable({ title, columns, rows }: TextTable, isOfShares = false): Markup {
  const cell = (content: string, i: number): Content | { readonly content: Content; readonly kind: "number" } =>
    i === 0 ? capitalized(content) : { content, kind: "number" };
  const head = columns.map((column, i) => cell(column === "p" ? "p-value" : capitalized(column), i));
  return table(
    title,
    head,
    rows.map((cells) => ({ cells: cells.map(cell) })),
    { isStacked: true, ...(isOfShares && { rowSuffix: columns[0]! }) },
  );
}

type Drawn = readonly { readonly arm: Arm; readonly name: string }[];

/** The ways that are compared, at their share of rows or at their price; the cascade last, so that it is seen. */
function marksAt(
  { policies, metric }: Cascade,
  [hybrid, small, llm]: Drawn,
  at: (way: "cascade" | "small" | "llm") => number,
): EscalationPicture["marks"] {
  const mark = (way: "cascade" | "small" | "llm", arm: Arm) => ({ arm, x: at(way), score: inMetric(policies[way], metric) });
  return [mark("small", small!.arm), mark("llm", llm!.arm), mark("cascade", hybrid!.arm)];
}

function shareFigure(cascade: Cascade, drawn: Drawn, layout: "column" | "spread"): Markup {
  const { curve, metric, escalated, small, llm } = cascade;
  const at = { small: 0, llm: 1, cascade: escalated.value };
  const name = capitalized(metricNames[metric]);
  return figure(
    "escalation",
    `${name} by share handed on`,
    `The rows that ${small} is least sure of are handed on first. Dashed: as many rows picked by chance. ▲: the threshold for use, as measured on rows that had no say in it. Bands and upright lines are 95% intervals.`,
    (size) =>
      escalationChart(
        {
          axis: "share",
          arm: "hybrid",
          points: curve.map(({ share, score, random }) => ({ x: share, score, random })),
          marks: marksAt(cascade, drawn, (way) => at[way]),
          chosen: { x: escalated.value, text: formatPercent(escalated.value) },
        },
        {
          ...size,
          axisTitle: "share of rows handed on, the least sure first",
          scoreTitle: `${metricNames[metric]} (better ↑)`,
          formatTick: tickOf(cascade),
          title: `${name} by share of rows handed on`,
          description: `${described(cascade)} From ${small} alone at 0% to ${llm} alone at 100%.`,
        },
      ),
    undefined,
    layout,
  );
}

/** `null` where a price is not known, or where something costs nothing: the axis is logarithmic. */
function costFigure(cascade: Cascade, drawn: Drawn): Markup | null {
  const { curve, metric, policies, llm } = cascade;
  const points = curve.flatMap(({ usdPerThousand, score, random }) =>
    usdPerThousand === null || usdPerThousand <= 0 ? [] : [{ x: usdPerThousand, score, random }],
  );
  const usd = (["small", "llm", "cascade"] as const).map((way) => policies[way].usdPerThousand?.value ?? 0);
  if (points.length < curve.length || usd.some((price) => price <= 0)) return null;
  const [ofSmall, ofLlm, ofCascade] = usd as [number, number, number];
  const at = { small: ofSmall, llm: ofLlm, cascade: ofCascade };
  const name = capitalized(metricNames[metric]);
  return figure(
    "escalation-cost",
    `${name} by price`,
    `The same thresholds by what 1,000 requests cost. ${capitalized(llm)} alone costs less than handing every row on, by what the first one costs.`,
    (size) =>
      escalationChart(
        {
          axis: "usd",
          arm: "hybrid",
          points,
          marks: marksAt(cascade, drawn, (way) => at[way]),
          chosen: { x: ofCascade, text: formatUsd(ofCascade) },
        },
        {
          ...size,
          axisTitle: `← cheaper · USD per 1,000 requests${size.width < 400 ? "" : " (logarithmic)"}`,
          scoreTitle: `${metricNames[metric]} (better ↑)`,
          formatTick: tickOf(cascade),
          title: `${name} by price of 1,000 requests`,
          description: described(cascade),
        },
      ),
  );
}

function tickOf({ metric }: Cascade): (score: number) => string {
  return isShareOfRows(metric) ? percentTick : shareTick;
}

/** What the picture shows, for those who don't see it: the four ways with their scores and prices. The table below has every threshold. */
function described({ policies, metric, escalated, small, llm }: Cascade): string {
  const of = (name: string, way: "cascade" | "small" | "llm"): string => {
    const { usdPerThousand } = policies[way];
    const price = usdPerThousand === null ? "" : ` for ${formatUsd(usdPerThousand.value)} per 1,000`;
    return `${name}: ${formatMetricEstimate(metric, inMetric(policies[way], metric))}${price}`;
  };
  const share = formatPercent(escalated.value);
  return `${[
    of(`Both together, ${share} handed on`, "cascade"),
    of(`${small} alone`, "small"),
    of(`${llm} alone`, "llm"),
    `${share} at random: ${formatMetric(metric, inMetric(policies.random, metric))}`,
  ].join("; ")}.`;
}

/** Shares below this rest on too few rows to show. */
const leastShare = 0.05;

function riskFigure({ curve, found, approach, errorRate }: Selective, arm: Arm): Markup {
  const shown = curve.filter(({ share }) => share >= leastShare);
  const point = found === null ? undefined : { share: found.answered.value, error: found.errors / found.rows };
  return figure(
    "risk",
    "Wrong answers by share answered",
    `The rows that ${approach} is surest of are answered first; a person answers the others. The band is the exact 95% interval at each share${point === undefined ? "" : "; upright line: the threshold found"}.`,
    (size) =>
      escalationChart(
        {
          axis: "share",
          arm,
          points: shown.map(({ share, error }) => ({ x: share, score: error })),
          marks: [{ arm, x: 1, score: errorRate }],
          ...(point !== undefined && { chosen: { x: point.share, text: formatPercent(point.share) } }),
        },
        {
          ...size,
          axisTitle: "share of rows answered, the surest first",
          scoreTitle: "wrong answers (better ↓)",
          formatTick: percentTick,
          title: "Share of wrong answers by share of rows answered",
          description: `All rows answered: ${formatShareEstimate(errorRate)} wrong.${point === undefined ? "" : ` At the threshold, ${formatPercent(point.share)} of the rows answered: ${formatPercent(point.error)} wrong.`}`,
        },
      ),
    undefined,
    "spread",
  );
}
