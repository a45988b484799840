/** @file The report in as many lines as a terminal shows at once: the contenders, what to mind, what to do next, and the verdict last. */
import type { Advice } from "../../advise/advise.js";
import { crossoverText } from "../../advise/words/crossovers.js";
import { sentenceOf } from "../../advise/words/findings/findings.js";
import { sequence } from "../../advise/words/lists.js";
import { scoreOf } from "../../compare/metrics/metric-choice.js";
import { displayWidth, wrap } from "../../lib/text/display-width.js";
import { formatCount, formatPlural, formatSeconds, formatUsd } from "../../lib/text/format.js";
import { formatMetric, formatMetricEstimate, metricNames } from "../../lib/text/metric-names.js";
import { visibleText } from "../../lib/text/visible-text.js";
import type { Comparison } from "../../types/comparison.js";
import type { Summary } from "../../types/scores.js";
import { forPeople } from "../for-people.js";
import { verdictBadges, verdictTones } from "../verdict-names.js";
import { asciiGlyphs, toAscii, unicodeGlyphs } from "./glyphs.js";
import type { Page } from "./page.js";
import type { TextOptions } from "./render-text.js";
import { style } from "./style.js";
import { tableLines } from "./table.js";

/** As many lines as a terminal has by default, less the two that follow: where the report is, and the prompt of the shell. */
const mostLines = 22;
/** Contenders that are shown: the best of both arms, and their rivals. */
const mostContenders = 4;
/** Cautions that are shown, the most serious first. */
const mostCautions = 2;
/** Requests a month at which bills are told where nobody says how many there will be. */
const usualRequests = 100_000;

/** A part of the text. Where there are too many lines, those with the highest number go first; 0 never does. */
interface Part {
  readonly lines: readonly string[];
  readonly rank: number;
}

/** The brief report for a terminal, ending with a line feed: 22 lines at most, unless the verdict alone is longer. */
export function renderBrief(
  measured: Comparison,
  given: Advice,
  { width, hasColor, isAscii = false, useIt }: TextOptions,
): string {
  const { comparison, advice, rename } = forPeople(measured, given);
  const say = (text: string): string => (isAscii ? toAscii(visibleText(text)) : visibleText(text));
  const glyphs = isAscii ? asciiGlyphs : unicodeGlyphs;
  const page: Page = { width: Math.max(60, width), style: style(hasColor), glyphs, say };
  const use = useIt === undefined ? [] : [line(`Its files: ${rename(useIt).folder}`, page)];
  const verdict = verdictLines(advice, page);
  const parts: Part[] = [
    { lines: titleLines(comparison, page), rank: 0 },
    { lines: contenderLines(comparison, page), rank: 1 },
    { lines: baselineLines(comparison, page), rank: 5 },
    { lines: crossoverLines(comparison, page), rank: 4 },
    { lines: billLines(comparison, page), rank: 6 },
    { lines: cautionLines(advice, page), rank: 7 },
    { lines: use, rank: 8 },
    { lines: stepLines(advice, page), rank: 3 },
  ];
  const kept = [...parts];
  const count = (): number => kept.reduce((sum, { lines }) => sum + lines.length, 0) + verdict.length + 1;
  while (count() > mostLines && kept.some(({ rank }) => rank > 0)) {
    kept.splice(kept.indexOf(kept.reduce((worst, part) => (part.rank > worst.rank ? part : worst))), 1);
  }
  const dropped = kept.length < parts.filter(({ lines }) => lines.length > 0).length;
  const text = [...kept.flatMap(({ lines }) => lines), ...(dropped ? [] : [""]), ...verdict].join("\n");
  return `${isAscii ? text.replaceAll("…", ".") : text}\n`;
}

/** One line, cut at a word where it is too long. */
function line(text: string, { width, say }: Page): string {
  const [first, second] = wrap(say(text), width);
  if (second === undefined) return first ?? "";
  const words = first!.split(" ");
  while (words.length > 1 && displayWidth(`${words.join(" ")} …`) > width) words.pop();
  return `${words.join(" ")} …`;
}

function titleLines({ task }: Comparison, page: Page): string[] {
  const rows = `${formatPlural(task.trainRows, "training row")}, ${formatPlural(task.testRows, "test row")}, ${formatPlural(task.labels.length, "label")}`;
  return [page.style.bold(line(`Fine-tune or prompt? ${task.name}`, page)), page.style.dim(line(rows, page)), ""];
}

function contendersOf({ summaries, best, rivals = [] }: Comparison): Summary[] {
  const names = [best.tune?.approach, best.prompt?.approach, ...rivals];
  return names.flatMap((name) => summaries.find(({ approach }) => approach === name) ?? []).slice(0, mostContenders);
}

function contenderLines(comparison: Comparison, { width, style: own, say, glyphs }: Page): string[] {
  const { primary } = comparison.metrics;
  const contenders = contendersOf(comparison);
  if (contenders.length === 0) return [];
  const columns = [
    { title: "", minimum: 16 },
    { title: say(metricNames[primary]), minimum: 12 },
    { title: "$ / 1,000" },
    { title: "answer" },
  ];
  const rows = contenders.map((summary) => [
    say(summary.approach),
    say(formatMetricEstimate(primary, scoreOf(summary, primary))),
    summary.usdPerThousand === null ? "unknown" : formatUsd(summary.usdPerThousand.value),
    summary.latency === null ? "not timed" : formatSeconds(summary.latency.p50),
  ]);
  return tableLines(columns, rows, width, { headStyle: own.dim, rule: glyphs.rule });
}

function baselineLines({ summaries, metrics }: Comparison, page: Page): string[] {
  const { primary } = metrics;
  const baselines = summaries.filter(({ arm }) => arm === "baseline");
  if (baselines.length === 0) return [];
  const said = baselines.map((summary) => `${summary.approach} ${formatMetric(primary, scoreOf(summary, primary).value)}`);
  return [page.style.dim(line(`Baselines: ${sequence(said)}`, page))];
}

function crossoverLines({ crossovers = [], best }: Comparison, page: Page): string[] {
  const about = crossovers.find(({ prompted }) => prompted === best.prompt?.approach);
  return about === undefined ? [] : [line(crossoverText(about), page)];
}

/** What the contenders cost a month. */
function billLines(comparison: Comparison, page: Page): string[] {
  const { money, assumptions } = comparison;
  const requests = assumptions.requestsPerMonth ?? usualRequests;
  const use = assumptions.machine ?? "shared";
  const names = contendersOf(comparison).map(({ approach }) => approach);
  const said = money.bills
    .filter(({ approach, way }) => names.includes(approach) && (way === "list" || way === `${use}-machine`))
    .flatMap(({ approach, months }) => {
      const month = months.find((each) => each.requests === requests);
      return month === undefined ? [] : [`${approach} ${formatUsd(month.total)}`];
    });
  return said.length === 0 ? [] : [line(`${formatCount(requests)} requests a month: ${said.join(", ")}`, page)];
}

function cautionLines({ cautions }: Advice, page: Page): string[] {
  const shown = cautions.slice(0, mostCautions).map((finding) => line(`${page.glyphs.bullet} ${sentenceOf(finding)}`, page));
  const more = cautions.length - shown.length;
  return [...shown, ...(more > 0 ? [page.style.dim(`${formatPlural(more, "more caution")}: --full`)] : [])];
}

function stepLines({ nextSteps }: Advice, page: Page): string[] {
  const [step] = nextSteps;
  if (step === undefined) return [];
  // A command is to be copied: it is never cut.
  return [line(`Next: ${step.text}`, page), ...(step.command === undefined ? [] : [`  ${page.say(step.command)}`])];
}

function verdictLines(advice: Advice, { width, style: own, say }: Page): string[] {
  const tone = verdictTones[advice.evidence];
  return [
    own.bold(own.verdict(tone, say(verdictBadges[advice.evidence]))),
    ...wrap(say(advice.headline), width).map((each) => own.bold(own.verdict(tone, each))),
  ];
}
