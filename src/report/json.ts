import type { Advice } from "../advise/advise.js";
import { choiceBasisText } from "../advise/words/choices.js";
import { cellWords, measureText } from "../advise/words/factor-cells.js";
import { sentenceOf, titleOf } from "../advise/words/findings/findings.js";
import { breakEvenBasisText, priceBasisText } from "../advise/words/prices.js";
import { failedText } from "../advise/words/unanswered.js";
import { labelsUsed, wordsWritten } from "../compare/known-facts.js";
import type { BestChoice, Comparison } from "../types/comparison.js";
import type { FactorRow } from "../types/factors.js";
import type { PredictorFacts } from "../types/identity.js";
import type { Cost } from "../types/prediction.js";
import type { Summary } from "../types/scores.js";

/** The version of the JSON report. Fields are added without a new version; a new version means that one changed or went. */
export const reportFormat = 5;

/**
 * The comparison with every statistic, and the advice, as JSON for machines. Of the measurements all but the rows, which are what `.jsonl`
 * and `.csv` are for. Numbers are as computed, not rounded; what is not a number is `null`. With many labels `confusion` gives way to
 * `confusionCells`. What the comparison has as numbers by kind (factors, bases of prices and choices, the break-even) has its words beside them,
 * as `text` and `detail`. Of a recording `fitCost` and `facts.humanWords` hold what the user told, and `null` otherwise.
 */
export function renderJson(comparison: Comparison, advice: Advice): string {
  const { measurements, summaries, best, factors, money, failed, ...statistics } = comparison;
  const say = <Kind extends Advice["reasons"][number]>(finding: Kind) => ({
    ...finding,
    title: titleOf(finding),
    sentence: sentenceOf(finding),
  });
  const report = {
    format: reportFormat,
    ...statistics,
    best: { tune: best.tune && saidChoice(best.tune), prompt: best.prompt && saidChoice(best.prompt) },
    factors: factors.map(saidFactor),
    money: {
      ...money,
      breakEvens: money.breakEvens.map((each) => ({ ...each, basis: { ...each.basis, text: breakEvenBasisText(each) } })),
    },
    failed: failed.map((each) => ({ ...each, reason: failedText(each.reason) })),
    summaries: summaries.map((summary) => ({
      ...(comparison.task.labels.length > mostMatrixLabels ? withCells(summary) : summary),
      usdPerThousand: summary.usdPerThousand && saidPrice(summary.usdPerThousand),
      ...knownSetup(summary),
    })),
    advice: {
      ...advice,
      reasons: advice.reasons.map(say),
      cautions: advice.cautions.map(say),
      whatWouldChange: advice.whatWouldChange.map(say),
    },
    measurements: measurements.map(({ outcomes, ...head }) => ({ ...head, ...knownSetup(head), rows: outcomes.length })),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function saidChoice({ basis, ...choice }: BestChoice) {
  return { ...choice, basis: { ...basis, text: choiceBasisText(basis) } };
}

function saidPrice({ basis, ...price }: NonNullable<Summary["usdPerThousand"]>) {
  return { ...price, basis: { ...basis, text: priceBasisText(basis) } };
}

function saidFactor({ factor, measure, cells }: FactorRow) {
  return {
    factor,
    measure: { ...measure, text: measureText(measure) },
    cells: Object.fromEntries(Object.entries(cells).map(([approach, cell]) => [approach, { ...cell, ...cellWords(cell) }])),
  };
}

/** What setting an approach up took, as far as it is known: replaying a recording takes nothing, and says nothing of how it came about. */
function knownSetup(measured: { readonly facts: PredictorFacts; readonly fitCost: Cost }) {
  const { facts, fitCost } = measured;
  if (facts.recording === undefined) return { facts, fitCost };
  return {
    facts: { ...facts, humanWords: wordsWritten(measured) },
    fitCost: { usd: null, seconds: null, inputTokens: null, outputTokens: null, labels: labelsUsed(measured) },
  };
}

/** Beyond so many labels a matrix is nearly all zeros, and with thousands longer than a string can be. */
const mostMatrixLabels = 200;

/** The confusion matrix as a list of those of its cells that are not zero: truth, answer (their places among the labels), rows. */
function withCells({ confusion, ...rest }: Summary) {
  const confusionCells = confusion.flatMap((counts, truth) =>
    counts.flatMap((rows, answer) => (rows > 0 ? [[truth, answer, rows] as const] : [])),
  );
  return { ...rest, confusionCells };
}
