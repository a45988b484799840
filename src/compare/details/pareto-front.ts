/** One candidate of a trade of cost against quality. */
export interface Trade {
  readonly cost: number;
  readonly quality: number;
}

/** The candidates that no other one beats in cost and quality at once, the cheapest first. */
export function paretoFront<Candidate extends Trade>(candidates: readonly Candidate[]): Candidate[] {
  const byCost = candidates.toSorted((a, b) => a.cost - b.cost || b.quality - a.quality);
  let best = Number.NEGATIVE_INFINITY;
  return byCost.filter(({ quality }) => {
    const isBetter = quality > best;
    best = Math.max(best, quality);
    return isBetter;
  });
}
