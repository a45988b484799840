/** @file From which probability on a label is given, where a row may have several. */

/** From which probability on a label is given, where no rows say otherwise. */
export const defaultThreshold = 0.5;

/** True decisions from which on their own best threshold weighs as much as the expected one. */
const positivesOfEqualWeight = 80;

/**
 * The one threshold for all labels by which micro-F1 is best, for that is what decides between approaches with several labels a row: a threshold of each label's
 * own serves macro-F1, which gives rare labels freely, and loses micro-F1 by it.
 *
 * @param probabilities [rows, labels], of rows that were not learned
 * @param truths label indices of each row
 */
export function commonThreshold(
  probabilities: ArrayLike<number>,
  truths: readonly (readonly number[])[],
  labelCount: number,
): number {
  const isTrue = new Uint8Array(truths.length * labelCount);
  for (const [row, labels] of truths.entries()) for (const label of labels) isTrue[row * labelCount + label] = 1;
  return decisionThreshold(probabilities, isTrue);
}

/**
 * A threshold for decisions of yes or no: the one with the best F1 of them, raised towards the one with the best expected F1 where only few are true.
 *
 * With few of them the best threshold is mostly luck, and the luck is lopsided: one true one at the end of the order is enough for a threshold that says yes
 * almost everywhere (Lipton, Elkan & Naryanaswamy 2014, "the winner's curse"; Lewis et al. 2004 and Fan & Lin 2007 met the same on rare categories). The
 * expected F1 takes the probabilities at their word and needs none to be true, so it is the steadier of the two.
 */
export function decisionThreshold(probabilities: ArrayLike<number>, isTrue: ArrayLike<boolean | number>): number {
  const positives = positivesOf(probabilities, isTrue).length;
  if (positives === 0) return defaultThreshold;
  const own = bestF1Threshold(probabilities, isTrue);
  const rise = Math.max(0, expectedF1Threshold(probabilities) - own);
  return own + (rise * positivesOfEqualWeight) / (positives + positivesOfEqualWeight);
}

/**
 * The threshold with the best F1: what has at least that probability is said yes to. It lies midway between two neighboring probabilities; of equally good ones
 * the nearest to ½ is taken. Where none is true there is nothing to choose by, and it is ½.
 *
 * To be given probabilities of rows that the model had not seen, or it is too high: those of training rows are too sure.
 * Checked against scikit-learn's `precision_recall_curve`.
 */
export function bestF1Threshold(probabilities: ArrayLike<number>, isTrue: ArrayLike<boolean | number>): number {
  const positives = falling(positivesOf(probabilities, isTrue));
  let hits = 0;
  return thresholdOfBestF1(falling(probabilities), positives.length, (lowest) => {
    while (hits < positives.length && positives[hits]! >= lowest) hits++;
    return hits;
  });
}

/**
 * The threshold with the best F1 if each decision is true with just its probability: 2·Σ p over those said yes to, over their number and the sum of all p. It
 * lies at half of that F1 (Lipton et al. 2014).
 */
export function expectedF1Threshold(probabilities: ArrayLike<number>): number {
  const order = falling(probabilities);
  let [hits, counted] = [0, 0];
  const total = order.reduce((sum, probability) => sum + probability, 0);
  return thresholdOfBestF1(order, total, (lowest) => {
    while (counted < order.length && order[counted]! >= lowest) hits += order[counted++]!;
    return hits;
  });
}

/**
 * @param order probabilities, the highest first
 * @param total how many are true
 * @param hitsFrom how many are true of those with at least a probability; asked from the highest down
 */
function thresholdOfBestF1(order: Float64Array, total: number, hitsFrom: (lowest: number) => number): number {
  if (total === 0) return defaultThreshold;
  let best = defaultThreshold;
  let bestF1 = -1;
  for (const [rank, here] of order.entries()) {
    const next = order[rank + 1] ?? 0;
    // Between equal probabilities there is no threshold.
    if (here === next) continue;
    const f1 = (2 * hitsFrom(here)) / (rank + 1 + total);
    const threshold = (here + next) / 2;
    const isNearer = Math.abs(threshold - defaultThreshold) < Math.abs(best - defaultThreshold);
    if (f1 > bestF1 || (f1 === bestF1 && isNearer)) [best, bestF1] = [threshold, f1];
  }
  return best;
}

function positivesOf(probabilities: ArrayLike<number>, isTrue: ArrayLike<boolean | number>): Float64Array {
  return Float64Array.from(probabilities).filter((_, i) => Boolean(isTrue[i]));
}

/** The highest first. */
function falling(probabilities: ArrayLike<number>): Float64Array {
  return Float64Array.from(probabilities).sort().reverse();
}
