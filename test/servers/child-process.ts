/** @file Processes that tests kill: our own modules, bundled into a script that plain Node runs. */

import { type ChildProcess, spawn } from "node:child_process";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { build } from "esbuild";

const root = resolve(import.meta.dirname, "../..");

export interface ChildScript extends AsyncDisposable {
  /** The script's file. */
  readonly path: string;
  /** Starts the script; its standard output is a pipe. */
  start(...args: readonly string[]): ChildProcess;
}

/** Bundles a TypeScript file of the tests, given by its path in the repository. Packages stay where they are. */
export async function bundleChild(entry: string): Promise<ChildScript> {
  // Within the repository, so that the script finds its packages.
  const folder = await mkdtemp(join(root, "node_modules", ".crossover-test-"));
  await build({
    entryPoints: [join(root, entry)],
    outfile: join(folder, "child.mjs"),
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "silent",
  });
  // The page's script is read as it is, from beside whoever reads it.
  await copyFile(join(root, "src/report/html/rows/explorer-script.js"), join(folder, "explorer-script.js"));
  const children: ChildProcess[] = [];
  return {
    path: join(folder, "child.mjs"),
    start(...args) {
      const child = spawn(process.execPath, [join(folder, "child.mjs"), ...args], { stdio: ["ignore", "pipe", "inherit"] });
      children.push(child);
      return child;
    },
    async [Symbol.asyncDispose]() {
      for (const child of children) child.kill("SIGKILL");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Resolves when the process is gone. */
export async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  return new Promise((done) => child.once("exit", done));
}
