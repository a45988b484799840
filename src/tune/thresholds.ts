/** From which probability on a label is given, where no rows say otherwise. */
export const defaultThreshold = 0.5;

/**
 * The threshold with the best F1 for one label: rows with at least that probability get the label. It lies midway between
 * two neighboring probabilities; of equally good ones the nearest to ½ is taken. Where no row has the label there is nothing
 * to choose by, and it is ½.
 *
 * To be given probabilities of rows that the model had not seen, or it is too high: those of training rows are too sure.
 * Checked against scikit-learn's `precision_recall_curve`.
 */
export function bestF1Threshold(probabilities: readonly number[], isTrue: readonly boolean[]): number {
  const positives = isTrue.filter(Boolean).length;
  if (positives === 0) return defaultThreshold;
  const order = probabilities.map((_, i) => i).sort((a, b) => probabilities[b]! - probabilities[a]!);
  let best = defaultThreshold;
  let bestF1 = -1;
  let hits = 0;
  for (const [rank, row] of order.entries()) {
    if (isTrue[row]) hits++;
    const here = probabilities[row]!;
    const next = probabilities[order[rank + 1] ?? -1] ?? 0;
    // Between equal probabilities there is no threshold.
    if (here === next) continue;
    const f1 = (2 * hits) / (rank + 1 + positives);
    const threshold = (here + next) / 2;
    const isNearer = Math.abs(threshold - defaultThreshold) < Math.abs(best - defaultThreshold);
    if (f1 > bestF1 || (f1 === bestF1 && isNearer)) [best, bestF1] = [threshold, f1];
  }
  return best;
}
