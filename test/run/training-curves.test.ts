import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { readTrainingCurves } from "../../src/run/training-curves.js";
import { artifactFolder } from "../../src/store/artifact-folder.js";
import { crossover, emptyFolder, writeTickets } from "../cli/cli.js";

const approach = "baseline:majority";
let run: string;

async function writeState(content: string): Promise<void> {
  const folder = artifactFolder(run, approach);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "trainer_state.json"), content);
}

beforeAll(async () => {
  const folder = await emptyFolder();
  run = join(folder, "runs", "r");
  const data = await writeTickets(folder);
  await crossover(["run", data, "--runs", join(folder, "runs"), "--name", "r", "--approaches", approach]);
});

describe("the curves of a training", () => {
  it("are read from the file beside the model, and drawn in the report", async () => {
    // As Hugging Face's Trainer writes it: what is not finite is null or a bare NaN there.
    const log_history = [
      { step: 1, epoch: 0.5, loss: 2, learning_rate: 1e-5, grad_norm: 3 },
      { step: 2, epoch: 1, loss: 1.5, learning_rate: 5e-6, grad_norm: 2 },
      { step: 2, epoch: 1, eval_loss: 1.75, eval_accuracy: 0.5 },
      { step: 3, epoch: 1.5, loss: null },
      { step: 3, train_runtime: 12 },
    ];
    await writeState(JSON.stringify({ global_step: 3, log_history }));
    expect(await readTrainingCurves(run, [approach, "tune:probe"])).toEqual([
      {
        approach,
        steps: [
          { step: 1, loss: 2, learningRate: 1e-5 },
          { step: 2, loss: 1.5, learningRate: 5e-6 },
        ],
        evaluations: [{ step: 2, loss: 1.75 }],
      },
    ]);
    const output = join(run, "viewed.html");
    expect((await crossover(["view", run, "-o", output])).code).toBe(0);
    const page = await readFile(output, "utf8");
    expect(page).toContain("How the models were trained");
    expect(page).toContain("Dashed: learning rate, at most 1e-5.");
    expect(page).toContain("2 steps, loss from 2 to 1.5; of held-out rows 1.75 at the end");
  });

  it.each(["", "{", "[]", "null", '{"log_history":7}', '{"log_history":[null,{"step":"1","loss":2}]}'])(
    "are passed over where the file is no such thing: %j",
    async (content) => {
      await writeState(content);
      expect(await readTrainingCurves(run, [approach])).toEqual([]);
    },
  );
});
