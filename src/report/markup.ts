/**
 * @file HTML and SVG by template, escaped by default: what is put into a `markup` template is text unless it is itself `Markup`. A renderer
 * has no other way to build a page, so text from data can't become markup by forgetting something.
 */
import { visibleText } from "../lib/text/visible-text.js";

const source = Symbol("source");

/** A piece of well-formed HTML or SVG. Only `markup` makes it. */
export interface Markup {
  readonly [source]: string;
}

/** What can stand in a template: markup as it is, everything else as text; nothing for `null`, `undefined` and `false`. */
export type Content = Markup | string | number | null | undefined | false | readonly Content[];

/**
 * A template tag: `` markup`<td>${text}</td>` ``. Texts are escaped for element content and for quoted attributes alike, so attributes
 * must be quoted, and nothing may be put where a name or a script would stand.
 */
export function markup(literals: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  const parts = contents.map((content, i) => sourceOf(content) + literals[i + 1]!);
  return { [source]: literals[0]! + parts.join("") };
}

/** The finished page as text. */
export function markupSource(piece: Markup): string {
  return piece[source];
}

/** A style sheet or the like, which is ours and must not be escaped. Never for anything that holds data. */
export function trusted(text: string): Markup {
  return { [source]: text };
}

function sourceOf(content: Content): string {
  if (content === null || content === undefined || content === false) return "";
  if (typeof content === "number") return String(content);
  if (typeof content === "string") return escapeText(content);
  return isMarkup(content) ? content[source] : content.map(sourceOf).join("");
}

function isMarkup(content: Markup | readonly Content[]): content is Markup {
  return source in content;
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function escapeText(text: string): string {
  return visibleText(text).replace(/[&<>"']/g, (character) => entities[character]!);
}
