import type { Comparison } from "../types/comparison.js";
import type { Decision } from "./decision.js";
import { guessingRival } from "./guessing-rival.js";
import { isPerhapsChance, leadIsShown } from "./lookup.js";
import type { OtherReading } from "./other-readings.js";
import { chanceText } from "./words/chance.js";
import { sequence } from "./words/lists.js";
import { readingNames } from "./words/names.js";
import { points, range } from "./words/points.js";

/** How sure the answer is: what the interval shows and what it leaves open. No invented percentage. */
export function confidenceIn(decision: Decision, comparison: Comparison, disputes: readonly OtherReading[] = []): string {
  if (disputes.length > 0) {
    const which = sequence(disputes.map(({ by }) => readingNames[by]));
    return disputes.every(({ isSameChoice }) => isSameChoice)
      ? `The choice is the same ${which}; only how sure it is depends on that.`
      : `Not settled: the choice would be another one, or none, ${which}.`;
  }
  const rival = guessingRival(comparison, decision);
  if (rival !== undefined) return `Of little weight: to beat ${rival.approach} is to beat a guess.`;
  const margin = `your margin of ${points(comparison.assumptions.margin)}`;
  switch (decision.ground) {
    case "nothing":
    case "one-arm":
      return "Nothing is shown: there is nothing to compare.";
    case "unanswered":
      return "Nothing is shown: what is missing or unreadable says nothing of the model.";
    case "unranked":
      return "Open: it depends on which candidate is the best of its arm.";
    case "no-llm":
      return "Open: there is no language model to compare it with.";
    case "not-good-enough":
      return "Shown on these test rows: the whole 95% interval lies below what you need.";
    case "none-within-limits":
      return "By your limits, whatever the scores say.";
    case "limits":
      return "By your limits, whatever the scores say.";
    case "outweighed":
      return "By your weights: what the scores say counts for less.";
    case "no-signal":
      if (decision.ahead !== undefined)
        return "Shown on these test rows: a rule that reads no text does better by one of the metrics that count.";
      return "Nothing is shown: the candidates can't be told from guessing.";
    case "better":
      if (isPerhapsChance(decision.contrast)) return `Likely, not shown: ${chanceText(decision.contrast, comparison)}.`;
      return `Shown on these test rows: the whole 95% interval lies beyond ${margin}.`;
    case "equivalent":
      if (decision.untold.length > 0) return "Open: the two are equally good, and which is cheaper depends on what you tell.";
      return `Shown on these test rows: the whole 95% interval lies within ${margin}.`;
    case "not-worse":
      return leadIsShown(comparison, decision.contrast)
        ? `The lead is real, but may be smaller than ${margin}.`
        : `At least as good, within ${margin}; whether it is better is open.`;
    case "undecided":
      if (leadIsShown(comparison, decision.contrast) && decision.untold.length > 0) {
        return "Open: the lead is real but may not matter, and which is cheaper depends on what you tell.";
      }
      if (decision.contrast.difference.low > 0 && !leadIsShown(comparison, decision.contrast)) {
        return `Open: too few rows tell the two apart, and an interval from so few is too narrow.`;
      }
      return `Open: any difference from ${range(decision.contrast.difference, comparison.assumptions.margin)} points fits what was measured.`;
  }
}
