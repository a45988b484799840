import { describe, expect, it } from "vitest";
import { mcnemarMidP } from "../../../src/compare/statistics/mcnemar.js";
import { random } from "../../../src/lib/random.js";
import type { Prediction } from "../../../src/types/prediction.js";
import { pairedAnswers, type RecheckedRow, withMissingAsWrong } from "../../../src/upkeep/recheck/paired-answers.js";
import { findingOf, leastFoundDecline, verdictOf } from "../../../src/upkeep/recheck/verdict.js";

const answer = (label: string): Prediction => ({ answer: [label] });

/** Rows of the label `a`, of which so many are right both times, right then alone, right now alone. */
function rowsOf(both: number, broken: number, mended: number): RecheckedRow[] {
  const row = (id: string, then: string, now: string): RecheckedRow => ({
    before: { id, truth: ["a"], ...answer(then), costUsd: 0.001 },
    now: answer(now),
  });
  return [
    ...Array.from({ length: both }, (_, i) => row(`both-${i}`, "a", "a")),
    ...Array.from({ length: broken }, (_, i) => row(`broken-${i}`, "a", "b")),
    ...Array.from({ length: mended }, (_, i) => row(`mended-${i}`, "b", "a")),
  ];
}

const paired = (rows: readonly RecheckedRow[]) => pairedAnswers(rows, false, 1)!;

describe("answers that are paired", () => {
  it("have the accuracies, the difference and McNemar's mid-p of their rows", () => {
    const { rows, accuracy, pValue, broken, mended, changed, usd } = paired(rowsOf(93, 6, 1));
    expect({ rows, changed, mended }).toEqual({ rows: 100, changed: 7, mended: ["mended-0"] });
    expect(broken).toHaveLength(6);
    expect(accuracy.before.value).toBeCloseTo(0.99, 12);
    expect(accuracy.now.value).toBeCloseTo(0.94, 12);
    expect(accuracy.difference.value).toBeCloseTo(-0.05, 12);
    // scipy.stats.binom: 2 * cdf(1, 7, .5) - pmf(1, 7, .5)
    expect(pValue).toBeCloseTo(0.0703125, 10);
    expect(usd).toEqual({ before: expect.closeTo(0.001, 12), now: null });
  });

  it("leave out rows that the service did not answer, and count what the model garbled as wrong", () => {
    const rows = rowsOf(10, 0, 0);
    const failing: RecheckedRow[] = [
      { ...rows[0]!, now: { answer: null, failure: "error" } },
      { ...rows[1]!, now: { answer: null, failure: "refused", refusedBy: "host" } },
      { ...rows[2]!, now: { answer: null, failure: "unparseable" } },
      ...rows.slice(3),
    ];
    expect(paired(failing)).toMatchObject({ rows: 8, missing: 2, broken: ["both-2"] });
    expect(paired(withMissingAsWrong(failing))).toMatchObject({ rows: 10, missing: 0, broken: ["both-0", "both-1", "both-2"] });
    expect(pairedAnswers(failing.slice(0, 2), false, 1)).toBeNull();
  });

  it("count rows of one group together", () => {
    const grouped = rowsOf(20, 8, 0).map((row, i) => ({ ...row, before: { ...row.before, group: i < 20 ? `g${i}` : "one" } }));
    expect(paired(rowsOf(20, 8, 0)).pValue).toBeLessThan(0.01);
    expect(paired(grouped).pValue).toBeGreaterThan(0.1);
  });

  it("of several labels a row are right where all are", () => {
    const row = (now: string[]): RecheckedRow => ({
      before: { id: now.join(), truth: ["a", "b"], answer: ["b", "a"] },
      now: { answer: now },
    });
    const { accuracy, changed } = pairedAnswers([row(["a", "b"]), row(["a"])], true, 1)!;
    expect(accuracy.before.value).toBe(1);
    expect(accuracy.now.value).toBe(0.5);
    expect(changed).toBe(1);
  });
});

describe("the finding", () => {
  const margin = 0.01;
  const of = (both: number, broken: number, mended: number) => paired(rowsOf(both, broken, mended));

  it("is worse for a decline beyond the margin that is no chance, and no other", () => {
    expect(findingOf(of(170, 20, 10), margin)).toBe("unclear");
    expect(findingOf(of(176, 20, 4), margin)).toBe("worse");
    expect(findingOf(of(176, 4, 20), margin)).toBe("kept");
    expect(findingOf(of(3990, 10, 0), margin)).toBe("kept");
    // A decline of exactly the margin is within it, whatever floats make of it.
    expect(findingOf(of(891, 9, 0), margin)).toBe("unclear");
  });

  it("of two askings counts as worse where both say so", () => {
    const [worse, fine] = [of(176, 20, 4), of(195, 3, 2)];
    expect(verdictOf([worse, worse], [worse, worse], margin)).toMatchObject({ finding: "worse", isRefuted: false });
    expect(verdictOf([worse, fine], [worse, fine], margin)).toMatchObject({ isRefuted: true });
    expect(verdictOf([worse, fine], [worse, fine], margin).finding).not.toBe("worse");
    expect(verdictOf([fine], [worse], margin)).toMatchObject({ hangsOnMissing: true });
    expect(verdictOf([fine], [fine], margin)).toMatchObject({ hangsOnMissing: false });
  });

  it("tells a decline that one asking finds more than nine times in ten", () => {
    const [rows, flips] = [500, 0.04];
    const decline = leastFoundDecline(rows, flips, margin)!;
    const { uniform } = random(3, "declines");
    let found = 0;
    for (let i = 0; i < 300; i++) {
      let [broken, mended] = [0, 0];
      for (let row = 0; row < rows; row++) {
        const drawn = uniform();
        if (drawn < flips / 2 + decline) broken++;
        else if (drawn < flips + decline) mended++;
      }
      const value = (mended - broken) / rows;
      const difference = { value, low: value, high: value };
      const pValue = mcnemarMidP(broken, mended);
      if (findingOf({ accuracy: { before: difference, now: difference, difference }, pValue }, margin) === "worse") found++;
    }
    expect(found / 300).toBeGreaterThan(0.88);
    expect(found / 300).toBeLessThan(0.96);
    expect(leastFoundDecline(10, 0.9, margin)).toBeNull();
    expect(leastFoundDecline(1e6, 0.01, margin)).toBe(margin);
  });
});
