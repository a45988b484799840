/**
 * The exponential moving average of a series over about `span` values, without the bias towards its start (as the moments of Adam are
 * corrected, Kingma & Ba 2015): the first value is the first average. One average a value.
 */
export function movingAverage(values: readonly number[], span: number): number[] {
  const weight = 2 / (Math.max(1, span) + 1);
  let [mean, total] = [0, 0];
  return values.map((value) => {
    mean += weight * (value - mean);
    total += weight * (1 - total);
    return mean / total;
  });
}
