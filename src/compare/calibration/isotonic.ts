/** @file Isotonic regression: the non-decreasing curve nearest to what came true. */

/** Corners of a non-decreasing line, by ascending `claimed`: between two of them it is straight, beyond them level. */
export interface IsotonicCurve {
  readonly claimed: readonly number[];
  readonly observed: readonly number[];
}

/**
 * The non-decreasing curve with the least squared error, by pooling adjacent violators (Ayer et al. 1955); equal claims are one point of their mean.
 * As scikit-learn's `IsotonicRegression(out_of_bounds="clip")`, whose thresholds these are: corners inside a level stretch are left out.
 */
export function isotonicCurve(claims: ArrayLike<number>, hits: readonly boolean[]): IsotonicCurve {
  const order = Array.from(hits.keys()).sort((a, b) => claims[a]! - claims[b]!);
  interface Block {
    sum: number;
    weight: number;
    readonly first: number;
    last: number;
  }
  const points: Block[] = [];
  for (const row of order) {
    const claim = claims[row]!;
    const last = points.at(-1);
    const hit = hits[row] ? 1 : 0;
    if (last !== undefined && last.first === claim) {
      last.sum += hit;
      last.weight++;
    } else points.push({ sum: hit, weight: 1, first: claim, last: claim });
  }
  const blocks: Block[] = [];
  for (const point of points) {
    blocks.push({ ...point });
    for (;;) {
      const [before, last] = [blocks.at(-2), blocks.at(-1)!];
      if (before === undefined || before.sum * last.weight < last.sum * before.weight) break;
      before.sum += last.sum;
      before.weight += last.weight;
      before.last = last.last;
      blocks.pop();
    }
  }
  const corners = blocks.flatMap(({ first, last, sum, weight }) =>
    first === last ? [[first, sum / weight]] : [first, last].map((claim) => [claim, sum / weight]),
  );
  return { claimed: corners.map(([claim]) => claim!), observed: corners.map(([, share]) => share!) };
}

/** What a claim is worth by a curve. */
export function isotonicValue({ claimed, observed }: IsotonicCurve, claim: number): number {
  const last = claimed.length - 1;
  if (claim <= claimed[0]!) return observed[0]!;
  if (claim >= claimed[last]!) return observed[last]!;
  let [low, high] = [0, last];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (claimed[middle]! <= claim) low = middle;
    else high = middle;
  }
  const share = (claim - claimed[low]!) / (claimed[high]! - claimed[low]!);
  return observed[low]! + share * (observed[high]! - observed[low]!);
}
