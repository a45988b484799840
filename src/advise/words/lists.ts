/** @file Words in a row, and text from elsewhere: lists, quotes, full stops. */
import { formatCount } from "../../lib/text/format.js";

/** `a, b and c`. */
export function sequence(items: readonly string[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}

/** The first five of a list, and how many more there are. */
export function shortList(items: readonly string[]): string {
  const shown = 5;
  return items.length <= shown + 1
    ? sequence(items)
    : `${items.slice(0, shown).join(", ")} and ${formatCount(items.length - shown)} more`;
}

/** A piece of untrusted text, short, in quotes after what it is an example of. */
export function quoted(example: string | undefined): string {
  if (example === undefined) return "";
  const characters = [...example.trim()];
  return `, e.g. “${characters.slice(0, exampleLength).join("")}${characters.length > exampleLength ? "…" : ""}”`;
}
const exampleLength = 120;

/** With a capital letter. */
export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** With a full stop at its end, unless it ends otherwise. */
export function closed(text: string): string {
  return /[.!?]”?$/.test(text) ? text : `${text}.`;
}
