import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { random } from "../../../src/lib/random.js";
import { density, nextChoices, partTrials, type Trial } from "../../../src/prompt/optimizers/tpe.js";

/** Reference values of Optuna; see `golden/make_tpe.py`. */
const golden = JSON.parse(readFileSync(new URL("../../../golden/tpe.json", import.meta.url), "utf8")) as {
  readonly sizes: readonly number[];
  readonly cases: readonly {
    readonly trials: readonly (readonly number[])[];
    readonly densities: readonly { readonly choices: readonly number[]; readonly density: number }[];
  }[];
  readonly good: readonly { readonly trials: number; readonly good: number }[];
};

it("gives choices the density that Optuna gives them", () => {
  for (const { trials, densities } of golden.cases) {
    const seen = trials.map((choices): Trial => ({ choices, score: 0 }));
    for (const each of densities) expect(density(each.choices, seen, golden.sizes)).toBeCloseTo(each.density, 10);
  }
});

it("takes as many trials for good as Optuna", () => {
  for (const { trials, good } of golden.good) {
    const parted = partTrials(Array.from({ length: trials }, (_, score) => ({ choices: [0], score })));
    expect(parted.good).toHaveLength(good);
    expect(parted.good.every(({ score }) => score >= trials - good)).toBe(true);
  }
});

it("finds the best of 324 combinations from noisy scores sooner than chance does", () => {
  const sizes = [18, 18];
  const goodness = ([a, b]: readonly number[]): number => 0.5 + (a === 7 ? 0.2 : 0) + (b === 11 ? 0.2 : 0);
  const best = (
    seed: number,
    choose: (trials: readonly Trial[], stream: ReturnType<typeof random>) => readonly number[],
  ): number => {
    const stream = random(seed, "trial");
    const trials: Trial[] = [];
    for (let i = 0; i < 60; i++) {
      const choices = choose(trials, stream);
      trials.push({ choices, score: goodness(choices) + 0.05 * stream.normal() });
    }
    return Math.max(...trials.map(({ choices }) => goodness(choices)));
  };
  const mean = (choose: Parameters<typeof best>[1]): number => {
    const runs = Array.from({ length: 100 }, (_, seed) => best(seed, choose));
    return runs.reduce((sum, value) => sum + value, 0) / runs.length;
  };
  const byChance = mean((_, stream) => sizes.map((size) => stream.integer(size)));
  const byTrials = mean((trials, stream) => nextChoices(trials, sizes, stream));
  expect(byChance).toBeLessThan(0.8);
  expect(byTrials).toBeGreaterThan(byChance + 0.05);
});
