/** @file What is said of rows that were chosen to be labelled next. */

import type { LeftOfPool } from "../../data/pool/pool-rows.js";
import { displayWidth, wrap } from "../../lib/text/display-width.js";
import { formatCount, formatPlural, formatPointsEstimate } from "../../lib/text/format.js";
import { visibleText } from "../../lib/text/visible-text.js";
import type { ChosenNext } from "../../upkeep/next/choose-next.js";
import type { NextWay } from "../../upkeep/next/choose-rows.js";
import type { ExpectedGain } from "../../upkeep/next/expected-gain.js";
import type { Terminal } from "../terminal.js";

const ways: Readonly<Record<NextWay, string>> = {
  random: "drawn at random",
  uncertainty: "those that the model is least sure of",
  diverse: "those that the model is unsure of, and unlike each other",
};

const metricNames: Readonly<Record<string, string>> = {
  accuracy: "accuracy",
  exactMatch: "rows with all labels right",
  macroF1: "macro-F1",
  microF1: "micro-F1",
};

/** Suggested labels that are shown. */
const mostLabels = 6;

/** What was written, what was left out, and what it may bring. */
export function nextText(chosen: ChosenNext, { width }: Pick<Terminal, "width">): string {
  const { output, run, approach, way, rows, candidates, left, isComparedWithRun, suggested, gain } = chosen;
  const shown = suggested.slice(0, mostLabels).map((each) => `${visibleText(each.label) || "none"} (${formatCount(each.rows)})`);
  const more = suggested.length > mostLabels ? [formatPlural(suggested.length - mostLabels, "more label")] : [];
  const lines = [
    `${formatPlural(rows, "row")} of ${formatCount(candidates)} in ${visibleText(output)}, by ${visibleText(approach)} of ${visibleText(run)}: ${ways[way]}.`,
    ...leftText(left),
    ...(isComparedWithRun
      ? []
      : ["The run's own rows are not there any more, or have changed: some of these may be among them."]),
    `Suggested: ${[...shown, ...more].join(", ")}.`,
    gainText(gain, rows),
    "Fill in the label column; a suggestion is a guess that the model is unsure of.",
    ...(way === "random"
      ? []
      : [
          "Train on these rows, and do not test on them: they are harder than most. Keep the test rows that you have (--test FILE).",
        ]),
    "",
  ];
  return lines.flatMap((line) => (displayWidth(line) > width ? wrap(line, width) : [line])).join("\n");
}

function leftText({ empty, labelled, repeated, known, beyond }: LeftOfPool): string[] {
  const parts = [
    ...(known === 0 ? [] : [`${formatCount(known)} like rows of the run`]),
    ...(repeated === 0 ? [] : [`${formatCount(repeated)} like others of the pool`]),
    ...(labelled === 0 ? [] : [`${formatCount(labelled)} with a label`]),
    ...(empty === 0 ? [] : [`${formatCount(empty)} without a text`]),
    ...(beyond === 0 ? [] : [`${formatCount(beyond)} at random, since the pool is large`]),
  ];
  return parts.length === 0 ? [] : [`Left out: ${parts.join(", ")}.`];
}

function gainText(gain: ExpectedGain, rows: number): string {
  if (gain.kind === "not-measured")
    return `What ${formatPlural(rows, "label")} would bring was not measured: the run has no learning curve that goes on.`;
  if (gain.kind === "too-few")
    return `What ${formatPlural(rows, "label")} would bring is too little for the run's learning curve to tell; it tells from ${formatCount(gain.from)} on.`;
  const { more, gain: points } = gain.gain;
  return `${formatCount(more)} labels drawn at random would bring ${formatPointsEstimate(points)} of ${metricNames[gain.metric] ?? gain.metric}, by the run's learning curve.`;
}
