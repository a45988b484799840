import { isRight } from "./metrics/label-indices.js";
import { labelCounts } from "./metrics/metrics.js";
import type { Series } from "./metrics/scores.js";

/** Among so many labels together, chance alone may make one look as if it were never given with this probability. */
const tolerableChance = 0.05;

/**
 * The labels that an approach never answered, though it had to: most likely its prompt did not offer them, or called them otherwise.
 *
 * Had it found them as often as it finds the others (a share r of their rows, over all seeds), it would still have missed all k rows of one
 * with probability (1 − r)^k: named are those where that is below 5 % over the number of labels. None where it answers fewer than two labels:
 * that is a guess, not a list that lacks some.
 *
 * @returns places of the labels, in their order
 */
export function neverAnswered({ seeds }: Series): number[] {
  const counts = seeds.map(labelCounts);
  const [first] = counts;
  const [rows] = seeds;
  if (first === undefined || rows === undefined) return [];
  const isUsed = Array.from(first.support, (_, label) => counts.some(({ predicted }) => predicted[label]! > 0));
  if (isUsed.filter(Boolean).length < 2) return [];
  const usable = rows.truths.flatMap((truth, row) => (truth.every((label) => isUsed[label]) ? [row] : []));
  const right = seeds.reduce((sum, coded) => sum + usable.filter((row) => isRight(coded, row)).length, 0);
  const found = right / (usable.length * seeds.length);
  return isUsed.flatMap((used, label) => {
    const support = first.support[label]!;
    return !used && support > 0 && (1 - found) ** support < tolerableChance / isUsed.length ? [label] : [];
  });
}
