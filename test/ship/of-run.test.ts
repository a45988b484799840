import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { loadPredictor, type Run, readRun } from "../../src/index.js";
import { artifactsOfRun } from "../../src/ship/run-artifacts.js";
import { crossover, emptyFolder, ticketRows } from "../cli/cli.js";

/** A run of the ways that take no training, beside answers of which every fourth is wrong. */
let run: Run;
const rows = ticketRows(120);
const texts: ReadonlyMap<string, string> = new Map(rows.map(({ text }, row) => [`t${row}`, text]));
beforeAll(async () => {
  const folder = await emptyFolder();
  const data = join(folder, "tickets.csv");
  const [first, second] = [rows[0]!.label, rows[1]!.label];
  const wrong = (label: string): string => (label === first ? second : first);
  const answers = rows.map(({ label }, row) => ({
    custom_id: `t${row}`,
    response: {
      status_code: 200,
      body: {
        model: "m",
        choices: [{ message: { content: row % 4 === 0 ? wrong(label) : label }, finish_reason: "stop" }],
      },
    },
  }));
  const recording = join(folder, "answers.jsonl");
  await writeFile(data, `id,text,label\n${rows.map(({ text, label }, row) => `t${row},"${text}",${label}`).join("\n")}\n`);
  await writeFile(recording, answers.map((answer) => JSON.stringify(answer)).join("\n"));
  const words = ["run", data, "--runs", join(folder, "runs"), "--name", "r", "--approaches"];
  const { code } = await crossover([
    ...words,
    "baseline:nearest-centroid,tune:tfidf,tune:probe,prompt:labels,prompt:recorded",
    "--llm",
    `recorded:${recording}`,
    "--curve",
    "off",
  ]);
  expect(code).toBe(0);
  run = await readRun(join(folder, "runs", "r"));
}, 60_000);

describe("the folder of a run", () => {
  it("has a manifest in every approach's folder, whose answers are those that were measured", async () => {
    const artifacts = artifactsOfRun(run);
    expect(artifacts.map(({ approach }) => approach).sort()).toEqual([
      "baseline:majority",
      "baseline:nearest-centroid",
      "prompt:labels",
      "tune:probe",
      "tune:tfidf",
    ]);
    for (const { approach, folder } of artifacts) {
      const measured = run.measurements.find((each) => each.approach === approach && each.split === "test")!;
      await using predictor = await loadPredictor(run.folder, { approach });
      const asked = measured.outcomes.map(({ id }) => texts.get(id)!);
      const answers = await predictor.classify(asked);
      expect(answers.map(({ answer }) => answer)).toEqual(measured.outcomes.map(({ answer }) => answer));
      expect([predictor.approach, predictor.folder]).toEqual([approach, folder]);
      const right = measured.outcomes.filter(({ answer, truth }) => answer?.join() === truth.join()).length;
      expect(predictor.manifest).toMatchObject({
        approach: { name: approach, arm: measured.arm, method: measured.method, seed: 42 },
        data: { trainHash: run.manifest.task.trainHash, testHash: run.manifest.task.testHash },
        measured: { rows: measured.outcomes.length, accuracy: { value: right / measured.outcomes.length } },
      });
    }
  });

  it("loads what it advises", async () => {
    await using predictor = await loadPredictor(run.folder);
    expect(predictor.manifest?.approach.arm).toBe("tune");
  });

  it("says which approaches there are where it is asked for another one, or its files are gone", async () => {
    const refusal = (approach?: string): Promise<unknown> =>
      loadPredictor(run.folder, approach === undefined ? {} : { approach }).catch((error: unknown) => error);
    expect(await refusal("tune:prob")).toMatchObject({
      name: "UserError",
      message: expect.stringMatching(/tune:probe.*baseline:majority/s) as string,
    });
    await rm(join(run.folder, "artifacts", "tune_probe"), { recursive: true });
    await rm(join(run.folder, "artifacts", "tune_tfidf"), { recursive: true });
    expect(await refusal()).toMatchObject({
      name: "UserError",
      message: expect.stringMatching(/prompt:labels/) as string,
    });
  });
});
