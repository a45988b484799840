/** @file Advice without data as text for a terminal. */
import type { PublishedBreakEven } from "../advise/priors/break-even.js";
import { decisionFactors, type Priors } from "../advise/priors/priors.js";
import { type Source, sources } from "../advise/priors/sources.js";
import {
  breakEvenPriorText,
  decisionTable,
  favorsText,
  firstRowsText,
  priorFindingText,
  priorVerdictText,
  publishedText,
  situationNames,
  sourceText,
  whenToUse,
} from "../advise/words/priors.js";
import { wrap } from "../lib/text/display-width.js";
import { wholeTableBlocks } from "./terminal/table.js";

/** How the text is laid out. */
export interface PriorsTextOptions {
  /** Columns of the terminal. */
  readonly width: number;
  readonly hasColor: boolean;
}

/** The publications that a prior rests on, each once. */
export function citedSources(published: readonly PublishedBreakEven[]): readonly Source[] {
  const cited = published.flatMap(({ source, rangeSource }) => [source, ...(rangeSource === undefined ? [] : [rangeSource])]);
  return [...new Set(cited)].map((name) => sources[name]);
}

/** Renders advice without data: the verdict, what it rests on, the decision table, and what to do next. @param commands that would measure it */
export function renderPriors(priors: Priors, commands: readonly string[], { width, hasColor }: PriorsTextOptions): string {
  const { verdict, breakEven, findings, firstRows, notTold } = priors;
  const bold = (text: string): string => (hasColor ? `\u001b[1m${text}\u001b[0m` : text);
  const item = (text: string): string[] => wrap(text, width - 4).map((line, i) => `${i === 0 ? "  - " : "    "}${line}`);
  const lines = [
    ...wrap(priorVerdictText(verdict), width).map(bold),
    ...wrap("A prior from published results, not a measurement. Your rows may say otherwise.", width),
  ];
  if (findings.length > 0) {
    lines.push("", bold("What your answers say"));
    for (const finding of findings) lines.push(...item(`${priorFindingText(finding)} → ${favorsText(finding.favors)}`));
  }
  if (notTold.length > 0) lines.push("", ...wrap(`Not told: ${notTold.map((name) => situationNames[name]).join(", ")}.`, width));
  if (breakEven !== null) {
    lines.push("", bold("From how many labels on fine-tuning did as well or better, in publications"));
    for (const figure of breakEven.published) lines.push(...item(publishedText(figure)));
    lines.push(...wrap(breakEvenPriorText(breakEven), width - 2).map((line) => `  ${line}`));
  }
  lines.push("", bold("When to use which"), ...decisionLines(priors, width), "");
  for (const text of [whenToUse.tune, whenToUse.prompt]) lines.push(...item(text));
  if (firstRows !== null) lines.push("", bold("Next"), ...wrap(firstRowsText(firstRows), width - 2).map((line) => `  ${line}`));
  if (commands.length > 0) lines.push(...commands.map((command) => `    ${command}`));
  if (breakEven !== null) {
    lines.push("", bold("Sources"));
    for (const source of citedSources(breakEven.published)) lines.push(...item(sourceText(source)));
  }
  return `${lines.join("\n")}\n`;
}

function decisionLines({ findings }: Priors, width: number): string[] {
  const own = decisionFactors.map((factor) => {
    const favors = findings.find((finding) => finding.factor === factor)?.favors;
    return favors === undefined ? "not told" : favorsText(favors);
  });
  const rows = decisionFactors.map((factor, i) => {
    const { name, tune, prompt } = decisionTable[factor];
    return [name, tune, prompt, own[i]!];
  });
  const columns = [
    { title: "" },
    { title: "Fine-tuning", minimum: 16 },
    { title: "Prompting", minimum: 16 },
    { title: "Your case" },
  ];
  const table = wholeTableBlocks(columns, rows, width - 2, { headStyle: (text) => text, rule: "-" });
  return [...table.head, ...table.rows.flat()].map((line) => `  ${line}`.trimEnd());
}
