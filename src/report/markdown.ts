/** @file The report as Markdown (GitHub's), to be pasted where decisions are discussed. */
import type { Advice } from "../advise/advise.js";
import type { Finding } from "../advise/findings/findings.js";
import { beyondText, crossoverText } from "../advise/words/crossovers.js";
import { cellWords, measureText } from "../advise/words/factor-cells.js";
import { sentenceOf, titleOf } from "../advise/words/findings/findings.js";
import { capitalized, closed } from "../advise/words/lists.js";
import { moreTestRows } from "../advise/words/more-rows.js";
import { failureNames } from "../advise/words/names.js";
import { noiseSentences, suspicionNames } from "../advise/words/noise.js";
import { restsOnTexts } from "../advise/words/pairs.js";
import { sliceName, slicesNote } from "../advise/words/slices.js";
import { failedText } from "../advise/words/unanswered.js";
import { formatCount, formatPercent, formatPlural, formatPointsEstimate, formatPValue, formatUsd } from "../lib/text/format.js";
import { metricNames } from "../lib/text/metric-names.js";
import { spendingText } from "../lib/text/spending.js";
import { visibleText } from "../lib/text/visible-text.js";
import type { Comparison } from "../types/comparison.js";
import type { FactorCell } from "../types/factors.js";
import { billRows, volumeHeads } from "./bills.js";
import { cascadeTitle, noCascadeText, type TextTable } from "./cascade/cascade-words.js";
import { type ToldCascade, toldCascade } from "./cascade/told-cascade.js";
import { confidenceColumns, confidenceNote } from "./confidence.js";
import { crossoverPicture } from "./crossover-picture.js";
import { crossoverHeads, crossoverNotes, crossoverRows, crossoverTitle, pointRows } from "./crossover-rows.js";
import { factorNames } from "./factor-names.js";
import { flexibilityTitle, lossNote, lossRows, newLabelRows, newLabelSentences } from "./flexibility-rows.js";
import { forPeople, type PeopleNames } from "./for-people.js";
import { newLabelPicture } from "./new-label-picture.js";
import { rankingColumns, rowsNote, shownInFactors } from "./ranking.js";
import { type RunFacts, titleFacts } from "./run-facts.js";
import { type UnansweredRow, unansweredExamples } from "./unanswered.js";
import { type UseIt, useTitle } from "./use-it.js";
import { verdictBadges, verdictName } from "./verdict-names.js";

/** The whole report as Markdown. Text from data is escaped: it is neither markup, link nor formula in it. */
export function renderMarkdown(
  measured: Comparison,
  given: Advice,
  { useIt, facts }: { readonly useIt?: UseIt; readonly facts?: RunFacts } = {},
): string {
  const { comparison, advice, names, rename } = forPeople(measured, given);
  const { task, assumptions, failed } = comparison;
  const unanswered = unansweredExamples(comparison);
  const blocks = [
    `# Fine-tune or prompt? ${escapeMarkdown(task.name)}`,
    escapeMarkdown(`${titleFacts(comparison, facts).join(" · ")}. ${task.splitNote}`),
    `> *${escapeMarkdown(verdictBadges[advice.evidence])}*\n>\n> **${escapeMarkdown(advice.headline)}**\n>\n> ${escapeMarkdown(advice.confidence)}`,
    ...comparedBlocks(comparison, names),
    // The first reason is the verdict, which the headline has said.
    ...findingList("Why", advice.reasons.slice(1)),
    ...(comparison.factors.length > 0 ? ["## The six factors, and quality", factorTable(comparison)] : []),
    ...crossoverBlocks(comparison),
    ...flexibilityBlocks(comparison),
    ...(comparison.summaries.length > 0
      ? ["## All approaches", rankingTable(comparison, advice, names), ...rankingNote(comparison)]
      : []),
    ...(comparison.contrasts.length > 0
      ? ["## Differences on the same test rows", contrastTable(comparison), "p is Holm-corrected over all planned contrasts."]
      : []),
    ...cascadeBlocks(comparison),
    ...sliceBlocks(comparison),
    ...noiseBlocks(comparison),
    ...(comparison.calibrations === undefined
      ? []
      : ["## How sure they are", confidenceTable(comparison.calibrations), escapeMarkdown(confidenceNote)]),
    ...findingList("Be careful", advice.cautions),
    ...findingList("What would change the answer", advice.whatWouldChange),
    ...(useIt === undefined ? [] : useBlocks(rename(useIt))),
    ...(advice.nextSteps.length > 0 ? ["## Next steps", stepList(advice)] : []),
    ...(failed.length > 0
      ? [
          "## Not measured",
          failed.map(({ approach, reason }) => `- ${escapeMarkdown(`${approach}: ${failedText(reason)}`)}`).join("\n"),
        ]
      : []),
    ...(unanswered.length > 0
      ? [
          "## Rows without an answer",
          "What was said instead: of each approach the first rows of each reason.",
          unansweredTable(unanswered),
        ]
      : []),
    ...(task.warnings.length > 0
      ? ["## About the data", task.warnings.map((warning) => `- ${escapeMarkdown(warning)}`).join("\n")]
      : []),
    ...billBlocks(comparison),
    "## Assumptions",
    escapeMarkdown(
      `Differences within ${formatPercent(assumptions.margin)} do not matter. ${assumptions.usdPerLabel === undefined ? "What a label costs was not told" : `A label costs ${formatUsd(assumptions.usdPerLabel)}`}, a machine like this one ` +
        `${formatUsd(assumptions.usdPerMachineHour)} an hour, and it is busy ${formatPercent(assumptions.utilization)} of the time.`,
    ),
    ...(comparison.spending === undefined ? [] : [escapeMarkdown(`Paid for answers: ${spendingText(comparison.spending)}.`)]),
    ...(facts?.command === undefined ? [] : ["## To repeat it", fenced("sh", [facts.command])]),
    `Test rows \`${code(task.testHash.slice(0, 16))}\`, training rows \`${code(task.trainHash.slice(0, 16))}\` (SHA-256).`,
  ];
  return `${blocks.join("\n\n")}\n`;
}

/** The two arms as one. */
function cascadeBlocks({ cascade, noCascade }: Comparison): string[] {
  if (cascade !== undefined) return [`## ${cascadeTitle}`, ...toldBlocks(toldCascade(cascade))];
  return noCascade === undefined ? [] : [`## ${cascadeTitle}`, escapeMarkdown(noCascadeText(noCascade))];
}

/** All that is told of a cascade, below its heading. */
export function toldBlocks(told: ToldCascade): string[] {
  const { badge, headline, objections, basis, tables, curve, note } = told;
  const titled = ({ title, columns, rows }: TextTable): string[] => [
    `**${escapeMarkdown(title)}**`,
    table(
      columns.map(escapeMarkdown),
      rows.map((cells) => cells.map(escapeMarkdown)),
      columns.length - 1,
    ),
  ];
  return [
    `*${escapeMarkdown(capitalized(badge.toLowerCase()))}.* **${escapeMarkdown(headline)}**`,
    ...(objections.length > 0 ? [objections.map((text) => `- ${escapeMarkdown(text)}`).join("\n")] : []),
    ...[...tables, ...(curve === undefined ? [] : [curve])].flatMap(titled),
    escapeMarkdown(`${basis} ${note}`),
  ];
}

function billBlocks(comparison: Comparison): string[] {
  const rows = billRows(comparison);
  if (rows.length === 0) return [];
  const head = ["Approach", "Paid for", "Before", ...volumeHeads(comparison)];
  const body = rows.map(({ approach, way, upfront, months }) => [
    escapeMarkdown(approach),
    ...[way, upfront, ...months].map(escapeMarkdown),
  ]);
  return [
    "## The bill of a month",
    "USD a month by requests a month: running, and a twelfth of what came before the first request.",
    table(head, body),
  ];
}

/**
 * Text as Markdown shows it: every sign that GitHub gives a meaning is escaped, also at the start of a line, and "$" (formulas). On one
 * line, so that no block can start.
 */
export function escapeMarkdown(text: string): string {
  return visibleText(text)
    .replace(/[\\`*_[\]<>&|~#$!{}]/g, "\\$&")
    .replace(
      /^(\s*)([-+=]|\d+[.)](?=\s|$))/,
      (_, space: string, sign: string) => `${space}${sign.slice(0, -1)}\\${sign.slice(-1)}`,
    );
}

function code(text: string): string {
  return visibleText(text).replaceAll("`", "'");
}

/** What was compared, each with a sentence: the names that all below uses. */
function comparedBlocks({ summaries }: Comparison, names: PeopleNames): string[] {
  const items = summaries.flatMap(({ approach }) => {
    const known = names.get(approach);
    if (known === undefined || known.gloss === "") return [];
    return [`- **${escapeMarkdown(known.name)}** (${escapeMarkdown(known.id)}): ${escapeMarkdown(known.gloss)}`];
  });
  return items.length === 0 ? [] : ["## What was compared", items.join("\n")];
}

function factorTable(comparison: Comparison): string {
  const shown = shownInFactors(comparison);
  const cellText = (cell: FactorCell | undefined): string => {
    if (cell === undefined) return "–";
    const { text, detail } = cellWords(cell);
    if (cell.kind === "not-measured") return `*not measured:* ${escapeMarkdown(text)}`;
    return `**${escapeMarkdown(text)}**${detail === undefined ? "" : `<br>${escapeMarkdown(detail)}`}`;
  };
  return table(
    ["", ...shown.map(({ approach }) => escapeMarkdown(approach))],
    comparison.factors.map(({ factor, measure, cells }) => [
      `**${factorNames[factor]}**<br>${escapeMarkdown(measureText(measure))}`,
      ...shown.map(({ approach }) => cellText(cells[approach])),
    ]),
  );
}

function crossoverBlocks(comparison: Comparison): string[] {
  const { crossovers = [], curves = [] } = comparison;
  if (curves.length === 0) return [];
  const [pair] = crossovers;
  const answer = pair === undefined ? [] : [crossoverText(pair), beyondText(pair)].filter((text) => text !== null);
  const picture = crossoverPicture(comparison);
  const { tuned, prompted, labels, safeLabels, single, testRows } = crossoverHeads;
  const pairs = crossoverRows(comparison).map((row) => {
    const found = [`**${escapeMarkdown(row.labels)}**`, ...row.details.map(escapeMarkdown)].join("<br>");
    const names = [row.tuned, row.prompted].map(escapeMarkdown);
    return [...names, found, ...[row.safeLabels, row.single, row.testRows].map(escapeMarkdown)];
  });
  const points = picture === null ? [] : pointRows(picture).map((row) => [row.labels, ...row.scores]);
  const pointHead = ["labels", ...(picture?.curves ?? []).map(({ name }) => escapeMarkdown(name))];
  return [
    `## ${crossoverTitle(comparison)}`,
    ...(answer.length > 0 ? [escapeMarkdown(answer.join(" "))] : []),
    ...(pairs.length > 0 ? [table([tuned, prompted, labels, safeLabels, single, testRows], pairs, 3)] : []),
    ...(picture === null
      ? []
      : [`${capitalized(metricNames[picture.metric])} (95% interval):`, table(pointHead, points, pointHead.length)]),
    ...crossoverNotes(comparison, picture).map(escapeMarkdown),
  ];
}

function flexibilityBlocks(comparison: Comparison): string[] {
  const picture = newLabelPicture(comparison);
  const losses = lossRows(comparison);
  if (picture === null && losses.length === 0) return [];
  const head = ["labels", ...(picture?.results ?? []).map(({ approach }) => escapeMarkdown(approach))];
  const found = picture === null ? [] : newLabelRows(picture).map((row) => [row.labels, ...row.found]);
  const lost = losses.map(({ approach, by, rows, text }) => [escapeMarkdown(approach), by, formatCount(rows), text]);
  return [
    `## ${flexibilityTitle(picture)}`,
    ...(picture === null
      ? []
      : [
          escapeMarkdown(newLabelSentences(picture).join(" ")),
          `Share of “${escapeMarkdown(picture.label)}” that is found among ${formatPlural(picture.testRows, "test row")} (95% interval):`,
          table(head, found, head.length),
        ]),
    ...(lost.length === 0
      ? []
      : [escapeMarkdown(lossNote(comparison)), table(["approach", "by", "test rows", "points (95% interval)"], lost, 2)]),
  ];
}

function rankingNote(comparison: Comparison): string[] {
  const note = rowsNote(comparison);
  return note === null ? [] : [escapeMarkdown(note)];
}

function rankingTable(comparison: Comparison, advice: Advice, names: PeopleNames): string {
  const columns = rankingColumns(comparison);
  return table(
    ["approach", ...columns.map(({ title }) => escapeMarkdown(title))],
    comparison.summaries.map((summary) => {
      const { approach } = summary;
      const name = escapeMarkdown(approach);
      const id = names.get(approach)?.id ?? approach;
      const cells = columns.map(({ text }) => escapeMarkdown(text(summary)));
      const shown = approach === advice.choice ? `**${name}**` : name;
      return [id === approach ? shown : `${shown}<br>${escapeMarkdown(id)}`, ...cells];
    }),
    columns.length,
  );
}

function contrastTable(comparison: Comparison): string {
  const { contrasts, assumptions } = comparison;
  return table(
    ["approaches", "metric", "difference (95% interval)", "p (Holm)", "verdict"],
    contrasts.map((contrast) => [
      `${escapeMarkdown(contrast.a)} − ${escapeMarkdown(contrast.b)}`,
      metricNames[contrast.metric],
      formatPointsEstimate(contrast.difference, assumptions.margin) +
        restsOnTexts(contrast, comparison)
          .map((line) => `<br>${escapeMarkdown(line)}`)
          .join(""),
      escapeMarkdown(formatPValue(contrast.adjustedPValue)),
      `${verdictName(contrast, comparison)}${contrast.moreRows === null ? "" : `; ${moreTestRows(contrast.moreRows)} would decide`}`,
    ]),
  );
}

function sliceBlocks({ slices, assumptions }: Comparison): string[] {
  if (slices === undefined) return [];
  const rows = slices.differing.map(({ of, rows, a, b, difference, adjustedPValue }) => [
    escapeMarkdown(sliceName(of)),
    formatCount(rows),
    formatPercent(a),
    formatPercent(b),
    formatPointsEstimate(difference, assumptions.margin),
    escapeMarkdown(formatPValue(adjustedPValue)),
  ]);
  const head = ["slice", "rows", slices.a, slices.b, "difference (95% interval)", "p (Holm)"].map(escapeMarkdown);
  return ["## Where one does better", ...(rows.length > 0 ? [table(head, rows)] : []), escapeMarkdown(slicesNote(slices))];
}

/** Suspects that are listed: the likeliest errors. */
const mostSuspects = 20;

function noiseBlocks({ noise, assumptions }: Comparison): string[] {
  if (noise === undefined || noise.suspects.length === 0) return [];
  const rows = noise.suspects
    .slice(0, mostSuspects)
    .map(({ id, given, suggested, by }) => [...[id, given, suggested].map(escapeMarkdown), suspicionNames[by]]);
  return [
    "## Doubtful labels",
    escapeMarkdown(noiseSentences(noise, assumptions.margin).join(" ")),
    table(["row", "label given", "suggested", "why"], rows),
    ...(rows.length < noise.suspects.length ? [`${formatCount(noise.suspects.length - rows.length)} more in results.json.`] : []),
  ];
}

function confidenceTable(calibrations: NonNullable<Comparison["calibrations"]>): string {
  return table(
    ["approach", ...confidenceColumns.map(({ title }) => escapeMarkdown(title))],
    calibrations.map((each) => [
      escapeMarkdown(each.approach),
      ...confidenceColumns.map(({ text }) => escapeMarkdown(text(each))),
    ]),
  );
}

function unansweredTable(rows: readonly UnansweredRow[]): string {
  return table(
    ["row", "approach", "reason", "said"],
    rows.map(({ id, approach, failure, excerpt }) => [
      escapeMarkdown(id),
      escapeMarkdown(approach),
      failureNames[failure],
      excerpt.trim() === "" ? "*nothing*" : escapeMarkdown(excerpt),
    ]),
  );
}

/** @param rightAligned how many of the last columns hold numbers */
function table(head: readonly string[], rows: readonly (readonly string[])[], rightAligned = 0): string {
  const rule = head.map((_, i) => (i >= head.length - rightAligned ? "---:" : "---"));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function findingList(title: string, findings: readonly Finding[]): string[] {
  if (findings.length === 0) return [];
  const items = findings.map(
    (finding) => `- **${escapeMarkdown(closed(titleOf(finding)))}** ${escapeMarkdown(sentenceOf(finding))}`,
  );
  return [`## ${title}`, items.join("\n")];
}

function useBlocks(useIt: UseIt): string[] {
  const { folder, ask, serve, command, code: lines } = useIt;
  return [
    `## ${escapeMarkdown(useTitle(useIt))}`,
    `Its files: \`${code(folder)}\``,
    fenced(
      "sh",
      [ask, command, serve].filter((line) => line !== undefined),
    ),
    ...(lines.length === 0 ? [] : [fenced("js", lines)]),
  ];
}

/** Code. */
// A line of ours begins each block, so that no line of it can end it.
function fenced(language: string, text: readonly string[]): string {
  return [`\`\`\`${language}`, ...text.map(visibleText), "```"].join("\n");
}

function stepList({ nextSteps }: Advice): string {
  return nextSteps
    .map(({ text, command }) => `- ${escapeMarkdown(text)}${command === undefined ? "" : `\n  \`${code(command)}\``}`)
    .join("\n");
}
