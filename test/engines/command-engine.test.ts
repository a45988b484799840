import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { commandEngine } from "../../src/engines/command/command-engine.js";
import { isLastEvent, jobLine } from "../../src/engines/job/log-line.js";
import { readTrainingOutputs } from "../../src/engines/job/outputs.js";
import { stageTraining } from "../../src/engines/job/stage.js";
import { UserError } from "../../src/lib/errors.js";
import { fakeEngine, jobIn, smallJob, toTheEnd } from "./staged-job.js";
import { temporaryFolder } from "./temporary.js";

const { signal } = new AbortController();

/** Waits for what another process does. */
async function until(isDone: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !isDone(); i++) await delay(20);
  expect(isDone()).toBe(true);
}

describe("the command engine", () => {
  it("runs a job to its end, with both streams in its log", async () => {
    await using folder = await temporaryFolder();
    const staged = await stageTraining(jobIn(folder.path), smallJob);
    const job = await fakeEngine("good").submit(staged, signal);
    const { lines, end } = await toTheEnd(job);
    expect(end).toEqual({ kind: "done" });
    expect(lines.map((line) => jobLine(line).kind)).toEqual(["start", "step", "step", "done"]);
    await job.fetch(signal);
    const { test, validation, training } = await readTrainingOutputs(staged);
    expect([...test.keys()]).toEqual(staged.testIds);
    expect([...validation.keys()]).toEqual(staged.validationIds);
    expect(test.get("q1")).toHaveLength(3);
    expect(training).toMatchObject({ bestStep: 2, seconds: 7, rows: 30, steps: [{ step: 1, steps: 2, learningRate: 0.001 }] });
    await job.forget();
    expect(await fakeEngine("good").attach(staged, signal)).toBeNull();
  });

  it.each([
    ["exit-3", /code 3/, "something is wrong here"],
    ["killed", /SIGKILL/, undefined],
    ["says-failed", /Out of memory: 3 GB\. Take a smaller batch\./, '"failed"'],
  ])("tells why a job failed: %s", async (kind, why, line) => {
    await using folder = await temporaryFolder();
    const staged = await stageTraining(jobIn(folder.path), smallJob);
    const { end } = await toTheEnd(await fakeEngine(kind).submit(staged, signal));
    if (end.kind !== "failed") expect.fail(end.kind);
    expect(end.why).toMatch(why);
    expect(end.log.some((each) => line !== undefined && each.includes(line))).toBe(line !== undefined);
    // Whoever comes later finds the same end.
    const found = await fakeEngine(kind).attach(staged, signal);
    expect((await toTheEnd(found!)).end).toEqual(end);
  });

  it("passes over lines that are no events", async () => {
    await using folder = await temporaryFolder();
    const staged = await stageTraining(jobIn(folder.path), smallJob);
    const { lines, end } = await toTheEnd(await fakeEngine("garbage").submit(staged, signal));
    expect(end).toEqual({ kind: "done" });
    expect(lines.filter((line) => isLastEvent(jobLine(line)))).toHaveLength(1);
    expect(lines.filter((line) => jobLine(line).kind === "text").length).toBeGreaterThanOrEqual(5);
    // No letter was cut in two between two reads.
    expect(lines.join("")).not.toContain("\uFFFD");
  });

  it.each([
    ["no-results", /manifest\.json is missing/],
    ["no-predictions", /predictions\.jsonl is missing/],
    ["wrong-hash", /predictions\.jsonl is not the file/],
    ["twice", /line 7: the row "q2" is answered twice/],
    ["one-missing", /5 of 6 rows: the row "q1" is missing/],
    ["foreign", /line 7: the row "nobody" was not asked about/],
    ["nan", /line 1: a logit is NaN/],
    ["too-few", /line 1: 1 logits; expected 3/],
  ])("brings results that are refused: %s", async (kind, message) => {
    await using folder = await temporaryFolder();
    const staged = await stageTraining(jobIn(folder.path), smallJob);
    await toTheEnd(await fakeEngine(kind).submit(staged, signal));
    const error = await readTrainingOutputs(staged).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect((error as Error).message).toMatch(message);
  });

  it("leaves a job running that nobody follows any more, and finds it again", async () => {
    await using folder = await temporaryFolder();
    const staged = await stageTraining(jobIn(folder.path), smallJob);
    const engine = fakeEngine("slow");
    const job = await engine.submit(staged, signal);
    const begun = join(staged.folder, "out", "begun");
    await until(() => existsSync(begun));
    const impatient = new AbortController();
    const following = toTheEnd(job, { signal: impatient.signal });
    impatient.abort(new Error("enough"));
    await expect(following).rejects.toThrow("enough");
    const found = await engine.attach(staged, signal);
    // The same id twice is one job.
    const same = await engine.submit(staged, signal);
    await writeFile(join(folder.path, "go"), "");
    const [{ lines, end }, other] = await Promise.all([toTheEnd(found!), toTheEnd(same)]);
    expect(end).toEqual({ kind: "done" });
    expect(other).toEqual({ lines, end });
    expect(jobLine(lines[0]!).kind).toBe("start");
    expect(await readFile(begun, "utf8")).toBe("x");
  });

  it("stops a job, which ends as stopped for everybody, and starts it again", async () => {
    await using folder = await temporaryFolder();
    const staged = await stageTraining(jobIn(folder.path), smallJob);
    const engine = fakeEngine("slow");
    const job = await engine.submit(staged, signal);
    const following = toTheEnd(job);
    await until(() => existsSync(join(staged.folder, "out", "begun")));
    await delay(50);
    await job.stop();
    expect((await following).end).toEqual({ kind: "stopped" });
    await job.stop();
    await writeFile(join(folder.path, "go"), "");
    expect((await toTheEnd(await engine.submit(staged, signal))).end).toEqual({ kind: "done" });
    expect(await readFile(join(staged.folder, "out", "begun"), "utf8")).toBe("xx");
  });

  it("ends a job that does not listen after the grace", async () => {
    await using folder = await temporaryFolder();
    const staged = await stageTraining(jobIn(folder.path), smallJob);
    const job = await fakeEngine("stubborn", 0.3).submit(staged, signal);
    const following = toTheEnd(job);
    await delay(200);
    await job.stop();
    expect((await following).end).toEqual({ kind: "stopped" });
  });

  it("knows no job that was never started, is another's, or is gone without a word", async () => {
    await using folder = await temporaryFolder();
    const staged = await stageTraining(jobIn(folder.path), smallJob);
    const engine = fakeEngine("killed");
    expect(await engine.attach(staged, signal)).toBeNull();
    const job = await engine.submit(staged, signal);
    await toTheEnd(job);
    expect(await engine.attach({ ...staged, id: "crossover-another" }, signal)).toBeNull();
    // As where our process was killed too: nobody wrote down how it ended.
    await rm(join(staged.folder, "command", "exit.json"));
    expect(await engine.attach(staged, signal)).toBeNull();
  });

  it("hands on no key", async () => {
    await using folder = await temporaryFolder();
    const staged = await stageTraining(jobIn(folder.path), smallJob);
    const script = new URL("fake-job.cjs", import.meta.url).pathname;
    const env = { ...process.env, OPENAI_API_KEY: "sk-secret", HF_TOKEN: "hf_kept" };
    await toTheEnd(await commandEngine(`'${process.execPath}' '${script}' environment {folder}`, { env }).submit(staged, signal));
    const seen = JSON.parse(await readFile(join(staged.folder, "environment.json"), "utf8"));
    expect(seen).toMatchObject({ HF_TOKEN: "hf_kept", PATH: process.env["PATH"] });
    expect(JSON.stringify(seen)).not.toContain("sk-secret");
  });

  it("says before anything is staged whether the program is there", async () => {
    const env = { PATH: process.env["PATH"] };
    expect(await commandEngine(`'${process.execPath}'`).check(signal)).toContain(process.execPath);
    await expect(commandEngine("no-such-program -u", { env }).check(signal)).rejects.toThrow(UserError);
    await expect(commandEngine("./no/such/program", { env }).check(signal)).rejects.toThrow(UserError);
    expect(() => commandEngine("")).toThrow(UserError);
  });
});
