import { describe, expect, test } from "vitest";
import { luckOf, luckSource, type RunSpread, runDeviations } from "../../../src/compare/curves/run-luck.js";
import { random } from "../../../src/lib/random.js";

const spread = (distances: readonly number[], varianceOfRows = 0): RunSpread => ({
  seeds: distances.map((_, seed) => seed),
  distances,
  varianceOfRows,
});

/** The distance between the quartiles. */
function quartiles(values: Float64Array): number {
  const sorted = values.toSorted();
  return sorted[Math.floor(0.75 * sorted.length)]! - sorted[Math.floor(0.25 * sorted.length)]!;
}

describe("how far runs lie apart", () => {
  test("is pooled over a size and its neighbors, whose runs count half", () => {
    const found = runDeviations([spread([-0.1, 0, 0.1]), spread([-0.2, 0, 0.2]), spread([0]), spread([-0.05, 0.05])]);
    expect(found[0]).toEqual({ deviation: expect.closeTo(Math.sqrt((0.02 + 0.08) / 4), 12), degrees: 3 });
    expect(found[1]).toEqual({ deviation: expect.closeTo(Math.sqrt((0.02 + 0.08) / 4), 12), degrees: 3 });
    expect(found[2]).toEqual({ deviation: expect.closeTo(Math.sqrt((0.08 + 0.005) / 3), 12), degrees: 1 });
    expect(found[3]).toEqual({ deviation: expect.closeTo(Math.sqrt(0.005), 12), degrees: 1 });
  });

  test("leaves out what is due to the test rows", () => {
    expect(runDeviations([spread([-0.1, 0, 0.1], 0.006)])[0]!.deviation).toBeCloseTo(Math.sqrt(0.004), 12);
    expect(runDeviations([spread([-0.1, 0, 0.1], 0.02)])[0]!.deviation).toBe(0);
  });

  test("is that of the nearest size where no neighbor has two runs, and unknown where none has", () => {
    const found = runDeviations([spread([-0.1, 0.1]), spread([0]), spread([0]), spread([0])]);
    expect(found[3]).toEqual(found[1]);
    expect(runDeviations([spread([0]), spread([0])])).toEqual([null, null]);
    expect(runDeviations([])).toEqual([]);
  });
});

describe("luck", () => {
  test("of a mean of four runs is half that of one, and wider the less is known of it", () => {
    const source = luckSource(20_000, random(1, "luck"));
    const runs = spread([-0.1, -0.1, 0.1, 0.1]);
    const { mean, single } = luckOf(runs, { deviation: 0.1, degrees: 3 }, source);
    // Student's t with 3 degrees of freedom has its quartiles at ±.765, with 30 at ±.683.
    expect(quartiles(single) / 0.1).toBeCloseTo(2 * 0.765, 1);
    expect(quartiles(mean) / quartiles(single)).toBeCloseTo(0.5, 1);
    expect(quartiles(luckOf(runs, { deviation: 0.1, degrees: 30 }, source).single) / 0.1).toBeCloseTo(2 * 0.683, 1);
  });

  test("of a seed is the same wherever its runs lie on the same side", () => {
    const source = luckSource(2000, random(1, "luck"));
    const known = { deviation: 0.1, degrees: 2 };
    const here = luckOf(spread([-0.1, 0, 0.1]), known, source).mean;
    const same = luckOf(spread([-0.2, 0, 0.2]), known, source).mean;
    const opposite = luckOf(spread([0.1, 0, -0.1]), known, source).mean;
    expect(same[5]).toBeCloseTo(here[5]!, 12);
    expect(opposite[5]).toBeCloseTo(-here[5]!, 12);
    // Of runs that do not differ nothing is known of the side: theirs is luck of their own.
    const apart = luckOf(spread([0, 0, 0]), known, source).mean;
    const agreeing = apart.reduce((count, value, replicate) => count + Number(value > 0 === here[replicate]! > 0), 0);
    expect(agreeing / 2000).toBeCloseTo(0.5, 1);
  });
});
