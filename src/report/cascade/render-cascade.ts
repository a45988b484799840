/** @file A cascade, or one model that hands rows on to a person, as text for a terminal. */
import { wrap } from "../../lib/text/display-width.js";
import { visibleText } from "../../lib/text/visible-text.js";
import type { Cascade, Selective } from "../../types/cascade.js";
import { asciiGlyphs, toAscii, unicodeGlyphs } from "../terminal/glyphs.js";
import type { Page } from "../terminal/page.js";
import type { TextOptions } from "../terminal/render-text.js";
import { style } from "../terminal/style.js";
import { type Column, tableLines } from "../terminal/table.js";
import {
  cascadeBadge,
  cascadeBasis,
  cascadeHeadline,
  cascadeNote,
  curveTable,
  differenceTable,
  objectionText,
  policyTable,
  type TextTable,
} from "./cascade-words.js";
import { riskTable, selectiveBadge, selectiveBasis, selectiveHeadline, selectiveNote } from "./selective-words.js";

const indent = "  ";

/** What is shown: a verdict, then tables. */
interface Shown {
  readonly title: string;
  readonly isGood: boolean;
  readonly badge: string;
  readonly headline: string;
  readonly objections: readonly string[];
  readonly basis: string;
  readonly tables: readonly TextTable[];
  readonly note: string;
}

type Options = Pick<TextOptions, "width" | "hasColor" | "isAscii">;

/** The cascade as text, ending with a line feed. Without color it holds no escape codes. */
export function renderCascade(cascade: Cascade, options: Options): string {
  return draw(
    {
      title: `Cascade of ${cascade.small} and ${cascade.llm}`,
      isGood: cascade.objections.length === 0,
      badge: cascadeBadge(cascade),
      headline: cascadeHeadline(cascade),
      objections: cascade.objections.map((objection) => objectionText(objection, cascade)),
      basis: cascadeBasis(cascade),
      tables: [policyTable(cascade), differenceTable(cascade), curveTable(cascade)],
      note: cascadeNote,
    },
    options,
  );
}

/** The same of one model that hands rows on to a person. */
export function renderSelective(selective: Selective, options: Options): string {
  return draw(
    {
      title: `${selective.approach}, and a person for the rows that it is unsure of`,
      isGood: selective.found !== null,
      badge: selectiveBadge(selective),
      headline: selectiveHeadline(selective),
      objections: [],
      basis: selectiveBasis(selective),
      tables: selective.curve.length === 0 ? [] : [riskTable(selective)],
      note: selectiveNote,
    },
    options,
  );
}

function draw(shown: Shown, { width, hasColor, isAscii = false }: Options): string {
  const page: Page = {
    width: Math.max(60, width) - indent.length,
    style: style(hasColor),
    glyphs: isAscii ? asciiGlyphs : unicodeGlyphs,
    say: (text) => (isAscii ? toAscii(visibleText(text)) : visibleText(text)),
  };
  const { say, style: drawn, glyphs } = page;
  const rule = drawn.dim(glyphs.rule.repeat(page.width));
  const tone = shown.isGood ? drawn.good : drawn.warn;
  const wrapped = (text: string): string[] => wrap(say(text), page.width);
  const lines = [
    ...wrapped(shown.title).map(drawn.bold),
    rule,
    drawn.bold(tone(shown.badge)),
    ...wrapped(shown.headline).map((line) => drawn.bold(line)),
    ...shown.objections.flatMap((text) =>
      wrap(say(text), page.width - 2).map((line, i) => `${i === 0 ? `${glyphs.bullet} ` : "  "}${line}`),
    ),
    ...wrapped(shown.basis).map(drawn.dim),
    rule,
    ...shown.tables.flatMap((table) => ["", drawn.bold(say(table.title)), ...tableText(table, page)]),
    "",
    ...wrapped(shown.note).map(drawn.dim),
  ];
  return `\n${lines.map((line) => (line === "" ? "" : indent + line)).join("\n")}\n`;
}

function tableText({ columns, rows }: TextTable, { width, style, glyphs, say }: Page): string[] {
  const made = columns.map((title, i): Column => {
    return i === 0 ? { title: say(title), minimum: 16 } : { title: say(title), align: "right", minimum: 9 };
  });
  return tableLines(
    made,
    rows.map((row) => row.map(say)),
    width,
    { headStyle: style.dim, rule: glyphs.rule },
  );
}
