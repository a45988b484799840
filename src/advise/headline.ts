/** @file The answer at the top of every report: one headline. */
import { labelsUsed } from "../compare/known-facts.js";
import { scoreOf } from "../compare/metrics/metric-choice.js";
import { formatPlural } from "../lib/text/format.js";
import { formatMetric, formatMetricEstimate, metricInWords } from "../lib/text/metric-names.js";
import type { Comparison } from "../types/comparison.js";
import type { Decision } from "./decision.js";
import { guessingRival } from "./guessing-rival.js";
import { certainGain, contendersOf, gainOver, guesserKind } from "./lookup.js";
import { sharedModel, unchosenModel } from "./model-size.js";
import type { OtherReading } from "./other-readings.js";
import { pairHeadline } from "./pair-headline.js";
import { guesserDoubts, guessInWords } from "./words/guessing.js";
import { sequence } from "./words/lists.js";
import { sharedModelText, sizeText } from "./words/model-size.js";
import { armNames, limitNames } from "./words/names.js";
import { offerText } from "./words/offers.js";
import { otherReadingText, pairText } from "./words/pairs.js";
import { unansweredText } from "./words/unanswered.js";

/**
 * The answer in one or two sentences.
 *
 * @param disputes readings by which the decision would be another one: the headline then says what they say
 */
export function headlineOf(decision: Decision, comparison: Comparison, disputes: readonly OtherReading[] = []): string {
  const open =
    disputes.map((dispute) => ` ${otherReadingText(dispute)}`).join("") +
    rivalsText(decision, comparison) +
    sharedModelText(sharedModel(decision, comparison)) +
    sizeText(unchosenModel(decision, comparison));
  // What makes the comparison worthless goes before what it says.
  const guess = guessingText(comparison, decision);
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
    case "no-llm": {
      const { best } = decision;
      const metric = comparison.metrics.primary;
      const labels = labelsUsed(best);
      const { llmOffer } = comparison;
      return (
        `Not answered yet: no language model was measured. Fine-tuning reaches ${formatMetricEstimate(metric, scoreOf(best, metric))} of ` +
        `${metricInWords(metric)}${labels === null ? "" : ` with ${formatPlural(labels, "label")}`}; a language model has to beat that.` +
        (llmOffer === undefined ? "" : ` ${offerText(llmOffer, comparison.task.testRows)}`)
      );
    }
    case "not-good-enough": {
      const { best, metric, score, needed } = decision;
      return (
        `None is good enough: you need ${formatMetric(metric, needed)} of ${metricInWords(metric)}, and ${best.approach}, the best of what was measured, ` +
        `reaches ${formatMetricEstimate(metric, score)}.`
      );
    }
    case "none-within-limits":
      return `None keeps your limits on ${sequence(decision.broken.map((limit) => limitNames[limit]))}.`;
    case "no-signal": {
      const { ahead } = decision;
      if (ahead !== undefined) {
        return (
          `None is good enough: ${decision.baseline.approach}, which gives every text the same answer, is ahead of ${decision.best.approach}, the best ` +
          `of what was measured, in ${metricInWords(ahead)}.`
        );
      }
      const isUnsure = certainGain(gainOver(comparison, decision.best, decision.baseline)) > 0;
      return (
        `Ship neither yet: nothing is shown to beat ${decision.baseline.approach}, which gives every text the most frequent label` +
        `${isUnsure ? ": on so few rows the test does not exclude chance" : ""}.`
      );
    }
    default:
      return pairHeadline(decision, comparison, { guess, open, isDisputed: disputes.length > 0 });
  }
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

function guessingText(comparison: Comparison, decision: Decision): string {
  const rival = guessingRival(comparison, decision);
  if (rival === undefined) return "";
  return `${rival.approach} answers ${guessInWords(rival.aboveGuessing!)}: ${guesserDoubts[guesserKind(rival)]} `;
}
