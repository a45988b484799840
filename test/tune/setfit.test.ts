import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { UserError } from "../../src/lib/errors.js";
import { loadClassifier } from "../../src/tune/saved-classifier.js";
import { type SetFitOptions, tuneSetFit } from "../../src/tune/setfit.js";
import type { Approach, Predictor } from "../../src/types/approach.js";
import type { Dataset } from "../../src/types/data.js";
import { approachContract, contractData, recordingContext } from "../contract/approach.js";
import { tinyFolder } from "./pretrained/golden-encoder.js";

/** A random tiny BERT learns little in few steps, and that quickly. */
const tiny = (part: Partial<SetFitOptions> = {}): Approach =>
  tuneSetFit({ model: tinyFolder, updates: 4, batchSize: 12, learningRate: 1e-3, threads: 1, ...part });

approachContract("tune:setfit", () => tiny());
approachContract(
  "tune:setfit with several labels a row",
  () => tiny(),
  () => contractData(true),
);

const { train } = contractData();

async function accuracy(predictor: Predictor, { examples }: Dataset): Promise<number> {
  const predictions = await predictor.predict(examples, recordingContext());
  return predictions.filter(({ answer }, i) => answer![0] === examples[i]!.labels[0]).length / examples.length;
}

const lossOf = (events: readonly { readonly kind: string; readonly training?: { readonly loss?: number } }[]): number[] =>
  events.flatMap(({ training }) => training?.loss ?? []);

describe("tune:setfit", () => {
  it("brings texts of a label together, and tells the labels apart", async () => {
    const context = recordingContext();
    await using predictor = await tiny({ updates: 60, dropout: 0 }).fit(train, context);
    const losses = lossOf(context.events.filter((event) => event.kind === "progress"));
    const mean = (some: readonly number[]): number => some.reduce((a, b) => a + b) / some.length;
    expect(losses).toHaveLength(60);
    // Four rows of each of three labels: each is told by three others, whose probabilities are a third at best.
    const least = Math.log(3);
    expect(Math.min(...losses)).toBeGreaterThan(least);
    expect(mean(losses.slice(-10)) - least).toBeLessThan(0.5 * (mean(losses.slice(0, 10)) - least));
    expect(await accuracy(predictor, train)).toBeGreaterThan(0.95);
    expect(predictor.facts.chosen["C"]).toBeGreaterThan(0);
  });

  it.each([false, true])("predicts the same when it is saved and loaded (several labels: %s)", async (isMultiLabel) => {
    const data = contractData(isMultiLabel);
    const context = recordingContext();
    await using predictor = await tiny().fit(data.train, context);
    const folder = await mkdtemp(join(tmpdir(), "setfit-"));
    try {
      for (const [path, bytes] of await predictor.files()) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), bytes);
      }
      await using loaded = await loadClassifier(folder, { threads: 1 });
      const before = await predictor.predict(data.queries, context);
      const after = await loaded.predict(data.queries, context);
      expect(after.map(({ answer }) => answer)).toEqual(before.map(({ answer }) => answer));
      for (const [i, { scores }] of after.entries())
        for (const [label, score] of Object.entries(scores!)) expect(score).toBeCloseTo(before[i]!.scores![label]!, 5);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("draws each row about five times, in 30 to 150 updates", async () => {
    const updates = async (rows: number): Promise<number> => {
      const examples = Array.from({ length: rows }, (_, i) => ({
        id: String(i),
        text: `refund ${i}`,
        labels: [train.labels[i % 3]!],
      }));
      const context = recordingContext();
      await using _ = await tuneSetFit({ model: tinyFolder, batchSize: 4, threads: 1 }).fit({ ...train, examples }, context);
      return lossOf(context.events.filter((event) => event.kind === "progress")).length;
    };
    expect(await updates(12)).toBe(30);
    expect(await updates(32)).toBe(40);
    expect(await updates(140)).toBe(150);
  });

  it.each([
    [{ batchSize: 0 }, "batchSize is 0. Give a whole number above 0."],
    [{ updates: 1.5 }, "updates is 1.5. Give a whole number above 0."],
    [{ learningRate: Number.NaN }, "learningRate is NaN. Give a number above 0, such as 5e-5."],
  ])("refuses %o before anything is read", (part, message) => {
    expect(() => tiny(part)).toThrow(new UserError(message));
  });

  it("refuses what has nothing to tell apart", async () => {
    await expect(tiny().fit({ ...train, examples: train.examples.slice(0, 3) }, recordingContext())).rejects.toThrow(
      'All 3 training rows of requests have the label "refund"',
    );
  });
});
