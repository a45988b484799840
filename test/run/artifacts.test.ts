import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { compare } from "../../src/compare/compare.js";
import { taskFacts } from "../../src/compare/task-facts.js";
import { writeArtifacts } from "../../src/run/artifacts.js";
import { artifactFolder } from "../../src/store/artifact-folder.js";
import { createRun, runFormat } from "../../src/store/run.js";
import type { Predictor } from "../../src/types/approach.js";
import type { Measurement } from "../../src/types/measurement.js";
import { emptyFolder } from "../cli/cli.js";
import { assumptions, fake, task, wrongEvery } from "../compare/fakes.js";

it("a run keeps the files of what learned from all rows, and of no experiment", async () => {
  const data = task();
  const { measurements } = await compare(data, [fake("tune:probe", "tune", wrongEvery(9)).approach], {
    seeds: [1, 2],
    assumptions,
  });
  const run = await createRun(join(await emptyFolder(), "run"), {
    format: runFormat,
    name: "run",
    createdAt: "2026-01-02T03:04:05.000Z",
    version: "0.0.0",
    machine: { cpu: "test", cores: 2, memoryGb: 1, node: "v22", os: "linux" },
    options: {},
    task: taskFacts(data),
    assumptions,
    failed: [],
  });
  const predictor = { files: async () => new Map([["head.json", new Uint8Array([1])]]) } as unknown as Predictor;
  const write = (measurement: Measurement): Promise<void> => writeArtifacts(run, measurement, predictor, [1, 2], data.test);
  const [first, second] = measurements;
  const file = join(artifactFolder(run.folder, "tune:probe"), "head.json");

  for (const other of [
    { ...first!, trainSize: 40 },
    { ...first!, experiment: { kind: "held-out-label", label: "login" } },
    { ...first!, split: "validation" as const },
    second!,
  ])
    await write(other);
  expect(existsSync(file)).toBe(false);
  await write(first!);
  expect(existsSync(file)).toBe(true);
});
