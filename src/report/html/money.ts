/** @file The bills of a month: a chart of the best of both arms, and a table of all. */
import { capitalized } from "../../advise/words/lists.js";
import { fromRequests, leftOutText, machineNames, wayNames } from "../../advise/words/prices.js";
import { fewestRequests } from "../../compare/money/break-even.js";
import { isPriced, runningCost, waysOf } from "../../compare/money/monthly-bill.js";
import { monthsOfUse, sumOf, upfrontCost } from "../../compare/money/upfront.js";
import { formatPercent, formatUsd } from "../../lib/text/format.js";
import type { Comparison } from "../../types/comparison.js";
import type { BreakEven } from "../../types/prices.js";
import { billRows, volumeHeads } from "../bills.js";
import { type CostLine, monthlyCostChart } from "../charts/monthly-cost-chart.js";
import { type Markup, markup } from "../markup.js";
import { approachName, figure, table } from "./elements.js";

/** `null` where no price is known. */
export function moneySection(comparison: Comparison): Markup | null {
  const rows = billRows(comparison);
  if (rows.length === 0) return null;
  const { assumptions, money } = comparison;
  const head = [
    "Approach",
    "Paid for",
    { content: "Before", kind: "number" as const },
    ...volumeHeads(comparison).map((content) => ({ content, kind: "number" as const })),
  ];
  const body = rows.map(({ approach, arm, way, upfront, months }) => ({
    cells: [
      { content: approachName(approach, arm), kind: "label" as const },
      way,
      ...[upfront, ...months].map((content) => ({ content, kind: "number" as const })),
    ],
  }));
  const utilization = formatPercent(assumptions.utilization);
  const first = money.breakEvens[0];
  return markup`<p>USD a month by requests a month: running, and a twelfth of what came before (labels, fitting, people's work as far as they have a price). A shared machine is paid for by the time that it takes, at ${formatUsd(assumptions.usdPerMachineHour)} an hour and busy ${utilization} of the time; one of its own all month, as many as keep each busy at most ${utilization} of the time.${first !== undefined && leftOutText(first.leavesOut)}</p>${monthlyCostFigure(comparison)}${table("Bills of a month", head, body)}`;
}

function monthlyCostFigure(comparison: Comparison): Markup | null {
  const { money, summaries, assumptions, best } = comparison;
  const lines = [best.tune, best.prompt].flatMap((choice): CostLine[] => {
    const summary = summaries.find(({ approach }) => approach === choice?.approach);
    if (summary === undefined || !isPriced(summary)) return [];
    const monthly = sumOf(upfrontCost(summary, assumptions)) / monthsOfUse;
    return waysOf(summary).map((way) => ({
      name: `${summary.approach}, ${wayNames[way]}`,
      arm: summary.arm,
      isDashed: way === "own-machine" || way === "batch",
      costOf: (requests) => monthly + runningCost(summary, way, requests).usd,
    }));
  });
  if (lines.length < 2) return null;
  const crossings = money.breakEvens.map(crossingText);
  const marked = money.breakEvens.flatMap(({ requestsPerMonth: requests }) =>
    requests === null || requests < fewestRequests ? [] : [requests],
  );
  const isPair = lines.some(({ arm }) => arm !== lines[0]!.arm);
  const description =
    crossings.length > 0
      ? crossings.join(" ")
      : isPair
        ? "Which of the two costs less can't be told: what they take is too much alike."
        : best.tune !== null && best.prompt !== null
          ? "No price is known of the other one."
          : "What it costs in each way to pay for it.";
  return figure(
    "monthly-cost",
    "Cost of a month by number of requests",
    description,
    (size) =>
      monthlyCostChart(lines, { ...size, crossings: marked, title: "Cost of a month by number of requests", description }),
    undefined,
    "spread",
  );
}

function crossingText({ tuned, prompted, machine, ...rest }: BreakEven): string {
  const where = machine === null ? "" : `${machineNames[machine]} `;
  return `${capitalized(tuned)} costs less than ${prompted} ${where}${fromRequests(rest)}.`;
}
