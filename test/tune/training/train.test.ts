import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { float32 } from "../../../src/autodiff/values.js";
import { classifierGraph, classifierLossGraph } from "../../../src/tune/classifier/classifier.js";
import { bertGraph } from "../../../src/tune/encoders/bert.js";
import { bertHead } from "../../../src/tune/encoders/classifier-heads.js";
import { noDropout } from "../../../src/tune/encoders/encoder-graph.js";
import { depthScale, layerDepths } from "../../../src/tune/training/layer-depths.js";
import {
  type EvaluationReport,
  type StepReport,
  type Trainable,
  type TrainingResult,
  type TrainingRow,
  type TrainingSettings,
  train,
  type Weights,
} from "../../../src/tune/training/train.js";
import { bareName, goldenConfig, goldenTraining, goldenWeights } from "./golden-training.js";
import { tinySettings, tinyTrainable, trainingRows, weightBytes } from "./tiny-training.js";

const tiny = tinyTrainable(resolve(import.meta.dirname, "../../.."));
const { signal } = new AbortController();

/** Here in the calling thread, since sources run as they are: `training-thread.test.ts` has the other one. */
const trained = (rows: readonly TrainingRow[], part: Partial<TrainingSettings> = {}, model = tiny): Promise<TrainingResult> =>
  train(model, rows, { ...tinySettings, ...part }, { signal });

const meanLoss = (reports: readonly StepReport[]): number =>
  reports.reduce((total, { loss }) => total + loss, 0) / reports.length;

/**
 * The largest difference of any weight, relative to 1 or to its size. Without the biases of keys: they add the same to all scores of a
 * query, so their gradient is 0 but for rounding, which AdamW makes steps of.
 */
const apart = (weights: Weights, expected: Readonly<Record<string, readonly number[]>>): number =>
  Math.max(
    ...Object.entries(expected)
      .filter(([name]) => !name.endsWith("key.bias"))
      .flatMap(([name, values]) =>
        values.map((value, i) => Math.abs(weights[bareName(name)]!.data[i]! - value) / Math.max(1, Math.abs(value))),
      ),
  );

describe("training", () => {
  it("learns one batch by heart", async () => {
    const { steps } = await trained(trainingRows(8), { minSteps: 100, learningRate: 0.02, dropout: 0 });
    expect(steps).toHaveLength(100);
    expect(steps[0]!.loss).toBeGreaterThan(0.5);
    expect(steps.at(-1)!.loss).toBeLessThan(0.01);
  });

  it("has a falling loss on many batches, with dropout", async () => {
    const { steps } = await trained(trainingRows(96), { epochs: 12, learningRate: 0.01 });
    expect(steps).toHaveLength(12 * 12);
    expect(meanLoss(steps.slice(-12))).toBeLessThan(0.4 * meanLoss(steps.slice(0, 12)));
  });

  it("gives the same bytes for the same seed, and others for another", async () => {
    const rows = trainingRows(20);
    const [first, again, other] = [await trained(rows), await trained(rows), await trained(rows, { seed: 2 })];
    expect(weightBytes(again.weights).equals(weightBytes(first.weights))).toBe(true);
    expect(weightBytes(other.weights).equals(weightBytes(first.weights))).toBe(false);
  });

  it("leaves the weights it started from as they are", async () => {
    const before = weightBytes(tiny.weights);
    const { weights } = await trained(trainingRows(8));
    expect(weightBytes(tiny.weights).equals(before)).toBe(true);
    expect(weightBytes(weights).equals(before)).toBe(false);
  });

  it("makes the same of a batch in one pass as of one in many", async () => {
    const rows = trainingRows(16);
    const part = { batchSize: 16, minSteps: 3, dropout: 0, warmupRatio: 0 };
    const whole = await trained(rows, part);
    const inParts = await trained(rows, { ...part, tokensPerPass: 20 });
    expect(inParts.steps[0]!.loss).toBeCloseTo(whole.steps[0]!.loss, 5);
    expect(inParts.steps[0]!.gradNorm).toBeCloseTo(whole.steps[0]!.gradNorm, 4);
  });

  it("leaves frozen weights to the bit, and trains the others", async () => {
    const isTrained = (name: string): boolean => !/^embeddings\.|layer\.0\./.test(name);
    const { weights } = await trained(trainingRows(16), { isTrained });
    const changed = Object.entries(weights).filter(([name, { data }]) =>
      data.some((value, i) => value !== tiny.weights[name]!.data[i]),
    );
    expect(changed.map(([name]) => name).sort()).toEqual(Object.keys(weights).filter(isTrained).sort());
  });

  it("does not learn the row of padding, however often it stands in a batch", async () => {
    const padId = 9;
    const { weights } = await trained(trainingRows(16), { weightDecay: 0, epochs: 4 }, { ...tiny, padId });
    const rowOf = (all: Weights, id: number): number[] =>
      Array.from(all["embeddings.word_embeddings.weight"]!.data.subarray(id * 8, (id + 1) * 8));
    expect(rowOf(weights, padId)).toEqual(rowOf(tiny.weights, padId));
    expect(rowOf(weights, 10)).not.toEqual(rowOf(tiny.weights, 10));
  });

  it("raises the learning rate over the first tenth, then lowers it to nearly nothing", async () => {
    const { steps } = await trained(trainingRows(8), { minSteps: 20 });
    const rates = steps.map(({ learningRate }) => learningRate);
    expect(rates.slice(0, 3)).toEqual([0, 0.0015, 0.003]);
    expect(rates.at(-1)).toBeCloseTo(0.003 / 18, 10);
  });

  it("counts rows and tokens", async () => {
    const rows = trainingRows(20);
    const tokens = rows.reduce((total, { ids }) => total + ids.length, 0);
    const { steps } = await trained(rows);
    expect(steps[2]).toMatchObject({ step: 3, steps: 6, rows: 20, tokens });
    expect(steps.at(-1)).toMatchObject({ rows: 40, tokens: 2 * tokens });
  });

  it("stops where the loss is no number, and says when", async () => {
    const tooFast = trained(trainingRows(8), { learningRate: 1e30, minSteps: 20, warmupRatio: 0 });
    await expect(tooFast).rejects.toThrow(
      /^Training diverged: at step \d of 20 .* learning rate is 1e\+30: try a tenth of it\.$/,
    );
    await expect(tooFast).rejects.toMatchObject({ name: "UserError" });
  });

  it("stops between two steps when it is told to", async () => {
    const controller = new AbortController();
    let steps = 0;
    const onStep = (): void => {
      if (++steps === 3) controller.abort(new Error("enough"));
    };
    const promise = train(tiny, trainingRows(8), { ...tinySettings, minSteps: 50 }, { signal: controller.signal, onStep });
    await expect(promise).rejects.toThrow("enough");
    expect(steps).toBe(3);
  });

  it("stops amid an evaluation when it is told to", async () => {
    const controller = new AbortController();
    const evaluation = { rows: trainingRows(4000), every: 1 } as const;
    const hooks = { signal: controller.signal, onStep: () => setTimeout(() => controller.abort(new Error("enough")), 1) };
    const evaluations: number[] = [];
    const promise = train(
      tiny,
      trainingRows(8),
      { ...tinySettings, tokensPerPass: 16, evaluation },
      { ...hooks, onEvaluation: ({ step }) => evaluations.push(step) },
    );
    await expect(promise).rejects.toThrow("enough");
    expect(evaluations).toEqual([]);
  });

  it("refuses what has nothing to learn from, and takes more labels than rows", async () => {
    await expect(trained([])).rejects.toThrow("There are no training rows. Give at least one.");
    await expect(trained([...trainingRows(2), { ids: [], labels: [0] }])).rejects.toThrow("training row 3 has no tokens");
    await expect(trained(trainingRows(2), { evaluation: { rows: [], every: 1 } })).rejects.toThrow("no validation rows");
    const every = trained(trainingRows(2), { evaluation: { rows: trainingRows(2), every: 0 } });
    await expect(every).rejects.toThrow('every 0 steps. Give "epoch", or a whole number above 0.');
    const patience = trained(trainingRows(2), { evaluation: { rows: trainingRows(2), every: 1, patience: 0 } });
    await expect(patience).rejects.toThrow("patience is 0");
    const { steps } = await trained(trainingRows(2), { minSteps: 4 });
    expect(steps).toHaveLength(4);
  });
});

describe("twenty steps of PyTorch's", () => {
  const { loop, ids, mask, labels } = goldenTraining;
  const model: Trainable = {
    build: (dropout) =>
      classifierLossGraph(
        classifierGraph(bertGraph(goldenConfig, { dropout, states: "first" }), { labelCount: 3, pooling: bertHead }, dropout),
        false,
      ),
    weights: goldenWeights,
    padId: 0,
    objective: { kind: "labels", labelCount: 3, isMultiLabel: false },
  };
  const rows = ids.map((row, i): TrainingRow => ({ ids: row.filter((_, k) => mask[i]![k] === 1), labels: [labels[i]!] }));
  const heldOut = loop.heldIds.map(
    (row, i): TrainingRow => ({ ids: row.filter((id) => id !== 0), labels: [loop.heldLabels[i]!] }),
  );
  const settings: TrainingSettings = {
    epochs: loop.steps,
    minSteps: 0,
    batchSize: rows.length,
    tokensPerPass: 1024,
    learningRate: loop.learningRate,
    schedule: "linear",
    warmupRatio: loop.warmup / loop.steps,
    weightDecay: loop.weightDecay,
    maxGradNorm: loop.maxGradNorm,
    dropout: 0,
    learningRateScale: depthScale(layerDepths(model.build(noDropout).loss), loop.layerDecay),
    seed: 1,
    threads: 1,
  };

  it("are met: losses, norms and weights, with a learning rate for each layer", async () => {
    const { steps, weights, evaluations, bestStep } = await train(model, rows, settings, { signal });
    for (const [i, { loss, gradNorm }] of steps.entries()) {
      expect(loss).toBeCloseTo(loop.losses[i]!, 5);
      expect(Math.abs(gradNorm / loop.gradNorms[i]! - 1)).toBeLessThan(1e-3);
    }
    expect(apart(weights, loop.weights)).toBeLessThan(1e-5);
    expect(apart(goldenWeights, loop.weights)).toBeGreaterThan(1e-2);
    expect([evaluations, bestStep]).toEqual([[], 20]);
  });

  it("are met on held-out rows too, and the best weights are given back", async () => {
    const { evaluations, weights, bestStep, heldOutLogits } = await train(
      model,
      rows,
      { ...settings, evaluation: { rows: heldOut, every: 1 } },
      { signal },
    );
    for (const [i, { step, loss }] of evaluations.entries()) {
      expect(step).toBe(i + 1);
      expect(loss).toBeCloseTo(loop.heldLosses[i]!, 5);
    }
    expect(evaluations).toHaveLength(20);
    expect(bestStep).toBe(loop.bestStep);
    expect(apart(weights, loop.bestWeights)).toBeLessThan(1e-5);
    // The loss of the best evaluation, from its logits.
    const losses = loop.heldLabels.map((label, row) => {
      const logits = Array.from(heldOutLogits!.subarray(3 * row, 3 * row + 3));
      return Math.log(logits.reduce((total, logit) => total + Math.exp(logit), 0)) - logits[label]!;
    });
    expect(losses.reduce((a, b) => a + b) / 3).toBeCloseTo(loop.heldLosses[loop.bestStep - 1]!, 5);
  });

  it("end early where held-out rows say so", async () => {
    const heard: EvaluationReport[] = [];
    const { steps, bestStep } = await train(
      model,
      rows,
      { ...settings, evaluation: { rows: heldOut, every: 1, patience: 3 } },
      { signal, onEvaluation: (report) => heard.push(report) },
    );
    expect(bestStep).toBe(loop.bestStep);
    expect(steps).toHaveLength(loop.bestStep + 3);
    expect(heard.map(({ step }) => step)).toEqual(steps.map(({ step }) => step));
  });
});

describe("held-out rows", () => {
  it("are scored after each epoch and at the end, by loss, accuracy and macro-F1", async () => {
    const rows = trainingRows(48);
    const { evaluations } = await trained(rows, {
      epochs: 8.5,
      learningRate: 0.02,
      dropout: 0,
      evaluation: { rows, every: "epoch" },
    });
    expect(evaluations.map(({ step }) => step)).toEqual([6, 12, 18, 24, 30, 36, 42, 48, 51]);
    expect(evaluations[0]!.accuracy).toBeLessThan(0.9);
    expect(evaluations.at(-1)!.accuracy).toBeGreaterThan(0.95);
    expect(evaluations.at(-1)!.macroF1).toBeGreaterThan(0.95);
    expect(evaluations.at(-1)!.loss).toBeLessThan(0.2 * evaluations[0]!.loss);
  });

  it("do not change the training", async () => {
    const part = { minSteps: 12 };
    const [without, withThem] = [
      await trained(trainingRows(16), part),
      await trained(trainingRows(16), { ...part, evaluation: { rows: trainingRows(6, 9), every: 5 } }),
    ];
    expect(withThem.steps).toEqual(without.steps);
    expect(withThem.evaluations.map(({ step }) => step)).toEqual([5, 10, 12]);
  });

  it("may have several labels each", async () => {
    const several: Trainable = {
      ...tiny,
      build: (dropout) =>
        classifierLossGraph(
          classifierGraph(bertGraph(goldenConfig, { dropout }), { labelCount: 3, pooling: "mean" }, dropout),
          true,
        ),
      objective: { kind: "labels", labelCount: 3, isMultiLabel: true },
      weights: { ...tiny.weights, "classifier.bias": float32(new Float32Array([50, -50, -50]), [3]) },
    };
    const rows: TrainingRow[] = [
      { ids: [2, 5, 3], labels: [0] },
      { ids: [2, 6, 3], labels: [0, 1] },
      { ids: [2, 7, 3], labels: [] },
    ];
    const part = { epochs: 1, learningRate: 1e-9, dropout: 0, evaluation: { rows, every: "epoch" } } as const;
    const { evaluations } = await trained(rows, part, several);
    // All are answered with label 0 alone: F1 of label 0 is .8, of label 1 is 0, and label 2 plays no part.
    expect(evaluations[0]!.accuracy).toBeCloseTo(1 / 3, 12);
    expect(evaluations[0]!.macroF1).toBeCloseTo(0.4, 12);
  });
});
