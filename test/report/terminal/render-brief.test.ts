/** @file The brief report: as much as a terminal shows at once, and the verdict where the eye is when it ends. */
import { describe, expect, test } from "vitest";
import { advise } from "../../../src/advise/advise.js";
import { displayWidth } from "../../../src/lib/text/display-width.js";
import { renderBrief } from "../../../src/report/terminal/render-brief.js";
import { verdictBadges } from "../../../src/report/verdict-names.js";
import type { Comparison } from "../../../src/types/comparison.js";
import { busy, comparisonOf, fullApproaches, offlineApproaches } from "../fixture.js";
import { dangerous, hostileTexts } from "../hostile.js";

const hostile = fullApproaches.map((spec, i) => ({ ...spec, name: `${spec.name}${i > 2 ? ` ${hostileTexts[5]}` : ""}` }));
const full = comparisonOf({ curveSizes: [32, 64, 128, 256] });
const comparisons: Readonly<Record<string, Comparison>> = {
  "of two arms": full,
  "of which prices decide": comparisonOf({ told: busy }),
  "without a language model": comparisonOf({ approaches: offlineApproaches }),
  "of many labels": comparisonOf({ labels: Array.from({ length: 40 }, (_, i) => `a rather long label ${i}`), testRows: 400 }),
  "of hostile names": comparisonOf({
    labels: hostileTexts,
    testRows: 90,
    trainRows: 120,
    approaches: hostile,
    name: hostileTexts[0]!,
  }),
  "of nothing": comparisonOf({ approaches: [] }),
  "of an arm without answers": {
    ...full,
    unanswered: [{ approach: full.best.prompt!.approach, arm: "prompt", reason: "unparseable", rows: 300, testRows: 320 }],
  },
};

describe.each(Object.entries(comparisons))("the brief report %s", (_, comparison) => {
  const advice = advise(comparison);
  const lines = (width: number, hasColor = false): string[] =>
    renderBrief(comparison, advice, { width, hasColor }).trimEnd().split("\n");

  test("fits a terminal of 24 lines, and ends in the verdict", () => {
    expect(lines(80).length).toBeLessThanOrEqual(22);
    const badge = lines(80).indexOf(verdictBadges[advice.evidence]);
    expect(badge).toBeGreaterThanOrEqual(0);
    expect(
      lines(80)
        .slice(badge + 1)
        .join(" "),
    ).toMatch(/[.?]$/);
    expect(
      lines(80)
        .slice(badge)
        .every((each) => each !== ""),
    ).toBe(true);
  });

  test.each([60, 80, 140])("keeps within %i columns, but for a command, which is to be copied", (width) => {
    for (const each of lines(width)) if (!/^ {2}crossover /.test(each)) expect(displayWidth(each)).toBeLessThanOrEqual(width);
  });

  test("holds no escape codes without color, and the same text with it", () => {
    expect(lines(80).join("\n")).not.toContain("\u001b");
    expect(dangerous.exec(lines(80).join("\n"))?.[0]).toBeUndefined();
    expect(lines(80, true).map((each) => each.replace(/\u001b\[\d+m/g, ""))).toEqual(lines(80));
  });
});

test("the verdict is green only where it is shown", () => {
  for (const comparison of Object.values(comparisons)) {
    const advice = advise(comparison);
    const isGreen = renderBrief(comparison, advice, { width: 80, hasColor: true }).includes("\u001b[32m");
    expect(isGreen).toBe(advice.evidence === "shown");
  }
});
