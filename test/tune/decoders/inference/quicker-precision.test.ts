import { expect, test } from "vitest";
import { quickerPrecision } from "../../../../src/tune/decoders/inference/quicker-precision.js";

test("a model that would not fit in 32 bits stays in 8, and the answer for small ones is one and the same in a process", async () => {
  expect(await quickerPrecision(1.7e9)).toBe("int8");
  const first = await quickerPrecision(135e6);
  expect(["int8", "float32"]).toContain(first);
  expect(await quickerPrecision(360e6)).toBe(first);
});
