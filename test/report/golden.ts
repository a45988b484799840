import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "vitest";

const folder = join(import.meta.dirname, "golden");

/** Whether this run writes the golden files instead of comparing with them: `UPDATE_GOLDEN=1 npx vitest run test/report`. */
export const isUpdate = process.env["UPDATE_GOLDEN"] === "1";

/** Compares a text with the golden file of this name. A missing file is a failure: only an explicit update writes one. */
export function expectGolden(name: string, text: string): void {
  if (isUpdate) writeGolden(name, text);
  expect(existsSync(join(folder, name)), `${name} does not exist; write it with UPDATE_GOLDEN=1, and look at it`).toBe(true);
  expect(text).toBe(readGolden(name));
}

export function readGolden(name: string): string {
  return readFileSync(join(folder, name), "utf8");
}

export function writeGolden(name: string, text: string): void {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
