/** @file How well label indices were met. By scikit-learn's definitions. */

type LabelSets = readonly (readonly number[])[];

/** Share of the rows whose set of labels is right. */
export function accuracyOf(truths: LabelSets, answers: LabelSets): number {
  const right = truths.filter((truth, row) => {
    const answer = answers[row]!;
    return answer.length === truth.length && truth.every((label) => answer.includes(label));
  });
  return right.length / truths.length;
}

/** The mean F1 of all labels that occur in truths or answers: `f1_score(average="macro")`. 1 where none occurs: nothing was missed. */
export function macroF1Of(truths: LabelSets, answers: LabelSets): number {
  const counts = new Map<number, { both: number; either: number }>();
  const countOf = (label: number): { both: number; either: number } => {
    const found = counts.get(label) ?? { both: 0, either: 0 };
    counts.set(label, found);
    return found;
  };
  for (const [row, truth] of truths.entries()) {
    for (const label of truth) {
      countOf(label).either++;
      if (answers[row]!.includes(label)) countOf(label).both++;
    }
    for (const label of answers[row]!) countOf(label).either++;
  }
  if (counts.size === 0) return 1;
  return [...counts.values()].reduce((total, { both, either }) => total + (2 * both) / either, 0) / counts.size;
}
