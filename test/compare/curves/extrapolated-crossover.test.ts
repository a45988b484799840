import { describe, expect, test } from "vitest";
import { drawTask, powerLaw, type SimulatedTask, trueCrossover } from "../../../bench/curves/simulated-task.js";
import { type ArmReplicates, crossedBootstrap } from "../../../src/compare/curves/crossed-bootstrap.js";
import { crossover } from "../../../src/compare/curves/crossover.js";
import { extrapolatedCrossover } from "../../../src/compare/curves/extrapolated-crossover.js";
import { random } from "../../../src/lib/random.js";

const task: SimulatedTask = {
  tuned: powerLaw(0.4, 0.95, 0.5),
  prompted: 0.9,
  sizes: [16, 32, 64, 128, 256, 512],
  seeds: 5,
  rows: 4000,
  runDeviation: 0.01,
  lasting: 0.3,
  shared: 0.4,
  own: 0.2,
};

function replicated(of: SimulatedTask): readonly [ArmReplicates, ArmReplicates] {
  const { tuned, prompted } = drawTask(of, random(4, "task"));
  const drawn = crossedBootstrap([tuned, prompted], { replicates: 300 });
  if (drawn.kind === "refused") throw new Error(drawn.reason);
  return [drawn.arms[0]!, drawn.arms[1]!];
}

describe("a crossover beyond what was measured", () => {
  test("is where the fitted curves cross, and not part of what was measured", () => {
    const truth = trueCrossover(task);
    expect(truth).toBeGreaterThan(1024);
    expect(truth).toBeLessThan(4 * 512);
    const [tuned, prompted] = replicated(task);
    expect(crossover(tuned, prompted)).toMatchObject({ labels: { labels: null, censored: "after" } });
    const found = extrapolatedCrossover(tuned, prompted, { chance: 0.2 });
    if (found.kind === "refused") throw new Error(found.reason);
    expect(Math.abs(Math.log2(found.labels.labels! / truth))).toBeLessThan(0.8);
    expect(found.low.labels).toBeLessThan(found.labels.labels!);
    expect(found.high.labels ?? Number.POSITIVE_INFINITY).toBeGreaterThan(found.labels.labels!);
    expect([found.reach, found.largest]).toEqual(["near", 512]);
  });

  test("of two curves", () => {
    const [tuned, prompted] = replicated({ ...task, prompted: powerLaw(0.82, 0.905, 0.3) });
    const found = extrapolatedCrossover(tuned, prompted);
    expect(found).toMatchObject({ kind: "extrapolated", largest: 512 });
  });

  test("is not within eight times the largest size where the curve ends below", () => {
    const [tuned, prompted] = replicated({ ...task, prompted: 0.995 });
    expect(extrapolatedCrossover(tuned, prompted)).toMatchObject({ labels: { labels: null, censored: "after" }, reach: null });
  });

  test("is refused where there is no curve, and says of which approach", () => {
    const [tuned, prompted] = replicated({ ...task, sizes: [16, 32, 64] });
    expect(extrapolatedCrossover(tuned, prompted)).toEqual({ kind: "refused", side: "tuned", reason: "too-few-sizes" });
    expect(extrapolatedCrossover(prompted, tuned)).toEqual({ kind: "refused", side: "tuned", reason: "no-curve" });
    const [learned, few] = replicated(task);
    expect(extrapolatedCrossover(learned, { ...tuned, means: learned.means })).toMatchObject({ side: "prompted" });
    expect(few.kind).toBe("line");
    const [flat, line] = replicated({ ...task, tuned: () => 0.5 });
    expect(extrapolatedCrossover(flat, line, { chance: 0.6 })).toMatchObject({ kind: "refused", reason: "too-few-sizes" });
  });
});
