import { mkdir, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { contentOf, stagedFiles } from "../../../src/engines/storage/staged-files.js";
import { temporaryFolder } from "../temporary.js";

test.each([
  [0, false, 1],
  [2, false, 2],
  [2, true, 1],
])("with %i GPUs, of a script that is one process (%s), there are %i", async (gpus, isOne, processes) => {
  await using folder = await temporaryFolder();
  const job = { id: "job-1", folder: `${folder.path}/job`, script: "batch.py", ...(isOne && { isOneProcess: true as const }) };
  await mkdir(job.folder);
  await writeFile(`${job.folder}/job.json`, "{}");
  const { files } = await stagedFiles(job, { storage: "/storage", gpus });
  const plan = files.find(({ path }) => path === "staged.json")!;
  expect(JSON.parse((await contentOf(plan)).toString())).toMatchObject({ script: "batch.py", processes });
});
