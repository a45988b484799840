/** @file The binomial distribution: probabilities that keep their digits up to millions of trials, and random draws. */
import type { Random } from "./random.js";

/**
 * Logarithm of the probability of `k` successes in `n` trials, by Loader's saddle-point expansion ("Fast and accurate computation
 * of binomial probabilities", 2000): no large logarithms are subtracted, so the relative error stays near 1e-14 for any `n`.
 * Checked against scipy.stats.binom.
 */
export function binomialLogPmf(k: number, n: number, p: number): number {
  if (k < 0 || k > n) return Number.NEGATIVE_INFINITY;
  if (p === 0) return k === 0 ? 0 : Number.NEGATIVE_INFINITY;
  if (p === 1) return k === n ? 0 : Number.NEGATIVE_INFINITY;
  if (k === 0) return n * Math.log1p(-p);
  if (k === n) return n * Math.log(p);
  const exponent = stirlingError(n) - stirlingError(k) - stirlingError(n - k) - deviance(k, n * p) - deviance(n - k, n * (1 - p));
  return exponent + 0.5 * Math.log(n / (2 * Math.PI * k * (n - k)));
}

/** Probability of at most `k` successes in `n` trials, summed outward from `k` on the shorter tail. */
export function binomialCdf(k: number, n: number, p: number): number {
  if (k < 0) return 0;
  if (k >= n) return 1;
  if (p <= 0) return 1;
  if (p >= 1) return 0;
  if (k > n * p) return 1 - lowerTail(n - k - 1, n, 1 - p);
  return lowerTail(k, n, p);
}

/** P(X ≤ k) for k below or near the mean, where the terms shrink from `k` downward. */
function lowerTail(k: number, n: number, p: number): number {
  let term = 1;
  let sum = 1;
  const odds = (1 - p) / p;
  for (let i = k; i > 0 && term > sum * 1e-18; i--) {
    term *= (i / (n - i + 1)) * odds;
    sum += term;
  }
  return Math.min(1, Math.exp(binomialLogPmf(k, n, p)) * sum);
}

/** log(n!) minus Stirling's formula for it. */
function stirlingError(n: number): number {
  if (n <= 15) {
    let factorial = 1;
    for (let i = 2; i <= n; i++) factorial *= i;
    return Math.log(factorial) - (n + 0.5) * Math.log(n) + n - 0.5 * Math.log(2 * Math.PI);
  }
  const square = n * n;
  return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / 1188 / square) / square) / square) / square) / n;
}

/** x·log(x/mean) + mean − x, by a series where the two nearly cancel. */
function deviance(x: number, mean: number): number {
  if (Math.abs(x - mean) >= 0.1 * (x + mean)) return x * Math.log(x / mean) + mean - x;
  const v = (x - mean) / (x + mean);
  let sum = (x - mean) * v;
  let term = 2 * x * v;
  for (let j = 1; ; j++) {
    term *= v * v;
    const next = sum + term / (2 * j + 1);
    if (next === sum) return sum;
    sum = next;
  }
}

/**
 * Draws of Binomial(n, p): by inversion where the mean is small, otherwise by Hörmann's transformed rejection BTRS ("The generation
 * of binomial random variates", 1993), whose time does not grow with `n`.
 */
export function binomialSampler(random: Random): (n: number, p: number) => number {
  const draw = (n: number, p: number): number => {
    if (n === 0 || p <= 0) return 0;
    if (p >= 1) return n;
    if (p > 0.5) return n - draw(n, 1 - p);
    if (n === 1) return random.uniform() < 1 - p ? 0 : 1;
    return n * p < 10 ? byInversion(random, n, p) : byRejection(random, n, p);
  };
  return draw;
}

function byInversion(random: Random, n: number, p: number): number {
  const odds = p / (1 - p);
  let probability = (1 - p) ** n;
  let left = random.uniform() - probability;
  let k = 0;
  // The last comparison ends the loop where rounding leaves a crumb of probability unspent.
  while (left >= 0 && k < n) {
    probability *= (odds * (n - k)) / (k + 1);
    k++;
    left -= probability;
  }
  return k;
}

function byRejection(random: Random, n: number, p: number): number {
  const spread = Math.sqrt(n * p * (1 - p));
  const b = 1.15 + 2.53 * spread;
  const a = -0.0873 + 0.0248 * b + 0.01 * p;
  const c = n * p + 0.5;
  const accepted = 0.92 - 4.2 / b;
  const alpha = (2.83 + 5.1 / b) * spread;
  const mode = Math.floor((n + 1) * p);
  const logMode = binomialLogPmf(mode, n, p);
  for (;;) {
    const u = random.uniform() - 0.5;
    const v = random.uniform();
    const distance = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / distance + b) * u + c);
    if (k < 0 || k > n) continue;
    if (distance >= 0.07 && v <= accepted) return k;
    const height = (v * alpha) / (a / (distance * distance) + b);
    if (Math.log(height) <= binomialLogPmf(k, n, p) - logMode) return k;
  }
}
