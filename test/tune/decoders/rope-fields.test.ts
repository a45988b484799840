import { expect, it } from "vitest";
import { ropeAngles } from "../../../src/tune/decoders/rope-fields.js";
import { rotaryFrequencies } from "../../../src/tune/encoders/rotary.js";
import { goldenGguf } from "../pretrained/gguf/golden-gguf.js";

const [width, theta] = [128, 1e6];
const plain = rotaryFrequencies(width, theta);

it("leaves angles as they are by default, and divides all by the factor where it is linear", () => {
  expect(ropeAngles(width, theta, { rope_type: "default" })).toEqual({ frequencies: plain, factor: 1 });
  const linear = ropeAngles(width, theta, { rope_type: "linear", factor: 4 });
  expect(linear).toEqual({ frequencies: plain.map((frequency) => frequency / 4), factor: 1 });
});

it("keeps Llama 3's high frequencies, and divides the low ones", () => {
  const scaling = goldenGguf.ropeScaling["llama3"] as {
    readonly factor: number;
    readonly original_max_position_embeddings: number;
  };
  const { frequencies, factor } = ropeAngles(width, 5e5, {
    rope_type: "llama3",
    low_freq_factor: 1,
    high_freq_factor: 4,
    ...scaling,
  });
  expect(factor).toBe(1);
  for (const [pair, before] of rotaryFrequencies(width, 5e5).entries()) {
    const turns = (8192 * before) / (2 * Math.PI);
    if (turns > 4) expect(frequencies[pair]).toBe(before);
    else if (turns < 1) expect(frequencies[pair]).toBe(before / 32);
    else expect(before / frequencies[pair]!).toBeGreaterThan(1);
  }
});

it("keeps YaRN's pairs that turn more than 32 times in the first training's texts, divides those that turn less than once, and sharpens attention", () => {
  const original = 32_768;
  const { frequencies, factor } = ropeAngles(width, theta, {
    rope_type: "yarn",
    factor: 4,
    original_max_position_embeddings: original,
  });
  // Section 3.4 of the paper: √(1/t) = 0.1 ln(s) + 1.
  expect(factor).toBeCloseTo(0.1 * Math.log(4) + 1, 12);
  const shares = plain.map((before, pair) => before / frequencies[pair]!);
  for (const [pair, before] of plain.entries()) {
    const turns = (original * before) / (2 * Math.PI);
    // Where it changes is rounded outward to whole pairs, each of which turns 1.24 times as often as the next.
    if (turns > 32 * 1.25) expect(shares[pair]).toBe(1);
    if (turns < 1 / 1.25) expect(shares[pair]).toBeCloseTo(4, 12);
    if (pair > 0) expect(shares[pair]!).toBeGreaterThanOrEqual(shares[pair - 1]!);
  }
  expect(shares.filter((share) => share > 1 && share < 3.999).length).toBeGreaterThan(5);
  const settled = ropeAngles(width, theta, {
    rope_type: "yarn",
    factor: 4,
    original_max_position_embeddings: original,
    attention_factor: 1,
  });
  expect(settled).toEqual({ frequencies, factor: 1 });
});
