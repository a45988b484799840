import { describe, expect, it } from "vitest";
import { type Evaluation, lbfgs } from "../../../src/tune/regression/lbfgs.js";
import { probeGolden } from "./golden-probe.js";

/** Rosenbrock's function in any number of dimensions, as `scipy.optimize.rosen`. */
function rosenbrock(x: Float64Array): Evaluation {
  const gradient = new Float64Array(x.length);
  let value = 0;
  for (let i = 0; i + 1 < x.length; i++) {
    const bend = x[i + 1]! - x[i]! ** 2;
    value += 100 * bend ** 2 + (1 - x[i]!) ** 2;
    gradient[i]! += -400 * x[i]! * bend - 2 * (1 - x[i]!);
    gradient[i + 1]! += 200 * bend;
  }
  return { value, gradient };
}

const tight = { gradientTolerance: 1e-9, maxIterations: 1000 };

describe("lbfgs", () => {
  it("finds the minimum that SciPy finds on the Rosenbrock function", async () => {
    const { start, point } = probeGolden.rosenbrock;
    const minimum = await lbfgs(rosenbrock, Float64Array.from(start), tight);
    expect(minimum.stoppedBy).toBe("gradient");
    for (const [j, value] of point.entries()) expect(minimum.point[j]).toBeCloseTo(value, 6);
    expect(minimum.value).toBeLessThan(1e-15);
    expect(minimum.evaluations).toBeLessThan(120);
  });

  it("solves a badly scaled quadratic", async () => {
    const scales = [1, 1e2, 1e4, 1e6];
    const quadratic = (x: Float64Array): Evaluation => ({
      value: scales.reduce((sum, scale, j) => sum + 0.5 * scale * (x[j]! - j) ** 2, 0),
      gradient: Float64Array.from(scales, (scale, j) => scale * (x[j]! - j)),
    });
    const minimum = await lbfgs(quadratic, new Float64Array(4), { gradientTolerance: 1e-8, maxIterations: 500 });
    for (let j = 0; j < 4; j++) expect(minimum.point[j]).toBeCloseTo(j, 6);
  });

  it("takes the same steps where the gradient is written into the memory that it offers, and where the first one is known", async () => {
    const start = Float64Array.of(-1.2, 1, 0.5, 2);
    const expected = await lbfgs(rosenbrock, start, tight);
    const offered = new Set<Float64Array>();
    const intoSpare = (x: Float64Array, spare: Float64Array): Evaluation => {
      offered.add(spare.fill(Number.NaN));
      const { value, gradient } = rosenbrock(x);
      spare.set(gradient);
      return { value, gradient: spare };
    };
    expect(await lbfgs(intoSpare, start, tight)).toEqual(expected);
    // The memory of the steps taken serves the next: only what trials that were given up had is made anew.
    expect(offered.size).toBeLessThan(expected.evaluations / 2);
    expect(await lbfgs(rosenbrock, start, { ...tight, atStart: rosenbrock(start) })).toEqual(expected);
  });

  it("holds each component of the gradient against the tolerance by its own scale", async () => {
    const bowl = (x: Float64Array): Evaluation => ({ value: 0.5 * (x[0]! ** 2 + x[1]! ** 2), gradient: x.slice() });
    const start = Float64Array.of(3, 0.5);
    const options = { gradientTolerance: 1, maxIterations: 100 };
    expect((await lbfgs(bowl, start, { ...options, gradientScales: Float64Array.of(0.1, 1) })).iterations).toBe(0);
    expect((await lbfgs(bowl, start, { ...options, gradientScales: Float64Array.of(0.1, 3) })).iterations).toBeGreaterThan(0);
    expect((await lbfgs(bowl, start, options)).iterations).toBeGreaterThan(0);
  });

  it("leaves the start alone and stays there if it is the minimum", async () => {
    const start = Float64Array.of(1, 1, 1);
    const minimum = await lbfgs(rosenbrock, start, tight);
    expect(minimum).toMatchObject({ iterations: 0, evaluations: 1, stoppedBy: "gradient", value: 0 });
    expect([...start]).toEqual([1, 1, 1]);
  });

  it("steps back where the function is infinite", async () => {
    // -log x + x, minimum at 1; a first step from 1e-3 along the gradient lands far off, one to the left is outside.
    const barrier = ([x]: Float64Array): Evaluation => ({
      value: x! > 0 ? x! - Math.log(x!) : Number.POSITIVE_INFINITY,
      gradient: Float64Array.of(1 - 1 / x!),
    });
    const minimum = await lbfgs(barrier, Float64Array.of(5), tight);
    expect(minimum.point[0]).toBeCloseTo(1, 8);
  });

  it("says so where rounding ends the search before the tolerance is met", async () => {
    const rough = (x: Float64Array): Evaluation => {
      const { value, gradient } = rosenbrock(x);
      return { value: value + 1e6, gradient };
    };
    const minimum = await lbfgs(rough, Float64Array.of(-1.2, 1), { gradientTolerance: 1e-14, maxIterations: 1000 });
    expect(minimum.stoppedBy).toBe("precision");
  });

  it("stops at the limit of iterations", async () => {
    const minimum = await lbfgs(rosenbrock, Float64Array.of(-1.2, 1), { gradientTolerance: 1e-9, maxIterations: 3 });
    expect(minimum).toMatchObject({ iterations: 3, stoppedBy: "iterations" });
  });

  it("stops at an aborted signal", async () => {
    const controller = new AbortController();
    let evaluations = 0;
    const objective = (x: Float64Array): Evaluation => {
      if (++evaluations === 4) controller.abort(new Error("enough"));
      return rosenbrock(x);
    };
    await expect(lbfgs(objective, Float64Array.of(-1.2, 1), { ...tight, signal: controller.signal })).rejects.toThrow("enough");
    expect(evaluations).toBe(4);
  });

  it("refuses a start where the function has no value", async () => {
    const nowhere = (): Evaluation => ({ value: Number.NaN, gradient: Float64Array.of(Number.NaN) });
    await expect(lbfgs(nowhere, Float64Array.of(0), tight)).rejects.toThrow(/NaN at the start/);
  });
});
