import { describe, expect, it } from "vitest";
import {
  beyondText,
  crossoverText,
  curveRefusalText,
  dataAdvantageText,
  type FoundReading,
  labelsFromInShort,
  labelsFromText,
  labelsInShort,
  labelsText,
  otherRowsTexts,
} from "../../src/advise/words/crossovers.js";
import type { Crossover, LabelsEstimate } from "../../src/types/curves.js";

const measured = { smallest: 16, largest: 3870 };

const within: LabelsEstimate = { value: 230, low: 113, high: 683, side: {} };
const after: LabelsEstimate = { value: null, low: null, high: null, side: { value: "after", low: "after", high: "after" } };
const before: LabelsEstimate = { value: null, low: null, high: null, side: { value: "before", low: "before", high: "before" } };
const openAbove: LabelsEstimate = { value: 1081, low: 239, high: null, side: { high: "after" } };
const openBelow: LabelsEstimate = { value: null, low: null, high: 204, side: { value: "before", low: "before" } };
const unknown: LabelsEstimate = { value: null, low: null, high: null, side: { value: "after", low: "before", high: "after" } };

function found(labels: LabelsEstimate, changes: Partial<FoundReading> = {}): FoundReading {
  const point = { difference: 0, probability: 0.5, singleProbability: 0.5 };
  return {
    kind: "crossover",
    rows: 1290,
    labels,
    safeLabels: { value: 521 },
    single: { labels: { value: 227 }, safeLabels: { value: null, side: "after" } },
    points: [
      { labels: 16, ...point },
      { labels: 3870, ...point },
    ],
    coversSeeds: true,
    ...changes,
  };
}

function pair(changes: Partial<Crossover> = {}): Crossover {
  return {
    tuned: "tune:probe",
    prompted: "prompt:x",
    metric: "accuracy",
    found: found(within),
    isPromptCurve: false,
    ...changes,
  };
}

describe("a number of labels in words", () => {
  it.each([
    [within, "about 230 labels (90% interval 110 to 680)", "230 (110 to 680)"],
    [openAbove, "about 1,100 labels (90% interval 240 to more than 3,870)", "1,100 (240 to >3,870)"],
    [after, "not within 3,870 labels", ">3,870"],
    [before, "already before 16 labels", "<16"],
    [openBelow, "already before 16 labels (90% interval fewer than 16 to 200)", "<16 (<16 to 200)"],
    [unknown, "not within 3,870 labels (90% interval fewer than 16 to more than 3,870)", ">3,870 (<16 to >3,870)"],
  ])("tells what is out of sight, and two digits of what is not", (estimate, text, short) => {
    expect(labelsText(estimate, measured)).toBe(text);
    expect(labelsInShort(estimate, measured)).toBe(short);
  });

  it("rounds to no number beyond those measured", () => {
    expect(labelsFromText({ value: 3861 }, measured)).toBe("about 3,870 labels");
    expect(labelsFromInShort({ value: 3861 }, measured)).toBe("3,870");
    expect(labelsFromText({ value: 113 }, { smallest: 113, largest: 400 })).toBe("about 113 labels");
  });
});

describe("a crossover in words", () => {
  it("tells both numbers where both were found", () => {
    const text = crossoverText(pair());
    expect(text).toContain("from about 230 labels on (90% interval 110 to 680)");
    expect(text).toContain("from about 520 labels on");
  });

  it("tells on which side it is out of sight", () => {
    expect(crossoverText(pair({ found: found(after) }))).toContain("does not overtake prompt:x within 3,870 labels");
    const early = crossoverText(pair({ found: found(before, { safeLabels: { value: null, side: "after" } }) }));
    expect(early).toContain("already before 16 labels");
    expect(early).toContain("90% not within 3,870 labels");
  });

  it.each(["no-rows", "no-common-sizes", "level"] as const)("says why it tells no number: %s", (reason) => {
    const text = crossoverText(pair({ found: { kind: "refused", rows: 0, reason } }));
    expect(text).toContain("tune:probe and prompt:x");
    expect(text).not.toMatch(/\d{2}/);
  });

  it("keeps what was extrapolated apart, and flags what is far", () => {
    const far = beyondText(pair({ found: found(after), beyond: { labels: 20_100, low: 7100, high: null, reach: "far" } }));
    expect(far).toContain("20,000 labels (90% interval 7,100 to more than 31,000)");
    expect(far).toMatch(/guess.* 5\.2 times/);
    const near = beyondText(pair({ found: found(after), beyond: { labels: 7093, low: null, high: 9000, reach: "near" } }));
    expect(near).toContain("7,100 labels (90% interval fewer than 3,870 to 9,000)");
    expect(near).not.toContain("guess");
    expect(beyondText(pair({ found: found(after), beyond: null }))).toContain("8 times");
    expect(beyondText(pair({ found: found(after) }))).toBeNull();
  });

  it("tells other choices of rows where they say something else", () => {
    const asWrong = found({ value: 61, low: 40, high: 90, side: {} }, { rows: 1300 });
    const offered = { neverAnswered: ["refund"], found: found(within, { rows: 1200 }) };
    const texts = otherRowsTexts(pair({ asWrong, offered }));
    expect(texts).toHaveLength(1);
    expect(texts[0]).toContain("1,300 rows: about 61 labels (90% interval 40 to 90)");
    const [other] = otherRowsTexts(pair({ offered: { ...offered, found: found(after) } }));
    expect(other).toMatch(/refund.*not within 3,870 labels/);
  });

  it("names the one that needs fewer labels", () => {
    const scores = [0.6, 0.9] as const;
    const tuned = dataAdvantageText(pair({ dataAdvantage: { labels: { value: 123, low: 40, high: 210 }, scores } }));
    expect(tuned).toMatch(/60\.0% to 90\.0%, tune:probe needs .* 120 labels fewer than prompt:x \(95% interval 40 to 210\)/);
    const prompted = dataAdvantageText(pair({ dataAdvantage: { labels: { value: -123, low: -210, high: 12 }, scores } }));
    expect(prompted).toMatch(/prompt:x needs .* 120 labels fewer than tune:probe \(95% interval −12 to 210\)/);
  });
});

describe("a curve that was not drawn", () => {
  it("says what can be done about it", () => {
    expect(curveRefusalText({ approach: "tune:x", fit: { kind: "refused", reason: "too-few-sizes" } })).toContain("--curve-time");
    expect(curveRefusalText({ approach: "tune:x", fit: { kind: "fitted", shape: "pow3", expected: [] } })).toBeNull();
  });
});
