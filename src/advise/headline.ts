/** @file The answer at the top of every report: one headline, and how sure it is. */
import { metricInWords } from "../lib/metric-names.js";
import type { Comparison } from "../types.js";
import type { Decision } from "./decision.js";
import type { TieBreak } from "./findings.js";
import { freeLabels } from "./rules/break-even.js";
import { about, armNames, isLevel, moreTestRows, points, range, tieBreakNames } from "./wordings.js";

/**
 * The answer in one or two sentences.
 *
 * @param isLimited whether the prompted arm held no language model: the headline then says so
 */
export function headlineOf(decision: Decision, comparison: Comparison, isLimited: boolean): string {
  const open = isLimited ? " No language model was measured: whether prompting one would do better is open." : "";
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
    case "no-signal":
      return `Ship neither yet: nothing is shown to beat ${decision.baseline.approach}, which gives every text the most frequent label.`;
    case "better": {
      const { choice, other, contrast } = decision;
      const { difference, metric } = contrast;
      const what = `it beats ${other.approach} by ${points(difference.value)} of ${metricInWords(metric)} (95% interval ${range(difference)}).`;
      return isLimited
        ? `Of what was measured, use ${choice.approach}: ${what}${open}`
        : `${imperatives[choice.arm]}: use ${choice.approach}; ${what}`;
    }
    case "equivalent": {
      const { choice, other, contrast, tieBreak } = decision;
      const same = `equal within your margin of ${points(comparison.assumptions.margin)}`;
      return choice === null
        ? `Either will do: ${contrast.a} and ${contrast.b} are ${same}, and nothing measured sets them apart.${open}`
        : `Use ${choice.approach}: it and ${other.approach} are ${same}, and it wins by its ${ground(tieBreak, comparison, choice.approach)}.${open}`;
    }
    case "not-worse": {
      const { choice, other, contrast, tieBreak } = decision;
      const { difference, metric } = contrast;
      const standing =
        difference.low > 0
          ? `it is ${points(difference.value)} of ${metricInWords(metric)} ahead of ${other.approach} (95% interval ${range(difference)}), perhaps by less than your margin`
          : `it is at most ${points(difference.low)} of ${metricInWords(metric)} worse than ${other.approach} (95% interval ${range(difference)})`;
      return `Use ${choice.approach}: ${standing}, and wins by its ${ground(tieBreak, comparison, choice.approach)}.${open}`;
    }
    case "undecided": {
      const { leader, other, contrast } = decision;
      const { difference, metric, moreRows: rows } = contrast;
      const remedy = rows === null ? "" : ` About ${moreTestRows(rows)} would settle it.`;
      if (isLevel(difference)) {
        return (
          `Not enough evidence to choose: ${leader.approach} and ${other.approach} come out level in ${metricInWords(metric)}, but either may be ` +
          `the better one (95% interval ${range(difference)}).${remedy}${open}`
        );
      }
      const lead = `${leader.approach} is ${points(difference.value)} of ${metricInWords(metric)} ahead of ${other.approach}`;
      if (difference.low > comparison.assumptions.margin) {
        return `Not enough evidence to choose: ${lead} (95% interval ${range(difference)}), but on so few rows the test does not exclude chance.${open}`;
      }
      return difference.low > 0
        ? `Not enough evidence to choose: ${lead} (95% interval ${range(difference)}), which may be less than your margin of ` +
            `${points(comparison.assumptions.margin)}.${remedy}${open}`
        : `Not enough evidence to choose: ${lead}, but that is within the uncertainty (95% interval ${range(difference)}).${remedy}${open}`;
    }
  }
}

/** What won the tie, and, where that is the price, from which volume on and on what condition. */
function ground(tieBreak: TieBreak | null, comparison: Comparison, choice: string): string {
  if (tieBreak === null) return "";
  const name = tieBreakNames[tieBreak.by];
  const crossing = comparison.breakEven;
  if (tieBreak.by !== "price" || crossing?.tuned !== choice || crossing.requests === null) return name;
  const condition = freeLabels(comparison).length > 0 ? ", labels counted as free" : "";
  return crossing.requests > 0 ? `${name} above about ${about(crossing.requests)} requests${condition}` : `${name}${condition}`;
}

const imperatives = { tune: "Fine-tune", prompt: "Prompt", baseline: "Keep it simple" } as const;

/** How sure the answer is: what the interval shows and what it leaves open. No invented percentage. */
export function confidenceIn(decision: Decision, comparison: Comparison, isLimited: boolean): string {
  const margin = `your margin of ${points(comparison.assumptions.margin)}`;
  const scope = isLimited ? " It holds for the stand-in only, not for a language model." : "";
  switch (decision.ground) {
    case "nothing":
    case "one-arm":
      return "None: there is nothing to compare.";
    case "no-signal":
      return "None: the candidates can't be told from guessing.";
    case "better":
      return `Shown on these test rows: the whole 95% interval lies beyond ${margin}.${scope}`;
    case "equivalent":
      return `Shown on these test rows: the whole 95% interval lies within ${margin}.${scope}`;
    case "not-worse":
      return decision.contrast.difference.low > 0
        ? `Ahead by the whole 95% interval, though perhaps by less than ${margin}.${scope}`
        : `Shown not to be worse by more than ${margin}; whether it is better is open.${scope}`;
    case "undecided":
      if (decision.contrast.difference.low > comparison.assumptions.margin) {
        return `Open: too few rows tell the two apart, and an interval from so few is too narrow.${scope}`;
      }
      return `Open: any difference from ${range(decision.contrast.difference)} points fits what was measured.${scope}`;
  }
}
