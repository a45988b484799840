import { describe, expect, it } from "vitest";
import { noKeyValues } from "../../../../src/tune/decoders/inference/key-values.js";
import { commonLength, prefixes } from "../../../../src/tune/decoders/inference/prefixes.js";

const shape = { layers: 1, keyHeads: 1, headWidth: 2 };
const beginning = Array.from({ length: 40 }, (_, i) => i);

/** Counts the tokens that are computed. */
function counting(): { readonly tokens: () => number; readonly known: ReturnType<typeof prefixes> } {
  let tokens = 0;
  const known = prefixes(
    {
      start: noKeyValues(shape),
      run: async (_past, { ids }) => {
        tokens += ids.length;
        const numbers = [Float32Array.from(ids.flatMap((id) => [id, -id]))];
        return { tokens: ids.length, keys: numbers, values: numbers, logprobs: new Float32Array() };
      },
    },
    shape,
  );
  return { tokens: () => tokens, known };
}

describe("a beginning that texts share", () => {
  it("is computed once, from the second text on", async () => {
    const { tokens, known } = counting();
    expect((await known.of([...beginning, 100])).rest).toHaveLength(41);
    expect(tokens()).toBe(0);
    for (const last of [101, 102, 103]) {
      const { past, rest } = await known.of([...beginning, last, 7]);
      expect([past.length, rest]).toEqual([40, [last, 7]]);
      expect([...past.keys[0]!.subarray(0, 80)]).toEqual(beginning.flatMap((id) => [id, -id]));
    }
    expect(tokens()).toBe(40);
  });

  it("leaves a token of a text that is the beginning itself", async () => {
    const { known } = counting();
    await known.of(beginning);
    expect((await known.of(beginning)).rest).toEqual([39]);
  });

  it("is not worth a pass where it is short", async () => {
    const { tokens, known } = counting();
    await known.of([1, 2, 3, 4]);
    expect((await known.of([1, 2, 3, 5])).rest).toHaveLength(4);
    expect(tokens()).toBe(0);
  });

  it("is found again after another", async () => {
    const { tokens, known } = counting();
    const other = beginning.map((id) => id + 500);
    for (const text of [beginning, beginning, other, other, beginning, other]) await known.of([...text, 1, 2]);
    // The same text twice shares all but its last token.
    const before = tokens();
    await known.of([...beginning, 1, 9]);
    expect(tokens()).toBe(before);
  });
});

it("counts what two texts have in common", () => {
  expect([
    commonLength([], [1]),
    commonLength([1, 2], [1, 2, 3]),
    commonLength([1, 2, 3], [1, 2]),
    commonLength([1, 2], [1, 3]),
  ]).toEqual([0, 2, 2, 1]);
});
