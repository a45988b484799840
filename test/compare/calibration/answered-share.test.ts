import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { answeredShare } from "../../../src/compare/calibration/answered-share.js";
import { type Random, random } from "../../../src/lib/random.js";
import type { Outcome } from "../../../src/types/prediction.js";

const golden = JSON.parse(readFileSync(new URL("../../../golden/calibration.json", import.meta.url), "utf8")) as {
  readonly riskCoverage: {
    readonly confidences: readonly number[];
    readonly hits: readonly boolean[];
    readonly area: number;
    readonly risks: readonly number[];
  };
};

const row = (value: number, isRight: boolean, group?: string): Outcome => ({
  id: "row",
  truth: ["yes"],
  answer: [isRight ? "yes" : "no"],
  confidence: { value, source: "probability" },
  ...(group !== undefined && { group }),
});

test("the curve and its area are those of a reference", () => {
  const { confidences, hits, area, risks } = golden.riskCoverage;
  const found = answeredShare(confidences.map((confidence, i) => row(confidence, hits[i]!)))!;
  expect(found.area.value).toBeCloseTo(area, 12);
  expect(found.curve.map(({ accuracy }) => 1 - accuracy)).toHaveLength(risks.length);
  for (const [k, risk] of risks.entries()) expect(1 - found.curve[k]!.accuracy).toBeCloseTo(risk, 12);
  expect(found.curve.at(-1)!.share).toBe(1);
  expect(found.errorRate).toBeCloseTo(risks.at(-1)!, 12);
});

test("equal confidences are answered together, whatever their order, and one confidence for all tells nothing", () => {
  const rows = Array.from({ length: 40 }, (_, i) => row(0.9, i % 4 !== 0));
  const found = answeredShare(rows)!;
  expect(found.curve).toEqual([{ share: 1, accuracy: 0.75 }]);
  expect(found.area.value).toBeCloseTo(0.25, 12);
  expect(answeredShare([...rows].reverse())).toEqual(found);
  expect(found.targets.map(({ share }) => share.value)).toEqual([0, 0]);
});

test("rows without an answer are the last and wrong; without any confidence there is no curve", () => {
  const refused: Outcome = { id: "r", truth: ["yes"], answer: null, failure: "refused" };
  const found = answeredShare([refused, ...Array.from({ length: 9 }, () => row(0.9, true))])!;
  expect(found.curve).toEqual([
    { share: 0.9, accuracy: 1 },
    { share: 1, accuracy: 0.9 },
  ]);
  expect(answeredShare([refused])).toBeNull();
  expect(answeredShare([{ id: "a", truth: ["yes"], answer: ["yes"] }])).toBeNull();
});

test("20 of 20 right do not show an accuracy of 90 %: the share may be none", () => {
  const rows = Array.from({ length: 200 }, (_, i) => row(1 - i / 200, i < 20 || i % 2 === 0));
  const { share } = answeredShare(rows)!.targets.find(({ accuracy }) => accuracy === 0.9)!;
  expect(share.value).toBeGreaterThanOrEqual(0.1);
  expect(share.low).toBe(0);
});

test("all right: no accuracy above is asked for", () => {
  const found = answeredShare(Array.from({ length: 30 }, (_, i) => row(i / 30, true)))!;
  expect(found.targets).toEqual([]);
  expect(found.area).toMatchObject({ value: 0, low: 0 });
  expect(found.area.high).toBeGreaterThan(0);
});

/** Rows whose chance of being right is their confidence, uniform from 0.5 to 1: 95 % of the answers above 0.9 are right, and the mean over all is 75 %. */
function drawn(rows: number, groupSize: number, random: Random): Outcome[] {
  return Array.from({ length: Math.ceil(rows / groupSize) }, (_, group) => {
    const value = 0.5 + 0.5 * random.uniform();
    const isRight = random.uniform() < value;
    return Array.from({ length: groupSize }, () => row(value, isRight, groupSize > 1 ? String(group) : undefined));
  }).flat();
}

test.each([
  { rows: 300, groupSize: 1 },
  { rows: 1000, groupSize: 1 },
  { rows: 1000, groupSize: 5 },
])("the intervals of area and share cover the truth: $rows rows in groups of $groupSize", ({ rows, groupSize }) => {
  const stream = random(5, `${rows} ${groupSize}`);
  const draws = 150;
  // Accuracy of the surest share s: mean of 1 − s/2 … 1, so 1 − s/4. Its error, averaged over s: 1/8. Accuracy 0.9 is met by s = 0.4.
  let [area, share, isBelow] = [0, 0, 0];
  for (let draw = 0; draw < draws; draw++) {
    const found = answeredShare(drawn(rows, groupSize, stream))!;
    if (found.area.low <= 0.125 && 0.125 <= found.area.high) area++;
    const target = found.targets.find(({ accuracy }) => accuracy === 0.9)!.share;
    if (target.low <= 0.4 && 0.4 <= target.high) share++;
    if (target.low > 0.4) isBelow++;
  }
  expect(area / draws).toBeGreaterThan(0.9);
  expect(share / draws).toBeGreaterThan(0.9);
  // "So many at 90 %, beyond doubt" is seldom too many.
  expect(isBelow / draws).toBeLessThan(0.05);
});
