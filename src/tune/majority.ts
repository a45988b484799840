import { throwIfAborted } from "../lib/errors.js";
import type { Approach } from "../types/approach.js";
import type { Dataset } from "../types/data.js";
import type { Prediction } from "../types/prediction.js";

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
      const prediction = majorityPrediction(train);
      context.spend({ labels: train.examples.length });
      const file = new TextEncoder().encode(`${JSON.stringify(prediction)}\n`);
      return {
        facts: {
          trainedParameters: train.labels.length,
          totalParameters: train.labels.length,
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
        files: async () => new Map([["majority.json", file]]),
        async [Symbol.asyncDispose]() {},
      };
    },
  };
}

function majorityPrediction({ labels, examples, isMultiLabel }: Dataset): Prediction {
  const counts = new Map<string, number>(labels.map((label) => [label, 0]));
  for (const example of examples) for (const label of example.labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const shares = labels.map((label) => counts.get(label)! / Math.max(examples.length, 1));
  const top = labels[shares.indexOf(Math.max(...shares))];
  if (!isMultiLabel) {
    // Without rows nothing speaks for any label.
    const scores = labels.map((label, k) => [label, examples.length > 0 ? shares[k]! : 1 / labels.length] as const);
    return { answer: top === undefined ? [] : [top], scores: Object.fromEntries(scores) };
  }
  const scores = Object.fromEntries(labels.map((label, k) => [label, shares[k]!]));
  const frequent = labels.filter((_label, k) => shares[k]! >= 0.5);
  if (frequent.length > 0 || top === undefined) return { answer: frequent, scores };
  const emptyRows = examples.filter((example) => example.labels.length === 0).length;
  return { answer: emptyRows > counts.get(top)! ? [] : [top], scores };
}
