/**
 * @file Advice on simulated tasks whose truth is known: how often it picks the better one, and how often "none is good enough" is right.
 * `npm run bench advice` has the whole table.
 */
import { expect, test } from "vitest";
import { decided, toldNotGoodEnough } from "../../bench/advice/advice.js";

const testRows = 1600;

test("where the arms differ by five points, it picks the better one, and never the worse", () => {
  const { tasks, better, worse } = decided(30, { difference: 0.05, testRows });
  expect(better).toBeGreaterThanOrEqual(0.95 * tasks);
  expect(worse).toBe(0);
});

test("where they differ by hardly more than the margin, it may pick none, and hardly ever the worse", () => {
  const { tasks, better, worse, ahead } = decided(30, { difference: 0.02, testRows });
  expect(worse).toBeLessThanOrEqual(0.05 * tasks);
  expect(better + ahead).toBeGreaterThanOrEqual(0.8 * tasks);
});

test('"none is good enough" is said of hardly a task that is as good as is needed, and of every one far below', () => {
  // Both arms have to be below by chance.
  expect(toldNotGoodEnough(30, { accuracy: 0.85, needed: 0.85, testRows })).toBeLessThanOrEqual(1);
  expect(toldNotGoodEnough(8, { accuracy: 0.79, needed: 0.85, testRows })).toBe(8);
});
