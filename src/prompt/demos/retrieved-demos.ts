/** @file Examples that suit a text: three ways to pick them from those that a frozen encoder finds near it. */

import type { RetrievedDemos } from "../program.js";
import type { Demo } from "../template.js";
import { isNearDuplicate } from "./near-duplicate.js";
import { cosine, type Neighbor } from "./neighbors.js";

/** Picks `count` of the neighbors, given nearest first; it must not pick what is not usable. */
type Selector = (ranked: readonly Neighbor[], count: number, isUsable: (neighbor: Neighbor) => boolean) => readonly Neighbor[];

const selectors: Readonly<Record<RetrievedDemos["by"], Selector>> = { nearest, balanced, diverse };

/**
 * The examples for one text, the most similar last, next to the text. None is nearly the text itself. `isAllowed`: only of these labels.
 * `ranked`: the pool, nearest first.
 */
export function retrievedDemosFor(
  { by, count }: Pick<RetrievedDemos, "by" | "count">,
  text: string,
  ranked: readonly Neighbor[],
  isAllowed: (demo: Demo) => boolean = () => true,
): readonly Demo[] {
  const isUsable = ({ demo }: Neighbor): boolean => isAllowed(demo) && !isNearDuplicate(demo.text, text);
  const picked = selectors[by](ranked, count, isUsable);
  return [...picked].sort((a, b) => a.similarity - b.similarity).map(({ demo }) => demo);
}

function nearest(ranked: readonly Neighbor[], count: number, isUsable: (neighbor: Neighbor) => boolean): readonly Neighbor[] {
  const picked: Neighbor[] = [];
  for (const neighbor of ranked) {
    if (picked.length >= count) break;
    if (isUsable(neighbor)) picked.push(neighbor);
  }
  return picked;
}

/** The nearest of each label, the label with the nearest one first; then the second nearest of each, and so on. */
function balanced(ranked: readonly Neighbor[], count: number, isUsable: (neighbor: Neighbor) => boolean): readonly Neighbor[] {
  const byLabel = new Map<string, Neighbor[]>();
  for (const neighbor of ranked) {
    const { labels } = neighbor.demo;
    // Rows of no label are a kind of their own: they show that none is an answer.
    for (const label of labels.length === 0 ? [""] : labels) {
      const queue = byLabel.get(label);
      if (queue === undefined) byLabel.set(label, [neighbor]);
      else queue.push(neighbor);
    }
  }
  const picked = new Set<Neighbor>();
  const queues = [...byLabel.values()].map((queue) => queue.values());
  for (let open = queues; open.length > 0 && picked.size < count; ) {
    open = open.filter((queue) => {
      if (picked.size >= count) return false;
      for (const neighbor of queue) {
        if (picked.has(neighbor) || !isUsable(neighbor)) continue;
        picked.add(neighbor);
        return true;
      }
      return false;
    });
  }
  return [...picked];
}

/** Of so many times the wanted examples the diverse ones are picked: what is farther away has little to do with the text. */
const candidatesPerPick = 5;

/**
 * Maximal marginal relevance (Carbonell and Goldstein 1998), λ = ½: one after the other, the one whose similarity to the text is
 * largest beside its largest similarity to those already picked.
 */
function diverse(ranked: readonly Neighbor[], count: number, isUsable: (neighbor: Neighbor) => boolean): readonly Neighbor[] {
  const candidates = new Set(nearest(ranked, candidatesPerPick * count, isUsable));
  const nearestPicked = new Map<Neighbor, number>();
  const picked: Neighbor[] = [];
  while (picked.length < count && candidates.size > 0) {
    let best: Neighbor | undefined;
    let bestGain = Number.NEGATIVE_INFINITY;
    for (const candidate of candidates) {
      const gain = candidate.similarity - (nearestPicked.get(candidate) ?? 0);
      if (gain > bestGain) [best, bestGain] = [candidate, gain];
    }
    candidates.delete(best!);
    picked.push(best!);
    for (const candidate of candidates) {
      nearestPicked.set(candidate, Math.max(nearestPicked.get(candidate) ?? -1, cosine(candidate.vector, best!.vector)));
    }
  }
  return picked;
}
