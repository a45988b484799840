import type { Random } from "../../lib/random.js";

/** What the dealing of folds looks at. */
export interface FoldRow {
  /** Label indices; none, one or several. */
  readonly labels: readonly number[];
  /** Rows of one group go to the same fold. */
  readonly group?: string;
}

/**
 * The fold, 0 to `count` - 1, of each row: every label is spread over the folds as evenly as can be, groups stay together, and
 * folds are of about equal size.
 *
 * Greedy: the group whose rarest label is the rarest goes first, among those the largest, each to the fold that has the smallest
 * share of the group's labels so far; of several such, to the smallest fold. Without groups that deals each label's rows out
 * like cards. The order of rarity is that of Sechidis, Tsoumakas & Vlahavas 2011 for rows of several labels.
 */
export function dealFolds(rows: readonly FoldRow[], count: number, random: Random): Int32Array {
  // Rows without any label are dealt evenly too, as if that were a label.
  const labelsOf = (row: number): readonly number[] => (rows[row]!.labels.length > 0 ? rows[row]!.labels : [-1]);
  const totals = new Map<number, number>();
  const groups = new Map<string, number[]>();
  for (const [i, { group }] of rows.entries()) {
    // The words keep rows that stand alone apart from groups, which users named.
    const key = group === undefined ? `row ${i}` : `group ${group}`;
    const members = groups.get(key);
    if (members === undefined) groups.set(key, [i]);
    else members.push(i);
    for (const label of labelsOf(i)) totals.set(label, (totals.get(label) ?? 0) + 1);
  }
  const isRarer = (a: number, b: number): boolean =>
    totals.get(a)! < totals.get(b)! || (totals.get(a)! === totals.get(b)! && a < b);
  const units = random.shuffle([...groups.values()]).map((members) => {
    const labels = members.flatMap(labelsOf);
    return { members, labels, rarest: labels.reduce((a, b) => (isRarer(b, a) ? b : a)) };
  });
  units.sort((a, b) => (a.rarest === b.rarest ? b.members.length - a.members.length : isRarer(a.rarest, b.rarest) ? -1 : 1));

  const folds = new Int32Array(rows.length);
  const sizes = new Array<number>(count).fill(0);
  const labelSizes = new Map([...totals.keys()].map((label) => [label, new Array<number>(count).fill(0)]));
  for (const { members, labels } of units) {
    const loads = sizes.map((_, fold) =>
      labels.reduce((sum, label) => sum + labelSizes.get(label)![fold]! / totals.get(label)!, 0),
    );
    let best = 0;
    for (let fold = 1; fold < count; fold++) {
      if (loads[fold]! < loads[best]! || (loads[fold] === loads[best] && sizes[fold]! < sizes[best]!)) best = fold;
    }
    sizes[best]! += members.length;
    for (const row of members) folds[row] = best;
    for (const label of labels) labelSizes.get(label)![best]! += 1;
  }
  return folds;
}

/** How many different groups the rows have; a row without a group is one. */
export function groupCount(rows: readonly FoldRow[]): number {
  const named = new Set(rows.flatMap(({ group }) => (group === undefined ? [] : [group])));
  return named.size + rows.filter(({ group }) => group === undefined).length;
}
