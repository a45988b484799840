import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { isotonicCurve, isotonicValue } from "../../../src/compare/calibration/isotonic.js";
import { answerConfidence, calibrated, fitScoreCalibration } from "../../../src/compare/calibration/score-calibration.js";
import { random } from "../../../src/lib/random.js";
import type { ScoreCalibration } from "../../../src/types/cascade.js";
import type { Outcome } from "../../../src/types/prediction.js";

const golden = JSON.parse(readFileSync(new URL("../../../golden/cascade.json", import.meta.url), "utf8"));
const space = { labels: ["a", "b", "c"], isMultiLabel: false };

test("isotonic curves are scikit-learn's, with ties, level stretches and beyond the ends", () => {
  for (const { claims, hits, claimed, observed, asked, values } of golden.isotonic) {
    const curve = isotonicCurve(claims, hits);
    expect(curve.claimed).toEqual(claimed);
    for (const [i, value] of observed.entries()) expect(curve.observed[i]).toBeCloseTo(value, 12);
    for (const [i, claim] of asked.entries()) expect(isotonicValue(curve, claim)).toBeCloseTo(values[i], 12);
  }
});

/** Claims that are too sure: right in `claim − 0.15` of the cases. */
function overconfident(rows: number, say: (claim: number, isRight: boolean) => Partial<Outcome>): Outcome[] {
  const draw = random(3, "claims");
  return Array.from({ length: rows }, (_, row) => {
    const claim = 0.75 + 0.05 * draw.integer(5);
    const isRight = draw.uniform() < claim - 0.15;
    return { id: `${row}`, truth: ["a"], answer: [isRight ? "a" : "b"], ...say(claim, isRight) };
  });
}

test("probabilities get a temperature, what is stated a curve, and neither changes an answer or their order", () => {
  const scored = overconfident(400, (claim, isRight) => ({
    scores: { a: isRight ? claim : 1 - claim, b: isRight ? 1 - claim : claim, c: 0 },
  }));
  const stated = overconfident(400, (value) => ({ confidence: { value, source: "stated" } }));
  const [temperature, curve] = [fitScoreCalibration(scored, space)!, fitScoreCalibration(stated, space)!];
  expect(temperature).toMatchObject({ kind: "temperature", claims: "scores", rows: 400 });
  expect(curve).toMatchObject({ kind: "isotonic", claims: "stated" });
  for (const row of scored) {
    const { scores } = calibrated(row, temperature, space);
    expect(Object.values(scores!).reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 12);
    expect(scores![row.answer![0]!]).toBe(Math.max(...Object.values(scores!)));
  }
  const claims = [0.75, 0.8, 0.85, 0.9, 0.95].map(
    (value) => calibrated({ ...stated[0]!, confidence: { value, source: "stated" } }, curve, space).confidence!.value,
  );
  expect(claims).toEqual(claims.toSorted((a, b) => a - b));
  const mean = claims.reduce((sum, each) => sum + each, 0) / 5;
  expect(mean).toBeGreaterThan(0.63);
  expect(mean).toBeLessThan(0.77);
});

test("a calibration of scores leaves confidences of another kind as they are, and moves those that are of the scores", () => {
  const halved: ScoreCalibration = { kind: "temperature", claims: "scores", rows: 50, temperature: 2 };
  const said = { answer: ["a"], scores: { a: 0.9, b: 0.1, c: 0 } };
  const expected = 3 / (3 + 1 + 3 * Math.sqrt(Number.EPSILON / 0.9));
  expect(calibrated(said, halved, space).scores!["a"]).toBeCloseTo(expected, 9);
  expect(calibrated({ ...said, confidence: { value: 0.9, source: "logprob" } }, halved, space).confidence!.value).toBeCloseTo(
    expected,
    9,
  );
  expect(calibrated({ ...said, confidence: { value: 0.5, source: "stated" } }, halved, space).confidence!.value).toBe(0.5);
  expect(calibrated(said, null, space)).toBe(said);
  expect(calibrated({ answer: null, failure: "error" as const }, halved, space)).toEqual({ answer: null, failure: "error" });
});

test("too few validation rows, or cut scores, calibrate nothing; few stated ones get a temperature", () => {
  const rows = overconfident(60, (value) => ({ confidence: { value, source: "stated" } }));
  expect(fitScoreCalibration(rows.slice(0, 19), space)).toBeNull();
  expect(fitScoreCalibration([], space)).toBeNull();
  expect(fitScoreCalibration(rows, space)).toMatchObject({ kind: "temperature", claims: "stated" });
});

test("of several labels the least sure decision counts, also of none", () => {
  const several = { labels: ["a", "b"], isMultiLabel: true };
  expect(answerConfidence({ answer: ["a"], scores: { a: 0.9, b: 0.3 } }, several)).toBeCloseTo(0.7, 12);
  expect(answerConfidence({ answer: [], scores: { a: 0.2, b: 0.1 } }, several)).toBeCloseTo(0.8, 12);
  expect(answerConfidence({ answer: null }, several)).toBe(Number.NEGATIVE_INFINITY);
  expect(answerConfidence({ answer: ["a"] }, space)).toBeNull();
});
