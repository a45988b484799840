/** @file Has `expect` compare arrays of numbers by their bytes first: one by one, a model of a megabyte takes it a second. What differs is compared and shown as usual. */
import { expect } from "vitest";

/** Files share a process, and with it the testers. */
const shared = globalThis as { hasEqualBytesTester?: true };

function hasEqualBytes(a: unknown, b: unknown): true | undefined {
  if (!ArrayBuffer.isView(a) || !ArrayBuffer.isView(b) || a.constructor !== b.constructor) return undefined;
  const [x, y] = [a, b].map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength));
  return x!.equals(y!) ? true : undefined;
}

if (shared.hasEqualBytesTester === undefined) {
  expect.addEqualityTesters([hasEqualBytes]);
  shared.hasEqualBytesTester = true;
}
