import { describe, expect, it } from "vitest";
import { smoothedLoss, type TrainingPoint, trainingChartLines } from "../../src/cli/training-chart.js";
import { displayWidth } from "../../src/lib/text/display-width.js";
import { style } from "../../src/report/terminal/style.js";

const plain = style(false);
const pointsOf = (losses: readonly number[], more: Readonly<Record<string, number>> = {}): TrainingPoint[] =>
  losses.map((loss, i) => ({ step: i + 1, at: i, values: { loss, ...more } }));
/** From 3 down to 1 in a straight line. */
const falling = (count: number, of = count): number[] => Array.from({ length: count }, (_, i) => 3 - (2 * i) / (of - 1));

describe("the smoothed loss", () => {
  it("is a moving average whose start is not biased, whatever the first loss is", () => {
    expect(smoothedLoss(pointsOf([2, 2, 2, 2]), 100).map(({ loss }) => loss)).toEqual(
      [2, 2, 2, 2].map((x) => expect.closeTo(x, 12)),
    );
    // Over 5 % of 100 steps the newest loss weighs 2/6, and the one before 2/6 · 4/6; together they weigh 1.
    const [, second] = smoothedLoss(pointsOf([1, 4]), 100);
    expect(second?.loss).toBeCloseTo((1 * (2 / 3) + 4) / (2 / 3 + 1), 12);
  });

  it("passes over what is no number", () => {
    expect(smoothedLoss(pointsOf([1, Number.NaN, 1]), 3)).toHaveLength(2);
  });
});

describe("the chart of a training", () => {
  it("falls from the highest loss at the left to the lowest at the right", () => {
    const lines = trainingChartLines(pointsOf(falling(20)), 20, 16, plain);
    expect(lines).toEqual([" 3 ┤⠑⠤⢄", "   │   ⠑⠤⢄", "   │      ⠑⠒⢄", " 1 ┤         ⠑⠒⢄"]);
  });

  it("leaves room for the steps to come", () => {
    const whole = trainingChartLines(pointsOf(falling(100)), 100, 60, plain);
    const half = trainingChartLines(pointsOf(falling(50)), 100, 60, plain);
    const columns = (lines: readonly string[]): number => Math.max(...lines.map(displayWidth));
    expect(columns(whole)).toBe(60);
    expect(columns(half)).toBeGreaterThan(30);
    expect(columns(half)).toBeLessThan(36);
  });

  it("shows the learning rate below, and held-out losses as marks", () => {
    const points = Array.from({ length: 40 }, (_, i) => ({
      step: i + 1,
      at: i,
      values: { loss: 2, learningRate: i < 20 ? i / 20 : (40 - i) / 20, ...(i === 19 ? { validationLoss: 3 } : {}) },
    }));
    const lines = trainingChartLines(points, 40, 25, plain);
    expect(lines).toHaveLength(5);
    expect(lines[0]).toBe(" 3 ┤          ●");
    expect(lines[4]).toMatch(/^lr │▁[▁-▇]+█+[▁-▇]+$/);
  });

  it("lets no single wild batch press the curve flat", () => {
    const losses = falling(100);
    losses[50] = 1000;
    const [first] = trainingChartLines(pointsOf(losses), 100, 60, plain);
    // Smoothed over 5 steps the wild one still stands out, at a third of its height.
    expect(Number(first?.split(" ")[0])).toBeLessThan(400);
  });

  it("is not drawn where it would say nothing", () => {
    expect(trainingChartLines(pointsOf([1]), 10, 80, plain)).toEqual([]);
    expect(trainingChartLines(pointsOf(falling(20)), 20, 12, plain)).toEqual([]);
    expect(trainingChartLines(pointsOf(falling(20)), 20, 40, plain).every((line) => displayWidth(line) <= 40)).toBe(true);
    expect(trainingChartLines(pointsOf([1, 1, 1]), 3, 40, plain)).toHaveLength(4);
  });
});
