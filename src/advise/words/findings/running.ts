/** @file What running costs, how long it takes and what it needs, in words. */

import { formatCount, formatNumber, formatPlural, formatSeconds, formatUsd } from "../../../lib/text/format.js";
import { sequence } from "../lists.js";
import { times } from "../points.js";
import { untoldNames } from "../prices.js";
import type { WordingsOf } from "../wording.js";

/** Findings on price, speed and needs. */
export const runningWordings: WordingsOf<
  "cheaper" | "monthly-bill" | "faster" | "self-contained" | "dearer" | "slower" | "labels-free" | "price-untold"
> = {
  cheaper: {
    role: "reason",
    title: () => "Cheaper to run",
    sentence: ({ approach, usd, other, otherUsd }) =>
      `1,000 requests cost ${formatUsd(usd)} with ${approach} and ${formatUsd(otherUsd)} with ${other}${times(otherUsd, usd, "less")}.`,
  },
  "monthly-bill": {
    role: "reason",
    title: () => "The bill of a month",
    sentence: ({ approach, usd, other, otherUsd, requests }) =>
      `${formatCount(requests)} requests a month cost ${formatUsd(usd)} with ${approach} and ${formatUsd(otherUsd)} with ${other}, with what came before ` +
      "written off over a year.",
  },
  "price-untold": {
    role: "caution",
    title: () => "Cost decides, and depends on you",
    sentence: ({ untold, a, b }) =>
      `Which of ${a} and ${b} costs less depends on ${sequence(untold.map((each) => untoldNames[each].what))}.`,
    steps: ({ untold }) => {
      // How a recording came about is told to the run that reads it.
      const told = untold.filter((each) => each !== "recorded-labels");
      const options = told.map((each) => untoldNames[each].option).join(" ");
      return [
        ...(told.length === 0
          ? []
          : [
              {
                text: `Tell ${sequence(told.map((each) => untoldNames[each].what))}: the answer is decided anew, and nothing is measured again.`,
                command: `crossover view RUN ${options}`,
              },
            ]),
        ...(told.length === untold.length
          ? []
          : [{ text: `Tell ${untoldNames["recorded-labels"].what}.`, command: "crossover run FILE --recorded-labels 0" }]),
      ];
    },
  },
  faster: {
    role: "reason",
    title: () => "Faster",
    sentence: ({ approach, seconds, other, otherSeconds }) =>
      `The median answer takes ${formatSeconds(seconds)} with ${approach} and ${formatSeconds(otherSeconds)} with ${other}.`,
  },
  "self-contained": {
    role: "reason",
    title: () => "Runs on its own",
    sentence: ({ approach, other, otherNeeds }) =>
      `${approach} can be shipped as files and asks no service; ${other} needs ${otherNeeds.length === 0 ? "its service" : sequence(otherNeeds)} for every answer.`,
  },
  dearer: {
    role: "caution",
    title: () => "Dearer to run",
    sentence: ({ approach, usd, other, otherUsd, extraRightPerThousand: extra, isExactMatch = false }) => {
      const right = isExactMatch ? "answers with all labels right" : "right answers";
      const cost = `1,000 requests cost ${formatUsd(usd)} with ${approach} and ${formatUsd(otherUsd)} with ${other}`;
      if (extra === undefined) return `${cost}.`;
      return extra === 0
        ? `${cost}, without more ${right} in return.`
        : `${cost}, for ${formatNumber(extra)} more ${right}: ${formatUsd((usd - otherUsd) / extra)} for each.`;
    },
  },
  slower: {
    role: "caution",
    title: () => "Slower",
    sentence: ({ approach, seconds, other, otherSeconds }) =>
      `The median answer takes ${formatSeconds(seconds)} with ${approach}, but ${formatSeconds(otherSeconds)} with ${other}.`,
  },
  "labels-free": {
    role: "caution",
    title: () => "Labels are counted as free",
    sentence: ({ approach, labels, isAll }) =>
      `${approach} learned from ${formatPlural(labels, "label")}${isAll ? "" : " more than the prompt used"}; they are counted as free because no price of a ` +
      "label was given.",
    steps: () => [{ text: "Say what a label costs you.", command: "crossover view RUN --usd-per-label 0.10" }],
  },
};
