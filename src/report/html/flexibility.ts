/** @file The page's section on flexibility: how many labels a new label takes, and what changed texts and unlike rows cost. */
import { capitalized } from "../../advise/words/lists.js";
import { signed } from "../../advise/words/points.js";
import type { Comparison } from "../../types/comparison.js";
import { crossoverChart } from "../charts/crossover-chart.js";
import { intervalChart } from "../charts/interval-chart.js";
import { percentTick } from "../charts/ticks.js";
import { howToReadNewLabel, lossNote, lossRows, newLabelRows, newLabelSentences, newLabelText } from "../flexibility-rows.js";
import { type Markup, markup } from "../markup.js";
import { type NewLabelPicture, newLabelPicture } from "../new-label-picture.js";
import { approachName, details, figure, table } from "./elements.js";
import { legend } from "./figures.js";

/** Both charts with their numbers; `null` where no experiment was made that they show. */
export function flexibilitySection(comparison: Comparison): Markup | null {
  const picture = newLabelPicture(comparison);
  const losses = lossFigure(comparison);
  if (picture === null && losses === null) return null;
  const drawn = [...(picture === null ? [] : [...picture.curves, ...picture.lines]), ...lossRows(comparison)].map(({ arm }) => ({
    arm,
  }));
  return markup`${picture !== null && markup`<p>${newLabelSentences(picture).map(capitalized).join(" ")}</p>${newLabelFigure(picture)}${foundTable(picture)}`}${losses}${legend(drawn)}${
    picture !== null && picture.leftOut.length > 0 && markup`<p class="note">Not in the chart: ${picture.leftOut.join(", ")}.</p>`
  }`;
}

function newLabelFigure(picture: NewLabelPicture): Markup {
  const title = `Share of “${picture.label}” that is found, by number of labels`;
  return figure(
    "new-label-chart",
    title,
    howToReadNewLabel(picture),
    (size) => crossoverChart(picture, { ...size, formatTick: percentTick, title, description: newLabelText(picture) }),
    undefined,
    "spread",
  );
}

function foundTable(picture: NewLabelPicture): Markup {
  const armOf = new Map([...picture.curves, ...picture.lines].map(({ name, arm }) => [name, arm]));
  const number = <Content>(content: Content) => ({ content, kind: "number" as const });
  const names = picture.results.map(({ approach }) => number(approachName(approach, armOf.get(approach) ?? "baseline")));
  const rows = newLabelRows(picture).map(({ labels, found }) => ({ cells: [labels, ...found.map(number)] }));
  return details(
    "What is found with each number of labels",
    table("Shares of the new label that are found", ["Labels", ...names], rows),
  );
}

function lossFigure(comparison: Comparison): Markup | null {
  const rows = lossRows(comparison);
  if (rows.length === 0) return null;
  const title = "Points lost by changed texts and unlike rows";
  return figure(
    "loss-chart",
    title,
    `${lossNote(comparison)} Lines are 95% intervals; 0 is no loss.`,
    (size) =>
      intervalChart(
        rows.map(({ approach, arm, by, change }) => ({ name: `${approach}, ${by}`, arm, estimate: change, isChosen: false })),
        {
          ...size,
          axis: "share",
          through: [0],
          format: (change) => signed(change),
          formatTick: (change) => signed(change),
          title,
          description: rows.map(({ approach, by, text }) => `${approach}, ${by}: ${text}`).join("; "),
        },
      ),
    undefined,
    "spread",
  );
}
