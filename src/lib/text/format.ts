/**
 * @file Numbers for people, the same in the terminal, in Markdown and on the page.
 *
 * American conventions whatever the machine's locale is: a report must not read "1.234" on one machine and "1,234" on
 * another. What is not a finite number is written "–" (`infinity` excepted, which has a meaning where it occurs).
 */

const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const missing = "–";

/** Three significant digits, grouped above 999, without trailing zeros: `0.912`, `12.3`, `10,003`, `0.00012`. */
export function formatNumber(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "∞";
  if (!Number.isFinite(value)) return missing;
  if (Math.abs(value) >= 999.5) return minus(grouped.format(value));
  return plain(significant(value, 3));
}

/** A whole number with thousands grouped: `10,003`. */
export function formatCount(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "∞";
  if (!Number.isFinite(value)) return missing;
  return minus(grouped.format(Math.round(value) + 0));
}

/** A large count where the exact one says nothing more: `950`, `22.7 M`, `1.2 B`; below 10,000 exact. */
export function formatLargeCount(value: number): string {
  if (!Number.isFinite(value) || Math.abs(value) < 10_000) return formatCount(value);
  for (const [unit, size] of [
    ["k", 1e3],
    ["M", 1e6],
    ["B", 1e9],
  ] as const) {
    const inUnit = significant(value / size, 3);
    if (Math.abs(inUnit) < 1000 || unit === "B") return `${formatNumber(inUnit)} ${unit}`;
  }
  return formatCount(value);
}

/** US dollars: `$0`, `$0.43`, `$12.30`, `$1,234`; below ten cents two significant digits: `$0.015`, `$0.00012`; what is still less is `≈$0`. */
export function formatUsd(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "$∞";
  if (!Number.isFinite(value)) return missing;
  const size = Math.abs(value);
  const sign = value < 0 ? "−" : "";
  if (size === 0) return "$0";
  if (size < 0.00001) return "≈$0";
  if (size < 0.0995) return `${sign}$${plain(significant(size, 2))}`;
  if (size < 999.995) return `${sign}$${size.toFixed(2)}`;
  return `${sign}$${grouped.format(size)}`;
}

/** A duration in the unit that suits it: `63 µs`, `0.42 ms`, `38.4 ms`, `1.2 s`, `45 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatSeconds(value: number): string {
  if (!Number.isFinite(value)) return missing;
  const size = Math.abs(value);
  const sign = value < 0 ? "−" : "";
  if (size === 0) return "0 s";
  if (size < 1e-6) return "<1 µs";
  if (size < 1e-4) return `${sign}${plain(significant(size * 1e6, 2))} µs`;
  if (size < 0.9995) return `${sign}${plain(significant(size * 1000, size < 0.01 ? 2 : 3))} ms`;
  if (size < 9.95) return `${sign}${size.toFixed(1)} s`;
  if (size < 59.5) return `${sign}${Math.round(size)} s`;
  const seconds = Math.round(size);
  if (seconds < 3600) return `${sign}${Math.floor(seconds / 60)} min${seconds % 60 === 0 ? "" : ` ${seconds % 60} s`}`;
  const minutes = Math.round(size / 60);
  return `${sign}${grouped.format(Math.floor(minutes / 60))} h${minutes % 60 === 0 ? "" : ` ${minutes % 60} min`}`;
}

/** A share as a percentage with one decimal: `91.2%`. Only 1 is written `100%` and only 0 `0%`: 3,079 of 3,080 is `>99.9%`. */
export function formatPercent(share: number): string {
  if (!Number.isFinite(share)) return missing;
  if (share === 0 || share === 1) return `${share * 100}%`;
  if (share > 0 && share < 0.0005) return "<0.1%";
  if (share > 0.9995 && share < 1) return ">99.9%";
  return `${minus((share * 100).toFixed(1))}%`;
}

/**
 * A difference of two shares in percentage points, always with its sign: `+1.2 points`, `−0.4 points`.
 *
 * @param margin differences within it do not matter: what would read as the margin, or as 0, without being it has as many more decimals as
 * tell it apart, `+0.96 points` beside a margin of 1 point
 */
export function formatPoints(difference: number, margin?: number): string {
  return Number.isFinite(difference) ? `${signedPoints(difference, margin)} points` : missing;
}

/** An estimate of a share with its 95 % interval: `91.2% (90.1–92.3)`. */
export function formatShareEstimate(estimate: Interval): string {
  if (!Number.isFinite(estimate.low) || !Number.isFinite(estimate.high)) return formatPercent(estimate.value);
  return `${formatPercent(estimate.value)} (${hundredfold(estimate.low)}–${hundredfold(estimate.high)})`;
}

/** A difference in points with its 95 % interval: `+1.2 points (−0.3 to +2.7)`. `margin`: see `formatPoints`. */
export function formatPointsEstimate(estimate: Interval, margin?: number): string {
  if (!Number.isFinite(estimate.low) || !Number.isFinite(estimate.high)) return formatPoints(estimate.value, margin);
  return `${formatPoints(estimate.value, margin)} (${signedPoints(estimate.low, margin)} to ${signedPoints(estimate.high, margin)})`;
}

/** A score between 0 and 1 with three decimals: `0.912`. */
export function formatScore(score: number): string {
  return Number.isFinite(score) ? minus(score.toFixed(3)) : missing;
}

/** A probability as in papers: `p = 0.031`, `p < 0.001`. */
export function formatPValue(p: number): string {
  if (!Number.isFinite(p)) return `p ${missing}`;
  return p < 0.0005 ? "p < 0.001" : `p = ${p.toFixed(3)}`;
}

/** Bytes with decimal prefixes, as file managers and registries count them: `512 B`, `23.4 MB`. */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return missing;
  let [size, unit] = [bytes, "B"];
  for (const next of ["kB", "MB", "GB", "TB"]) {
    if (Math.abs(significant(size, 3)) < 1000) break;
    [size, unit] = [size / 1000, next];
  }
  return `${formatNumber(size)} ${unit}`;
}

/** `1 row`, `2 rows`: the count with its noun. The plural is by default the noun with an "s". */
export function formatPlural(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : plural}`;
}

interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

function significant(value: number, digits: number): number {
  return Number(value.toPrecision(digits));
}

/** Without an exponent, which `String` writes below 1e-6. */
function plain(value: number): string {
  if (value === 0) return "0";
  const text = String(value);
  if (!text.includes("e")) return minus(text);
  const decimals = Math.min(100, Math.ceil(-Math.log10(Math.abs(value))) + 2);
  return minus(value.toFixed(decimals).replace(/0+$/, ""));
}

function hundredfold(share: number): string {
  return minus((share * 100).toFixed(1));
}

function signedPoints(difference: number, margin?: number): string {
  const size = Math.abs(difference) * 100;
  const text = size.toFixed(margin === undefined ? 1 : pointDecimals(size, [0, margin * 100]));
  if (/^[0.]+$/.test(text)) return "0.0";
  return `${difference < 0 ? "−" : "+"}${text}`;
}

/** Decimals that tell a number of points from those that it must not be taken for; at most four, and rounding errors are none. */
function pointDecimals(size: number, others: readonly number[]): number {
  let decimals = 1;
  const isTaken = (other: number): boolean => Math.abs(size - other) > 1e-9 && size.toFixed(decimals) === other.toFixed(decimals);
  while (decimals < 4 && others.some(isTaken)) decimals++;
  return decimals;
}

/** A typographic minus, which lines up with "+" and is never broken off its number. No "−0". */
function minus(text: string): string {
  if (!text.startsWith("-")) return text;
  const digits = text.slice(1);
  return /[1-9]/.test(digits) ? `−${digits}` : digits;
}
