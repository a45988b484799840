import type { RowResult } from "./optimizer.js";

/**
 * How many selection rows each candidate is among the best of, after candidates that are not needed are taken out: those which another candidate
 * left in matches on every row that they are among the best of (Agrawal et al. 2025, arXiv 2507.19457, algorithm 2). The candidate with the
 * lowest sum is looked at first, of equals the later one. Rows that none answers right tell nothing and are left out.
 */
export function frontCounts(candidates: readonly (readonly RowResult[])[]): readonly number[] {
  const rows = candidates[0]?.length ?? 0;
  const fronts = Array.from({ length: rows }, (_, row) =>
    [...candidates.keys()].filter((candidate) => candidates[candidate]![row]!.isRight),
  ).filter((front) => front.length > 0);
  const sums = candidates.map((results) => results.filter(({ isRight }) => isRight).length);
  const kept = new Set(candidates.keys());
  for (const candidate of [...candidates.keys()].sort((a, b) => sums[a]! - sums[b]! || b - a)) {
    const isNeeded = fronts.some(
      (front) => front.includes(candidate) && !front.some((other) => other !== candidate && kept.has(other)),
    );
    if (!isNeeded) kept.delete(candidate);
  }
  return [...candidates.keys()].map((candidate) =>
    kept.has(candidate) ? fronts.filter((front) => front.includes(candidate)).length : 0,
  );
}
