import { contentHash } from "../data/content-hash.js";
import { throwIfAborted } from "../lib/errors.js";
import { evenlySpaced } from "../lib/evenly-spaced.js";
import { formatCount } from "../lib/text/format.js";
import type { Approach } from "../types/approach.js";
import type { Dataset } from "../types/data.js";
import type { ClassWeight } from "./regression/class-weights.js";
import { defaultC, type RangeOfC } from "./regression/cross-validation.js";
import { fitHead } from "./regression/head.js";
import { tfidfPredictor } from "./tfidf/tfidf-classifier.js";
import { analyzers, learnVocabularies, type VocabularyLimits, vectorizer } from "./tfidf/vectorizer.js";

/** Options of `tune:tfidf`. */
export interface TfidfOptions {
  /** How labels are weighted; ignored in multi-label tasks, where the threshold is chosen. @default "none" */
  readonly classWeight?: ClassWeight;
}

/** From so many rows on a part must be in two texts at least: that leaves two fifths of the parts, at equal quality (`decisions/0024-a-tuned-model-is-one-kind-of-folder.md`). */
const rowsForTwo = 1000;
/** Numbers of the model, parts × labels: what bounds memory and time with many labels. */
const mostWeights = 1e6;
const fewestTerms = 1000;

/**
 * Between which strengths C is chosen. Vectors of length 1 with thousands of parts have their best C there on every data set tried, and near it little depends
 * on it: a decade is worth some hundredths of a nat.
 */
const range: RangeOfC = { smallest: 3.162, largest: 316.2 };
/** Numbers that are not 0 × labels from which on C is not chosen but the usual one taken: what is gained by choosing is not worth minutes. */
const largeProblem = 3e7;

/** Products of all evaluations of one fit: some minutes. What thousands of labels and tens of thousands of rows would take beyond that is cut off, and said. */
const mostProducts = 1e11;
/** On Banking77 10 steps have .9031 of the held-out rows right, a finished fit of 34 steps .9034. */
const fewestSteps = 10;

/** As tight as scikit-learn's default is for such vectors: 10^-4 of the mean loss is a few thousandths of what the gradient is at 0. */
const gradientTolerance = 1e-3;

function limitsFor({ examples, labels }: Dataset): VocabularyLimits {
  return {
    fewestTexts: examples.length < rowsForTwo ? 1 : 2,
    mostTerms: Math.max(fewestTerms, Math.floor(mostWeights / outputsOf(labels))),
  };
}

const outputsOf = (labels: readonly string[]): number => (labels.length === 2 ? 1 : labels.length);

/**
 * `tune:tfidf`: logistic regression on which words, pairs of words and groups of two to five letters a text has (TF-IDF). It needs no encoder and so knows
 * nothing of any language: what it knows it has from the rows. Equal to scikit-learn's (`golden/make_tfidf.py`).
 *
 * Its seed only deals the folds by which C is chosen.
 */
export function tfidf({ classWeight = "none" }: TfidfOptions = {}): Approach {
  return {
    name: "tune:tfidf",
    arm: "tune",
    method: "tfidf",
    summary:
      "Logistic regression on words, pairs of words and groups of letters (TF-IDF), its strength chosen by cross-validation.",
    estimate: async (train, queries) => ({
      calls: 0,
      inputTokens: 0,
      outputTokens: 0,
      usd: 0,
      seconds: estimateSeconds(train, queries.length),
    }),
    async fit(train, context) {
      throwIfAborted(context.signal);
      const texts = train.examples.map(({ text }) => text);
      const vocabularies = await learnVocabularies(texts, limitsFor(train), context.signal);
      const made = vectorizer(vocabularies);
      const features = await made.vectors(texts, context.signal);
      const products = features.values.length * outputsOf(train.labels);
      const isLarge = products > largeProblem;
      const maxIterations = stepsFor(products);
      if (isLarge) context.log({ kind: "note", text: sizeNote(train, maxIterations) });
      const options = {
        seed: context.seed,
        classWeight,
        gradientTolerance,
        ...(isLarge ? { C: defaultC } : { range }),
        maxIterations,
      };
      const { head, validation } = await fitHead(train, features, options, context);
      context.spend({ labels: train.examples.length });
      const details = {
        approach: "tune:tfidf",
        seed: context.seed,
        data: { name: train.name, rows: train.examples.length, hash: contentHash(train.examples) },
        settings: { C: validation?.C ?? defaultC, class_weight: classWeight },
      };
      const chosen = { ...(validation && { C: validation.C }), ...(classWeight !== "none" && { classWeight }) };
      return tfidfPredictor({ vocabularies, head }, { details, chosen });
    },
  };
}

/** How many steps of a fit there is time for: far more than it takes, but with thousands of labels. */
function stepsFor(products: number): number {
  return Math.max(fewestSteps, Math.min(maxSteps, Math.floor(mostProducts / (2 * products))));
}
const maxSteps = 2000;

/** What a user should know of a fit of so many rows and labels. */
function sizeNote({ examples, labels }: Dataset, steps: number): string {
  const size = `${formatCount(examples.length)} rows and ${formatCount(labels.length)} labels`;
  const fixed = `C = ${defaultC} is taken without trying others: with ${size} that would take minutes.`;
  return steps < usualEvaluations.fixed ? `${fixed} The fit ends after ${steps} steps at the latest.` : fixed;
}

/**
 * Of all parts of all texts, about: the share of parts that are left where those that say the same are one (.64 to .91 on four data sets), of different ones
 * among them (.02 to .07), and seconds that an update of L-BFGS takes for one number of the model.
 */
const mergedShare = 0.8;
const differentShare = 0.05;
const secondsPerWeight = 2e-8;
/** Evaluations of the loss that choosing C and fitting, or fitting alone, take. */
const usualEvaluations = { choosing: 200, fixed: 35 };
/** Products of a number that is not 0 with a weight, on one core. */
const productsPerSecond = 9e8;
const partsPerSecond = 2e6;
const sampledTexts = 32;

/** About how long fitting, and answering so many texts, takes. */
function estimateSeconds(train: Dataset, queries: number): number {
  const { examples, labels } = train;
  const sample = evenlySpaced(examples, sampledTexts);
  if (sample.length === 0) return 0;
  const parts = sample.map(({ text }) => Object.values(analyzers).reduce((sum, analyze) => sum + analyze(text).length, 0));
  const perText = parts.reduce((a, b) => a + b, 0) / sample.length;
  const counting = ((2 * examples.length + queries) * perText) / partsPerSecond;
  const products = examples.length * perText * outputsOf(labels);
  const evaluations = products > largeProblem ? Math.min(usualEvaluations.fixed, stepsFor(products)) : usualEvaluations.choosing;
  const weights = Math.min(mostWeights, differentShare * products);
  return counting + evaluations * ((2 * mergedShare * products) / productsPerSecond + weights * secondsPerWeight);
}
