/** @file The terminal's section on a new label. What changed texts cost stands in the table of factors. */
import { wrap } from "../../lib/text/display-width.js";
import { percentTick } from "../charts/ticks.js";
import { howToReadNewLabel, newLabelSentences } from "../flexibility-rows.js";
import type { NewLabelPicture } from "../new-label-picture.js";
import { crossoverChartLines } from "./crossover-chart.js";
import type { Page } from "./page.js";

/** The answer, a sentence an approach, and the chart. */
export function newLabelLines(picture: NewLabelPicture, page: Page): string[] {
  const { width, style, say } = page;
  return [
    ...newLabelSentences(picture).flatMap((sentence) => wrap(say(sentence), width)),
    "",
    ...crossoverChartLines(picture, { ...page, formatTick: percentTick }),
    ...wrap(say(howToReadNewLabel(picture, { isTerminal: true })), width).map(style.dim),
  ];
}
