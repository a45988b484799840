/** @file The table of all test rows: its data, the script that shows it, and what stands in its place without a script. */
import { readFileSync } from "node:fs";
import { formatCount } from "../../../lib/text/format.js";
import { visibleText } from "../../../lib/text/visible-text.js";
import type { Comparison } from "../../../types/comparison.js";
import type { PeopleNames } from "../../for-people.js";
import { type Markup, markup, trusted } from "../../markup.js";
import { differingRows } from "./differing-rows.js";
import { type RowData, rowData } from "./row-data.js";

/** What the page runs: nothing else, by its hash. Plain JavaScript for browsers, which stands beside this file. */
export function explorerScript(): string {
  return readFileSync(new URL("./explorer-script.js", import.meta.url), "utf8");
}

/** The rows with their script; `null` where nothing was answered. */
export function rowExplorer(
  comparison: Comparison,
  texts: ReadonlyMap<string, string>,
  names: PeopleNames,
): { readonly content: Markup; readonly script: Markup } | null {
  const data = rowData(comparison, texts, names);
  if (data === null) return null;
  const note = [
    texts.size === 0 && "The texts are not at hand here; the rows are named by their id.",
    data.cutAt !== undefined && `Texts are cut at ${formatCount(data.cutAt)} characters.`,
    data.rawCutAt !== undefined &&
      `What was said word for word is cut at ${formatCount(data.rawCutAt)} characters; predictions.jsonl has all of it.`,
    data.of !== undefined && `The first ${formatCount(data.ids.length)} of ${formatCount(data.of)} test rows.`,
  ].filter((text) => text !== false);
  return {
    content: markup`<div id="explorer" hidden></div>${note.length > 0 && markup`<p class="note">${note.join(" ")}</p>`}<div id="rows-without-script">${differingRows(comparison, texts)}</div>`,
    script: markup`<script type="application/json" id="row-data">${trusted(scriptJson(data))}</script><script>${trusted(explorerScript())}</script>`,
  };
}

/**
 * JSON as it may stand in a script element: no text in it can close the element, begin a comment, or hide. All of these signs can only stand in
 * strings, where JSON may write them as numbers.
 */
export function scriptJson(data: RowData): string {
  return JSON.stringify(data).replace(
    /[<>&\u007f-\u009f\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** The address of the rows with these filters: an approach by its id, labels by name. `wrong` and `by` name an approach; `said` is its answer. */
export function rowsLink(filters: {
  readonly by?: string;
  readonly truth?: string;
  readonly said?: string;
  readonly wrong?: string;
}): string {
  const shown = Object.entries(filters).map(([name, value]) => [name, visibleText(value)] as [string, string]);
  return `#rows?${new URLSearchParams(shown).toString()}`;
}
