/** @file The page's section on labels: how quality grows with them, and from how many on fine-tuning beats prompting. */
import { beyondText, crossoverText } from "../../advise/words/crossovers.js";
import { capitalized } from "../../advise/words/lists.js";
import { isShareOfRows } from "../../compare/metrics/share-of-rows.js";
import { metricNames } from "../../lib/text/metric-names.js";
import type { Comparison } from "../../types/comparison.js";
import { crossoverChart } from "../charts/crossover-chart.js";
import { percentTick, shareTick } from "../charts/ticks.js";
import { type CrossoverPicture, crossoverPicture, pictureText } from "../crossover-picture.js";
import { crossoverHeads, crossoverNotes, crossoverRows, howToRead, pointRows } from "../crossover-rows.js";
import { type Markup, markup } from "../markup.js";
import { approachName, details, figure, table } from "./elements.js";
import { legend } from "./figures.js";

/** The answer in a sentence, the chart, and every pair; `null` where no curve was measured. */
export function crossoverSection(comparison: Comparison): Markup | null {
  const { crossovers = [], curves = [] } = comparison;
  if (curves.length === 0) return null;
  const picture = crossoverPicture(comparison);
  const [pair] = crossovers;
  const beyond = pair === undefined ? null : beyondText(pair);
  const notes = crossoverNotes(comparison, picture);
  return markup`${pair !== undefined && markup`<p>${capitalized(crossoverText(pair))}${beyond !== null && markup` ${beyond}`}</p>`}${
    picture !== null &&
    markup`${crossoverFigure(comparison, picture)}${legend([...picture.curves, ...picture.lines].map(({ arm }) => ({ arm })))}${pointTable(picture)}`
  }${crossovers.length > 0 && crossoverTable(comparison)}${notes.map((note) => markup`<p class="note">${note}</p>`)}`;
}

function crossoverFigure(comparison: Comparison, picture: CrossoverPicture): Markup {
  const name = capitalized(metricNames[picture.metric]);
  return figure(
    "crossover-chart",
    `${name} by number of labels`,
    howToRead(picture),
    (size) =>
      crossoverChart(picture, {
        ...size,
        formatTick: isShareOfRows(picture.metric) ? percentTick : shareTick,
        title: `${name} by number of labels`,
        description: pictureText(comparison, picture),
      }),
    undefined,
    "spread",
  );
}

function pointTable(picture: CrossoverPicture): Markup {
  const { metric, curves } = picture;
  const head = ["Labels", ...curves.map(({ name, arm }) => ({ content: approachName(name, arm), kind: "number" as const }))];
  const rows = pointRows(picture).map(({ labels, scores }) => ({
    cells: [labels, ...scores.map((content) => ({ content, kind: "number" as const }))],
  }));
  return details(`${capitalized(metricNames[metric])} with each number of labels`, table("Points of the curves", head, rows));
}

function crossoverTable(comparison: Comparison): Markup {
  const armOf = new Map(comparison.summaries.map(({ approach, arm }) => [approach, arm]));
  const name = (approach: string): Markup => approachName(approach, armOf.get(approach) ?? "baseline");
  const rows = crossoverRows(comparison).map(({ tuned, prompted, labels, safeLabels, single, testRows, details: notes }) => ({
    cells: [
      markup`${name(prompted)}<span class="detail">${name(tuned)}</span>`,
      {
        content: markup`<span class="value">${labels}</span>${notes.map((text) => markup`<span class="detail">${text}</span>`)}`,
        kind: "text" as const,
      },
      { content: safeLabels, kind: "number" as const },
      { content: single, kind: "number" as const },
      { content: testRows, kind: "number" as const },
    ],
  }));
  const number = (content: string) => ({ content, kind: "number" as const });
  const head = [
    markup`Against<span class="detail">fine-tuned</span>`,
    capitalized(crossoverHeads.labels),
    number(capitalized(crossoverHeads.safeLabels)),
    number(capitalized(crossoverHeads.single)),
    number(capitalized(crossoverHeads.testRows)),
  ];
  return table("Crossovers", head, rows, { isStacked: true });
}
