/** @file A cascade, or one model that hands rows on to a person, as text for a terminal: by itself, and as a section of a report. */
import { wrap } from "../../lib/text/display-width.js";
import { visibleText } from "../../lib/text/visible-text.js";
import { asciiGlyphs, toAscii, unicodeGlyphs } from "../terminal/glyphs.js";
import type { Page } from "../terminal/page.js";
import { style } from "../terminal/style.js";
import { type Column, tableLines } from "../terminal/table.js";
import type { TextTable } from "./cascade-words.js";
import type { ToldCascade } from "./told-cascade.js";

const indent = "  ";

interface Options {
  /** Columns. */
  readonly width: number;
  readonly hasColor: boolean;
  /** See `TextOptions`. */
  readonly isAscii?: boolean;
}

/** What is told of a cascade as text, ending with a line feed. Without color it holds no escape codes. */
export function renderCascade(told: ToldCascade, { width, hasColor, isAscii = false }: Options): string {
  const page: Page = {
    width: Math.max(60, width) - indent.length,
    style: style(hasColor),
    glyphs: isAscii ? asciiGlyphs : unicodeGlyphs,
    say: (text) => (isAscii ? toAscii(visibleText(text)) : visibleText(text)),
  };
  const { say, style: drawn, glyphs } = page;
  const rule = drawn.dim(glyphs.rule.repeat(page.width));
  const tables = [...told.tables, ...(told.curve === undefined ? [] : [told.curve])];
  const lines = [
    ...wrap(say(told.title), page.width).map(drawn.bold),
    rule,
    ...verdictLines(told, page),
    ...wrap(say(told.basis), page.width).map(drawn.dim),
    rule,
    ...tables.flatMap((table) => ["", drawn.bold(say(table.title)), ...tableText(table, page)]),
    "",
    ...wrap(say(told.note), page.width).map(drawn.dim),
  ];
  return `\n${lines.map((line) => (line === "" ? "" : indent + line)).join("\n")}\n`;
}

/** The badge, what it does, and what speaks against it. */
function verdictLines(
  { isGood, badge, headline, objections }: ToldCascade,
  { width, style: drawn, glyphs, say }: Page,
): string[] {
  const tone = isGood ? drawn.good : drawn.warn;
  return [
    drawn.bold(tone(badge)),
    ...wrap(say(headline), width).map((line) => drawn.bold(line)),
    ...objections.flatMap((text) =>
      wrap(say(text), width - 2).map((line, i) => `${i === 0 ? `${glyphs.bullet} ` : "  "}${line}`),
    ),
  ];
}

/** The section of a report's text: the verdict, and where it is recommended what it is held against. */
export function cascadeLines(told: ToldCascade, page: Page): string[] {
  const [policies] = told.tables;
  return [...verdictLines(told, page), ...(told.isGood && policies !== undefined ? ["", ...tableText(policies, page)] : [])];
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
