/** @file Gradients as golden files keep them, and how far others are from them. */

/** A gradient as it is kept: its norm, its product with cos(0), cos(1), …, and a few of its numbers by their index. */
export interface GoldenGradient {
  readonly norm: number;
  readonly product: number;
  readonly entries: Readonly<Record<string, number>>;
}

/** How far a gradient is from the golden one, relative to its norm, or to `least` where that is larger: the worst of all that is kept. */
export function gradientError(found: ArrayLike<number>, expected: GoldenGradient, least: number): number {
  const data = Float64Array.from(found);
  const product = data.reduce((total, g, i) => total + g * Math.cos(i), 0);
  const entries = Object.entries(expected.entries).map(([i, value]) => data[Number(i)]! - value);
  const errors = [Math.hypot(...data) - expected.norm, product - expected.product, ...entries];
  return Math.max(...errors.map((error) => Math.abs(error) / Math.max(expected.norm, least)));
}
