import { existsSync } from "node:fs";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Engine } from "../../src/engines/engine.js";
import { engineTuned } from "../../src/engines/engine-tuned.js";
import type { EngineTunedOptions } from "../../src/engines/engine-tuned-options.js";
import { formsThatUse, openEngine, usesOption } from "../../src/engines/open-engine.js";
import { UserError } from "../../src/lib/errors.js";
import { atMost } from "../../src/lib/queue.js";
import type { FitContext } from "../../src/types/approach.js";
import { contractData, recordingContext } from "../contract/approach.js";
import { fakeEngine } from "./staged-job.js";
import { temporaryFolder } from "./temporary.js";

const { train, queries } = contractData();

const approach = (engine: Engine, more: Partial<EngineTunedOptions> = {}) =>
  engineTuned({ engine, method: "full", model: `org/name@${"a".repeat(40)}`, queries, ...more });

const contextIn = (checkpointFolder: string, signal?: AbortSignal) =>
  ({ ...recordingContext(signal && { signal }), checkpointFolder }) satisfies FitContext;

/** How often the job was begun. */
const timesBegun = async (folder: string): Promise<number> =>
  (await readFile(join(folder, "job", "out", "begun"), "utf8")).length;

async function until(isDone: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !isDone(); i++) await delay(20);
  expect(isDone()).toBe(true);
}

describe("tuning through an engine", () => {
  it("answers the rows that the job was given, of a model that is not computed here, and no others", async () => {
    await using folder = await temporaryFolder();
    const context = contextIn(folder.path);
    await using predictor = await approach(fakeEngine("good")).fit(train, context);
    const answers = await predictor.predict(queries, context);
    expect(answers).toHaveLength(queries.length);
    // The made-up logits are by the length of the text: 16 % 2, 16 % 3, 16 % 4.
    expect(answers[0]!.answer).toEqual([train.labels[1]]);
    expect(Object.values(answers[0]!.scores!).reduce((a, b) => a + b)).toBeCloseTo(1, 12);
    const [again] = await predictor.predict([{ id: "another", text: queries[0]!.text }], context);
    expect(again).toEqual(answers[0]);
    await expect(predictor.predict([{ id: "q1", text: "another text" }], context)).rejects.toThrow(UserError);
    expect([...(await predictor.files()).keys()]).toEqual(["config.json", "trainer_state.json"]);
    expect(predictor.facts).toMatchObject({ trainedParameters: 10, totalParameters: 20 });
    expect(context.spent.some(({ labels }) => labels === train.examples.length)).toBe(true);
    const training = context.events.filter((event) => event.kind === "progress" && event.phase === "training");
    expect(training[0]).toMatchObject({ job: "waiting", done: 0 });
    expect(training.at(-2)).toMatchObject({
      ...{ job: "running", done: 2, total: 2 },
      training: { loss: 0.5, learningRate: 0.001, gradientNorm: 1, rows: 8 },
    });
    expect(training.at(-1)).toMatchObject({ job: "done", done: 2, total: 2 });
  });

  it("expects of further jobs what those took that have ended, by their updates", async () => {
    await using folder = await temporaryFolder();
    const tuned = approach(fakeEngine("good"), { epochs: 3, batchSize: 16, minSteps: 2 });
    const before = await tuned.estimate(train, queries);
    expect(before.basis).toBeDefined();
    await using _ = await tuned.fit(train, contextIn(folder.path));
    const after = await tuned.estimate(train, queries);
    // The made-up job says that it took seven seconds.
    expect(after.seconds).toBeCloseTo(7, 9);
    const tripled = { ...train, examples: [...train.examples, ...train.examples, ...train.examples] };
    expect((await tuned.estimate(tripled, queries)).seconds).toBeGreaterThan(14);
  });

  it("expects of jobs what a trial tells, by their updates and texts, before any has ended", async () => {
    await using folder = await temporaryFolder();
    const tuned = approach(fakeEngine("good"), { epochs: 3, batchSize: 16, minSteps: 2 });
    await tuned.trial!(train, { ...contextIn(folder.path), queries });
    const found = await tuned.estimate(train, queries);
    const updates = Math.ceil(3 * Math.ceil(train.examples.length / 16));
    const known = 2 + updates * 0.25 + queries.length * 0.1;
    // And what lies between being handed over and the results, which is this machine's.
    expect(found.seconds).toBeGreaterThanOrEqual(known);
    expect(found.seconds).toBeLessThan(known + 10);
    expect(found.machineSeconds).toBe(found.seconds);
    // Nothing of it is left where fits keep theirs.
    expect(existsSync(join(folder.path, "job"))).toBe(false);
    await using _ = await tuned.fit(train, contextIn(folder.path));
    expect((await tuned.estimate(train, queries)).seconds).toBeCloseTo(7, 9);
  });

  it("says why a trial failed, and knows nothing then", async () => {
    await using folder = await temporaryFolder();
    const tuned = approach(fakeEngine("says-failed"));
    const trying = tuned.trial!(train, { ...contextIn(folder.path), queries });
    await expect(trying).rejects.toThrow(/Take a smaller batch/);
    expect((await tuned.estimate(train, queries)).machineSeconds).toBeUndefined();
  });

  it("leaves its job running where it is stopped, and goes on with it", async () => {
    await using folder = await temporaryFolder();
    const tuned = approach(fakeEngine("slow"));
    const stop = new AbortController();
    const fitting = tuned.fit(train, contextIn(folder.path, stop.signal));
    await until(() => existsSync(join(folder.path, "job", "out", "begun")));
    stop.abort(new Error("stopped"));
    await expect(fitting).rejects.toThrow("stopped");
    await writeFile(join(folder.path, "go"), "");
    const context = contextIn(folder.path);
    await using predictor = await tuned.fit(train, context);
    expect(await predictor.predict(queries, context)).toHaveLength(queries.length);
    expect(await timesBegun(folder.path)).toBe(1);
    // Seconds that the job took before it was found again were seen by nobody here.
    expect(context.spent.reduce((total, { seconds = 0 }) => total + seconds, 0)).toBeGreaterThan(3);
    // What was fetched is taken as it is.
    await using third = await tuned.fit(train, contextIn(folder.path));
    expect(await third.predict(queries, context)).toEqual(await predictor.predict(queries, context));
    expect(await timesBegun(folder.path)).toBe(1);
  });

  it("stops its job where that is wished, and starts it again afterwards", async () => {
    await using folder = await temporaryFolder();
    const tuned = approach(fakeEngine("slow"), { stopsOnAbort: async () => true });
    const stop = new AbortController();
    const fitting = tuned.fit(train, contextIn(folder.path, stop.signal));
    await until(() => existsSync(join(folder.path, "job", "out", "begun")));
    stop.abort(new Error("stopped"));
    await expect(fitting).rejects.toThrow("stopped");
    await writeFile(join(folder.path, "go"), "");
    await using _ = await tuned.fit(train, contextIn(folder.path));
    expect(await timesBegun(folder.path)).toBe(2);
  });

  it.each(["exit-3", "killed", "says-failed", "no-results", "nan"])("tells what went wrong: %s", async (kind) => {
    await using folder = await temporaryFolder();
    const context = contextIn(folder.path);
    const error = await approach(fakeEngine(kind))
      .fit(train, context)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    const { message } = error as Error;
    if (kind === "exit-3") expect(message).toContain("something is wrong here");
    if (kind === "says-failed") expect(message).toContain("Take a smaller batch.");
    expect(message).not.toContain("want my money");
    // Mended, the same fit is done.
    await using predictor = await approach(fakeEngine("good")).fit(train, context);
    expect(await predictor.predict(queries, context)).toHaveLength(queries.length);
  });

  it("works on fits that were begun, as many at once as there may be, and tells of each as it goes on", async () => {
    await using folder = await temporaryFolder();
    const tuned = approach(fakeEngine("slow"), { queries: [], turns: atMost(1) });
    const places = ["first", "second"].map((name) => join(folder.path, name));
    const begunIn = (place: string): boolean => existsSync(join(place, "job", "out", "begun"));
    const begun = places.map((place) => contextIn(place));
    const statesOf = (context: (typeof begun)[number]): unknown[] =>
      context.events.flatMap((event) => (event.kind === "progress" ? [event.job] : []));
    for (const context of begun) await tuned.begin!(train, { ...context, queries });
    await until(() => begunIn(places[0]!) && statesOf(begun[0]!).length > 2);
    await delay(100);
    expect(begunIn(places[1]!)).toBe(false);
    expect(begun.map(statesOf)).toEqual([["waiting", "starting", "running"], ["waiting"]]);
    await writeFile(join(places[0]!, "go"), "");
    await until(() => begunIn(places[1]!));
    expect(statesOf(begun[0]!).at(-1)).toBe("done");
    await writeFile(join(places[1]!, "go"), "");
    for (const [i, place] of places.entries()) {
      const context = contextIn(place);
      await using predictor = await tuned.fit(train, context);
      expect(await predictor.predict(queries, context)).toHaveLength(queries.length);
      expect(await timesBegun(place)).toBe(1);
      // To whom it was begun for, once, and not again to whom it is waited for by.
      const stepsIn = ({ events }: (typeof begun)[number]): unknown[] =>
        events.flatMap((event) => (event.kind === "progress" && event.training !== undefined ? [event.done] : []));
      expect(stepsIn(begun[i]!)).toEqual([1, 2]);
      expect(stepsIn(context)).toEqual([]);
      expect(statesOf(begun[i]!).at(-1)).toBe("done");
      // What it cost is what the job took by its own clock, not how long it was waited for.
      const waited = context.spent.reduce((total, { seconds = 0 }) => total + seconds, 0);
      // Three of them are for the answers, half a second each.
      expect(waited).toBeLessThanOrEqual(10);
      expect(waited).toBeGreaterThan(5);
    }
  });

  it("gives fits of one run one copy of a model", async () => {
    await using folder = await temporaryFolder();
    const model = join(import.meta.dirname, "..", "..", "golden", "tiny-bert");
    const tuned = approach(fakeEngine("slow"), { model });
    const sharedFolder = join(folder.path, "shared");
    const places = ["first", "second", "alone"].map((name) => join(folder.path, name));
    for (const [i, place] of places.entries())
      await tuned.begin!(train, { ...contextIn(place), queries, ...(i < 2 && { sharedFolder }) });
    const weights = await Promise.all(places.map((place) => stat(join(place, "job", "model", "model.safetensors"))));
    expect(weights.map(({ nlink }) => nlink)).toEqual([3, 3, 1]);
    expect(weights[1]!.ino).toBe(weights[0]!.ino);
    await writeFile(join(folder.path, "go"), "");
    for (const place of places) {
      await writeFile(join(place, "go"), "");
      await tuned.fit(train, contextIn(place)).catch(() => {});
    }
  });

  it("tells what went wrong with a fit that was begun where it is waited for", async () => {
    await using folder = await temporaryFolder();
    const tuned = approach(fakeEngine("exit-3"));
    const context = contextIn(folder.path);
    await tuned.begin!(train, { ...context, queries });
    await delay(300);
    await expect(tuned.fit(train, contextIn(folder.path))).rejects.toThrow(UserError);
    expect(context.events.at(-1)).toMatchObject({ kind: "progress", job: "failed" });
  });

  it("refuses options that a job has no part for, or that are out of range", () => {
    const engine = fakeEngine("good");
    for (const wrong of [{ frozenLayers: 1 }, { layerwiseDecay: 0.9 }, { rank: 0 }, { alpha: -1 }, { dropout: 1 }])
      expect(() => approach(engine, wrong)).toThrow(UserError);
  });

  it("refuses a model that is neither here nor on the Hub at a commit", async () => {
    await using folder = await temporaryFolder();
    const tuned = approach(fakeEngine("good"), { model: "org/name" });
    await expect(tuned.fit(train, contextIn(folder.path))).rejects.toThrow(UserError);
  });
});

describe("the spec of an engine", () => {
  it("is null for this process, and an engine for a command", () => {
    expect(openEngine("local", { env: {} })).toBeNull();
    expect(openEngine("command:ssh box python", { env: {} })?.spec).toBe("command:ssh box python");
  });

  it("is a cluster with a storage, or Hugging Face's machines with a token", () => {
    expect(openEngine("ray:127.0.0.1:8265", { env: {}, storage: "/tmp/jobs" })?.spec).toContain("127.0.0.1:8265");
    expect(() => openEngine("ray:127.0.0.1:8265", { env: {} })).toThrow(UserError);
    expect(() => openEngine("ray", { env: {}, storage: "/tmp/jobs" })).toThrow(UserError);
    expect(openEngine("hf-jobs:t4-small", { env: { HF_TOKEN: "hf_x", HOME: "/nowhere" } })?.spec).toContain("hf-jobs");
  });

  it("names who pays, and a machine with a GPU where one is wanted", () => {
    const env = { HF_TOKEN: "hf_x", HOME: "/nowhere" };
    const specOf = (spec: string, gpus = 0): string => openEngine(spec, { env, gpus })!.spec;
    expect(specOf("hf-jobs:my-org/a10g-small")).toBe("hf-jobs:my-org/a10g-small");
    expect(specOf("hf-jobs:my-org/")).toBe("hf-jobs:my-org/");
    expect(specOf("hf-jobs")).toBe("hf-jobs");
    expect(specOf("hf-jobs", 1)).toBe("hf-jobs:t4-small");
    expect(specOf("hf-jobs:a10g-small", 1)).toBe("hf-jobs:a10g-small");
    expect(() => openEngine("hf-jobs", { env, timeoutSeconds: 0 })).toThrow(/--engine-timeout/);
  });

  it.each(["locale", "command", "command:", "local:2", "slurm", "toString", "hf-jobs:a/b/c", "hf-jobs:my org/a"])(
    "refuses %s",
    (spec) => {
      expect(() => openEngine(spec, { env: { HF_TOKEN: "hf_x", HOME: "/nowhere" } })).toThrow(UserError);
    },
  );

  it("tells which options it has a use for", () => {
    expect(usesOption("ray:127.0.0.1:8265", "installsPackages")).toBe(true);
    expect(usesOption("command:python", "installsPackages")).toBe(false);
    expect(usesOption("hf-jobs", "image")).toBe(true);
    expect(usesOption("toString", "image")).toBe(false);
    expect(formsThatUse("storage")).toEqual(["ray:ADDRESS"]);
  });
});
