/** @file What labels bring, in words. */
import { formatCount, formatPlural, formatUsd } from "../../../lib/text/format.js";
import { metricInWords } from "../../../lib/text/metric-names.js";
import type { FindingOf } from "../../findings/findings.js";
import { beyondText, crossoverText, otherRowsTexts } from "../crossovers.js";
import { sequence } from "../lists.js";
import { points, range, signed } from "../points.js";
import type { WordingsOf } from "../wording.js";

/** Findings on learning curves. */
export const learningWordings: WordingsOf<"crossover" | "more-labels"> = {
  "more-labels": {
    role: "change",
    title: () => "More labels",
    sentence: (finding) => {
      const { approach, best, labels, more, metric, aim, isEnough } = finding;
      const from = best === undefined ? "" : ` (no time was left for a curve of ${best})`;
      const all = `${formatCount(labels + more)} labels in place of ${formatCount(labels)}`;
      const gain = `${approach} is expected to gain ${expectedText(finding)}`;
      if (isEnough) return `With ${all}, ${gain} of ${metricInWords(metric)} by its learning curve${from}${enoughText(aim)}.`;
      return `Even with ${all}, ${gain} of ${metricInWords(metric)} by its learning curve${from}${tooLittleText(finding)}.`;
    },
    steps: (finding) => {
      const { approach, more, metric, isEnough, usd, missed } = finding;
      if (!isEnough) return [];
      const cost = usd === undefined || usd === 0 ? "" : `, for about ${formatUsd(usd)}`;
      const where = missed.length === 0 ? "" : ` Most needed: ${sequence(missed)}, which it finds less often than the others.`;
      return [
        {
          text: `Label ${formatPlural(more, "more row")}, add them to the data and run again: ${expectedText(finding)} of ${metricInWords(metric)} expected of ${approach}${cost}.${where}`,
          command: "crossover run FILE",
        },
      ];
    },
  },
  crossover: {
    role: "reason",
    title: () => "The number of labels",
    sentence: ({ best, ...crossover }) => {
      const { tuned } = crossover;
      const notes = [
        best === undefined ? null : `The curve is that of ${tuned}: no time was left for one of ${best}.`,
        crossover.found.kind === "crossover" && !crossover.found.coversSeeds
          ? "Each number of labels was tried once: how much a second try would differ is not in the interval."
          : null,
        beyondText(crossover),
        ...otherRowsTexts(crossover),
      ];
      return [crossoverText(crossover), ...notes.filter((note) => note !== null)].join(" ");
    },
  },
};

type MoreLabels = FindingOf<"more-labels">;

const expectedText = ({ gain }: MoreLabels): string => `${signed(gain.value)} points (95% interval ${range(gain)})`;

function enoughText({ by, other, gain }: MoreLabels["aim"]): string {
  if (by === "needed") return ", which is what is missing of what you need";
  return by === "lead" ? `; ${other} is ahead by ${points(gain)} now` : "";
}

function tooLittleText({ aim: { by, other, gain }, gain: { high } }: MoreLabels): string {
  // An interval that holds what counts shows nothing.
  if (by === "margin" && high >= gain) return ". Whether that is as much as matters to you is open";
  if (by === "needed") return `: ${points(gain)} are missing of what you need`;
  return by === "lead" ? `; ${other} is ahead by ${points(gain)} now` : ": less than what matters to you";
}
