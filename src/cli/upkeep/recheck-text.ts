/** @file What a re-check says before and after. */
import { displayWidth, padColumns, truncate, wrap } from "../../lib/text/display-width.js";
import {
  formatCount,
  formatNumber,
  formatPlural,
  formatPoints,
  formatPointsEstimate,
  formatPValue,
  formatSeconds,
  formatShareEstimate,
  formatUsd,
} from "../../lib/text/format.js";
import { spendingText } from "../../lib/text/spending.js";
import { visibleText } from "../../lib/text/visible-text.js";
import type { PairedAnswers } from "../../upkeep/recheck/paired-answers.js";
import type { LeftOut, RecheckInputs } from "../../upkeep/recheck/recheck-inputs.js";
import type { RecheckResult } from "../../upkeep/recheck/recheck-result.js";
import type { FinishedRecheck } from "../../upkeep/recheck/run-recheck.js";
import { formatUsdRange } from "../estimate-table.js";
import type { Terminal } from "../terminal.js";

/** What is to be asked. */
export function recheckPlanText({ run, approach, llm, rows, left, estimate, margin }: RecheckInputs): string {
  const { calls, inputTokens, outputTokens, usd, usdRange, seconds, basis } = estimate;
  const range = usdRange === undefined ? null : formatUsdRange(usdRange);
  const price =
    usd === null ? "the price is unknown; --prices FILE gives it" : `${formatUsd(usd)}${range === null ? "" : `, from ${range}`}`;
  return [
    `${approach} of ${run.manifest.name}: ${formatPlural(rows.length, "test row")} ${llm !== null ? `asked again of ${llm}` : "predicted again with what the run stored"}; a decline of up to ${points(margin)} does not matter.`,
    ...leftText(left),
    ...(calls === 0
      ? []
      : [
          `About ${formatPlural(calls, "request")}, ${formatCount(inputTokens)} tokens in, ${formatCount(outputTokens)} out: ${price}; as much again where the answers look worse, to be sure.`,
        ]),
    `About ${formatSeconds(seconds)}.`,
    ...(basis === undefined ? [] : [basis]),
  ].join("\n");
}

/** Test rows that are not asked about. */
function leftText({ unasked, unanswered, beyondLimit }: LeftOut): string[] {
  const parts = [
    ...(unasked === 0 ? [] : [`${formatCount(unasked)} that the run did not ask about (a sample)`]),
    ...(unanswered === 0 ? [] : [`${formatCount(unanswered)} that it got no answer to`]),
    ...(beyondLimit === 0 ? [] : [`${formatCount(beyondLimit)} beyond -n`]),
  ];
  return parts.length === 0 ? [] : [`Test rows left out: ${parts.join(", ")}.`];
}

const points = (share: number): string => {
  const rounded = Math.round(1000 * share) / 10;
  return `${formatNumber(rounded)} ${rounded === 1 ? "point" : "points"}`;
};

/** Flipped rows that a terminal shows in each direction. */
const mostFlips = 10;

/** What it came to: the table, the flips, the verdict last. */
export function recheckText(
  { result, file, former }: FinishedRecheck,
  { rows }: RecheckInputs,
  { width }: Pick<Terminal, "width">,
): string {
  const { approach, llm, margin, askings, spending } = result;
  const last = askings.at(-1)!;
  const texts = new Map(rows.map((row) => [row.before.id, row]));
  const now = new Map(result.answers.at(-1)!.map((answer) => [answer.id, answer]));
  const flips = (ids: readonly string[], title: string): string[] =>
    ids.length === 0
      ? []
      : [
          "",
          `${title} (${formatCount(ids.length)}):`,
          ...ids.slice(0, mostFlips).map((id) => {
            const { before, text } = texts.get(id)!;
            const said = (answer: readonly string[] | null): string =>
              answer === null ? "no label" : answer.join(" | ") || "none";
            const change = `${said(before.answer)} → ${said(now.get(id)!.answer)}`;
            return truncate(`  ${visibleText(id)}  ${visibleText(change)}  ${visibleText(text)}`, width);
          }),
          ...(ids.length > mostFlips ? [`  and ${formatCount(ids.length - mostFlips)} more: --json has their ids`] : []),
        ];
  const lines = [
    `${visibleText(approach)}, ${llm === null ? "predicted again with what the run stored" : `asked again of ${visibleText(llm)}`}: ${formatPlural(last.rows, "row")} with both answers.`,
    ...leftText(result.left),
    ...(last.missing === 0
      ? []
      : [`${formatPlural(last.missing, "row")} got no answer now, and ${last.missing === 1 ? "is" : "are"} not counted.`]),
    "",
    ...scoreTable(last, margin),
    "",
    `Answers that changed: ${formatCount(last.changed)}; right to wrong ${formatCount(last.broken.length)}, wrong to right ${formatCount(last.mended.length)} (McNemar's test: ${formatPValue(last.pValue)}).`,
    ...(askings.length < 2
      ? []
      : [
          `The first of two askings: ${formatPointsEstimate(askings[0]!.accuracy.difference, margin)}, ${formatPValue(askings[0]!.pValue)}.`,
        ]),
    ...flips(last.broken, "Right then, wrong now"),
    ...flips(last.mended, "Wrong then, right now"),
    ...(former.length === 0
      ? []
      : [
          "",
          `Earlier re-checks: ${former
            .slice(-5)
            .map(({ at, difference }) => `${at.slice(0, 10)} ${formatPoints(difference, margin)}`)
            .join(", ")}.`,
        ]),
    "",
    `Kept in ${visibleText(file)}${llm === null && spending.paidUsd + spending.uncertainUsd === 0 ? "" : `; paid: ${spendingText(spending)}`}.`,
    verdictText(result),
    "",
  ];
  return lines.flatMap((line) => (displayWidth(line) > width ? wrap(line, width) : [line])).join("\n");
}

function scoreTable({ accuracy, macroF1, usd, seconds }: PairedAnswers, margin: number): string[] {
  const mean = (value: number | null, format: (value: number) => string): string => (value === null ? "–" : format(value));
  const lines = [
    ["", "stored", "now", "difference"],
    [
      "accuracy",
      formatShareEstimate(accuracy.before),
      formatShareEstimate(accuracy.now),
      formatPointsEstimate(accuracy.difference, margin),
    ],
    ["macro-F1", formatShareEstimate(macroF1.before), formatShareEstimate(macroF1.now), formatPointsEstimate(macroF1.difference)],
    ...(usd.before === null && usd.now === null
      ? []
      : [["per 1,000", mean(usd.before, (each) => formatUsd(1000 * each)), mean(usd.now, (each) => formatUsd(1000 * each)), ""]]),
    ...(seconds.before === null || seconds.now === null
      ? []
      : [["latency", formatSeconds(seconds.before), formatSeconds(seconds.now), ""]]),
  ];
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => displayWidth(line[column]!))));
  return lines.map((line) =>
    line
      .map((cell, column) => padColumns(cell, widths[column]!))
      .join("  ")
      .trimEnd(),
  );
}

/** Why there is no second asking. */
const once: Readonly<Record<NonNullable<RecheckResult["unconfirmed"]>, string>> = {
  budget: " (asked once: the budget does not allow a second asking)",
  stopped: " (asked once: a second asking was stopped)",
  "same-answers": "",
};

/** One sentence or two, which tell a reader of a log all there is to know. */
export function verdictText({ verdict, askings, margin, unconfirmed, leastFoundDecline }: RecheckResult): string {
  const { accuracy, missing, changed, rows } = askings.at(-1)!;
  const difference = formatPointsEstimate(accuracy.difference, margin);
  const allowed = points(margin);
  if (verdict.finding === "worse") {
    const sure = askings.length > 1 ? ", twice in a row" : once[unconfirmed ?? "same-answers"];
    return `WORSE by more than ${allowed}${sure}: ${difference}.`;
  }
  if (verdict.hangsOnMissing)
    return `NOT KNOWN: ${formatPlural(missing, "row")} got no answer. Were they wrong, the answers would be worse by more than ${allowed}. Check again.`;
  const found =
    leastFoundDecline === null ? "" : ` So many rows show a decline of ${points(leastFoundDecline)} four times in five.`;
  if (verdict.isRefuted)
    return `Not shown to be worse: it looked so, and a second asking did not confirm it (${difference}).${found}`;
  if (changed === 0) return `Not worse: not one of ${formatPlural(rows, "answer")} has changed.${found}`;
  if (verdict.finding === "kept") return `Not worse by more than ${allowed}: ${difference}.`;
  return `Not shown to be worse, but a decline of more than ${allowed} is not ruled out: ${difference}.${found}`;
}
