import { describe, expect, it } from "vitest";

import { random } from "../../src/lib/random.js";
import { classifierGraph } from "../../src/tune/classifier.js";
import { bertGraph } from "../../src/tune/encoders/bert.js";
import {
  type StepReport,
  type Trainable,
  type TrainingRow,
  type TrainingSettings,
  train,
  type Weights,
} from "../../src/tune/train.js";
import { goldenConfig, goldenWeights } from "./golden-training.js";

const head = { labelCount: 3, isMultiLabel: false, pooling: "pooler" } as const;
const model: Trainable = {
  build: (dropout) => classifierGraph(bertGraph(goldenConfig, dropout), head, dropout),
  weights: goldenWeights,
  padId: 0,
};

/** Random tokens after a first one that is the same for all; among them is one token that belongs to the label. */
function rowsOf(count: number): TrainingRow[] {
  const { integer } = random(5, "rows");
  return Array.from({ length: count }, (_, i) => {
    const words = Array.from({ length: 1 + integer(5) }, () => 8 + integer(16));
    words[integer(words.length)] = 5 + (i % 3);
    return { ids: [2, ...words, 3], labels: [i % 3] };
  });
}

const settings: TrainingSettings = {
  labelCount: 3,
  isMultiLabel: false,
  epochs: 2,
  minSteps: 0,
  batchSize: 8,
  tokensPerPass: 1024,
  learningRate: 3e-3,
  schedule: "linear",
  warmupRatio: 0.1,
  weightDecay: 0.01,
  maxGradNorm: 1,
  dropout: 0.1,
  seed: 1,
  threads: 1,
};

interface Trained {
  readonly weights: Weights;
  readonly reports: readonly StepReport[];
}

async function trained(rows: readonly TrainingRow[], part: Partial<TrainingSettings> = {}): Promise<Trained> {
  const reports: StepReport[] = [];
  const { signal } = new AbortController();
  const weights = await train(model, rows, { ...settings, ...part }, { signal, onStep: (report) => reports.push(report) });
  return { weights, reports };
}

const bytesOf = ({ weights }: Trained): string =>
  Object.entries(weights)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { data }]) => `${name} ${Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64")}`)
    .join("\n");

const meanLoss = (reports: readonly StepReport[]): number =>
  reports.reduce((total, { loss }) => total + loss, 0) / reports.length;

describe("training", () => {
  it("learns one batch by heart", async () => {
    const { reports } = await trained(rowsOf(8), { minSteps: 100, learningRate: 0.02, dropout: 0 });
    expect(reports).toHaveLength(100);
    expect(reports[0]!.loss).toBeGreaterThan(0.5);
    expect(reports.at(-1)!.loss).toBeLessThan(0.01);
  });

  it("has a falling loss on many batches, with dropout", async () => {
    const { reports } = await trained(rowsOf(96), { epochs: 12, learningRate: 0.01 });
    expect(reports).toHaveLength(12 * 12);
    expect(meanLoss(reports.slice(-12))).toBeLessThan(0.4 * meanLoss(reports.slice(0, 12)));
  });

  it("gives the same bytes for the same seed, and others for another", async () => {
    const rows = rowsOf(20);
    const [first, again, other] = [await trained(rows), await trained(rows), await trained(rows, { seed: 2 })];
    expect(bytesOf(again)).toBe(bytesOf(first));
    expect(bytesOf(other)).not.toBe(bytesOf(first));
  });

  it("leaves the weights it started from as they are", async () => {
    const before = Array.from(goldenWeights["classifier.weight"]!.data);
    const { weights } = await trained(rowsOf(8));
    expect(Array.from(goldenWeights["classifier.weight"]!.data)).toEqual(before);
    expect(Array.from(weights["classifier.weight"]!.data)).not.toEqual(before);
  });

  it("makes the same of a batch in one pass as of one in many", async () => {
    const rows = rowsOf(16);
    const part = { batchSize: 16, minSteps: 3, dropout: 0, warmupRatio: 0 };
    const whole = await trained(rows, part);
    const inParts = await trained(rows, { ...part, tokensPerPass: 20 });
    expect(inParts.reports[0]!.loss).toBeCloseTo(whole.reports[0]!.loss, 5);
    expect(inParts.reports[0]!.gradNorm).toBeCloseTo(whole.reports[0]!.gradNorm, 4);
  });

  it("leaves frozen weights to the bit, and trains the others", async () => {
    const isTrained = (name: string): boolean => !/^embeddings\.|layer\.0\./.test(name);
    const { weights } = await trained(rowsOf(16), { isTrained });
    const changed = Object.entries(weights).filter(([name, { data }]) =>
      data.some((value, i) => value !== goldenWeights[name]!.data[i]),
    );
    expect(changed.map(([name]) => name).sort()).toEqual(Object.keys(weights).filter(isTrained).sort());
  });

  it("raises the learning rate over the first tenth, then lowers it to nearly nothing", async () => {
    const { reports } = await trained(rowsOf(8), { minSteps: 20 });
    const rates = reports.map(({ learningRate }) => learningRate);
    expect(rates.slice(0, 3)).toEqual([0, 0.0015, 0.003]);
    expect(rates.at(-1)).toBeCloseTo(0.003 / 18, 10);
  });

  it("stops where the loss is no number, and says when", async () => {
    const tooFast = trained(rowsOf(8), { learningRate: 1e30, minSteps: 20, warmupRatio: 0 });
    await expect(tooFast).rejects.toThrow(/Training diverged: at step \d of 20 .* learning rate is 1e\+30/);
    await expect(tooFast).rejects.toMatchObject({ name: "UserError" });
  });

  it("stops between two steps when it is told to", async () => {
    const controller = new AbortController();
    let steps = 0;
    const onStep = (): void => {
      if (++steps === 3) controller.abort(new Error("enough"));
    };
    const promise = train(model, rowsOf(8), { ...settings, minSteps: 50 }, { signal: controller.signal, onStep });
    await expect(promise).rejects.toThrow("enough");
    expect(steps).toBe(3);
  });
});
