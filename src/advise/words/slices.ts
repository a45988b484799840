import { formatCount, formatPlural } from "../../lib/text/format.js";
import type { SliceOf, Slices } from "../../types/slices.js";

/** What the rows of a slice have in common: `label refund`, `short texts (3 to 41 characters)`. */
export function sliceName(of: SliceOf): string {
  if (of.kind === "label") return `label ${of.label}`;
  const names = { short: "short texts", middle: "texts of middle length", long: "long texts" } as const;
  return `${names[of.third]} (${formatCount(of.from)} to ${formatCount(of.to)} characters)`;
}

/** How many slices were tested, and what came of it. */
export function slicesNote({ tested, differing }: Pick<Slices, "tested" | "differing">): string {
  const found =
    differing.length === 0 ? "in none of them do the two surely differ" : `in ${formatCount(differing.length)} the two differ`;
  return `${formatPlural(tested, "slice")} with 20 rows or more ${tested === 1 ? "was" : "were"} tested, by true label and by length of the text (exact test, corrected by Holm for their number): ${found}.`;
}
