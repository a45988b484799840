import { describe, expect, it } from "vitest";
import { createDropoutMasks } from "../../../../src/tune/training/dropout/dropout-masks.js";
import { maskBits, philox4x32 } from "../../optimizer/kernel-reference.js";

describe("dropout masks", () => {
  it("come from Philox4x32-10, whose known answers the reference gives", () => {
    // https://github.com/DEShawResearch/random123, tests/kat_vectors, "philox4x32 10".
    const hex = (words: string): number[] => words.split(" ").map((word) => Number.parseInt(word, 16));
    for (const [counter, key, answer] of [
      ["0 0 0 0", "0 0", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"],
      ["ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"],
      ["243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"],
    ] as const)
      expect(philox4x32(hex(counter), hex(key))).toEqual(hex(answer));
  });

  it("are those of the reference, element by element, at every length", () => {
    const seed = 2 ** 40 + 12_345;
    const masks = createDropoutMasks({ seed });
    for (const length of [1, 15, 64, 65, 131, 515]) {
      const [mask] = masks.draw(77, [{ stream: 5, length, keep: 0.9 }]);
      const expected = Float32Array.from({ length }, (_, i) =>
        maskBits(i, seed, 77, 5) < Math.round(0.9 * 65_536) - 32_768 ? 1 / 0.9 : 0,
      );
      expect(mask).toEqual(expected);
    }
  });

  it("do not depend on what else is drawn, nor on the order", () => {
    const specs = [
      { stream: 0, length: 100, keep: 0.9 },
      { stream: 1, length: 300, keep: 0.5 },
      { stream: 2, length: 20_000, keep: 0.8 },
    ];
    const [a, b, c] = createDropoutMasks({ seed: 1 }).draw(3, specs);
    const others = createDropoutMasks({ seed: 1 });
    others.draw(8, [{ stream: 1, length: 200_000, keep: 0.5 }]);
    const [c2, a2, b2] = others.draw(3, [specs[2]!, { ...specs[0]!, length: 200 }, specs[1]!]);
    expect([a2!.slice(0, 100), b2, c2]).toEqual([a, b, c]);
  });

  it("differ by seed, step and stream, and keep about as many as they should", () => {
    const length = 200_000;
    const seeds = [1, 2, 2 ** 32 + 1];
    const drawn = seeds.flatMap((seed) =>
      [0, 1].flatMap((step) =>
        [0, 1].map((stream) => createDropoutMasks({ seed }).draw(step, [{ stream, length, keep: 0.9 }])[0]!),
      ),
    );
    const kept = drawn.map((mask) => mask.reduce((total, value) => total + (value > 0 ? 1 : 0), 0));
    // Five standard deviations of a binomial count.
    for (const count of kept) expect(Math.abs(count - 0.9 * length)).toBeLessThan(5 * Math.sqrt(length * 0.09));
    for (const [i, one] of drawn.entries()) {
      for (const other of drawn.slice(i + 1)) {
        const same = one.reduce((total, value, at) => total + (value === other[at] ? 1 : 0), 0);
        // Independent masks agree where both keep or both drop: 0.81 + 0.01.
        expect(Math.abs(same / length - 0.82)).toBeLessThan(0.005);
      }
    }
  });

  it("as bytes keep the same elements", () => {
    const masks = createDropoutMasks({ seed: 9 });
    const specs = [
      { stream: 4, length: 333, keep: 0.7 },
      { stream: 5, length: 64, keep: 1 },
    ];
    const floats = masks.draw(1, specs).map((mask) => Array.from(mask, (value) => (value > 0 ? 1 : 0)));
    expect(masks.drawBytes(1, specs).map((mask) => Array.from(mask))).toEqual(floats);
    expect(floats[1]!.every((value) => value === 1)).toBe(true);
  });

  it("refuse a probability that is none", () => {
    for (const keep of [0, -0.1, 1.1, Number.NaN])
      expect(() => createDropoutMasks({ seed: 1 }).draw(0, [{ stream: 0, length: 4, keep }])).toThrow(`keep is ${keep}`);
  });
});
