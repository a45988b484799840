/** @file The report in a terminal: the answer first, then what it rests on. */
import type { Advice } from "../../advise/advise.js";
import type { Finding } from "../../advise/findings/findings.js";
import { cellWords, measureText } from "../../advise/words/factor-cells.js";
import { sentenceOf, titleOf } from "../../advise/words/findings/findings.js";
import { closed } from "../../advise/words/lists.js";
import { moreRowsInShort } from "../../advise/words/more-rows.js";
import { restsOnTexts } from "../../advise/words/pairs.js";
import { scoreOf } from "../../compare/metrics/metric-choice.js";
import { wrap } from "../../lib/text/display-width.js";
import { formatPlural, formatPointsEstimate, formatPValue } from "../../lib/text/format.js";
import { metricNames } from "../../lib/text/metric-names.js";
import { visibleText } from "../../lib/text/visible-text.js";
import type { Comparison } from "../../types/comparison.js";
import type { FactorCell } from "../../types/factors.js";
import type { Metric, Summary } from "../../types/scores.js";
import { cascadeTitle } from "../cascade/cascade-words.js";
import { cascadeLines } from "../cascade/render-cascade.js";
import { toldCascade } from "../cascade/told-cascade.js";
import { crossoverTitle } from "../crossover-rows.js";
import { factorNames } from "../factor-names.js";
import { flexibilityTitle } from "../flexibility-rows.js";
import { newLabelPicture } from "../new-label-picture.js";
import { rankingColumns, rowsNote, shownInFactors } from "../ranking.js";
import { type UseIt, useTitle } from "../use-it.js";
import { verdictBadges, verdictName, verdictTones } from "../verdict-names.js";
import { crossoverLines } from "./crossovers.js";
import { newLabelLines } from "./flexibility.js";
import { asciiGlyphs, type Glyphs, toAscii, unicodeGlyphs } from "./glyphs.js";
import { intervalChartLines } from "./interval-chart.js";
import type { Page } from "./page.js";
import { style } from "./style.js";
import { type CellPart, type Column, tableLines, wholeTableBlocks } from "./table.js";

export interface TextOptions {
  /** Columns; no line is longer but what is to be copied. At least 60. */
  readonly width: number;
  readonly hasColor: boolean;
  /** Draws with ASCII alone, for terminals and logs without Unicode. */
  readonly isAscii?: boolean;
  /** How what is advised is put to use. */
  readonly useIt?: UseIt;
}

const indent = "  ";

/** The whole report as text for a terminal, ending with a line feed. Without color it holds no escape codes. */
export function renderText(
  comparison: Comparison,
  advice: Advice,
  { width, hasColor, isAscii = false, useIt }: TextOptions,
): string {
  const say = (text: string): string => (isAscii ? toAscii(visibleText(text)) : visibleText(text));
  const page: Page = {
    width: Math.max(60, width) - indent.length,
    style: style(hasColor),
    glyphs: isAscii ? asciiGlyphs : unicodeGlyphs,
    say,
  };
  const newLabel = newLabelPicture(comparison);
  const sections = [
    titleLines(comparison, page),
    answerLines(advice, page),
    ...(comparison.factors.length > 0 ? [section("The six factors, and quality", factorLines(comparison, page), page)] : []),
    ...(comparison.summaries.length > 0
      ? [
          section(`${chartTitle(comparison)}, with 95% intervals`, chartLines(comparison, advice, page), page),
          ...(comparison.curves === undefined
            ? []
            : [section(crossoverTitle(comparison), crossoverLines(comparison, advice, page), page)]),
          ...(newLabel === null ? [] : [section(flexibilityTitle(newLabel), newLabelLines(newLabel, page), page)]),
          section("All approaches", rankingLines(comparison, advice, page), page),
        ]
      : []),
    ...(comparison.contrasts.length > 0
      ? [section("Differences on the same test rows", contrastLines(comparison, page), page)]
      : []),
    ...(comparison.cascade === undefined
      ? []
      : [section(cascadeTitle, cascadeLines(toldCascade(comparison.cascade), page), page)]),
    ...findingSection("Be careful", advice.cautions, page),
    ...findingSection("What would change the answer", advice.whatWouldChange, page),
    ...(useIt === undefined ? [] : [section(say(useTitle(useIt)), useLines(useIt, page), page)]),
    ...(advice.nextSteps.length > 0 ? [section("Next steps", stepLines(advice, page), page)] : []),
  ];
  const lines = sections.flatMap((lines, i) => (i === 0 ? lines : ["", ...lines]));
  const text = `\n${lines.map((line) => (line === "" ? "" : indent + line)).join("\n")}\n`;
  return isAscii ? text.replaceAll("…", ".") : text;
}

function section(title: string, lines: readonly string[], { style }: Page): string[] {
  return [style.bold(title), ...lines];
}

function titleLines({ task }: Comparison, { width, style, say }: Page): string[] {
  const facts = `${formatPlural(task.trainRows, "training row")}, ${formatPlural(task.testRows, "test row")}, ${formatPlural(task.labels.length, "label")}. ${task.splitNote}`;
  return [...wrap(say(`Fine-tune or prompt? ${task.name}`), width).map(style.bold), ...wrap(say(facts), width).map(style.dim)];
}

function answerLines(advice: Advice, { width, style, glyphs, say }: Page): string[] {
  const tone = verdictTones[advice.evidence];
  const rule = style.dim(glyphs.rule.repeat(width));
  return [
    rule,
    style.bold(style.verdict(tone, say(verdictBadges[advice.evidence]))),
    ...wrap(say(advice.headline), width).map((line) => style.bold(style.verdict(tone, line))),
    ...wrap(say(advice.confidence), width).map(style.dim),
    // The first reason is the verdict, which the headline has said.
    ...advice.reasons.slice(1).flatMap((finding) => bulletLines(say(sentenceOf(finding)), width, glyphs)),
    rule,
  ];
}

function factorLines(comparison: Comparison, { width, style, say, glyphs }: Page): string[] {
  const shown = shownInFactors(comparison);
  const columns: Column[] = [{ title: "", minimum: 15 }, ...shown.map(({ approach }) => ({ title: say(approach), minimum: 24 }))];
  const cellParts = (cell: FactorCell | undefined): CellPart[] => {
    if (cell === undefined) return [{ text: say("–") }];
    const { text, detail } = cellWords(cell);
    if (cell.kind === "not-measured") return [{ text: say(`not measured: ${text}`), style: style.dim }];
    return [{ text: say(text) }, ...(detail === undefined ? [] : [{ text: say(detail), style: style.dim }])];
  };
  const rows = comparison.factors.map(({ factor, measure, cells }) => [
    [
      { text: factorNames[factor], style: style.bold },
      { text: say(measureText(measure)), style: style.dim },
    ],
    ...shown.map(({ approach }) => cellParts(cells[approach])),
  ]);
  return tableLines(columns, rows, width, { headStyle: style.dim, rule: glyphs.rule, isSpaced: true });
}

/** The metric that the verdict rests on. */
function chartMetric({ contrasts, metrics }: Comparison): Metric {
  return contrasts.length > 0 ? metrics.primary : metrics.ranking;
}

function chartTitle(comparison: Comparison): string {
  const name = metricNames[chartMetric(comparison)];
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function chartLines(comparison: Comparison, advice: Advice, { width, style, glyphs, say }: Page): string[] {
  const metric = chartMetric(comparison);
  const rows = comparison.summaries
    .map((summary) => ({
      name: say(summary.approach),
      arm: summary.arm,
      estimate: scoreOf(summary, metric),
      isChosen: summary.approach === advice.choice,
    }))
    .sort((a, b) => b.estimate.value - a.estimate.value);
  const { tune, prompt, hybrid, baseline } = glyphs.marks;
  const both = rows.some(({ arm }) => arm === "hybrid") ? `${hybrid} hybrid   ` : "";
  const legend = `${tune} fine-tuning   ${prompt} prompting   ${both}${baseline} baseline`;
  return [...intervalChartLines(rows, width, glyphs, style), style.dim(legend)];
}

function rankingLines(comparison: Comparison, advice: Advice, { width, style, glyphs, say }: Page): string[] {
  const { summaries } = comparison;
  const shown = rankingColumns(comparison);
  const columns: Column[] = [
    { title: "approach", minimum: 22 },
    ...shown.map(({ title }) => ({ title, align: "right" as const })),
  ];
  const nameOf = ({ approach, arm }: Summary): CellPart[] => {
    const isChosen = approach === advice.choice;
    return [
      {
        text: `${isChosen ? `${glyphs.chosen} ` : ""}${say(approach)}`,
        style: (text) => style.arm(arm, isChosen ? style.bold(text) : text),
      },
    ];
  };
  const rows = summaries.map((summary) => [nameOf(summary), ...shown.map(({ text }) => say(text(summary)))]);
  const note = rowsNote(comparison);
  return [
    ...tableLines(columns, rows, width, { headStyle: style.dim, rule: glyphs.rule }),
    ...(note === null ? [] : wrap(say(note), width).map(style.dim)),
  ];
}

function contrastLines(comparison: Comparison, { width, style, glyphs, say }: Page): string[] {
  const { contrasts, assumptions } = comparison;
  const columns: Column[] = [
    { title: "" },
    { title: "points (95% interval)", minimum: 18 },
    { title: "p (Holm)", align: "right" },
    { title: "verdict", minimum: 12 },
  ];
  const { head, rows } = wholeTableBlocks(
    columns,
    contrasts.map((contrast) => [
      `  ${metricNames[contrast.metric]}`,
      say(formatPointsEstimate(contrast.difference, assumptions.margin).replace(" points", "")),
      say(formatPValue(contrast.adjustedPValue).replace(/^p (= )?/, "")),
      say(verdictName(contrast, comparison) + (contrast.moreRows === null ? "" : `, ${moreRowsInShort(contrast.moreRows)}`)),
    ]),
    width,
    { headStyle: style.dim, rule: glyphs.rule },
  );
  const lines = contrasts.flatMap((contrast, i) => {
    const { a, b } = contrast;
    const isSamePair = contrasts[i - 1]?.a === a && contrasts[i - 1]?.b === b;
    const rests = restsOnTexts(contrast, comparison)
      .flatMap((text) => wrap(say(text), width - 2))
      .map((line) => `  ${style.dim(line)}`);
    return [...(isSamePair ? [] : wrap(say(`${a} − ${b}`), width)), ...rows[i]!, ...rests];
  });
  const note = `p: McNemar for accuracy, permutation for F1; Holm-corrected for ${formatPlural(contrasts.length, "contrast")}.`;
  return [...head, ...lines, ...wrap(note, width).map(style.dim)];
}

function findingSection(title: string, findings: readonly Finding[], page: Page): string[][] {
  if (findings.length === 0) return [];
  const lines = findings.flatMap((finding) => {
    return bulletLines(`${page.say(closed(titleOf(finding)))} ${page.say(sentenceOf(finding))}`, page.width, page.glyphs);
  });
  return [section(title, lines, page)];
}

/** Commands and code are not wrapped: they are there to be copied. */
function useLines({ folder, ask, serve, command, code }: UseIt, { width, style, glyphs, say }: Page): string[] {
  const way = (what: string, typed: string | undefined): string[] =>
    typed === undefined ? [] : [...bulletLines(what, width, glyphs), `    ${style.bold(say(typed))}`];
  return [
    ...bulletLines(say(`Its files: ${folder}`), width, glyphs),
    ...way("To ask it about a text:", ask),
    ...way("To label rows with it:", command),
    ...way("To serve it over HTTP:", serve),
    ...(code.length === 0
      ? []
      : [...bulletLines("In Node:", width, glyphs), ...code.map((line) => `    ${say(line)}`.trimEnd())]),
  ];
}

function stepLines(advice: Advice, { width, style, glyphs, say }: Page): string[] {
  return advice.nextSteps.flatMap(({ text, command }) => [
    ...bulletLines(say(text), width, glyphs),
    ...(command === undefined ? [] : [`    ${style.bold(say(command))}`]),
  ]);
}

function bulletLines(text: string, width: number, { bullet }: Glyphs): string[] {
  return wrap(text, width - 2).map((line, i) => (i === 0 ? `${bullet} ` : "  ") + line);
}
