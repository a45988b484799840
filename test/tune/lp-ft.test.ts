import { describe, expect, it } from "vitest";
import { featuresOf, fitOutput } from "../../src/tune/classifier/classifier-features.js";
import { headPooling, readBodyWeights } from "../../src/tune/classifier/classifier-model.js";
import { classifierPredictor } from "../../src/tune/classifier/text-classifier.js";
import { newHead } from "../../src/tune/encoders/classifier-heads.js";
import type { FullOptions } from "../../src/tune/full-options.js";
import { tuneLpFt } from "../../src/tune/lp-ft.js";
import { readPretrained } from "../../src/tune/pretrained/pretrained.js";
import { fitHead, headPredictions } from "../../src/tune/regression/head.js";
import type { Approach } from "../../src/types/approach.js";
import type { Dataset } from "../../src/types/data.js";
import { approachContract, contractData, recordingContext } from "../contract/approach.js";
import { tinyFolder } from "./pretrained/golden-encoder.js";

const tiny = (part: Partial<FullOptions> = {}): Approach =>
  tuneLpFt({ model: tinyFolder, minSteps: 6, epochs: 1, learningRate: 1e-3, threads: 1, ...part });

approachContract("tune:lp-ft", () => tiny());

const { train, queries } = contractData();
const twoLabels: Dataset = {
  ...train,
  labels: ["refund", "login"],
  examples: train.examples.filter(({ labels }) => labels[0] !== "parcel"),
};
const absentLabel: Dataset = { ...train, labels: ["never seen", ...train.labels] };

describe("fitOutput", () => {
  it.each([
    ["three labels", train],
    ["two labels", twoLabels],
    ["a label without rows", absentLabel],
    ["several labels a row", contractData(true).train],
  ])("is the logistic regression on the same features: %s", async (_, dataset) => {
    const pretrained = await readPretrained(tinyFolder);
    const head = { labelCount: dataset.labels.length, pooling: headPooling(pretrained) };
    const fresh = newHead(head.pooling, dataset.labels.length, pretrained.hiddenSize, 1);
    const weights = { ...fresh, ...(await readBodyWeights(pretrained, head)) };
    const idsOf = (texts: readonly { readonly text: string }[]) => texts.map(({ text }) => pretrained.tokenizer.encode(text, 24));
    const context = recordingContext();
    const features = await featuresOf({ pretrained, head, weights }, idsOf(dataset.examples), context, 1);
    const asked = await featuresOf({ pretrained, head, weights }, idsOf(queries), context, 1);
    const options = { seed: 1, classWeight: "none" } as const;
    const output = await fitOutput(dataset, features, head, options, context);

    // The reference: features of mean square length 1, as they are scaled inside.
    const scale = Math.sqrt(features.data.reduce((total, value) => total + value * value, 0) / features.rows);
    const scaled = (matrix: typeof features) => ({ ...matrix, data: matrix.data.map((value) => value / scale) });
    const reference = await fitHead(dataset, scaled(features), options, context);
    const expected = headPredictions(reference.head, scaled(asked));
    expect(output.C).toBe(reference.validation?.C);

    const { labels, isMultiLabel } = dataset;
    const { thresholds } = output;
    const mayBeEmpty = reference.head.mayBeEmpty;
    await using predictor = await classifierPredictor(
      {
        pretrained,
        head,
        labels,
        isMultiLabel,
        mayBeEmpty,
        weights: { ...weights, ...output.weights },
        ...(thresholds && { thresholds }),
      },
      { trained: 0, threads: 1 },
    );
    const found = await predictor.predict(queries, context);
    for (const [i, { answer, scores }] of found.entries()) {
      expect(answer).toEqual(expected[i]!.answer);
      for (const label of labels) expect(scores![label]).toBeCloseTo(expected[i]!.scores![label]!, 4);
    }
  });
});

describe("tune:lp-ft", () => {
  it("starts from the fitted classifier, and says how strongly it was held", async () => {
    const context = recordingContext();
    await using started = await tiny({ learningRate: 1e-12, minSteps: 1, dropout: 0 }).fit(train, context);
    const first = context.events.find((event) => event.kind === "progress" && event.phase === "training");
    // From small random weights the loss would be log 3 = 1.10.
    expect(first).toMatchObject({ training: { loss: expect.closeTo(0.5, 0) } });
    expect(started.facts.chosen["C of the first classifier"]).toBeGreaterThan(0);
    expect(started.facts.trainedParameters).toBe(started.facts.totalParameters);
  });

  it("trains the encoder too", async () => {
    const context = recordingContext();
    await using frozen = await tiny({ learningRate: 1e-12 }).fit(train, context);
    await using tuned = await tiny({ learningRate: 3e-3, minSteps: 120 }).fit(train, context);
    const before = await frozen.predict(queries, context);
    const after = await tuned.predict(queries, context);
    expect(after.map(({ scores }) => scores)).not.toEqual(before.map(({ scores }) => scores));
    const losses = context.events.flatMap((event) =>
      event.kind === "progress" && event.phase === "training" ? [event.training!.loss!] : [],
    );
    // Single losses jump with their rows and masks. The first six are those of the frozen one.
    const meanOf = (some: readonly number[]): number => some.reduce((sum, loss) => sum + loss, 0) / some.length;
    expect(meanOf(losses.slice(-10))).toBeLessThan(0.2 * meanOf(losses.slice(6, 16)));
    expect(losses.at(-1)!).toBeLessThan(0.2 * losses[6]!);
  });
});
