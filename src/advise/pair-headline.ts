import { cheaperOf } from "../compare/money/cheaper.js";
import { formatCount, formatUsd } from "../lib/text/format.js";
import { metricInWords } from "../lib/text/metric-names.js";
import type { Comparison } from "../types/comparison.js";
import type { Arm } from "../types/identity.js";
import type { UntoldPrice } from "../types/prices.js";
import type { Summary } from "../types/scores.js";
import type { PairDecision } from "./decision.js";
import type { TieBreak } from "./findings/parts.js";
import { isPerhapsChance, leadIsShown, unaskedRows } from "./lookup.js";
import { chanceText } from "./words/chance.js";
import { sequence } from "./words/lists.js";
import { moreTestRows, unaskedText } from "./words/more-rows.js";
import { criterionNames, limitNames, tieBreakNames } from "./words/names.js";
import { rowsOfBoth } from "./words/pairs.js";
import { isLevel, points, range, signed } from "./words/points.js";
import { untoldNames } from "./words/prices.js";

/** What goes before a headline, and after it. */
interface Around {
  /** That the other one answers no better than guessing. */
  readonly guess: string;
  /** What other rows and rivals say. */
  readonly open: string;
  /** Whether other rows say otherwise. */
  readonly isDisputed: boolean;
}

/** The answer in one or two sentences. */
export function pairHeadline(decision: PairDecision, comparison: Comparison, { guess, open, isDisputed }: Around): string {
  const both = rowsOfBoth(decision, comparison);
  const { margin } = comparison.assumptions;
  switch (decision.ground) {
    case "better": {
      const { choice, other, contrast } = decision;
      const { difference, metric } = contrast;
      const what = `it beats ${other.approach} by ${points(difference.value, margin)} of ${metricInWords(metric)}${both} (95% interval ${range(difference, margin)}).`;
      if (guess !== "") return `${guess}By these answers, use ${choice.approach}: ${what}${open}`;
      if (isPerhapsChance(contrast)) {
        return `By these rows, ${choice.approach} is the better one: ${what} But ${chanceText(contrast, comparison)}.${open}`;
      }
      return isDisputed
        ? `By these rows, use ${choice.approach}: ${what}${open}`
        : `${imperatives[choice.arm]}: use ${choice.approach}; ${what}${open}`;
    }
    case "equivalent": {
      const { choice, other, contrast, tieBreak } = decision;
      const same = `equal within your margin of ${points(comparison.assumptions.margin)}${both}`;
      if (decision.untold.length > 0) {
        return `${guess}Cost decides: ${contrast.a} and ${contrast.b} are ${same}. ${askText(decision.untold)}${open}`;
      }
      return choice === null
        ? `${guess}Either will do: ${contrast.a} and ${contrast.b} are ${same}, and nothing measured sets them apart.${open}`
        : `${guess}Use ${choice.approach}: it and ${other.approach} are ${same}, and it wins by its ${ground(tieBreak, comparison, [choice, other])}.${open}`;
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
      const why =
        tieBreak.by === "lead" ? "nothing speaks against it" : `wins by its ${ground(tieBreak, comparison, [choice, other])}`;
      return `${guess}Use ${choice.approach}: ${standing}, and ${why}.${open}`;
    }
    case "limits": {
      const { choice, other, contrast, broken } = decision;
      const { difference, metric } = contrast;
      return (
        `${guess}Use ${choice.approach}: ${other.approach} does not keep your limits on ${sequence(broken.map((limit) => limitNames[limit]))}. Their difference is ` +
        `${signed(difference.value, margin)} points of ${metricInWords(metric)}${both} (95% interval ${range(difference, margin)}).${open}`
      );
    }
    case "outweighed": {
      const { choice, other, contrast, votes } = decision;
      const { difference, metric } = contrast;
      const by = sequence(votes.map(({ criterion }) => criterionNames[criterion]));
      return (
        `${guess}By your weights, use ${choice.approach}: it is ahead of ${other.approach} in ${by}, which counts for more than the difference of ` +
        `${signed(difference.value, margin)} points of ${metricInWords(metric)}${both} (95% interval ${range(difference, margin)}).${open}`
      );
    }
    case "undecided": {
      const { leader, other, contrast } = decision;
      const { difference, metric, moreRows } = contrast;
      const remedy =
        moreRows === null
          ? ""
          : ` ${remedies[moreRows.aim]} ${moreTestRows(moreRows)}${unaskedText(unaskedRows(contrast, comparison))}.`;
      if (leadIsShown(comparison, contrast)) {
        // What is open is whether the lead matters, which cost may decide.
        const lead = `${leader.approach} is ${points(difference.value, margin)} of ${metricInWords(metric)} ahead of ${other.approach}${both} (95% interval ${range(difference, margin)})`;
        const isBeyond = contrast.verdict === "a-better";
        if (decision.untold.length > 0) {
          return `${guess}Cost decides: ${lead}${isBeyond ? "" : ", which may be less than your margin"}. ${askText(decision.untold)}${open}`;
        }
        if (isBeyond) return `${guess}Your weights do not decide: ${lead}, and as much speaks for ${other.approach}.${open}`;
      }
      if (isLevel(difference)) {
        return (
          `Not enough evidence to choose: ${leader.approach} and ${other.approach} come out level in ${metricInWords(metric)}${both}, but either may be ` +
          `the better one (95% interval ${range(difference, margin)}).${remedy}${open}`
        );
      }
      const lead = `${leader.approach} is ${points(difference.value, margin)} of ${metricInWords(metric)} ahead of ${other.approach}${both}`;
      if (difference.low > 0 && !leadIsShown(comparison, contrast)) {
        return `Not enough evidence to choose: ${lead} (95% interval ${range(difference, margin)}), but on so few rows the test does not exclude chance.${remedy}${open}`;
      }
      return difference.low > 0
        ? `Not enough evidence to choose: ${lead} (95% interval ${range(difference, margin)}), which may be less than your margin of ` +
            `${points(comparison.assumptions.margin)}.${remedy}${open}`
        : `Not enough evidence to choose: ${lead}, but that is within the uncertainty (95% interval ${range(difference, margin)}).${remedy}${open}`;
    }
  }
}

/** What won the tie, and, where that is the price, what the two cost a month. */
function ground(tieBreak: TieBreak | null, comparison: Comparison, [choice, other]: readonly [Summary, Summary]): string {
  if (tieBreak === null) return "";
  const name = tieBreakNames[tieBreak.by];
  const cheaper = tieBreak.by === "price" ? cheaperOf(choice, other, comparison.assumptions) : null;
  if (cheaper?.kind !== "decided" || cheaper.month === undefined) return name;
  const { requests, usd, otherUsd } = cheaper.month;
  return `${name}: ${formatUsd(usd)} against ${formatUsd(otherUsd)} at ${formatCount(requests)} requests a month`;
}

/** What must be told for the price to decide. */
function askText(untold: readonly UntoldPrice[]): string {
  const options = untold.map((each) => untoldNames[each].option.replace(/ .*/, ""));
  return `Say ${sequence(untold.map((each) => untoldNames[each].what))} (${options.join(", ")}).`;
}

/** What more test rows would do, before how many. */
const remedies = {
  difference: "Settling it takes",
  equivalence: "Showing that they differ by less than your margin takes",
} as const;

const imperatives: Readonly<Record<Arm, string>> = {
  tune: "Fine-tune",
  prompt: "Prompt",
  hybrid: "Use both",
  baseline: "Keep it simple",
};
