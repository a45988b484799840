/** @file Test rows whose label both arms contradict, and the slices in which the two differ. */
import { noiseSentences, suspicionNames } from "../../advise/words/noise.js";
import { sliceName, slicesNote } from "../../advise/words/slices.js";
import { formatCount, formatPercent, formatPointsEstimate, formatPValue } from "../../lib/text/format.js";
import { cutText } from "../../lib/text/visible-text.js";
import type { Comparison } from "../../types/comparison.js";
import { type Markup, markup } from "../markup.js";
import { labelName, table } from "./elements.js";

/** Rows shown: the likeliest errors. All of them are in `results.json`. */
const mostRows = 50;
const shownCharacters = 160;

/** The suspected labels with what they would change; `null` where there is none. */
export function doubtfulLabels({ noise, assumptions }: Comparison, texts: ReadonlyMap<string, string>): Markup | null {
  if (noise === undefined || noise.suspects.length === 0) return null;
  const shown = noise.suspects.slice(0, mostRows);
  const hasTexts = shown.some(({ id }) => texts.has(id));
  const rows = shown.map(({ id, given, suggested, by }) => ({
    cells: [
      markup`<bdi>${id}</bdi>`,
      ...(hasTexts
        ? [{ content: markup`<bdi>${cutText(texts.get(id) ?? "", shownCharacters)}</bdi>`, kind: "text" as const }]
        : []),
      { content: labelName(given), kind: "label" as const },
      { content: labelName(suggested), kind: "label" as const },
      suspicionNames[by],
    ],
  }));
  const head = ["Row", ...(hasTexts ? ["Text"] : []), "Label given", "Suggested", "Why"];
  const left = noise.suspects.length - shown.length;
  const sentences = noiseSentences(noise, assumptions.margin).map((sentence) => markup`<p>${sentence}</p>`);
  return markup`${sentences}${table("Suspected labels", head, rows, { isStacked: true })}${left > 0 && markup`<p class="note">${formatCount(left)} more in results.json.</p>`}`;
}

/** The slices in which the best of both arms differ; `null` where none was tested. */
export function sliceTable({ slices, assumptions }: Comparison): Markup | null {
  if (slices === undefined) return null;
  const note = markup`<p class="note">${slicesNote(slices)}</p>`;
  if (slices.differing.length === 0) return note;
  const number = (content: string) => ({ content, kind: "number" as const });
  const rows = slices.differing.map(({ of, rows, a, b, difference, adjustedPValue }) => ({
    cells: [
      markup`<bdi>${sliceName(of)}</bdi>`,
      number(formatCount(rows)),
      number(formatPercent(a)),
      number(formatPercent(b)),
      formatPointsEstimate(difference, assumptions.margin),
      number(formatPValue(adjustedPValue).replace(/^p (= )?/, "")),
    ],
  }));
  const head = [
    "Slice",
    number("Rows"),
    number(slices.a),
    number(slices.b),
    "Difference (95% interval)",
    number("p-value, corrected"),
  ];
  return markup`${table("Slices in which the two differ", head, rows, { isStacked: true })}${note}`;
}
