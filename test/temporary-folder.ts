/** @file Gives each test file a temporary folder of its own, and removes it at the end: a run keeps a model of 100 MB for each tuned approach. */
import { mkdtempSync, realpathSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterAll } from "vitest";

const before = process.env["TMPDIR"];
const folder = mkdtempSync(join(realpathSync(tmpdir()), "crossover-test-"));
process.env["TMPDIR"] = folder;

// Registered before the hooks of the file, so it runs after them.
afterAll(async () => {
  if (before === undefined) delete process.env["TMPDIR"];
  else process.env["TMPDIR"] = before;
  await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
});
