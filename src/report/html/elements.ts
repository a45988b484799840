/** @file The few building blocks of the page: sections, tables, figures, names. */
import { capitalized } from "../../advise/words/lists.js";
import type { Arm } from "../../types/identity.js";
import type { PeopleNames } from "../for-people.js";
import { type Content, type Markup, markup, trusted } from "../markup.js";

/** Widths in pixels at which charts are drawn: most of the page, a column of it, and a phone. The style sheet shows the one that fits. */
const [spread, wide, narrow] = [760, 500, 326];

/** A part of the page with a heading. `id` is where the page's own links lead. */
export function section(id: string, title: string, ...content: readonly Content[]): Markup {
  return markup`<section id="${id}" aria-labelledby="${id}-heading"><h2 id="${id}-heading">${title}</h2>${content}</section>`;
}

/**
 * A chart in a card, drawn twice: text in a picture that is merely shrunk can't be read on a phone.
 *
 * @param layout as wide as a column of the page, or over both, with the caption beside the chart. @default "column"
 */
export function figure(
  id: string,
  title: string,
  caption: string,
  draw: (size: { readonly width: number; readonly id: string }) => Markup,
  after?: Content,
  layout: "column" | "spread" = "column",
): Markup {
  return markup`<figure class="${layout === "spread" ? "card spread" : "card"}" id="${id}"><figcaption><h3>${title}</h3><p>${caption}</p></figcaption><div class="wide">${draw({ width: layout === "spread" ? spread : wide, id: `${id}-wide` })}</div><div class="narrow">${draw({ width: narrow, id: `${id}-narrow` })}</div>${after}</figure>`;
}

export interface Cell {
  readonly content: Content;
  /** `number`: aligned to the right, on one line. `label`: as wide as a few words, however long its parts are. */
  readonly kind?: "number" | "text" | "nowrap" | "label";
  /** Of a head in a stacked table: its words, where its content is more than text. */
  readonly name?: string;
}

interface TableOptions {
  /** On a phone the cells of a row stand below each other, each with its column's name before it. @default false: the table scrolls sideways */
  readonly isStacked?: boolean;
  /** What stands behind the head of each row where the table is stacked: its column's name is not to be seen there. */
  readonly rowSuffix?: string;
}

/** A table that scrolls sideways by itself where it is too wide. The first cell of a row is its header. */
export function table(
  name: string,
  head: readonly (Content | Cell)[],
  rows: readonly { readonly cells: readonly (Content | Cell)[]; readonly isChosen?: boolean }[],
  { isStacked = false, rowSuffix }: TableOptions = {},
): Markup {
  // What is no table to the style sheet is none to a screen reader either, unless it is said.
  const role = (kind: string): Content => isStacked && trusted(` role="${kind}"`);
  const columns = head.map((cell) => (isCell(cell) ? cell : { content: cell }));
  const heads = columns.map(({ content, kind }) => {
    return markup`<th scope="col"${role("columnheader")} class="${kind ?? ""}">${content}</th>`;
  });
  const body = rows.map(({ cells, isChosen }) => {
    const row = cells.map((cell, i) => {
      const { content, kind } = isCell(cell) ? cell : { content: cell, kind: undefined };
      const column = columns[i];
      const columnName = column?.name ?? (typeof column?.content === "string" ? column.content : "");
      return i === 0
        ? markup`<th scope="row"${role("rowheader")} class="${kind ?? ""}"${rowSuffix !== undefined && markup` data-name="${rowSuffix}"`}>${content}</th>`
        : markup`<td${role("cell")} class="${kind ?? ""}"${isStacked && markup` data-name="${columnName}"`}>${content}</td>`;
    });
    return markup`<tr${role("row")} class="${isChosen === true ? "chosen" : ""}">${row}</tr>`;
  });
  // Reachable by keyboard, or what is scrolled out of sight could not be read without a mouse.
  return markup`<div class="scroll" role="region" aria-label="${name}" tabindex="0"><table${isStacked && markup` class="stacked" role="table"`}><thead${role("rowgroup")}><tr${role("row")}>${heads}</tr></thead><tbody${role("rowgroup")}>${body}</tbody></table></div>`;
}

function isCell(cell: Content | Cell): cell is Cell {
  return typeof cell === "object" && cell !== null && "content" in cell;
}

/** An approach's name in its arm's color. `bdi` keeps a name from reversing what follows it. */
export function approachName(name: string, arm: Arm): Markup {
  return markup`<bdi class="${arm}-name">${name}</bdi>`;
}

/** The same with the id below it in grey, where that is something else. */
export function approachWithId(name: string, arm: Arm, names: PeopleNames): Markup {
  const known = names.get(name);
  const id = known !== undefined && known.id !== name && markup`<span class="detail id"><bdi>${breakable(known.id)}</bdi></span>`;
  return markup`${approachName(capitalized(name), arm)}${id}`;
}

/** A label, which may break after an underscore and the like: labels are often long words of many parts. */
export function labelName(label: string): Markup {
  return markup`<bdi>${breakable(label)}</bdi>`;
}

/** A long word that may break after an underscore and the like. */
function breakable(word: string): Markup {
  return markup`${word.split(/(?<=[_\-./:@])/).map((part, i) => markup`${i > 0 && markup`<wbr>`}${part}`)}`;
}

/** Prose in which a command stands between backticks, as the terminal shows it: here as code. */
export function prose(text: string): Markup {
  // Every second part stood between two backticks; a single one at the end is a sign like any other.
  const parts = text.split(/`([^`]+)`/);
  return markup`${parts.map((part, i) => (i % 2 === 1 ? markup`<code>${part}</code>` : part))}`;
}

/** Something folded away. */
export function details(title: string, content: Content, isOpen = false): Markup {
  return isOpen
    ? markup`<details open><summary>${title}</summary>${content}</details>`
    : markup`<details><summary>${title}</summary>${content}</details>`;
}

/** Code that scrolls sideways by itself: what is to be copied is not wrapped. */
export function codeBlock(name: string, lines: readonly string[]): Markup {
  // A line feed within a text would become a space.
  const code = lines.map((line, i) => markup`${i > 0 && markup`\n`}${line}`);
  return markup`<pre class="scroll" role="region" aria-label="${name}" tabindex="0"><code>${code}</code></pre>`;
}
