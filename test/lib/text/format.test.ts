import { describe, expect, test } from "vitest";
import {
  formatBytes,
  formatCount,
  formatLargeCount,
  formatNumber,
  formatPercent,
  formatPlural,
  formatPoints,
  formatPointsEstimate,
  formatPValue,
  formatScore,
  formatSeconds,
  formatShareEstimate,
  formatUsd,
} from "../../../src/lib/text/format.js";

/** Each row: a formatter's name, the formatter, and pairs of value and text. */
const table: readonly (readonly [string, (value: number) => string, readonly (readonly [number, string])[]])[] = [
  [
    "formatNumber",
    formatNumber,
    [
      [0, "0"],
      [0.91234, "0.912"],
      [12.345, "12.3"],
      [999.4, "999"],
      [999.6, "1,000"],
      [10_003, "10,003"],
      [0.00012345, "0.000123"],
      [1.2e-7, "0.00000012"],
      [-3.5, "−3.5"],
      [-1234, "−1,234"],
      [Number.NaN, "–"],
      [Number.POSITIVE_INFINITY, "∞"],
    ],
  ],
  [
    "formatCount",
    formatCount,
    [
      [0, "0"],
      [-0.2, "0"],
      [10_003, "10,003"],
      [-1200, "−1,200"],
      [1_234_567, "1,234,567"],
      [Number.NaN, "–"],
    ],
  ],
  [
    "formatLargeCount",
    formatLargeCount,
    [
      [9999, "9,999"],
      [29_645, "29.6 k"],
      [999_900, "1 M"],
      [22_713_216, "22.7 M"],
      [8.03e9, "8.03 B"],
      [1.8e12, "1,800 B"],
    ],
  ],
  [
    "formatUsd",
    formatUsd,
    [
      [0, "$0"],
      [0.43, "$0.43"],
      [12.3, "$12.30"],
      [0.0099, "$0.0099"],
      [0.00996, "$0.01"],
      [0.0149, "$0.015"],
      [0.0996, "$0.10"],
      [0.000123, "$0.00012"],
      [1e-8, "≈$0"],
      [-1e-8, "≈$0"],
      [999.994, "$999.99"],
      [1234.5, "$1,235"],
      [-0.5, "−$0.50"],
      [Number.NaN, "–"],
    ],
  ],
  [
    "formatSeconds",
    formatSeconds,
    [
      [0, "0 s"],
      [5.1e-7, "<1 µs"],
      [0.0000634, "63 µs"],
      [0.00042, "0.42 ms"],
      [0.0384, "38.4 ms"],
      [0.9994, "999 ms"],
      [0.9996, "1.0 s"],
      [1.24, "1.2 s"],
      [45.4, "45 s"],
      [59.6, "1 min"],
      [200, "3 min 20 s"],
      [3599.7, "1 h"],
      [7500, "2 h 5 min"],
      [Number.NaN, "–"],
    ],
  ],
  [
    "formatPercent",
    formatPercent,
    [
      [0, "0%"],
      [1, "100%"],
      [0.91234, "91.2%"],
      [3079 / 3080, ">99.9%"],
      [1 / 3080, "<0.1%"],
      [-0.05, "−5.0%"],
      [Number.NaN, "–"],
    ],
  ],
  [
    "formatPoints",
    formatPoints,
    [
      [0.012, "+1.2 points"],
      [-0.004, "−0.4 points"],
      [0.0001, "0.0 points"],
      [Number.NaN, "–"],
    ],
  ],
  [
    "formatScore",
    formatScore,
    [
      [0.9126, "0.913"],
      [1, "1.000"],
      [-0.0001, "0.000"],
      [-0.25, "−0.250"],
    ],
  ],
  [
    "formatPValue",
    formatPValue,
    [
      [0.0312, "p = 0.031"],
      [0.0004, "p < 0.001"],
      [1, "p = 1.000"],
    ],
  ],
  [
    "formatBytes",
    formatBytes,
    [
      [512, "512 B"],
      [999.9, "1 kB"],
      [23_400_000, "23.4 MB"],
      [1.5e12, "1.5 TB"],
    ],
  ],
];

describe.each(table)("%s", (_, format, cases) => {
  test.each(cases)("%f", (value, text) => {
    expect(format(value)).toBe(text);
  });
});

test("intervals are written once with their unit", () => {
  expect(formatShareEstimate({ value: 0.912, low: 0.901, high: 0.923 })).toBe("91.2% (90.1–92.3)");
  expect(formatPointsEstimate({ value: 0.012, low: -0.003, high: 0.027 })).toBe("+1.2 points (−0.3 to +2.7)");
  expect(formatShareEstimate({ value: 0.5, low: Number.NaN, high: Number.NaN })).toBe("50.0%");
});

test("plurals", () => {
  expect(formatPlural(1, "row")).toBe("1 row");
  expect(formatPlural(2, "row")).toBe("2 rows");
  expect(formatPlural(1234, "class", "classes")).toBe("1,234 classes");
});

test("a difference that reads as the margin, or as 0, without being it gets the decimals that tell it apart", () => {
  expect(formatPoints(0.0096, 0.01)).toBe("+0.96 points");
  expect(formatPoints(0.0104, 0.01)).toBe("+1.04 points");
  expect(formatPoints(-0.00996, 0.01)).toBe("−0.996 points");
  expect(formatPoints(0.0004, 0.01)).toBe("+0.04 points");
  expect([formatPoints(0.01, 0.01), formatPoints(0, 0.01), formatPoints(1e-15, 0.01)]).toEqual([
    "+1.0 points",
    "0.0 points",
    "0.0 points",
  ]);
  expect(formatPoints(0.035, 0.01)).toBe("+3.5 points");
  expect(formatPointsEstimate({ value: 0.02, low: 0.00999, high: 0.03 }, 0.01)).toBe("+2.0 points (+0.999 to +3.0)");
});
