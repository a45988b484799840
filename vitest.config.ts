import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 30_000,
    // Two cores, and onnxruntime wants them both: more workers only fight.
    maxWorkers: 2,
    env: { NO_COLOR: "1" },
  },
});
