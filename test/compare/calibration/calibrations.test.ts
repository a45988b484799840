import { expect, test } from "vitest";
import { compare } from "../../../src/compare/compare.js";
import { random } from "../../../src/lib/random.js";
import type { Query } from "../../../src/types/data.js";
import type { Prediction } from "../../../src/types/prediction.js";
import { assumptions, fake, labelOf, labels, majority, rowOf, task } from "../fakes.js";

/** Right with probability `skill`, and claims `claim` of its answer whatever that is. */
function claiming(skill: number, claim: number): (query: Query) => Prediction {
  return (query) => {
    const truth = labelOf(rowOf(query));
    const others = labels.filter((label) => label !== truth);
    const draw = random(rowOf(query), `${query.id} ${skill}`);
    const answer = draw.uniform() < skill ? truth : others[draw.integer(2)]!;
    const scores = Object.fromEntries(labels.map((label) => [label, label === answer ? claim : (1 - claim) / 2]));
    return { answer: [answer], scores };
  };
}

test("each approach that tells how sure it is has its claims held against the rows, with a temperature where validation rows were held out", async () => {
  const unsure = (query: Query): Prediction =>
    rowOf(query) === 7
      ? { answer: null, failure: "error" }
      : { ...claiming(0.8, 0.8)(query), confidence: { value: 0.8, source: "stated" } };
  const { calibrations } = await compare(
    task({ trainRows: 400, testRows: 300 }),
    [
      fake("baseline:majority", "baseline", () => ({ answer: [majority()], scores: { billing: 0.6, login: 0.3, other: 0.1 } }))
        .approach,
      fake("tune:sure", "tune", claiming(0.7, 0.99)).approach,
      fake("tune:honest", "tune", claiming(0.9, 0.9)).approach,
      fake("tune:silent", "tune", () => "billing").approach,
      fake("prompt:alone", "prompt", unsure).approach,
    ],
    { seeds: [1], assumptions },
  );
  const of = (approach: string) => calibrations!.find((each) => each.approach === approach)!;
  expect(calibrations!.map(({ approach }) => approach).sort()).toEqual(["prompt:alone", "tune:honest", "tune:sure"]);
  const [sure, honest, alone] = [of("tune:sure"), of("tune:honest"), of("prompt:alone")];
  if (sure.temperature.kind !== "fitted" || honest.temperature.kind !== "fitted") throw new Error("not fitted");
  // 99 % claimed, 70 % right: log-odds against both others of log(198) are to become log(0.7 / 0.15).
  expect(sure.reliability.excess).toBeGreaterThan(0.2);
  expect(sure.temperature.value.low).toBeLessThan(Math.log(198) / Math.log(0.7 / 0.15));
  expect(sure.temperature.value.high).toBeGreaterThan(Math.log(198) / Math.log(0.7 / 0.15));
  expect(sure.temperature.validationRows).toBe(80);
  expect(sure.temperature.reliability.ece).toBeLessThan(sure.reliability.ece / 2);
  expect(honest.temperature.value.low).toBeLessThan(1);
  expect(honest.temperature.value.high).toBeGreaterThan(1);
  expect(alone.temperature).toEqual({ kind: "not-fitted", reason: "no-validation-rows" });
  // The row that failed says nothing.
  expect(alone.answered!.rows).toBe(299);
});

test("what is stated gets a curve beside the temperature, fitted on validation rows, and its error on the test rows is smaller", async () => {
  const stated =
    (skill: number) =>
    (query: Query): Prediction => {
      const { answer } = claiming(skill, 0.9)(query);
      return { answer, confidence: { value: 0.95, source: "stated" } };
    };
  const { calibrations } = await compare(
    task({ trainRows: 800, testRows: 300 }),
    [fake("prompt:a", "prompt", stated(0.7)).approach, fake("prompt:b", "prompt", claiming(0.6, 0.9)).approach],
    { seeds: [1], assumptions },
  );
  const [a, b] = ["prompt:a", "prompt:b"].map((name) => calibrations!.find(({ approach }) => approach === name)!);
  expect(a!.claims).toBe("stated");
  expect(a!.isotonic!.validationRows).toBe(160);
  expect(a!.isotonic!.reliability.ece).toBeLessThan(a!.reliability.ece / 2);
  expect(b!.isotonic).toBeUndefined();
});
