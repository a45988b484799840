/** @file What would change the answer, in words. */

import { fewestRequests } from "../../../compare/cost.js";
import { formatPercent, formatPlural, formatUsd } from "../../../lib/text/format.js";
import { moreTestRows } from "../more-rows.js";
import { tieBreakNames } from "../names.js";
import { about, points } from "../points.js";
import { requestRange } from "../prices.js";
import type { WordingsOf } from "../wording.js";

/** Findings on what would change the answer. */
export const changeWordings: WordingsOf<
  "labels-undescribed" | "break-even" | "always-cheaper" | "price-fall" | "wider-margin" | "label-price" | "more-rows"
> = {
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
    title: () => "The number of requests",
    sentence: ({ tuned, prompted, requests, ...rest }) =>
      requests < fewestRequests
        ? `From the first ${fewestRequests} requests on at the latest, ${tuned} costs less in total than ${prompted}.`
        : `Below about ${about(requests)} requests in all (${requestRange(rest)}), ${prompted} costs less in total; above, ${tuned} does.`,
  },
  "always-cheaper": {
    role: "change",
    title: () => "Not the number of requests",
    sentence: ({ approach, other, unlessFrom }) =>
      `At these prices ${approach} costs less than ${other} at any number of requests.` +
      (unlessFrom === undefined
        ? ""
        : ` That is not sure: within the 95% interval of the costs ${other} may be the cheaper one from about ${about(unlessFrom)} requests on.`),
  },
  "price-fall": {
    role: "change",
    title: () => "A lower price",
    sentence: ({ approach, other, fall, usd, otherUsd }) =>
      usd !== undefined && otherUsd !== undefined && fall >= telling
        ? `If the running price of ${approach} fell from ${formatUsd(usd)} to ${formatUsd(otherUsd)} per 1,000 requests, it would cost as much as ${other}.`
        : `If the running price of ${approach} fell by ${formatPercent(fall)}, it would cost as much as ${other}.`,
  },
  "wider-margin": {
    role: "change",
    title: () => "Your margin",
    sentence: ({ a, b, margin, undecidedFrom, equivalentFrom, successor }) =>
      `With a margin of ${points(undecidedFrom)} or more (now ${points(margin)}), ${a} would no longer be surely better; from ` +
      `${points(equivalentFrom)} on, ${a} and ${b} would count as equivalent` +
      (successor === undefined ? "." : `, and ${successor.approach} would be chosen by its ${tieBreakNames[successor.by]}.`),
  },
  "label-price": {
    role: "change",
    title: () => "The price of a label",
    sentence: ({ approach, usdPerLabel, extraLabels, requestsPerCent }) =>
      `${approach} uses ${formatPlural(extraLabels, "label")} more than the prompt, counted at ${formatUsd(usdPerLabel)} each; every further cent ` +
      `a label costs moves the break-even up by ${about(requestsPerCent)} requests.`,
  },
  "more-rows": {
    role: "change",
    title: () => "More test rows",
    sentence: ({ needed, a, b }) =>
      (needed.aim === "equivalence"
        ? `To show that ${a} and ${b} differ by less than the margin, as it looks now, takes ${moreTestRows(needed)}`
        : `To settle whether ${a} or ${b} is better takes ${moreTestRows(needed)}`) +
      `, for a chance of 80%${needed.high === null ? "; how many more can't be bounded, since the true difference may be about the margin" : ""}.`,
    steps: ({ needed }) => [
      {
        text: `Label ${moreTestRows(needed)} and give them in a file of their own.`,
        command: "crossover run FILE --test TEST_FILE",
      },
    ],
  },
};

/** A fall by so much is told by the two prices: near 100% percentages all look alike. */
const telling = 0.95;
