/** @file The page's tables of approaches: factors, ranking, differences. */
import type { Advice } from "../../advise/advise.js";
import { cellWords, measureText } from "../../advise/words/factor-cells.js";
import { moreTestRows } from "../../advise/words/more-rows.js";
import { asWrongText } from "../../advise/words/pairs.js";
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
import { missingNote, rankingColumns, shownInFactors } from "../ranking.js";
import { verdictName } from "../verdict-names.js";
import { approachName, approachWithId, type Cell, details, table } from "./elements.js";

/** Candidates beside each other in the main table: the best of both arms. The others are one click away. */
const besideEachOther = 2;

/** The six factors and quality: the best of each arm side by side, all approaches folded away below. */
export function factorTables(comparison: Comparison, names: PeopleNames): Markup {
  const shown = shownInFactors(comparison);
  const main = factorTable(comparison, shown.slice(0, besideEachOther), names);
  return shown.length > besideEachOther
    ? markup`${main}${details(`All ${shown.length} approaches`, factorTable(comparison, shown, names))}`
    : main;
}

// Not by `table`: on a phone its cells stand below each other, each with its approach's name before it. The roles say that it is a table all the same.
function factorTable({ factors }: Comparison, shown: readonly Summary[], names: PeopleNames): Markup {
  const heads = shown.map(
    ({ approach, arm }) => markup`<th scope="col" role="columnheader">${approachWithId(approach, arm, names)}</th>`,
  );
  const rows = factors.map(({ factor, measure, cells }) => {
    const columns = shown.map(
      ({ approach }) => markup`<td role="cell" data-name="${approach}">${factorCell(cells[approach])}</td>`,
    );
    return markup`<tr role="row"><th scope="row" role="rowheader">${factorNames[factor]}<span class="detail">${measureText(measure)}</span></th>${columns}</tr>`;
  });
  return markup`<div class="scroll" role="region" aria-label="Factors" tabindex="0"><table class="factors" role="table"><thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Factor</th>${heads}</tr></thead><tbody role="rowgroup">${rows}</tbody></table></div>`;
}

function factorCell(cell: FactorCell | undefined): Markup {
  if (cell === undefined) return markup`–`;
  const { text, detail } = cellWords(cell);
  if (cell.kind === "not-measured") return markup`<span class="missing">not measured</span><span class="detail">${text}</span>`;
  return markup`<span class="value">${text}</span>${detail !== undefined && markup`<span class="detail">${detail}</span>`}`;
}

/** All approaches with their scores, prices and times, the best first. */
export function rankingTable(comparison: Comparison, advice: Advice, names: PeopleNames): Markup {
  const { summaries } = comparison;
  const note = missingNote(comparison);
  const columns = rankingColumns(comparison);
  const head = ["Approach", ...columns.map(({ title }) => ({ content: title, kind: "number" as const }))];
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

/** More of each approach: further scores, calibration, what it set and what it needs. */
export function moreScores({ summaries }: Comparison): Markup {
  const number = (content: Content): Cell => ({ content, kind: "number" });
  const rows = summaries.map((summary) => {
    const { approach, arm, balancedAccuracy, mcc, calibration, multiLabel, answeredAccuracy, facts, seeds } = summary;
    const several = multiLabel && [formatScore(multiLabel.samplesF1), formatScore(multiLabel.hammingLoss)];
    return {
      cells: [
        approachName(approach, arm),
        number(formatPercent(balancedAccuracy)),
        number(formatScore(mcc)),
        number(calibration === null ? "–" : formatScore(calibration.ece)),
        number(calibration === null ? "–" : formatScore(calibration.brier)),
        number(calibration === null ? "–" : formatScore(calibration.logLoss)),
        number(answeredAccuracy === null ? "–" : formatPercent(answeredAccuracy)),
        number(facts.artifactBytes === null ? "–" : formatBytes(facts.artifactBytes)),
        number(formatCount(seeds.length)),
        ...(several ?? []).map(number),
      ],
    };
  });
  const isMultiLabel = summaries.some(({ multiLabel }) => multiLabel !== undefined);
  const titles = [
    markup`Balanced<br>accuracy`,
    "MCC",
    "ECE",
    "Brier",
    "Log loss",
    isMultiLabel ? markup`All labels right<br>of the answered` : markup`Accuracy of<br>the answered`,
    "To ship",
    "Seeds",
  ];
  const further = isMultiLabel ? ["Samples F1", "Hamming loss"] : [];
  return details("Further scores", table("Further scores", ["Approach", ...[...titles, ...further].map(number)], rows));
}

/** The planned contrasts with their intervals, tests and verdicts. */
export function contrastTable(comparison: Comparison): Markup {
  const { contrasts, summaries, assumptions } = comparison;
  const armOf = new Map(summaries.map(({ approach, arm }) => [approach, arm]));
  const name = (approach: string): Markup => approachName(approach, armOf.get(approach) ?? "baseline");
  const rows = contrasts.map((contrast) => {
    const { a, b, metric, difference, discordant, pValue, adjustedPValue, moreRows, missing } = contrast;
    return {
      cells: [
        markup`${name(a)}<br>−&nbsp;${name(b)}`,
        { content: metricNames[metric], kind: "nowrap" as const },
        markup`<span class="nowrap">${formatPointsEstimate(difference, assumptions.margin).replace(" points", "")}</span>${missing !== undefined && markup`<span class="detail">${asWrongText(missing)}</span>`}`,
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
    { content: markup`Alone right<br>first / second`, kind: "number" as const },
    { content: "p", kind: "number" as const },
    { content: "p (Holm)", kind: "number" as const },
    "Verdict",
  ];
  return table("Differences", head, rows);
}

function withoutName(p: number): string {
  return formatPValue(p).replace(/^p (= )?/, "");
}
