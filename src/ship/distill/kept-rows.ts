/** @file Which labels of a language model are kept: those that it is sure enough of, by rows that a person labelled, and of no label too many. */

/** The language model's answer to a row that a person labelled. */
export interface JudgedAnswer {
  /** How sure it is; `null` where it does not tell. */
  readonly confidence: number | null;
  /** Whether all labels are right. */
  readonly isRight: boolean;
}

/** From which confidence on answers are kept. */
export type KeepRule =
  /** `judged`: answers to human rows that are as sure, of which `right` are right. */
  | { readonly kind: "from"; readonly confidence: number; readonly judged: number; readonly right: number }
  /** It is sure of none, or tells not how sure it is, and all of its answers together are right often enough. */
  | { readonly kind: "all"; readonly judged: number; readonly right: number }
  /** However sure it is, it is less often right than the small model. */
  | { readonly kind: "none" };

/**
 * How often one is right, by so many rows: Laplace's rule of succession. Of few rows that are all right it does not say that all others are.
 *
 * @param right of `rows`
 */
export const expectedShare = (right: number, rows: number): number => (right + 1) / (rows + 2);

/**
 * The lowest confidence from which on the answers to human rows are right as often as the small model is on all of them: labels that are worse than its own
 * would teach it nothing. Answers of equal confidence are kept or left together.
 *
 * @param answers those that were had; rows without an answer are not kept anywhere
 * @param aim how often the small model alone is right, as `expectedShare` has it
 */
export function keepRule(answers: readonly JudgedAnswer[], aim: number): KeepRule {
  const right = answers.filter(({ isRight }) => isRight).length;
  if (expectedShare(right, answers.length) >= aim) return { kind: "all", judged: answers.length, right };
  if (answers.some(({ confidence }) => confidence === null)) return { kind: "none" };
  const sorted = answers.toSorted((a, b) => b.confidence! - a.confidence!);
  let [found, rightSoFar]: [KeepRule, number] = [{ kind: "none" }, 0];
  for (const [i, { confidence, isRight }] of sorted.entries()) {
    if (isRight) rightSoFar++;
    if (sorted[i + 1]?.confidence === confidence) continue;
    if (expectedShare(rightSoFar, i + 1) >= aim)
      found = { kind: "from", confidence: confidence!, judged: i + 1, right: rightSoFar };
  }
  return found;
}

/** Whether an answer is kept. */
export function isKept(confidence: number | null, rule: KeepRule): boolean {
  if (rule.kind !== "from") return rule.kind === "all";
  return confidence !== null && confidence >= rule.confidence;
}

/** A row with the label that it was given. */
interface LabelledRow {
  readonly labels: readonly string[];
  readonly confidence: number | null;
}

/**
 * The rows without the least sure ones of labels that are over-represented: no label keeps a larger share of the rows than it has among the human
 * labels, and each at least one. What a language model is sure of is mostly what is easy, and the small model is tested on rows as they come. Rows with several labels
 * stay as they are.
 *
 * @param human labels of the human rows
 */
export function balancedRows<Row extends LabelledRow>(
  rows: readonly Row[],
  human: readonly (readonly string[])[],
  isMultiLabel: boolean,
): Row[] {
  if (isMultiLabel || human.length === 0) return [...rows];
  const counts = new Map<string, number>();
  for (const [label] of human) counts.set(label!, (counts.get(label!) ?? 0) + 1);
  const byLabel = new Map<string, number[]>();
  for (const [place, { labels }] of rows.entries()) {
    const own = byLabel.get(labels[0]!);
    if (own === undefined) byLabel.set(labels[0]!, [place]);
    else own.push(place);
  }
  const kept = new Set<number>();
  for (const [label, places] of byLabel) {
    const most = Math.max(1, Math.ceil((rows.length * (counts.get(label) ?? 0)) / human.length));
    const surest = places.toSorted((a, b) => (rows[b]!.confidence ?? 0) - (rows[a]!.confidence ?? 0) || a - b);
    for (const place of surest.slice(0, most)) kept.add(place);
  }
  return rows.filter((_, place) => kept.has(place));
}
