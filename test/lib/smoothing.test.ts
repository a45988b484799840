import { expect, it } from "vitest";
import { movingAverage } from "../../src/lib/smoothing.js";

it("a moving average starts at the first value, and keeps what is constant", () => {
  expect(movingAverage([2, 2, 2], 9)).toEqual([2, 2, 2].map((value) => expect.closeTo(value, 12)));
  expect(movingAverage([], 9)).toEqual([]);
  expect(movingAverage([1, 5, 2], 1)).toEqual([1, 5, 2]);
});

it("weighs like pandas' ewm(span=3, adjust=True)", () => {
  // Weights 1, ½, ¼ from the newest back: (4 + ½·2 + ¼·1) / 1¾.
  expect(movingAverage([1, 2, 4], 3)).toEqual(
    [1, (2 + 0.5) / 1.5, (4 + 1 + 0.25) / 1.75].map((value) => expect.closeTo(value, 12)),
  );
});
