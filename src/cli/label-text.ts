/** @file What labeling says before and after. */
import { basename } from "node:path";
import type { LabelTotals } from "../label/label-totals.js";
import type { LabellerPlan } from "../label/labeller.js";
import type { LabelingFacts } from "../label/open-labeling.js";
import { displayWidth, padColumns } from "../lib/text/display-width.js";
import { formatCount, formatPercent, formatPlural, formatSeconds, formatUsd } from "../lib/text/format.js";
import { spendingText } from "../lib/text/spending.js";
import { visibleText } from "../lib/text/visible-text.js";
import type { Spending } from "../types/prediction.js";
import { formatUsdRange } from "./estimate-table.js";

/** The plan. */
export function planText(plan: LabellerPlan, facts: LabelingFacts): string {
  const { calls, inputTokens, outputTokens, usd, usdRange, seconds, basis } = facts.estimate;
  const left = facts.rows - facts.done;
  // What another machine takes is not known before it has worked.
  const isKnown = calls > 0 || seconds > 0 || basis === undefined;
  const range = usdRange === undefined ? null : formatUsdRange(usdRange);
  return [
    `${facts.file}: ${formatPlural(facts.rows, "row")}${facts.done === 0 ? "" : `, ${formatCount(facts.done)} of them labeled already`}.`,
    ...(facts.again === 0 ? [] : [`${formatPlural(facts.again, "row")} without a label are asked about again.`]),
    `Labels (${formatCount(plan.labels.length)}): ${shortList(plan.labels)}.`,
    `Labelled by ${plan.name}, into ${facts.output}.`,
    ...plan.notes,
    ...(calls === 0
      ? []
      : [
          `About ${formatPlural(calls, "request")}, ${formatCount(inputTokens)} tokens in, ${formatCount(outputTokens)} out: ` +
            `${usd === null ? "the price is unknown; --prices FILE gives it" : `${formatUsd(usd)}${range === null ? "" : `, from ${range}`}`}.`,
        ]),
    ...(seconds > 0 || basis === undefined ? [`About ${formatSeconds(seconds)}.`] : []),
    ...(basis === undefined ? [] : [basis]),
    ...(isKnown && facts.sampled < left ? [`Counted on ${formatCount(facts.sampled)} of the ${formatCount(left)} rows.`] : []),
  ].join("\n");
}

function shortList(labels: readonly string[]): string {
  return labels.length <= 12 ? labels.join(", ") : `${labels.slice(0, 10).join(", ")}, … (${formatCount(labels.length)} in all)`;
}

/** What it came to. */
export function summaryText(totals: LabelTotals, output: string, spending: Spending): string {
  const failed = Object.values(totals.failures).reduce((sum, count) => sum + count, 0);
  const share = (count: number): string =>
    `${formatCount(count)} (${formatPercent(totals.rows === 0 ? 0 : count / totals.rows)})`;
  const labels = Object.entries(totals.labels).sort(([, a], [, b]) => b - a);
  const shown = labels.slice(0, mostLabels).map(([label, count]) => [visibleText(label), count] as const);
  const width = Math.max(...shown.map(([label]) => displayWidth(label)), 0);
  return [
    `${formatPlural(totals.rows, "row")} in ${visibleText(basename(output))}, ${formatCount(totals.rows - failed)} with a label.`,
    ...shown.map(([label, count]) => `  ${padColumns(label, width)}  ${share(count)}`),
    ...(labels.length > mostLabels ? [`  and ${formatPlural(labels.length - mostLabels, "more label", "more labels")}`] : []),
    ...(failed === 0
      ? []
      : [
          `Without a label: ${Object.entries(totals.failures)
            .map(([failure, count]) => `${failure} ${formatCount(count)}`)
            .join(", ")}.`,
        ]),
    ...(totals.answers === 0
      ? []
      : [
          `${formatCount(totals.inputTokens)} tokens in (${formatCount(totals.cachedInputTokens)} cached by the service), ` +
            `${formatCount(totals.outputTokens)} out (${formatCount(totals.reasoningTokens)} reasoning): ` +
            `${listPrice(totals)}, ${paid(spending)}.`,
        ]),
    "",
  ].join("\n");
}

/** What became of rows that nobody answered, and how to go on. */
export function unansweredText(rows: number, command: string): string {
  return `${formatPlural(rows, "row")} got no answer. The same command asks again, and only ${rows === 1 ? "that one" : "those"}: ${command}`;
}

const mostLabels = 20;

/** What answers cost by the list; those of a model on a machine of one's own have no such price. */
function listPrice({ usd }: LabelTotals): string {
  if (usd === null) return "price unknown";
  return usd === 0 ? "billed by nobody" : `${formatUsd(usd)} at list price`;
}

function paid(spending: Spending): string {
  const { paidUsd, uncertainUsd } = spending;
  return uncertainUsd > 0 ? `paid for this file: ${spendingText(spending)}` : `${formatUsd(paidUsd)} paid for this file`;
}
