/** A mean and its standard error; `null` with fewer than two units. */
export interface ClusteredMean {
  readonly mean: number;
  readonly standardError: number | null;
  /** Units: groups, and values without one. */
  readonly units: number;
}

/**
 * A mean with its standard error, where values of one unit may depend on each other (Liang & Zeger 1986, with the correction for few clusters).
 * Where each value is a unit of its own, it is the ordinary standard error of a mean.
 */
export function clusteredMean(values: readonly { readonly value: number; readonly unit: string }[]): ClusteredMean {
  const mean = values.reduce((sum, { value }) => sum + value, 0) / values.length;
  const residuals = new Map<string, number>();
  for (const { value, unit } of values) residuals.set(unit, (residuals.get(unit) ?? 0) + value - mean);
  const units = residuals.size;
  if (units < 2) return { mean, standardError: null, units };
  const squares = [...residuals.values()].reduce((sum, residual) => sum + residual ** 2, 0);
  return { mean, standardError: Math.sqrt((squares * units) / (units - 1)) / values.length, units };
}
