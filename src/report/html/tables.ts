/** @file The page's tables of approaches: factors, ranking, differences. */
import type { Advice } from "../../advise/advise.js";
import { cellLines, measureText } from "../../advise/words/factor-cells.js";
import { moreTestRows } from "../../advise/words/more-rows.js";
import { restsOnTexts } from "../../advise/words/pairs.js";
import {
  formatBytes,
  formatCount,
  formatPercent,
  formatPointsEstimate,
  formatPValue,
  formatScore,
} from "../../lib/text/format.js";
import { metricNames } from "../../lib/text/metric-names.js";
import type { Comparison } from "../../types/comparison.js";
import type { FactorCell } from "../../types/factors.js";
import type { Summary } from "../../types/scores.js";
import { factorNames } from "../factor-names.js";
import type { PeopleNames } from "../for-people.js";
import { type Content, type Markup, markup } from "../markup.js";
import { rankingColumns, rowsNote, shownInFactors } from "../ranking.js";
import { verdictName } from "../verdict-names.js";
import { approachName, approachWithId, type Cell, details, table } from "./elements.js";

/** Approaches beside each other in a table of the others: more would be too narrow to read, on paper above all. */
const besideEachOther = 3;

/** The six factors and quality of those that the answer is about side by side, and all others folded away below. */
export function factorTables(comparison: Comparison, advice: Advice, names: PeopleNames): Markup {
  const { best } = comparison;
  const named = [best.tune?.approach, best.prompt?.approach, advice.choice];
  const all = shownInFactors(comparison);
  const isNamed = ({ approach }: Summary): boolean => named.includes(approach);
  const [first, others] = [all.filter(isNamed), all.filter((summary) => !isNamed(summary))];
  if (first.length === 0) return factorTable(comparison, all, names, "Factors");
  const parts = Array.from({ length: Math.ceil(others.length / besideEachOther) }, (_, i) =>
    others.slice(i * besideEachOther, (i + 1) * besideEachOther),
  );
  const further = parts.map((part, i) => factorTable(comparison, part, names, `Factors of the others, part ${i + 1}`));
  const title = others.length === 1 ? "The other approach" : `The other ${others.length} approaches`;
  return markup`${factorTable(comparison, first, names, "Factors")}${further.length > 0 && details(title, markup`${further}`)}`;
}

// Not by `table`: on a phone its cells stand below each other, each with its approach's name before it. The roles say that it is a table all the same.
function factorTable({ factors }: Comparison, shown: readonly Summary[], names: PeopleNames, title: string): Markup {
  const heads = shown.map(
    ({ approach, arm }) => markup`<th scope="col" role="columnheader">${approachWithId(approach, arm, names)}</th>`,
  );
  const rows = factors.map(({ factor, measure, cells }) => {
    const columns = shown.map(
      ({ approach }) => markup`<td role="cell" data-name="${approach}">${factorCell(cells[approach])}</td>`,
    );
    return markup`<tr role="row"><th scope="row" role="rowheader">${factorNames[factor]}<span class="detail">${measureText(measure)}</span></th>${columns}</tr>`;
  });
  return markup`<div class="scroll" role="region" aria-label="${title}" tabindex="0"><table class="factors" role="table"><thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Factor</th>${heads}</tr></thead><tbody role="rowgroup">${rows}</tbody></table></div>`;
}

function factorCell(cell: FactorCell | undefined): Markup {
  if (cell === undefined) return markup`–`;
  const { text, details: lines } = cellLines(cell);
  if (cell.kind === "not-measured") return markup`<span class="missing">not measured</span><span class="detail">${text}</span>`;
  return markup`<span class="value">${text}</span>${lines.map((line) => markup`<span class="detail">${line}</span>`)}`;
}

/** All approaches with their scores, prices and times, the best first. */
export function rankingTable(comparison: Comparison, advice: Advice, names: PeopleNames): Markup {
  const { summaries } = comparison;
  const note = rowsNote(comparison);
  const columns = rankingColumns(comparison);
  const head = ["Approach", ...columns.map(({ heading }) => ({ content: heading, kind: "number" as const }))];
  const rows = summaries.map((summary) => ({
    cells: [
      approachWithId(summary.approach, summary.arm, names),
      ...columns.map(({ text }) => ({ content: estimateText(text(summary)), kind: "number" as const })),
    ],
    isChosen: summary.approach === advice.choice,
  }));
  return markup`${table("Scores of all approaches", head, rows)}${note !== null && markup`<p class="note">${note}</p>`}`;
}

/** A score with its interval, which goes to a line of its own where the window is narrow. */
function estimateText(text: string): Content {
  const [value, interval] = text.split(/ (?=\()/);
  return interval === undefined ? text : markup`${value} <span class="interval">${interval}</span>`;
}

/** One column of further scores. */
interface ScoreColumn {
  readonly title: Content;
  /** `null`: not measured of this one. */
  readonly text: (summary: Summary) => string | null;
}

/** More of each approach that stands in no other table: a column that would be empty is left out. */
export function moreScores({ summaries, calibrations = [] }: Comparison): Markup {
  const columns: readonly ScoreColumn[] = [
    { title: "Balanced accuracy", text: ({ balancedAccuracy }) => formatPercent(balancedAccuracy) },
    { title: "MCC", text: ({ mcc }) => formatScore(mcc) },
    { title: "Samples F1", text: ({ multiLabel }) => (multiLabel === undefined ? null : formatScore(multiLabel.samplesF1)) },
    { title: "Hamming loss", text: ({ multiLabel }) => (multiLabel === undefined ? null : formatScore(multiLabel.hammingLoss)) },
    // Where it is told how sure they are, it stands there.
    {
      title: "ECE",
      text: ({ calibration }) => (calibration === null || calibrations.length > 0 ? null : formatScore(calibration.ece)),
    },
    { title: "Brier score", text: ({ calibration }) => (calibration === null ? null : formatScore(calibration.brier)) },
    { title: "Log loss", text: ({ calibration }) => (calibration === null ? null : formatScore(calibration.logLoss)) },
    { title: "Size to ship", text: ({ facts }) => (facts.artifactBytes === null ? null : formatBytes(facts.artifactBytes)) },
    { title: "Seeds", text: ({ seeds }) => (seeds.length > 1 ? formatCount(seeds.length) : null) },
  ];
  const shown = columns.filter(({ text }) => summaries.some((summary) => text(summary) !== null));
  const number = (content: Content): Cell => ({ content, kind: "number" });
  const rows = summaries.map((summary) => ({
    cells: [approachName(summary.approach, summary.arm), ...shown.map(({ text }) => number(text(summary) ?? "–"))],
  }));
  return details(
    "Further scores",
    markup`${table("Further scores", ["Approach", ...shown.map(({ title }) => number(title))], rows)}<p class="note">Balanced accuracy: the mean recall of the labels. MCC (Matthews correlation): 1 is perfect, 0 no better than chance. Brier score and log loss: how far stated probabilities are from what was right; lower is better.</p>`,
  );
}

/** The planned contrasts with their intervals, tests and verdicts. */
export function contrastTable(comparison: Comparison): Markup {
  const { contrasts, summaries, assumptions } = comparison;
  const armOf = new Map(summaries.map(({ approach, arm }) => [approach, arm]));
  const name = (approach: string): Markup => approachName(approach, armOf.get(approach) ?? "baseline");
  const rows = contrasts.map((contrast) => {
    const { a, b, metric, difference, discordant, pValue, adjustedPValue, moreRows } = contrast;
    return {
      cells: [
        markup`${name(a)}<br>−&nbsp;${name(b)}`,
        { content: metricNames[metric], kind: "nowrap" as const },
        markup`<span class="nowrap">${formatPointsEstimate(difference, assumptions.margin).replace(" points", "")}</span>${restsOnTexts(contrast, comparison).map((line) => markup`<span class="detail">${line}</span>`)}`,
        { content: `${formatCount(discordant[0])} / ${formatCount(discordant[1])}`, kind: "number" as const },
        { content: withoutName(pValue), kind: "number" as const },
        { content: withoutName(adjustedPValue), kind: "number" as const },
        markup`${verdictName(contrast, comparison)}${moreRows !== null && markup`<span class="detail">${moreTestRows(moreRows)} would tell</span>`}`,
      ],
    };
  });
  const head = [
    "Approaches",
    "Metric",
    "Points (95% interval)",
    { content: markup`Alone right<br>first / second`, name: "Alone right, first / second", kind: "number" as const },
    { content: "p-value", kind: "number" as const },
    { content: markup`p-value,<br>corrected`, name: "p-value, corrected", kind: "number" as const },
    "Verdict",
  ];
  return markup`${table("Differences", head, rows, { isStacked: true })}<p class="note">Alone right: test rows that only the first, or only the second, answers right. p-value: the probability of a difference at least as large, were both equally good; corrected by Holm for the number of comparisons.</p>`;
}

function withoutName(p: number): string {
  return formatPValue(p).replace(/^p (= )?/, "");
}
