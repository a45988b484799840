import { describe, expect, it } from "vitest";
import { planMeasurements } from "../../src/compare/plan.js";
import { timeLeft } from "../../src/compare/time-left.js";
import { fake, task, wrongEvery } from "./fakes.js";

const rows = task();
const approaches = ["tune:a", "tune:b", "prompt:c"].map(
  (name) => fake(name, name.startsWith("tune") ? "tune" : "prompt", wrongEvery(10, 1)).approach,
);
const plan = planMeasurements(rows, approaches, [42]);
const ofTest = (name: string) => plan.filter(({ approach, split }) => approach.name === name && split === "test");

describe("the time left", () => {
  it("is what the approaches expect, before anything is measured", () => {
    const left = timeLeft(
      rows,
      new Map([
        ["tune:a", 20],
        ["prompt:c", 10],
      ]),
    );
    expect(left.of([...ofTest("tune:a"), ...ofTest("prompt:c")])).toBeCloseTo(30);
    // Fewer rows take less.
    const ofChoice = left.of(plan.filter(({ approach, split }) => approach.name === "tune:a" && split === "validation"))!;
    expect(ofChoice).toBeGreaterThan(5);
    expect(ofChoice).toBeLessThan(20);
  });

  it("follows what an approach took, and of the others how wrong they were", () => {
    const left = timeLeft(
      rows,
      new Map([
        ["tune:a", 20],
        ["tune:b", 5],
        ["prompt:c", 10],
      ]),
    );
    left.add(ofTest("tune:a")[0]!, 40);
    expect(left.of(ofTest("tune:a"))).toBeCloseTo(40);
    expect(left.of(ofTest("tune:b"))).toBeCloseTo(10);
    left.add(ofTest("tune:b")[0]!, 1);
    expect(left.of(ofTest("tune:b"))).toBeCloseTo(1);
    expect(left.of(ofTest("prompt:c"))).toBeCloseTo((10 * 41) / 25);
  });

  it("does not take one that was far off for a law", () => {
    const left = timeLeft(
      rows,
      new Map([
        ["tune:a", 2],
        ["tune:b", 5],
      ]),
    );
    left.add(ofTest("tune:a")[0]!, 4000);
    expect(left.of(ofTest("tune:b"))).toBeCloseTo(50);
  });

  it("is not known where nothing is expected", () => {
    expect(timeLeft(rows, new Map()).of(plan)).toBeUndefined();
  });
});
