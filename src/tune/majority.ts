import { throwIfAborted } from "../lib/errors.js";
import type { Approach, Predictor } from "../types/approach.js";
import type { Dataset } from "../types/data.js";
import type { Prediction } from "../types/prediction.js";
import { baselineBytes, baselineFiles, type MajorityFile } from "./baseline-files.js";

/**
 * `baseline:majority`: always the most frequent label of the training rows (of equally frequent ones the first in the order of
 * `labels`), with the labels' shares as probabilities. What any approach must beat to have learned anything.
 *
 * Multi-label: every label that at least half of the rows have; where there is none, the most frequent one, unless rows without
 * any label are more frequent still.
 */
export function majority(): Approach {
  return {
    name: "baseline:majority",
    arm: "baseline",
    method: "majority",
    traits: { isMajority: true },
    summary: "Always answers the most frequent label of the training rows.",
    estimate: async () => ({ calls: 0, inputTokens: 0, outputTokens: 0, usd: 0, seconds: 0 }),
    async fit(train, context) {
      throwIfAborted(context.signal);
      context.spend({ labels: train.examples.length });
      return majorityPredictor(majorityOf(train));
    },
  };
}

/** The predictor that a file of `baseline:majority` describes. */
export function majorityPredictor(file: MajorityFile): Predictor {
  const { labels, answer, shares } = file;
  const prediction: Prediction = { answer, scores: Object.fromEntries(labels.map((label, k) => [label, shares[k]!])) };
  return {
    facts: {
      trainedParameters: labels.length,
      totalParameters: labels.length,
      promptTokens: 0,
      humanWords: 0,
      chosen: {},
      artifactBytes: null,
      needs: [],
    },
    async predict(queries, { signal }) {
      throwIfAborted(signal);
      return queries.map(() => prediction);
    },
    files: async () => new Map([[baselineFiles.majority, baselineBytes(file)]]),
    async [Symbol.asyncDispose]() {},
  };
}

function majorityOf({ labels, examples, isMultiLabel }: Dataset): MajorityFile {
  const counts = new Map<string, number>(labels.map((label) => [label, 0]));
  for (const example of examples) for (const label of example.labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const measured = labels.map((label) => counts.get(label)! / Math.max(examples.length, 1));
  // Without rows nothing speaks for any label.
  const shares = isMultiLabel || examples.length > 0 ? measured : labels.map(() => 1 / labels.length);
  const file = (answer: readonly string[]): MajorityFile => ({
    labels: [...labels],
    isMultiLabel,
    answer: [...answer],
    shares,
  });
  const top = labels[measured.indexOf(Math.max(...measured))];
  if (!isMultiLabel) return file(top === undefined ? [] : [top]);
  const frequent = labels.filter((_label, k) => measured[k]! >= 0.5);
  if (frequent.length > 0 || top === undefined) return file(frequent);
  const emptyRows = examples.filter((example) => example.labels.length === 0).length;
  return file(emptyRows > counts.get(top)! ? [] : [top]);
}
