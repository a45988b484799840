import { mkdir, readFile, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { stageLabeling } from "../../../src/engines/job/label-job.js";
import { sharedModels } from "../../../src/engines/job/shared-models.js";
import { contentOf, type StagedFiles, stagedFiles } from "../../../src/engines/storage/staged-files.js";
import { temporaryFolder } from "../temporary.js";

test("a model that other jobs have too is apart from a certain size on, and is not hashed again", async () => {
  await using folder = await temporaryFolder();
  const modelFolder = `${folder.path}/given`;
  await mkdir(modelFolder);
  await writeFile(`${modelFolder}/config.json`, "{}");
  await writeFile(`${modelFolder}/model.safetensors`, Buffer.alloc(1000));
  const shared = sharedModels(`${folder.path}/models`);
  const rows = [{ id: "1", text: "a" }];
  const job = await stageLabeling(`${folder.path}/job`, { modelFolder, labelCount: 2, rows, shared });
  const pathsOf = ({ files }: StagedFiles): string[] => files.map(({ path }) => path).sort();
  const planOf = async ({ files }: StagedFiles): Promise<object> =>
    JSON.parse((await contentOf(files.find(({ path }) => path === "staged.json")!)).toString());
  const apart = await stagedFiles(job, { storage: "/storage", gpus: 0, leastModelBytes: 1002 });
  expect(pathsOf(apart)).toEqual(["job/job.json", "job/label.py", "job/rows.jsonl", "staged.json", "staged.py"]);
  expect(apart).toMatchObject({ isModelApart: true, isInStorage: false });
  expect(await planOf(apart)).toMatchObject({ model: job.model!.id, inputs: "package" });
  const along = await stagedFiles(job, { storage: "/storage", gpus: 0, leastModelBytes: 1003 });
  expect(pathsOf(along)).toContain("job/model/model.safetensors");
  expect(await planOf(along)).not.toHaveProperty("model");
  const { inputs } = JSON.parse(await readFile(`${job.folder}/job.json`, "utf8"));
  for (const file of along.files)
    if (file.path.startsWith("job/model/")) expect(file).toMatchObject({ sha256: inputs[file.path.slice("job/".length)].sha256 });
});

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
