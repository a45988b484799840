/** @file Hundreds of labels: which of them come into question for a text, by a frozen encoder, so that only those are asked about. */

import type { Encoder, PredictContext } from "../types.js";
import { isNearDuplicate } from "./demos/near-duplicate.js";
import { cosine, type Neighbor, type Vector } from "./demos/neighbors.js";
import { embedSentences, labelSentences } from "./label-vectors.js";
import type { PromptTemplate } from "./template.js";

/** Labels with what is said about each, and its vector. */
export type LabelVectors = readonly { readonly label: string; readonly text: string; readonly vector: Vector }[];

/** What the labels mean, embedded. */
export async function embedLabels(template: PromptTemplate, encoder: Encoder, context: PredictContext): Promise<LabelVectors> {
  const sentences = labelSentences(template);
  const vectors = await embedSentences(sentences, encoder, context);
  return template.labels.map((label, i) => ({ label, text: sentences[i]![0]!, vector: vectors[i]! }));
}

/**
 * The `size` labels nearest to a text: in turn the next by the nearest example that bears it, and the next by what it means, until
 * there are enough. Examples that are nearly the text itself are passed over. `ranked`: examples, nearest first; may be none.
 */
export function shortlist(
  text: string,
  vector: Vector,
  labels: LabelVectors,
  ranked: readonly Neighbor[],
  size: number,
): ReadonlySet<string> {
  const byMeaning = labels
    .map(({ label, vector: other }) => ({ label, similarity: cosine(other, vector) }))
    .sort((a, b) => b.similarity - a.similarity)
    .map(({ label }) => label);
  const chosen = new Set<string>();
  const turns = [labelsOf(ranked, text, chosen), byMeaning.values()];
  while (chosen.size < Math.min(size, labels.length)) {
    for (const turn of turns) if (chosen.size < size) addNext(turn, chosen);
  }
  return chosen;
}

/** Adds the first one that is not there yet, if there is any. */
function addNext(labels: Iterator<string>, chosen: Set<string>): void {
  for (let next = labels.next(); next.done !== true; next = labels.next()) {
    if (chosen.has(next.value)) continue;
    chosen.add(next.value);
    return;
  }
}

/** The labels of the examples, nearest first, but of those that are nearly the text. Those in `chosen` need not be looked at. */
function* labelsOf(ranked: readonly Neighbor[], text: string, chosen: ReadonlySet<string>): Generator<string> {
  for (const { demo } of ranked) {
    if (demo.labels.every((label) => chosen.has(label)) || isNearDuplicate(demo.text, text)) continue;
    yield* demo.labels;
  }
}

/** The template with these labels alone, in their order. */
export function narrowed(template: PromptTemplate, offered: ReadonlySet<string>): PromptTemplate {
  const only = <Value>(record: Readonly<Record<string, Value>>): Record<string, Value> =>
    Object.fromEntries(Object.entries(record).filter(([label]) => offered.has(label)));
  return {
    ...template,
    labels: template.labels.filter((label) => offered.has(label)),
    descriptions: only(template.descriptions),
    aliases: only(template.aliases),
  };
}
