/** @file "Did you mean …?" */

/**
 * Edit distance of two strings: insertions, deletions, substitutions and swaps of neighbors each count 1
 * (optimal string alignment).
 */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      let best = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (isSame ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, beforeLast[j - 2]! + 1);
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}

/** The candidates, nearest to `name` first; those equally near keep their order. */
export function nearestNames(name: string, candidates: readonly string[]): string[] {
  const wanted = name.toLowerCase();
  const distance = new Map(candidates.map((candidate) => [candidate, editDistance(wanted, candidate.toLowerCase())]));
  return [...candidates].sort((a, b) => distance.get(a)! - distance.get(b)!);
}

/** ` Did you mean "openai"?`, with a leading space, or nothing where no candidate is near. */
export function didYouMean(name: string, candidates: readonly string[]): string {
  const nearest = nearestNames(name, candidates)[0];
  if (nearest === undefined) return "";
  const isNear = editDistance(name.toLowerCase(), nearest.toLowerCase()) <= Math.max(2, Math.floor(name.length / 3));
  return isNear ? ` Did you mean "${nearest}"?` : "";
}
