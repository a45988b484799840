/** @file Published learning curves: accuracy by number of labels, and what a prompt reached on the same data. */

/** A number of labels (or of examples shown), and the accuracy in percent with it. */
export interface PublishedPoint {
  readonly labels: number;
  readonly accuracy: number;
}

/** A data set of the study with both ways. */
export interface PublishedCurve {
  readonly dataset: "BANKING77" | "CLINC150" | "TREC";
  readonly classes: number;
  /** Fine-tuned Llama-2-7B, mean over seeds. */
  readonly tuned: readonly PublishedPoint[];
  /** The same model shown this many random labeled examples in a prompt of 80,000 tokens. */
  readonly randomShots: readonly PublishedPoint[];
  /** The same model shown the 10 examples of the whole training set that are most like the text; `null` where we have no figure. */
  readonly retrieved: { readonly shown: number; readonly accuracy: number } | null;
}

const points = (labels: readonly number[], accuracies: readonly number[]): PublishedPoint[] =>
  labels.map((count, i) => ({ labels: count, accuracy: accuracies[i]! }));
const tunedLabels = [32, 128, 512, 2048, 8192];
const shots = [10, 100, 1000];

/** Bertsch et al. 2025 (arXiv:2405.00200), from the results that its authors published with their code. */
export const publishedCurves: readonly PublishedCurve[] = [
  {
    dataset: "BANKING77",
    classes: 77,
    tuned: points(tunedLabels, [16.6, 42.8, 53.3, 77.9, 91.6]),
    randomShots: points(shots, [35.9, 58.6, 86.7]),
    retrieved: { shown: 10, accuracy: 89.2 },
  },
  {
    dataset: "CLINC150",
    classes: 150,
    tuned: points(tunedLabels, [13.8, 40.2, 50.3, 74.6, 85.0]),
    randomShots: points(shots, [47.3, 58.8, 85.9]),
    retrieved: { shown: 10, accuracy: 93.8 },
  },
  {
    dataset: "TREC",
    classes: 6,
    tuned: points(tunedLabels, [65.5, 82.2, 91.3, 96.0, 97.3]),
    randomShots: points(shots, [76.0, 85.6, 88.6]),
    retrieved: null,
  },
];

/** The fewest labels at which a curve reaches an accuracy, read off in the logarithm of labels between its points; `null` where it never does. */
export function labelsToReach(curve: readonly PublishedPoint[], accuracy: number): number | null {
  const at = curve.findIndex((point) => point.accuracy >= accuracy);
  if (at === -1) return null;
  const above = curve[at]!;
  const below = curve[at - 1];
  if (below === undefined) return above.labels;
  const share = (accuracy - below.accuracy) / (above.accuracy - below.accuracy);
  return Math.round(below.labels * (above.labels / below.labels) ** share);
}
