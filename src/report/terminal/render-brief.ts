/** @file The report in as many lines as a terminal shows at once: the contenders, what to mind, what to do next, and the verdict last. */
import type { Advice } from "../../advise/advise.js";
import { crossoverInBrief, crossoverText } from "../../advise/words/crossovers.js";
import { sentenceOf, titleOf } from "../../advise/words/findings/findings.js";
import { sequence } from "../../advise/words/lists.js";
import { scoreOf } from "../../compare/metrics/metric-choice.js";
import { displayWidth, wrap } from "../../lib/text/display-width.js";
import { formatCount, formatPercent, formatPlural, formatSeconds, formatUsd } from "../../lib/text/format.js";
import { formatMetric, formatMetricEstimate, metricNames } from "../../lib/text/metric-names.js";
import { visibleText } from "../../lib/text/visible-text.js";
import type { Comparison } from "../../types/comparison.js";
import type { Summary } from "../../types/scores.js";
import { forPeople } from "../for-people.js";
import { unansweredRows } from "../ranking.js";
import type { UseIt } from "../use-it.js";
import { headlineBeside, verdictBadges, verdictTones } from "../verdict-names.js";
import { type Form, fitParts, fixed, type Part, screenLines } from "./fit-parts.js";
import { asciiGlyphs, toAscii, unicodeGlyphs } from "./glyphs.js";
import type { Page } from "./page.js";
import type { TextOptions } from "./render-text.js";
import { wrapShort } from "./shorten.js";
import { style } from "./style.js";
import { type Column, tableBlocks } from "./table.js";

/** What else there is to tell of a run, above the verdict. */
export interface Notice {
  readonly text: string;
  /** Stands on a line of its own, and is never cut. */
  readonly command?: string;
}

export interface BriefOptions extends TextOptions {
  /** Lines of the screen that it may have. @default 23: those that a terminal has by default, less that of the shell's prompt */
  readonly mostLines?: number;
  /** What prints the whole report. Without it nothing is said of that. */
  readonly fullCommand?: string;
  /** What else there is to tell, the most important first. */
  readonly notices?: readonly Notice[];
}

const usualLines = 23;
/** Contenders that are shown: the best of both arms, and their rivals. */
const mostContenders = 4;
/** Cautions that are shown, the most serious first. */
const mostCautions = 2;
/** Requests a month at which bills are told where nobody says how many there will be. */
const usualRequests = 100_000;
const cent = 0.01;

/** The brief report for a terminal, ending with a line feed: as many lines as it may have, unless the verdict and what must not be cut are longer. */
export function renderBrief(
  measured: Comparison,
  given: Advice,
  { width, hasColor, isAscii = false, useIt, mostLines = usualLines, fullCommand, notices = [] }: BriefOptions,
): string {
  const { comparison, advice, rename } = forPeople(measured, given);
  const say = (text: string): string => (isAscii ? toAscii(visibleText(text)) : visibleText(text));
  const glyphs = isAscii ? asciiGlyphs : unicodeGlyphs;
  const page: Page = { width: Math.max(60, width), style: style(hasColor), glyphs, say };
  const blank: Part = { forms: [form([""], 0), gone] };
  const parts: Part[] = [
    titlePart(comparison, page),
    blank,
    contenderPart(comparison, page),
    baselinePart(comparison, page),
    crossoverPart(comparison, page),
    billPart(comparison, page),
    togetherPart(advice, page),
    blank,
    cautionPart(advice, page),
    ...(useIt === undefined ? [] : [filesPart(rename(useIt), page)]),
    ...stepParts(advice, page),
    ...notices.map((notice, place) => noticePart(notice, place, page)),
  ];
  const verdict = verdictLines(advice, page);
  const cautions = advice.cautions.length;
  const lines = fitParts(parts, {
    mostLines,
    linesOf: (line) => screenLines(line, page.width),
    rest: (leftOut) => [...(fullCommand === undefined ? [] : moreLines(leftOut, cautions, fullCommand, page)), "", ...verdict],
  });
  const text = lines.join("\n");
  return `${isAscii ? text.replaceAll("…", ".") : text}\n`;
}

/** The verdict alone, ending with a line feed. */
export function renderVerdict(measured: Comparison, given: Advice, { width, hasColor, isAscii = false }: TextOptions): string {
  const { advice } = forPeople(measured, given);
  const say = (text: string): string => (isAscii ? toAscii(visibleText(text)) : visibleText(text));
  const page: Page = { width, style: style(hasColor), glyphs: isAscii ? asciiGlyphs : unicodeGlyphs, say };
  return `${verdictLines(advice, page).join("\n")}\n`;
}

/** How much parts are worth, those that give way first having the least: whole sentences before what they say, the verdict and the contenders last. */
const worth = {
  wholeCautions: 1,
  wholeCrossover: 2,
  serving: 2.5,
  wholeStep: 3,
  wholeBaselines: 4,
  secondCaution: 5,
  baselines: 6,
  files: 7,
  bill: 8,
  together: 8.5,
  crossover: 9,
  cautions: 10,
  rivals: 11,
  facts: 12,
  wholeNotices: 13,
  notices: 20,
  step: 40,
  contenders: 50,
} as const;

const form = (lines: readonly string[], worthOfIt: number): Form => ({ lines, worth: worthOfIt });
const gone = form([], 0);

/** A text whole, in one line, and not at all. */
function textForms(text: string, whole: number, cut: number, page: Page, paint = (line: string): string => line): Form[] {
  const { width, say } = page;
  return [form(wrap(say(text), width).map(paint), whole), form(wrapShort(say(text), width, 1).map(paint), cut), gone];
}

function titlePart({ task }: Comparison, page: Page): Part {
  const { width, say, style: own } = page;
  const facts = `${formatPlural(task.trainRows, "training row")}, ${formatPlural(task.testRows, "test row")}, ${formatPlural(task.labels.length, "label")}`;
  const title = wrapShort(say(`Fine-tune or prompt? ${task.name}`), width, 1).map(own.bold);
  return { forms: [form([...title, ...wrap(facts, width).map(own.dim)], worth.facts), form(title, worth.facts)] };
}

function contendersOf({ summaries, best, rivals = [] }: Comparison): Summary[] {
  const names = [best.tune?.approach, best.prompt?.approach, ...rivals];
  return names.flatMap((name) => summaries.find(({ approach }) => approach === name) ?? []).slice(0, mostContenders);
}

function contenderPart(comparison: Comparison, page: Page): Part {
  const contenders = contendersOf(comparison);
  const best = contenders.slice(0, 2);
  const rivals = contenders.length - best.length;
  const left = rivals === 0 ? [] : [page.style.dim(`and ${formatPlural(rivals, "rival")}`)];
  return {
    name: "the scores",
    forms: [
      form(contenderLines(comparison, contenders, page), worth.rivals),
      form([...contenderLines(comparison, best, page), ...left], worth.contenders),
      gone,
    ],
  };
}

function contenderLines(
  comparison: Comparison,
  contenders: readonly Summary[],
  { width, style: own, say, glyphs }: Page,
): string[] {
  const { primary } = comparison.metrics;
  if (contenders.length === 0) return [];
  const isWhole = contenders.every((summary) => unansweredRows(summary) === 0);
  const columns: { readonly column: Column; readonly text: (summary: Summary) => string }[] = [
    { column: { title: "", minimum: 12 }, text: ({ approach }) => say(approach) },
    {
      column: { title: say(metricNames[primary]), minimum: 12 },
      text: (summary) => say(formatMetricEstimate(primary, scoreOf(summary, primary))),
    },
    ...(contenders.every(({ sampledFrom }) => sampledFrom === undefined)
      ? []
      : [{ column: { title: "test rows", align: "right" as const }, text: rowsText }]),
    // Rows without an answer count as wrong, or are missing: a score is not to be read without them.
    ...(isWhole
      ? []
      : [
          {
            column: { title: "no answer", align: "right" as const },
            text: (summary: Summary) => formatCount(unansweredRows(summary)),
          },
        ]),
    {
      column: { title: "$ / 1,000", align: "right" },
      text: ({ usdPerThousand }) => (usdPerThousand === null ? "unknown" : say(formatUsd(usdPerThousand.value))),
    },
    {
      column: { title: "latency", align: "right" },
      text: ({ latency }) => (latency === null ? "not timed" : say(formatSeconds(latency.p50))),
    },
  ];
  const { head, rows, leftOut } = tableBlocks(
    columns.map(({ column }) => column),
    contenders.map((summary) => columns.map(({ text }) => text(summary))),
    width,
    { headStyle: own.dim, rule: glyphs.rule },
  );
  const note = leftOut.length === 0 ? [] : wrap(`Not shown for want of room: ${sequence(leftOut)}.`, width).map(own.dim);
  return [...head, ...rows.flat(), ...note];
}

/** The rows that an approach was asked about, and of how many where these are a sample. */
function rowsText({ testRows, sampledFrom }: Summary): string {
  return sampledFrom === undefined ? formatCount(testRows) : `${formatCount(testRows)} of ${formatCount(sampledFrom)}`;
}

function baselinePart({ summaries, metrics }: Comparison, page: Page): Part {
  const { primary } = metrics;
  const said = summaries
    .filter(({ arm }) => arm === "baseline")
    .map((summary) => `${summary.approach} ${formatMetric(primary, scoreOf(summary, primary).value)}`);
  if (said.length === 0) return fixed([]);
  const text = `Baselines: ${sequence(said)}`;
  return { name: "the baselines", forms: textForms(text, worth.wholeBaselines, worth.baselines, page, page.style.dim) };
}

/** From how many labels on fine-tuning does better, or that it is not known. */
function crossoverPart({ crossovers = [], curves, best }: Comparison, page: Page): Part {
  if (best.tune === null || best.prompt === null) return fixed([]);
  const about = crossovers.find(({ tuned, prompted }) => prompted === best.prompt?.approach && tuned === best.tune?.approach);
  const other = about ?? crossovers.find(({ prompted }) => prompted === best.prompt?.approach);
  const why = curves === undefined ? "no learning curve was measured" : "the learning curves do not tell";
  const unknown = `From how many labels on fine-tuning does better is not known: ${why}.`;
  const lines = (text: string): string[] => wrap(page.say(text), page.width);
  const whole = form(lines(other === undefined ? unknown : crossoverText(other)), worth.wholeCrossover);
  // Never without its interval: a bare number would be surer than the verdict.
  const brief = other === undefined ? [] : [form(lines(crossoverInBrief(other)), worth.crossover)];
  return { name: "the crossover", forms: [whole, ...brief, gone] };
}

/** What the contenders cost a month, with what is assumed where nobody told. */
function billPart(comparison: Comparison, page: Page): Part {
  const { money, assumptions } = comparison;
  const requests = assumptions.requestsPerMonth ?? usualRequests;
  const machine = `${assumptions.machine ?? "shared"}-machine`;
  const contenders = contendersOf(comparison);
  const shown = money.bills.flatMap(({ approach, way, months }) => {
    const month = months.find((each) => each.requests === requests);
    const isShown = contenders.some((summary) => summary.approach === approach) && (way === "list" || way === machine);
    return month === undefined || !isShown ? [] : [{ approach, way, usd: month.total }];
  });
  if (shown.length === 0) return fixed([]);
  const assumed = [
    assumptions.machine === undefined && shown.some(({ way }) => way === machine) && "a machine shared with other work",
    assumptions.usdPerLabel === undefined && contenders.some(({ fitCost }) => fitCost.labels > 0) && "labels that cost nothing",
  ].filter((each) => each !== false);
  const bills = shown.map(({ approach, usd }) => `${approach} ${usd < cent ? "less than $0.01" : formatUsd(usd)}`).join(", ");
  const note = assumed.length === 0 ? "" : ` (assumed: ${sequence(assumed)})`;
  const text = page.say(`A month of ${formatCount(requests)} requests: ${bills}${note}`);
  return { name: "the bill of a month", forms: [form(wrap(text, page.width), worth.bill), gone] };
}

/** What the two arms do as one, where the advice names it. */
function togetherPart({ reasons }: Advice, { width, say }: Page): Part {
  const found = reasons.find(({ kind }) => kind === "both-together");
  if (found?.kind !== "both-together") return fixed([]);
  const { metric, score, escalated, usd } = found;
  const price = usd === undefined ? "" : `, ${formatUsd(usd)} per 1,000`;
  const text = `Both together: ${metricNames[metric]} ${formatMetricEstimate(metric, score)}${price}, ${formatPercent(escalated)} to the LLM`;
  return { name: "both together", forms: [form(wrap(say(text), width), worth.together), gone] };
}

/** The most serious cautions, whole if there is room. How many more there are is said with where they stand. */
function cautionPart({ cautions }: Advice, { width, say, glyphs }: Page): Part {
  const bulleted = (count: number, mostLines: number): string[] =>
    cautions.slice(0, count).flatMap((finding) => {
      const sentence = wrap(say(sentenceOf(finding)), width - 2);
      // What would be cut says at least what it is about.
      const titled = `${titleOf(finding)}: ${sentenceOf(finding)}`;
      const lines = sentence.length <= mostLines ? sentence : wrapShort(say(titled), width - 2, mostLines);
      return lines.map((line, i) => (i === 0 ? `${glyphs.bullet} ` : "  ") + line);
    });
  return {
    forms: [
      form(bulleted(mostCautions, 2), worth.wholeCautions),
      form(bulleted(mostCautions, 1), worth.secondCaution),
      form(bulleted(1, 1), worth.cautions),
      gone,
    ],
  };
}

function filesPart({ approach, folder, serve, command }: UseIt, { width, say }: Page): Part {
  const files = wrap(`Files of ${say(approach)}: ${say(folder)}`, width);
  const using = serve === undefined ? `Label rows with it: ${say(command)}` : `Serve it over HTTP: ${say(serve)}`;
  // A command is to be copied: it is not wrapped.
  const both = displayWidth(using) > width ? [] : [form([...files, using], worth.serving)];
  return { name: "where the files are", forms: [...both, form(files, worth.files), gone] };
}

/** The next step. Its command is to be copied: it is never cut. */
function stepParts({ nextSteps }: Advice, page: Page): Part[] {
  const [step] = nextSteps;
  if (step === undefined) return [];
  const { width, say } = page;
  const text = say(`Next: ${step.text}`);
  const command = step.command === undefined ? [] : [`  ${say(step.command)}`];
  return [
    {
      name: "the next step",
      forms: [
        form([...wrap(text, width), ...command], worth.wholeStep),
        form([...wrapShort(text, width, 1), ...command], worth.step),
        gone,
      ],
    },
  ];
}

function noticePart({ text, command }: Notice, place: number, { width, say }: Page): Part {
  const own = command === undefined ? [] : [`  ${say(command)}`];
  return {
    name: "a notice",
    forms: [
      form([...wrap(say(text), width), ...own], worth.wholeNotices),
      form([...wrapShort(say(text), width, 1), ...own], worth.notices - place),
      gone,
    ],
  };
}

/** Where the rest is: what had no room, and how many more cautions there are at most. */
function moreLines(leftOut: readonly string[], cautions: number, command: string, { width, say, style: own }: Page): string[] {
  const what = leftOut.length > 0 ? `No room here for ${sequence([...leftOut])}` : "More";
  const withCautions = cautions > 0 ? ` (${formatPlural(cautions, "caution")} in all)` : "";
  const text = `${what}${withCautions}:`;
  const whole = `${text} ${say(command)}`;
  if (displayWidth(whole) <= width) return [`${own.dim(text)} ${say(command)}`];
  return [...wrap(text, width).map(own.dim), `  ${say(command)}`];
}

function verdictLines(advice: Advice, { width, style: own, say }: Page): string[] {
  const tone = verdictTones[advice.evidence];
  return [
    own.bold(own.verdict(tone, say(verdictBadges[advice.evidence]))),
    ...wrap(say(headlineBeside(advice)), width).map((each) => own.bold(own.verdict(tone, each))),
  ];
}
