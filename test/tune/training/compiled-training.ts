/** @file The training loop as plain Node runs it, in a thread of its own: sources and a test's script, compiled file by file. */
import { type ChildProcess, spawn } from "node:child_process";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { build } from "esbuild";

const root = resolve(import.meta.dirname, "../../..");

/** For both of its calls: the first one finds the modules, the second compiles each by itself. */
const options = {
  absWorkingDir: root,
  // Names the folder that the first call would write.
  outdir: root,
  packages: "external",
  platform: "node",
  format: "esm",
  target: "node20",
  logLevel: "silent",
} as const;

export interface CompiledTraining extends AsyncDisposable {
  /** Starts the script. */
  start(...args: readonly string[]): ChildProcess;
  /** A compiled module, by its path in the repository. */
  path(source: string): string;
}

/** Compiles, with the script that is given by its path in the repository. Packages stay where they are. */
export async function compileTraining(script = "test/tune/training/training-child.ts"): Promise<CompiledTraining> {
  // Within the repository, so that packages are found.
  const folder = await mkdtemp(join(root, "node_modules", ".crossover-test-"));
  const entries = [script, "src/tune/training/training-worker.ts"];
  const { metafile } = await build({ ...options, entryPoints: entries, bundle: true, write: false, metafile: true });
  await build({ ...options, entryPoints: Object.keys(metafile.inputs), outdir: folder, outbase: root });
  const kernel = "src/tune/optimizer/kernel/kernel.wasm";
  await copyFile(join(root, kernel), join(folder, kernel));
  const children: ChildProcess[] = [];
  const path = (source: string): string => join(folder, source.replace(/\.ts$/, ".js"));
  return {
    path,
    start(...args) {
      const child = spawn(process.execPath, [path(script), root, ...args], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      children.push(child);
      return child;
    },
    async [Symbol.asyncDispose]() {
      for (const child of children) child.kill("SIGKILL");
      await rm(folder, { recursive: true, force: true });
    },
  };
}
