const inverseGoldenRatio = (Math.sqrt(5) - 1) / 2;

/**
 * The place of the minimum of a function with one minimum in [low, high], by golden-section search (Kiefer 1953), to within `tolerance`. Where the
 * function falls or rises throughout, the end.
 *
 * @param tolerance width of the last interval. @default 1e-8, near which rounding hides differences of a smooth function
 */
export function goldenSection(f: (x: number) => number, low: number, high: number, tolerance = 1e-8): number {
  let [left, right] = [low, high];
  let [a, b] = [right - inverseGoldenRatio * (right - left), left + inverseGoldenRatio * (right - left)];
  let [atA, atB] = [f(a), f(b)];
  while (right - left > tolerance) {
    if (atA <= atB) {
      [right, b, atB] = [b, a, atA];
      a = right - inverseGoldenRatio * (right - left);
      atA = f(a);
    } else {
      [left, a, atA] = [a, b, atB];
      b = left + inverseGoldenRatio * (right - left);
      atB = f(b);
    }
  }
  return (left + right) / 2;
}
