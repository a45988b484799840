/** @file The terminal's section on labels: how quality grows with them, and from how many on fine-tuning beats prompting. */
import type { Advice } from "../../advise/advise.js";
import { beyondText, crossoverText } from "../../advise/words/crossovers.js";
import { isShareOfRows } from "../../compare/metrics/share-of-rows.js";
import { wrap } from "../../lib/text/display-width.js";
import type { Comparison } from "../../types/comparison.js";
import { percentTick, shareTick } from "../charts/ticks.js";
import { crossoverPicture } from "../crossover-picture.js";
import { type CrossoverRow, crossoverHeads, crossoverNotes, crossoverRows, howToRead } from "../crossover-rows.js";
import { crossoverChartLines } from "./crossover-chart.js";
import type { Page } from "./page.js";
import { type Column, wholeTableBlocks } from "./table.js";

/** The answer in a sentence unless the advice has given it, the chart, and the pairs of the tuned approach that the answer is about. */
export function crossoverLines(comparison: Comparison, advice: Advice, page: Page): string[] {
  const { crossovers = [] } = comparison;
  const { width, style, say } = page;
  const [pair] = crossovers;
  const dimmed = (text: string): string[] => wrap(say(text), width).map(style.dim);
  // What the answer at the top has said is not said again on the same screen.
  const isTold = advice.reasons.some(
    (reason) => reason.kind === "crossover" && reason.tuned === pair?.tuned && reason.prompted === pair.prompted,
  );
  const answer = pair === undefined || isTold ? [] : [crossoverText(pair), beyondText(pair)].filter((text) => text !== null);
  const picture = crossoverPicture(comparison);
  const formatTick = picture !== null && isShareOfRows(picture.metric) ? percentTick : shareTick;
  const rows = crossoverRows(comparison);
  const others = [...new Set(rows.map(({ tuned }) => tuned))].filter((tuned) => tuned !== pair?.tuned);
  return [
    ...(answer.length === 0 ? [] : [...wrap(say(answer.join(" ")), width), ""]),
    ...(picture === null
      ? []
      : [...crossoverChartLines(picture, { ...page, formatTick }), ...dimmed(howToRead(picture, { isTerminal: true })), ""]),
    ...(pair === undefined
      ? []
      : pairLines(
          rows.filter(({ tuned }) => tuned === pair.tuned),
          page,
        )),
    ...(others.length === 0 ? [] : dimmed(`Those of ${others.join(", ")} are in the HTML and Markdown reports.`)),
    ...crossoverNotes(comparison, picture).flatMap(dimmed),
  ];
}

function pairLines(pairs: readonly CrossoverRow[], { width, style, glyphs, say }: Page): string[] {
  const columns: Column[] = [
    { title: say(`${pairs[0]?.tuned} ${crossoverHeads.prompted}`), minimum: 20 },
    { title: crossoverHeads.labels, minimum: 14 },
    { title: crossoverHeads.safeLabels, align: "right", minimum: 11 },
    { title: crossoverHeads.single, align: "right", minimum: 13 },
    { title: crossoverHeads.testRows, align: "right", minimum: 5 },
  ];
  const cells = pairs.map(({ prompted, labels, safeLabels, single, testRows }) => {
    return [say(prompted), say(labels), say(safeLabels), say(single), testRows];
  });
  const { head, rows } = wholeTableBlocks(columns, cells, width, { headStyle: style.dim, rule: glyphs.rule });
  return [
    ...head,
    ...rows.flatMap((lines, i) => {
      const details = pairs[i]!.details.flatMap((text) => wrap(say(text), width - 2));
      return [...lines, ...details.map((line) => `  ${style.dim(line)}`)];
    }),
  ];
}
