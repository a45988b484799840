/**
 * @file Rows whose label is probably wrong: confident learning (Northcutt, Jiang & Chuang 2021, "Confident Learning: Estimating
 * Uncertainty in Dataset Labels", JAIR 70), pruned by noise rate. Checked against cleanlab 2.9 (golden/data.json).
 */

/** A row whose given label is doubtful. */
export interface LabelSuspect {
  /** Position in the rows given. */
  readonly row: number;
  readonly given: string;
  /** The label that the model finds likeliest. */
  readonly suggested: string;
  /** Probability of the given label minus that of the likeliest other, from −1 up; the lowest are the surest errors. */
  readonly margin: number;
}

/**
 * Suspected label errors, the surest first. `probabilities` must be out of sample: of models that did not learn from the row, in the
 * order of `labels`. What is flagged is a list to look through, not to delete.
 */
export function suspectLabels(
  labels: readonly string[],
  given: readonly string[],
  probabilities: readonly (readonly number[])[],
): LabelSuspect[] {
  const indexOf = new Map(labels.map((label, i) => [label, i]));
  const givenIndex = given.map((label) => indexOf.get(label)!);
  const joint = confidentJoint(labels.length, givenIndex, probabilities);
  const flagged = new Set<number>();
  for (const k of labels.keys()) {
    const rows = [...givenIndex.keys()].filter((row) => givenIndex[row] === k);
    if (rows.length < 2) continue;
    for (const j of labels.keys()) {
      const count = joint[k]![j]!;
      if (j === k || count === 0) continue;
      const margin = (row: number): number => probabilities[row]![j]! - probabilities[row]![k]!;
      for (const row of [...rows].sort((a, b) => margin(b) - margin(a) || a - b).slice(0, count)) flagged.add(row);
    }
  }
  const suspects: LabelSuspect[] = [];
  for (const row of flagged) {
    const p = probabilities[row]!;
    const k = givenIndex[row]!;
    const likeliest = indexOfLargest(p);
    // The counts are of a class as a whole; a row whose own likeliest label is the given one is no error of it.
    if (p[likeliest]! <= p[k]!) continue;
    suspects.push({ row, given: labels[k]!, suggested: labels[likeliest]!, margin: p[k]! - p[likeliest]! });
  }
  return suspects.sort((a, b) => a.margin - b.margin || a.row - b.row);
}

/**
 * How many rows of each given label (row of the matrix) seem to be of each true label (column): rows counted where a probability
 * reaches its label's threshold, then scaled so that each row sums to the rows that have the label, in whole numbers.
 */
export function confidentJoint(
  labelCount: number,
  given: readonly number[],
  probabilities: readonly (readonly number[])[],
): number[][] {
  const rows = new Array<number>(labelCount).fill(0);
  const sums = new Array<number>(labelCount).fill(0);
  for (const [row, k] of given.entries()) {
    rows[k]!++;
    sums[k]! += probabilities[row]![k]!;
  }
  // The threshold of a label is the mean probability it gets on the rows that carry it; a label without rows is never certain.
  const thresholds = sums.map((sum, k) => (rows[k] === 0 ? 2 : sum / rows[k]!));
  const counts = Array.from({ length: labelCount }, () => new Array<number>(labelCount).fill(0));
  for (const [row, k] of given.entries()) {
    const p = probabilities[row]!;
    const sure = [...p.keys()].filter((j) => p[j]! >= thresholds[j]! - 1e-6);
    if (sure.length > 0) counts[k]![sure.length === 1 ? sure[0]! : indexOfLargest(p)]!++;
  }
  return counts.map((countsOfLabel, k) => {
    // At least one row of each label counts as right, so that no label vanishes.
    countsOfLabel[k] = Math.max(1, countsOfLabel[k]!);
    const sum = countsOfLabel.reduce((a, b) => a + b, 0);
    return roundedToSum(countsOfLabel.map((count) => (count / sum) * rows[k]!));
  });
}

function indexOfLargest(values: readonly number[]): number {
  let best = 0;
  for (const [i, value] of values.entries()) if (value > values[best]!) best = i;
  return best;
}

/** Whole numbers with the same sum: rounded down, and the largest remainders up, of equal ones the last (as cleanlab does). */
function roundedToSum(values: readonly number[]): number[] {
  const rounded = values.map((value) => Math.floor(value + 1e-9));
  const remainder = (i: number): number => Math.round((values[i]! - rounded[i]!) * 1e9);
  const open = Math.round(values.reduce((a, b) => a + b, 0)) - rounded.reduce((a, b) => a + b, 0);
  const order = [...values.keys()].sort((a, b) => remainder(b) - remainder(a) || b - a);
  for (const i of order.slice(0, Math.max(0, open))) rounded[i]!++;
  return rounded;
}
