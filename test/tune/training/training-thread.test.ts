import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { train as trainType } from "../../../src/tune/training/train.js";
import { type CompiledTraining, compileTraining } from "./compiled-training.js";
import { tinySettings, tinyTrainable, trainingRows, weightBytes } from "./tiny-training.js";

let compiled: CompiledTraining;
/** The compiled one, which has a file for the thread. */
let train: typeof trainType;
beforeAll(async () => {
  compiled = await compileTraining();
  const url = pathToFileURL(compiled.path("src/tune/training/train.ts")).href;
  ({ train } = (await import(/* @vite-ignore */ url)) as { train: typeof trainType });
});
afterAll(() => compiled[Symbol.asyncDispose]());

const model = tinyTrainable(resolve(import.meta.dirname, "../../.."));
const rows = trainingRows(40);
const evaluation = { rows: trainingRows(12, 9), every: "epoch" } as const;
const never = new AbortController().signal;

describe("training in a thread of its own", () => {
  it("gives what the calling thread gives, to the bit, and says the same on the way", async () => {
    const told: string[][] = [[], []];
    const [own, calling] = await Promise.all(
      (["own", "calling"] as const).map((thread, i) =>
        train(
          model,
          rows,
          { ...tinySettings, evaluation },
          {
            signal: never,
            thread,
            onStep: (report) => told[i]!.push(JSON.stringify(report)),
            onEvaluation: (report) => told[i]!.push(JSON.stringify(report)),
          },
        ),
      ),
    );
    expect(weightBytes(own!.weights).equals(weightBytes(calling!.weights))).toBe(true);
    expect(own!.heldOutLogits).toEqual(calling!.heldOutLogits);
    expect(own!.evaluations).toHaveLength(2);
    expect(told[0]).toHaveLength(12);
    expect(told[0]).toEqual(told[1]);
  });

  it("leaves the program its turn: a timer goes on while steps are computed", async () => {
    // A single pass of many tokens: the calling thread would be blocked for each step.
    const long = Array.from({ length: 600 }, () => ({ ids: [2, 5, 6, 7, 8, 9, 10, 11, 3], labels: [0] }));
    let turns = 0;
    const timer = setInterval(() => turns++, 2);
    const starts: number[] = [];
    await train(
      model,
      long,
      { ...tinySettings, batchSize: 600, tokensPerPass: 600 * 9, minSteps: 12 },
      { signal: never, onStep: () => starts.push(turns) },
    );
    clearInterval(timer);
    expect(starts).toHaveLength(12);
    // Blocked, the timer has one turn a step.
    expect(starts.at(-1)! - starts[0]!).toBeGreaterThan(2 * 11);
  });

  it("stops between two steps when it is told to, with the signal's reason", async () => {
    const controller = new AbortController();
    const reason = new DOMException("stopped by the test", "AbortError");
    let steps = 0;
    const promise = train(
      model,
      rows,
      { ...tinySettings, minSteps: 100_000 },
      {
        signal: controller.signal,
        onStep: () => {
          if (++steps === 3) controller.abort(reason);
        },
      },
    );
    await expect(promise).rejects.toBe(reason);
    expect(steps).toBeLessThan(1000);
  });

  it("passes on what a hook throws", async () => {
    let steps = 0;
    const onStep = (): void => {
      steps++;
      throw new Error("a bug of the caller");
    };
    await expect(train(model, rows, { ...tinySettings, minSteps: 100_000 }, { signal: never, onStep })).rejects.toThrow(
      "a bug of the caller",
    );
    expect(steps).toBe(1);
  });

  it("passes on what a user can mend as such, and what is a bug as another error", async () => {
    const tooFast = train(model, rows, { ...tinySettings, learningRate: 1e30, warmupRatio: 0 }, { signal: never });
    await expect(tooFast).rejects.toMatchObject({ name: "UserError", message: expect.stringContaining("Training diverged") });
    const { "classifier.bias": _, ...incomplete } = model.weights;
    const broken = train({ ...model, weights: incomplete }, rows, tinySettings, { signal: never });
    await expect(broken).rejects.toMatchObject({ name: "Error", message: '"classifier.bias" has no initial value' });
  });

  it("is an error, not a wait without end, where the thread dies", async () => {
    const file = compiled.path("src/tune/training/training-worker.ts");
    const before = await readFile(file);
    try {
      await writeFile(file, "setTimeout(() => process.exit(3), 50);");
      await expect(train(model, rows, tinySettings, { signal: never })).rejects.toThrow(
        "the training thread ended with code 3 before it was done",
      );
      await writeFile(file, "throw new Error('out of order');");
      await expect(train(model, rows, tinySettings, { signal: never })).rejects.toThrow("out of order");
    } finally {
      await writeFile(file, before);
    }
  });
});
