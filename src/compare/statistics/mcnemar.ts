/** @file Are two approaches equally often right on the same rows? Exact tests; they look only at rows where one of the two is wrong. */
import { binomialCdf, binomialLogPmf } from "../../lib/binomial.js";
import { normalCdf } from "./normal.js";

/**
 * McNemar's exact test: the probability of a split of the discordant rows at least this uneven, were both approaches equally good.
 * In R: `binom.test(onlyA, onlyA + onlyB)$p.value`.
 *
 * @param onlyA rows where only the first approach is right
 * @param onlyB rows where only the second is
 */
export function mcnemarExact(onlyA: number, onlyB: number): number {
  return Math.min(1, 2 * binomialCdf(Math.min(onlyA, onlyB), onlyA + onlyB, 0.5));
}

/**
 * McNemar's mid-p test: the exact test counting only half the probability of the split that was seen. The exact test rejects too
 * seldom; this one's level stays near, and hardly ever above, the nominal one (Fagerland, Lydersen & Laake 2013). 1 where no row is
 * discordant.
 */
export function mcnemarMidP(onlyA: number, onlyB: number): number {
  const rows = onlyA + onlyB;
  if (rows === 0 || onlyA === onlyB) return 1;
  const fewer = Math.min(onlyA, onlyB);
  return Math.min(1, 2 * binomialCdf(fewer, rows, 0.5) - Math.exp(binomialLogPmf(fewer, rows, 0.5)));
}

/** More steps than this in the exact distribution, and the normal approximation is as good. */
const maxExactSteps = 50_000_000;

/**
 * The mid-p test where rows come in groups, or where each approach ran with several seeds: how likely is a sum of
 * differences as large as this one, if each group's difference might as well have had the other sign?
 *
 * The distribution is exact, by adding one group after the other. Differences of ±1 make it McNemar's mid-p test. Over
 * groups worth tens of millions of steps the normal approximation is used.
 *
 * @param differences of each group, right answers of the first approach minus those of the second: whole numbers
 */
export function signFlipMidP(differences: readonly number[]): number {
  return signFlip(differences, 0.5);
}

/** The same with the whole probability of the split that was seen: never rejects too often, also far out, where corrections for many tests look. */
export function signFlipExact(differences: readonly number[]): number {
  return signFlip(differences, 1);
}

/** @param counted the part of the probability of the split that was seen which counts */
function signFlip(differences: readonly number[], counted: 0.5 | 1): number {
  const sizes = differences.map(Math.abs).filter((size) => size > 0);
  if (sizes.length === 0) return 1;
  const unit = sizes.reduce(greatestCommonDivisor);
  const steps = sizes.map((size) => size / unit);
  const observed = Math.abs(differences.reduce((sum, difference) => sum + difference, 0)) / unit;
  if (observed === 0) return 1;
  const total = steps.reduce((sum, size) => sum + size, 0);
  const mcnemar = counted === 1 ? mcnemarExact : mcnemarMidP;
  if (total === steps.length) return mcnemar((total + observed) / 2, (total - observed) / 2);
  if (total * steps.length > maxExactSteps) {
    const deviation = Math.sqrt(steps.reduce((sum, size) => sum + size * size, 0));
    return Math.min(1, 2 * normalCdf(-observed / deviation));
  }
  // probability[s]: that the groups so far whose sign is negative add up to s.
  const probability = new Float64Array(total + 1);
  probability[0] = 1;
  let reach = 0;
  for (const size of steps) {
    reach += size;
    for (let s = reach; s >= 0; s--) {
      probability[s] = 0.5 * (s > reach - size ? 0 : probability[s]!) + 0.5 * (s >= size ? probability[s - size]! : 0);
    }
  }
  // The sum of differences is total − 2s; both tails are alike.
  const edge = (total - observed) / 2;
  let tail = counted * probability[edge]!;
  for (let s = 0; s < edge; s++) tail += probability[s]!;
  return Math.min(1, 2 * tail);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
