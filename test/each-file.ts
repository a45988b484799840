/**
 * @file What each test file gets and leaves: a temporary folder of its own, which is removed at the end (a run keeps a model of up to 100 MB for each
 * tuned approach), and the environment as it was.
 */
import { mkdtempSync, realpathSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterAll, vi } from "vitest";

// Several files share a process. One that cannot be loaded does not tidy up, and the next one's folder is not to lie within its.
process.env["OUTER_TMPDIR"] ??= realpathSync(tmpdir());
const outer = process.env["OUTER_TMPDIR"];
const folder = mkdtempSync(join(outer, "crossover-test-"));
process.env["TMPDIR"] = folder;

// Registered before the hooks of the file, so it runs after them.
afterAll(async () => {
  vi.unstubAllEnvs();
  process.env["TMPDIR"] = outer;
  await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
});
