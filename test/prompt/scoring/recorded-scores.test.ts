import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compare } from "../../../src/compare/compare.js";
import { recordedPrompt } from "../../../src/prompt/recorded/recorded-prompt.js";
import { createRun, readRun, runFormat } from "../../../src/store/run.js";
import type { Dataset, Task } from "../../../src/types/data.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "crossover-recorded-scores-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** A line of a batch's output: the label that was said, with its probability and the other label's. */
function line(id: string, said: string, probability: number, other: string): string {
  const token = (text: string, p: number) => ({ token: text, logprob: Math.log(p), bytes: [...Buffer.from(text)] });
  const top_logprobs = [token(said, probability), token(other, 1 - probability)];
  const choice = {
    index: 0,
    message: { role: "assistant", content: said, refusal: null },
    finish_reason: "stop",
    logprobs: { content: [{ ...token(said, probability), top_logprobs }], refusal: null },
  };
  const body = { model: "gpt-4o-mini-2024-07-18", choices: [choice], usage: { prompt_tokens: 50, completion_tokens: 1 } };
  return `${JSON.stringify({ custom_id: id, response: { status_code: 200, body }, error: null })}\n`;
}

function rows(part: string, truths: readonly string[]): Dataset {
  const examples = truths.map((label, i) => ({ id: `${part}-${i}`, text: `${part} ${i}`, labels: [label] }));
  return { name: "sms", labels: ["ham", "spam"], isMultiLabel: false, descriptions: {}, examples };
}

describe("scores of a recording", () => {
  it("reach the calibration of its summary, and the run on disk", async () => {
    const path = join(folder, "answers.jsonl");
    await writeFile(path, line("test-0", "ham", 0.8, "spam") + line("test-1", "spam", 0.6, "ham"));
    const task: Task = {
      train: rows("train", ["ham", "spam", "ham", "spam"]),
      test: rows("test", ["ham", "ham"]),
      trainHash: "a".repeat(64),
      testHash: "b".repeat(64),
      splitNote: "given",
      warnings: [],
    };
    const comparison = await compare(task, [await recordedPrompt({ path })]);
    const { calibration } = comparison.summaries[0]!;
    // Of the truth "ham": 0.8 and 0.4.
    expect(calibration!.logLoss).toBeCloseTo(-(Math.log(0.8) + Math.log(0.4)) / 2, 9);
    expect(calibration!.brier).toBeCloseTo((2 * 0.2 ** 2 + 2 * 0.6 ** 2) / 2, 9);

    const run = await createRun(join(folder, "run"), {
      format: runFormat,
      name: "sms",
      createdAt: "2026-01-02T03:04:05.000Z",
      version: "0.0.0",
      machine: { cpu: "test", cores: 2, memoryGb: 1, node: "v20", os: "linux" },
      options: {},
      task: comparison.task,
      assumptions: comparison.assumptions,
      failed: [],
    });
    for (const measurement of comparison.measurements) await run.append(measurement);
    const lines = (await readFile(join(run.folder, "predictions.jsonl"), "utf8")).trimEnd().split("\n");
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({
      answer: ["spam"],
      scores: { ham: expect.closeTo(0.4, 9), spam: expect.closeTo(0.6, 9) },
      confidence: { value: expect.closeTo(0.6, 9), source: "logprob" },
    });
    expect((await readRun(run.folder)).measurements).toEqual(comparison.measurements);
  });
});
