/** Runs [start, end) of equal values in sorted order. */
export function* tieRuns(order: readonly number[], values: ArrayLike<number>): Generator<readonly [number, number]> {
  let start = 0;
  for (let end = 1; end <= order.length; end++) {
    if (end < order.length && values[order[end]!] === values[order[start]!]) continue;
    yield [start, end];
    start = end;
  }
}
