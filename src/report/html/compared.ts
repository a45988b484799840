/** @file What was compared, each with a sentence: the names that the rest of the page uses. */
import type { Advice } from "../../advise/advise.js";
import type { Comparison } from "../../types/comparison.js";
import type { Summary } from "../../types/scores.js";
import type { PeopleNames } from "../for-people.js";
import { type Markup, markup } from "../markup.js";
import { details } from "./elements.js";

/** The candidates that the answer names with what they are, all others folded away; nothing where nothing was measured. */
export function comparedList({ summaries, best }: Comparison, advice: Advice, names: PeopleNames): Markup | false {
  if (summaries.length === 0) return false;
  const named = [best.tune?.approach, best.prompt?.approach, advice.choice];
  const isNamed = ({ approach }: Summary): boolean => named.includes(approach);
  const [first, others] = [summaries.filter(isNamed), summaries.filter((summary) => !isNamed(summary))];
  const more =
    others.length > 0 && details(`${first.length > 0 ? "Also" : "What was"} compared (${others.length})`, list(others, names));
  return markup`<section class="compared" aria-label="What was compared">${first.length > 0 && list(first, names)}${more}</section>`;
}

function list(summaries: readonly Summary[], names: PeopleNames): Markup {
  const items = summaries.map(({ approach, arm }) => {
    const known = names.get(approach);
    const id = known !== undefined && known.id !== known.name && markup` <bdi class="id">${known.id}</bdi>`;
    return markup`<li><strong class="${arm}-name"><bdi>${known?.name ?? approach}</bdi></strong>${id}<span class="detail"><bdi>${known?.gloss}</bdi></span></li>`;
  });
  return markup`<ul>${items}</ul>`;
}
