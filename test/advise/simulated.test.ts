/** @file Advice on simulated tasks whose truth is known: how often it picks the better one, and how often "none is good enough" is right. */
import { expect, test } from "vitest";
import { decide } from "../../src/advise/decision.js";
import { summarize } from "../../src/compare/summarize.js";
import { random } from "../../src/lib/random.js";
import type { Measurement } from "../../src/types/measurement.js";
import type { Assumptions } from "../../src/types/prices.js";
import { measuredOf } from "../report/fixture.js";

const tasks = 30;
const testRows = 1600;
const labels = ["a", "b"];
const base = measuredOf({ labels, testRows, curveSizes: [] });
const named = (name: string): Measurement =>
  base.measurements.find(({ approach, split }) => approach === name && split === "test")!;
const [tuned, prompted] = [named("tune:probe"), named("prompt:few-shot@openai:gpt-5-mini")];

/** A tuned and a prompted approach with these accuracies, whose errors have something in common: hard rows are hard for both. */
function comparisonOf(task: number, accuracies: readonly [number, number], changes: Partial<Assumptions>) {
  const draws = random(task, "simulated advice");
  const isHard = Array.from({ length: testRows }, () => draws.uniform() < 0.3);
  const answered = (measurement: Measurement, accuracy: number): Measurement => {
    // Of easy rows nearly all are right; the rest follows from the accuracy over both kinds.
    const easy = Math.min(0.99, accuracy + 0.1);
    const hard = (accuracy - 0.7 * easy) / 0.3;
    const outcomes = measurement.outcomes.map(({ id }, row) => {
      const truth = labels[row % 2]!;
      const isRight = draws.uniform() < (isHard[row] ? hard : easy);
      return { id, truth: [truth], characters: 40, answer: [isRight ? truth : labels[(row + 1) % 2]!] };
    });
    return { ...measurement, outcomes };
  };
  const assumptions = { ...base.assumptions, ...changes };
  const measurements = [answered(tuned, accuracies[0]), answered(prompted, accuracies[1])];
  return summarize({ ...base, assumptions, measurements });
}

test("where the arms differ by more than the margin, it picks the better one, and hardly ever the worse", () => {
  const draws = random(1, "accuracies");
  let [better, worse] = [0, 0];
  for (let task = 0; task < tasks; task++) {
    const low = 0.75 + 0.1 * draws.uniform();
    // From three points on: so many rows show that, which they cannot of one that is hardly beyond the margin.
    const high = low + 0.03 + 0.05 * draws.uniform();
    const isTuned = draws.uniform() < 0.5;
    const { choice } = decide(comparisonOf(task, isTuned ? [high, low] : [low, high], {}));
    if (choice === null) continue;
    if ((choice.arm === "tune") === isTuned) better++;
    else worse++;
  }
  expect(better / (better + worse)).toBeGreaterThanOrEqual(0.99);
  expect(worse).toBeLessThanOrEqual(0.01 * tasks);
  expect(better).toBeGreaterThan(0.6 * tasks);
});

test('"none is good enough" is right in 95 of 100 tasks that are as good as is needed, or hardly less', () => {
  let said = 0;
  for (let task = 0; task < tasks; task++) {
    const { ground } = decide(comparisonOf(1000 + task, [0.85, 0.85], { needed: 0.85 }));
    if (ground === "not-good-enough") said++;
  }
  // Both arms have to be below by chance.
  expect(said / tasks).toBeLessThanOrEqual(0.05);
  let found = 0;
  for (let task = 0; task < tasks / 4; task++) {
    const { ground } = decide(comparisonOf(2000 + task, [0.8, 0.78], { needed: 0.85 }));
    if (ground === "not-good-enough") found++;
  }
  expect(found / (tasks / 4)).toBeGreaterThanOrEqual(0.95);
});
