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
  const counts = countsOf(truths, answers);
  if (counts.length === 0) return 1;
  return counts.reduce((total, count) => total + f1(count), 0) / counts.length;
}

/** The F1 of all decisions together: `f1_score(average="micro")`. 1 where none occurs: nothing was missed. */
export function microF1Of(truths: LabelSets, answers: LabelSets): number {
  const counts = countsOf(truths, answers);
  if (counts.length === 0) return 1;
  const sum = (part: keyof LabelCounts): number => counts.reduce((total, count) => total + count[part], 0);
  return f1({ both: sum("both"), either: sum("either") });
}

interface LabelCounts {
  /** Rows where it is true and answered. */
  both: number;
  /** Rows where it is true, and rows where it is answered. */
  either: number;
}

const f1 = ({ both, either }: LabelCounts): number => (2 * both) / either;

/** Of each label that occurs in truths or answers. */
function countsOf(truths: LabelSets, answers: LabelSets): LabelCounts[] {
  const counts = new Map<number, LabelCounts>();
  const countOf = (label: number): LabelCounts => {
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
  return [...counts.values()];
}
