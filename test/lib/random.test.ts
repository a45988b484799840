import { describe, expect, it } from "vitest";
import { drawn, random } from "../../src/lib/random.js";

describe("seeded random numbers", () => {
  it("are the same for the same seed and stream, and others for another", () => {
    const draw = (seed: number, stream?: string) => Array.from({ length: 5 }, random(seed, stream).uniform);
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    expect(draw(1, "split")).not.toEqual(draw(1, "demos"));
    expect(draw(1)).not.toEqual(draw(1 + 2 ** 32));
  });

  it("are uniform: the chi-squared statistic of 16 bins stays below its 99.9 % point", () => {
    const { uniform } = random(7);
    const bins = new Array<number>(16).fill(0);
    const n = 160_000;
    for (let i = 0; i < n; i++) bins[Math.floor(uniform() * 16)]! += 1;
    const chiSquared = bins.reduce((sum, count) => sum + (count - n / 16) ** 2 / (n / 16), 0);
    // scipy.stats.chi2.ppf(0.999, 15)
    expect(chiSquared).toBeLessThan(37.697);
  });

  it("are normal: mean and variance within four standard errors", () => {
    const { normal } = random(8);
    const n = 100_000;
    const values = Array.from({ length: n }, normal);
    const mean = values.reduce((a, b) => a + b) / n;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n;
    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
  });

  it("shuffle: every order of three items is as likely", () => {
    const { shuffle } = random(9);
    const counts = new Map<string, number>();
    for (let i = 0; i < 60_000; i++) {
      const order = shuffle(["a", "b", "c"]).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 10_000)).toBeLessThan(4 * Math.sqrt(10_000));
  });

  it("keep integers within their limit", () => {
    const { integer } = random(10);
    const seen = new Set(Array.from({ length: 1_000 }, () => integer(7)));
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it("draw from a softmax at a temperature: the chi-squared statistic stays below its 99.9 % point", () => {
    const logprobs = [-0.5, -1, -3, Number.NEGATIVE_INFINITY];
    const [temperature, n] = [2, 60_000];
    const stream = random(10);
    const counts = logprobs.map(() => 0);
    for (let i = 0; i < n; i++) counts[drawn(logprobs, temperature, stream)]! += 1;
    const weights = logprobs.map((logprob) => Math.exp(logprob / temperature));
    const total = weights.reduce((a, b) => a + b);
    const expected = weights.map((weight) => (n * weight) / total);
    expect(counts[3]).toBe(0);
    // scipy.stats.chi2.ppf(0.999, 2)
    expect([0, 1, 2].reduce((sum, i) => sum + (counts[i]! - expected[i]!) ** 2 / expected[i]!, 0)).toBeLessThan(13.816);
    expect(drawn([-2, -1, -1], 0, stream)).toBe(1);
  });
});
