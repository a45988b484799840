/** @file The answer at the top of every report: one headline, and how sure it is. */
import { fewestRequests } from "../compare/cost.js";
import { formatPlural, formatPValue } from "../lib/text/format.js";
import { metricInWords } from "../lib/text/metric-names.js";
import type { Comparison } from "../types/comparison.js";
import type { Contrast } from "../types/contrast.js";
import type { Arm } from "../types/identity.js";
import type { Summary } from "../types/scores.js";
import type { Decision } from "./decision.js";
import type { TieBreak } from "./findings.js";
import { certainGain, contendersOf, gainOver, guesserKind, isGuessing, isPerhapsChance, leadIsShown } from "./lookup.js";
import type { OtherReading } from "./other-readings.js";
import { freeLabels } from "./rules/break-even.js";
import { guesserDoubts, guessInWords } from "./words/guessing.js";
import { sequence } from "./words/lists.js";
import { moreTestRows } from "./words/more-rows.js";
import { armNames, readingNames, tieBreakNames } from "./words/names.js";
import { otherReadingText, pairText, rowsOfBoth } from "./words/pairs.js";
import { about, isLevel, points, range } from "./words/points.js";
import { unansweredText } from "./words/unanswered.js";

/**
 * The answer in one or two sentences.
 *
 * @param isLimited whether the prompted arm held no language model: the headline then says so
 * @param disputes readings by which the decision would be another one: the headline then says what they say
 */
export function headlineOf(
  decision: Decision,
  comparison: Comparison,
  isLimited: boolean,
  disputes: readonly OtherReading[] = [],
): string {
  const open =
    disputes.map((dispute) => ` ${otherReadingText(dispute)}`).join("") +
    rivalsText(decision, comparison) +
    (isLimited ? " No language model was measured: whether prompting one would do better is open." : "");
  const both = rowsOfBoth(decision, comparison);
  // What makes the comparison worthless goes before what it says.
  const guess = guessingText(comparison, decision);
  const { margin } = comparison.assumptions;
  switch (decision.ground) {
    case "nothing":
      return comparison.summaries.length === 0
        ? "Not enough evidence: nothing was measured."
        : "Not enough evidence: neither fine-tuning nor prompting was measured.";
    case "one-arm":
      return (
        `Not enough evidence to choose: only ${armNames[decision.best.arm]} was measured, so ${decision.best.approach} ` +
        "has nothing to be compared with."
      );
    case "unanswered":
      return `No verdict: ${unansweredText(decision.unanswered)}`;
    case "unranked":
      return (
        "Not enough evidence to choose: the validation rows cannot tell which candidate is the best of its arm, and the answer depends on it: " +
        `${sequence(decision.pairs.map(({ contrast }) => pairText(contrast)))}.`
      );
    case "no-signal": {
      const isUnsure = certainGain(gainOver(comparison, decision.best, decision.baseline)) > 0;
      return (
        `Ship neither yet: nothing is shown to beat ${decision.baseline.approach}, which gives every text the most frequent label` +
        `${isUnsure ? ": on so few rows the test does not exclude chance" : ""}.`
      );
    }
    case "better": {
      const { choice, other, contrast } = decision;
      const { difference, metric } = contrast;
      const what = `it beats ${other.approach} by ${points(difference.value, margin)} of ${metricInWords(metric)}${both} (95% interval ${range(difference, margin)}).`;
      if (isLimited) return `${guess}Of what was measured, use ${choice.approach}: ${what}${open}`;
      if (guess !== "") return `${guess}By these answers, use ${choice.approach}: ${what}${open}`;
      if (isPerhapsChance(contrast)) {
        return `By these rows, ${choice.approach} is the better one: ${what} But ${chanceText(contrast, comparison)}.${open}`;
      }
      return disputes.length > 0
        ? `By these rows, use ${choice.approach}: ${what}${open}`
        : `${imperatives[choice.arm]}: use ${choice.approach}; ${what}${open}`;
    }
    case "equivalent": {
      const { choice, other, contrast, tieBreak } = decision;
      const same = `equal within your margin of ${points(comparison.assumptions.margin)}${both}`;
      return choice === null
        ? `${guess}Either will do: ${contrast.a} and ${contrast.b} are ${same}, and nothing measured sets them apart.${open}`
        : `${guess}Use ${choice.approach}: it and ${other.approach} are ${same}, and it wins by its ${ground(tieBreak, comparison, choice.approach)}.${open}`;
    }
    case "not-worse": {
      const { choice, other, contrast, tieBreak } = decision;
      const { difference, metric } = contrast;
      const beside = `${other.approach}${both} (95% interval ${range(difference, margin)})`;
      const ahead = `it is ${points(difference.value, margin)} of ${metricInWords(metric)} ahead of ${beside}`;
      const standing = leadIsShown(comparison, contrast)
        ? `${ahead}, perhaps by less than your margin`
        : difference.low > 0
          ? `${ahead}, though the test does not exclude chance`
          : `it is at most ${points(difference.low, margin)} of ${metricInWords(metric)} worse than ${beside}`;
      return `${guess}Use ${choice.approach}: ${standing}, and wins by its ${ground(tieBreak, comparison, choice.approach)}.${open}`;
    }
    case "undecided": {
      const { leader, other, contrast } = decision;
      const { difference, metric, moreRows } = contrast;
      const remedy = moreRows === null ? "" : ` ${remedies[moreRows.aim]} ${moreTestRows(moreRows)}.`;
      if (isLevel(difference)) {
        return (
          `Not enough evidence to choose: ${leader.approach} and ${other.approach} come out level in ${metricInWords(metric)}${both}, but either may be ` +
          `the better one (95% interval ${range(difference, margin)}).${remedy}${open}`
        );
      }
      const lead = `${leader.approach} is ${points(difference.value, margin)} of ${metricInWords(metric)} ahead of ${other.approach}${both}`;
      if (difference.low > 0 && !leadIsShown(comparison, contrast)) {
        return `Not enough evidence to choose: ${lead} (95% interval ${range(difference, margin)}), but on so few rows the test does not exclude chance.${open}`;
      }
      return difference.low > 0
        ? `Not enough evidence to choose: ${lead} (95% interval ${range(difference, margin)}), which may be less than your margin of ` +
            `${points(comparison.assumptions.margin)}.${remedy}${open}`
        : `Not enough evidence to choose: ${lead}, but that is within the uncertainty (95% interval ${range(difference, margin)}).${remedy}${open}`;
    }
  }
}

/** Why a verdict "better" is not called shown, where the corrected test does not exclude chance. */
function chanceText({ adjustedPValue }: Contrast, { contrasts }: Comparison): string {
  return `corrected for ${formatPlural(contrasts.length, "planned contrast")} the test does not exclude chance (${formatPValue(adjustedPValue)})`;
}

/** Against whom else a choice holds, where validation rows could not rank the other arm. */
function rivalsText(decision: Decision, comparison: Comparison): string {
  if (!("contrast" in decision) || decision.choice === null) return "";
  const { other } = decision;
  const others = contendersOf(comparison, other.arm === "tune" ? "tune" : "prompt").filter(
    ({ approach }) => approach !== other.approach,
  );
  if (others.length === 0) return "";
  return ` It holds against ${sequence(others.map(({ approach }) => approach))} too, which the validation rows could not rank.`;
}

/** What won the tie, and, where that is the price, from which volume on and on what condition. */
function ground(tieBreak: TieBreak | null, comparison: Comparison, choice: string): string {
  if (tieBreak === null) return "";
  const name = tieBreakNames[tieBreak.by];
  const crossing = comparison.breakEven;
  if (tieBreak.by !== "price" || crossing?.tuned !== choice || crossing.requests === null) return name;
  const condition = freeLabels(comparison).length > 0 ? ", labels counted as free" : "";
  return crossing.requests >= fewestRequests
    ? `${name} above about ${about(crossing.requests)} requests${condition}`
    : `${name}${condition}`;
}

/** What more test rows would do, before how many. */
const remedies = {
  difference: "Settling it takes",
  equivalence: "Showing that they differ by less than your margin takes",
} as const;

/** What the choice was compared with, where that answers no better than guessing: to beat it says little. */
export function guessingRival(comparison: Comparison, decision: Decision): Summary | undefined {
  if (decision.choice === null || !("other" in decision)) return undefined;
  return isGuessing(comparison, decision.other) ? decision.other : undefined;
}

function guessingText(comparison: Comparison, decision: Decision): string {
  const rival = guessingRival(comparison, decision);
  if (rival === undefined) return "";
  return `${rival.approach} answers ${guessInWords(rival.aboveGuessing!)}: ${guesserDoubts[guesserKind(rival)]} `;
}

const standInScope = " It holds for the stand-in only, not for a language model.";

const imperatives: Readonly<Record<Arm, string>> = {
  tune: "Fine-tune",
  prompt: "Prompt",
  hybrid: "Use both",
  baseline: "Keep it simple",
};

/** How sure the answer is: what the interval shows and what it leaves open. No invented percentage. */
export function confidenceIn(
  decision: Decision,
  comparison: Comparison,
  isLimited: boolean,
  disputes: readonly OtherReading[] = [],
): string {
  if (disputes.length > 0) {
    const which = sequence(disputes.map(({ by }) => readingNames[by]));
    return disputes.every(({ isSameChoice }) => isSameChoice)
      ? `The choice is the same ${which}; only how sure it is depends on that.`
      : `Not settled: the choice would be another one, or none, ${which}.`;
  }
  const rival = guessingRival(comparison, decision);
  if (rival !== undefined)
    return `Of little weight: to beat ${rival.approach} is to beat a guess.${isLimited ? standInScope : ""}`;
  const margin = `your margin of ${points(comparison.assumptions.margin)}`;
  const scope = isLimited ? standInScope : "";
  switch (decision.ground) {
    case "nothing":
    case "one-arm":
      return "Nothing is shown: there is nothing to compare.";
    case "unanswered":
      return "Nothing is shown: what is missing or unreadable says nothing of the model.";
    case "unranked":
      return "Open: it depends on which candidate is the best of its arm.";
    case "no-signal":
      return "Nothing is shown: the candidates can't be told from guessing.";
    case "better":
      if (isPerhapsChance(decision.contrast)) return `Likely, not shown: ${chanceText(decision.contrast, comparison)}.${scope}`;
      return `Shown on these test rows: the whole 95% interval lies beyond ${margin}.${scope}`;
    case "equivalent":
      return `Shown on these test rows: the whole 95% interval lies within ${margin}.${scope}`;
    case "not-worse":
      return leadIsShown(comparison, decision.contrast)
        ? `Ahead by the whole 95% interval, though perhaps by less than ${margin}.${scope}`
        : `Shown not to be worse by more than ${margin}; whether it is better is open.${scope}`;
    case "undecided":
      if (decision.contrast.difference.low > 0 && !leadIsShown(comparison, decision.contrast)) {
        return `Open: too few rows tell the two apart, and an interval from so few is too narrow.${scope}`;
      }
      return `Open: any difference from ${range(decision.contrast.difference, comparison.assumptions.margin)} points fits what was measured.${scope}`;
  }
}
