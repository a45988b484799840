/** @file What would change the answer, in words. */

import { formatNumber, formatPercent, formatUsd } from "../../../lib/text/format.js";
import type { BreakEven } from "../../../types/prices.js";
import type { Flip, FlipParameter } from "../../findings/parts.js";
import { capitalized, sequence } from "../lists.js";
import { moreTestRows, unaskedText } from "../more-rows.js";
import { about, points } from "../points.js";
import { fromRequests, leftOutText, machineNames } from "../prices.js";
import type { WordingsOf } from "../wording.js";

/** Findings on what would change the answer. */
export const changeWordings: WordingsOf<"labels-undescribed" | "break-even" | "flip" | "more-rows"> = {
  "labels-undescribed": {
    role: "change",
    title: () => "Descriptions of the labels",
    sentence: ({ approach }) =>
      `${approach} knew the labels by their bare names. What a sentence on the meaning of each would add was not measured.`,
    steps: () => [
      {
        text: "Say in words what each label means, in label-descriptions.yaml beside the data (label: what it means), and run again.",
      },
    ],
  },
  "break-even": {
    role: "change",
    title: () => "The number of requests a month",
    sentence: ({ breakEvens }) => {
      const [{ tuned, prompted, leavesOut }] = breakEvens as [BreakEven];
      const ways = breakEvens.map(({ machine, ...rest }) => {
        return `${machine === null ? "" : `${machineNames[machine]} `}${fromRequests(rest)}`;
      });
      const never = breakEvens.every(({ requestsPerMonth }) => requestsPerMonth === null);
      return never
        ? `${tuned} costs less a month than ${prompted} at no number of requests.${leftOutText(leavesOut)}`
        : `${tuned} costs less a month than ${prompted} ${sequence(ways)}, with what came before written off over a year.${leftOutText(leavesOut)}`;
    },
  },
  flip: {
    role: "change",
    title: ({ parameter }) => flipTitles[parameter],
    sentence: ({ parameter, now, at, side, choice }) => {
      const value = flipValue(parameter, at);
      const present = now === null ? "" : ` (now ${flipValue(parameter, now)})`;
      const end = choice === null ? "nothing would be chosen" : `${choice} would be chosen`;
      return `${capitalized(flipPhrases[parameter][side].replace("#", value))}${present}, ${end}.`;
    },
  },
  "more-rows": {
    role: "change",
    title: () => "More test rows",
    sentence: ({ needed, a, b, unasked = 0 }) =>
      (needed.aim === "equivalence"
        ? `To show that ${a} and ${b} differ by less than the margin, as it looks now, takes ${moreTestRows(needed)}`
        : `To settle whether ${a} or ${b} is better takes ${moreTestRows(needed)}`) +
      `, for a chance of 80%${needed.high === null ? "; how many more can't be bounded, since the true difference may be about the margin" : ""}${unaskedText(unasked)}.`,
    steps: ({ needed, unasked = 0 }) => {
      // To ask about those that there are comes first, and is said with the sample.
      if (needed.unit === "rows" && needed.high !== null && needed.high <= unasked) return [];
      return [
        {
          text: `Label ${moreTestRows(needed)} and give them in a file of their own.`,
          command: "crossover run FILE --test TEST_FILE",
        },
      ];
    },
  },
};

const flipTitles: Readonly<Record<FlipParameter, string>> = {
  margin: "Your margin",
  "requests-per-month": "The number of requests a month",
  "usd-per-label": "The price of a label",
  "llm-price": "The price of the LLM",
  needed: "What you need",
  "weight-cost": "How much cost counts",
  "weight-independence": "How much independence of a service counts",
  "weight-latency": "How much latency counts",
};

const weightPhrases = (what: string): Readonly<Record<Flip["side"], string>> => ({
  from: `if ${what} counted # as much as accuracy, or more`,
  "up-to": `if ${what} counted at most # as much as accuracy`,
});

/** How the values are said at which the answer turns. */
const flipPhrases: Readonly<Record<FlipParameter, Readonly<Record<Flip["side"], string>>>> = {
  margin: { from: "with a margin of # or more", "up-to": "with a margin of # or less" },
  "requests-per-month": { from: "from # requests a month on", "up-to": "at # requests a month or fewer" },
  "usd-per-label": { from: "if a label costs # or more", "up-to": "if a label costs # or less" },
  "llm-price": { from: "if the LLM costs # of today's price or more", "up-to": "if the LLM costs # of today's price or less" },
  needed: { from: "if you need # or more", "up-to": "if you need # or less" },
  "weight-cost": weightPhrases("cost"),
  "weight-independence": weightPhrases("independence of a service"),
  "weight-latency": weightPhrases("latency"),
};

function flipValue(parameter: FlipParameter, value: number): string {
  switch (parameter) {
    case "margin":
      return points(value);
    case "requests-per-month":
      return about(value);
    case "usd-per-label":
      return formatUsd(value);
    case "llm-price":
    case "needed":
      return formatPercent(value);
    default:
      return `${formatNumber(value)} times`;
  }
}
