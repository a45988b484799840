import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (file: string): string => fileURLToPath(new URL(`./src/${file}`, import.meta.url));

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // The optimizer's inner loops are WebAssembly, compiled when their source is newer.
    globalSetup: ["scripts/build-kernel.js"],
    setupFiles: ["test/each-file.ts", "test/equal-bytes.ts"],
    testTimeout: 120_000,
    // Two cores, and onnxruntime wants them both: more workers only fight.
    maxWorkers: 2,
    // Starting a process and loading the sources takes most test files longer than their tests: they share a process and its modules. A file that
    // changes what others see (the folder it works in, the environment, a prototype) puts it back.
    isolate: false,
    // Learning curves fit everything a dozen times: the tests that are about them turn them on.
    env: { NO_COLOR: "1", CROSSOVER_CURVE: "off" },
    // The programs in examples/ and docs/ import the package by its name, which otherwise means what was built last.
    alias: [
      { find: /^crossover$/, replacement: source("index.ts") },
      { find: /^crossover\/statistics$/, replacement: source("compare/statistics/statistics.ts") },
      { find: /^crossover\/transformers$/, replacement: source("transformers/transformers.ts") },
    ],
  },
});
