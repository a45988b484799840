import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { float32 } from "../../../../src/autodiff/values.js";
import { writeFileAtomic } from "../../../../src/lib/atomic-write.js";
import { createOptimizer, type Optimizer } from "../../../../src/tune/optimizer/optimizer.js";
import { checkpointFile, openCheckpoints } from "../../../../src/tune/training/checkpoints/checkpoints.js";
import { beginning, type TrainingState } from "../../../../src/tune/training/checkpoints/training-state.js";
import { type TrainingResult, type TrainingSettings, train } from "../../../../src/tune/training/train.js";
import { tinySettings, tinyTrainable, trainingRows, weightBytes } from "../tiny-training.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "checkpoints-"));
});
afterEach(() => rm(folder, { recursive: true }));

const model = tinyTrainable(resolve(import.meta.dirname, "../../../.."));
const rows = trainingRows(40);
const settings: TrainingSettings = {
  ...tinySettings,
  epochs: 3,
  evaluation: { rows: trainingRows(12, 9), every: 2 },
  // Frozen weights are not in a checkpoint.
  isTrained: (name) => !name.startsWith("embeddings."),
};
const never = new AbortController().signal;

interface Run {
  readonly notes: readonly string[];
  readonly firstStep: number | undefined;
  readonly result: TrainingResult;
}

async function run(part: Partial<TrainingSettings> = {}, rowsToLearn = rows): Promise<Run> {
  const notes: string[] = [];
  const steps: number[] = [];
  const result = await train(
    model,
    rowsToLearn,
    { ...settings, ...part },
    {
      signal: never,
      onStep: ({ step }) => steps.push(step),
      onNote: (text) => notes.push(text),
      checkpoint: { folder, everySeconds: 0 },
    },
  );
  return { notes, firstStep: steps[0], result };
}

/** Stops after so many steps, as by Ctrl-C. */
async function interrupted(after: number): Promise<void> {
  const controller = new AbortController();
  const onStep = ({ step }: { readonly step: number }): void => {
    if (step === after) controller.abort(new Error("stopped by the test"));
  };
  // Only the abort itself keeps anything: the next checkpoint would be due in two minutes.
  const promise = train(model, rows, settings, { signal: controller.signal, onStep, checkpoint: { folder } });
  await expect(promise).rejects.toThrow("stopped by the test");
}

describe("training that is stopped", () => {
  it.each([
    [7, "between two steps"],
    [8, "before the evaluation that follows a step"],
  ])("after step %i, %s, goes on there, and ends as if it had not been stopped", async (step) => {
    const whole = await train(model, rows, settings, { signal: never });
    await interrupted(step);
    const { notes, firstStep, result } = await run();
    expect(notes).toEqual([`Training goes on after step ${step}, where it was interrupted.`]);
    expect(firstStep).toBe(step + 1);
    expect(weightBytes(result.weights).equals(weightBytes(whole.weights))).toBe(true);
    expect(result.steps).toEqual(whole.steps);
    expect(result.evaluations).toEqual(whole.evaluations);
    expect(result.bestStep).toBe(whole.bestStep);
    expect(result.heldOutLogits).toEqual(whole.heldOutLogits);
    expect(result.resumedSeconds).toBeGreaterThan(0);
    expect(result.seconds).toBeGreaterThan(result.resumedSeconds);
    expect(whole.resumedSeconds).toBe(0);
  });

  it.each<[string, Partial<TrainingSettings>, number]>([
    ["other settings", { weightDecay: 0.02 }, 40],
    ["other rows", {}, 39],
    ["other frozen weights", { isTrained: () => true }, 40],
    ["other held-out rows", { evaluation: { rows: trainingRows(11, 9), every: 2 } }, 40],
  ])("starts anew with %s, and says so", async (_, part, count) => {
    await interrupted(4);
    const { notes, firstStep } = await run(part, rows.slice(0, count));
    expect(notes).toEqual([
      `The checkpoint in ${folder} is not used, training starts anew: it is of another model, other rows or other settings.`,
    ]);
    expect(firstStep).toBe(1);
  });

  it("starts anew from what is no whole checkpoint, and says what is wrong with it", async () => {
    await interrupted(4);
    const path = join(folder, checkpointFile);
    const { length } = await readFile(path);
    await truncate(path, length - 100);
    const cut = await run();
    expect(cut.notes[0]).toMatch(/is not used, training starts anew: .* is cut off/);
    expect(cut.firstStep).toBe(1);
    await writeFile(path, "something else");
    expect((await run()).notes[0]).toContain("training starts anew");
  });

  it("removes what was being written when it was killed", async () => {
    await interrupted(4);
    await writeFile(join(folder, `${checkpointFile}.123.tmp`), "a part");
    await writeFile(join(folder, "of-the-user.tmp"), "stays");
    await run();
    expect((await readdir(folder)).sort()).toEqual([checkpointFile, "of-the-user.tmp"]);
  });

  it("names the checkpoint it has kept where it diverges", async () => {
    await expect(run({ learningRate: 1e30, warmupRatio: 0 })).rejects.toThrow(
      new RegExp(`at step 2 of 15 .* The state after step 1 is kept in ${join(folder, checkpointFile)}\\.$`),
    );
  });
});

describe("a checkpoint that the disk refuses", () => {
  const optimizer = (): Optimizer => {
    const made = createOptimizer({ parameters: [{ name: "w", shape: [3], decay: false }] });
    made.views("w").weights.set([1, 2, 3]);
    return made;
  };
  const stateAfter = (steps: number): TrainingState => ({
    ...beginning(),
    steps: Array.from({ length: steps }, (_, i) => {
      return { step: i + 1, steps: 9, loss: 1, learningRate: 0.1, gradNorm: 1, rows: 1, tokens: 3 };
    }),
  });
  const full = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC", syscall: "write" });

  it("leaves the one before as it was, is noted once, and stops nothing", async () => {
    let isFull = false;
    const notes: string[] = [];
    const write = async (...content: Parameters<typeof writeFileAtomic>): Promise<void> => {
      if (isFull) throw full;
      await writeFileAtomic(...content);
    };
    const place = { folder, everySeconds: 0, fingerprint: "this one" };
    const checkpoints = openCheckpoints(place, (text) => notes.push(text), write);
    const trained = optimizer();
    await checkpoints.save(stateAfter(3), trained);
    isFull = true;
    trained.views("w").weights.set([4, 5, 6]);
    await checkpoints.save(stateAfter(4), trained);
    await checkpoints.save(stateAfter(5), trained);
    expect(notes).toEqual([
      `No checkpoint could be written to ${folder} (ENOSPC: no space left on device, write): training goes on, that of step 3 is kept.`,
    ]);
    expect(checkpoints.kept()).toBe(`The state after step 3 is kept in ${join(folder, checkpointFile)}.`);

    const again = optimizer();
    const state = await openCheckpoints(place, () => {}).resume(again);
    expect(state?.steps).toHaveLength(3);
    expect(again.views("w").weights).toEqual(float32([1, 2, 3], [3]).data);
    expect(again.stepCount).toBe(3);
  });

  it("is passed on where it is no failure of the system", async () => {
    const broken = async (): Promise<void> => {
      throw new TypeError("a bug");
    };
    const checkpoints = openCheckpoints({ folder, fingerprint: "" }, () => {}, broken);
    await expect(checkpoints.save(stateAfter(1), optimizer())).rejects.toThrow("a bug");
  });

  it("comes every two minutes unless told", () => {
    expect(openCheckpoints({ folder, fingerprint: "" }, () => {}).isDue()).toBe(false);
    expect(openCheckpoints({ folder, fingerprint: "", everySeconds: 0 }, () => {}).isDue()).toBe(true);
  });
});
