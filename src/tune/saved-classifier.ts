/** @file A tuned model from its folder, whatever kind of model it is: what a run wrote for a tuned approach, or a classifier of transformers. */
import { join } from "node:path";
import type { Predictor } from "../types/approach.js";
import type { Prediction } from "../types/prediction.js";
import { readClassifier } from "./classifier/classifier-model.js";
import { classifierPredictor } from "./classifier/text-classifier.js";
import { findModelFolder, readObject } from "./pretrained/model-folder.js";
import { weightsFile } from "./pretrained/weights.js";
import { readTfidf, tfidfPredictor, tfidfType } from "./tfidf/tfidf-classifier.js";

/** A folder that was read and checked. */
export interface SavedClassifier {
  readonly labels: readonly string[];
  /** Whether a text may get several labels. */
  readonly isMultiLabel: boolean;
  /** The file with the weights: another one where the model was trained again. */
  readonly weightsPath: string;
  open(options?: LoadOptions): Promise<Predictor>;
}

/** Options of `loadClassifier`. */
export interface LoadOptions {
  /** Number of threads. @default the number of cores, at most eight */
  readonly threads?: number;
}

/** A tuned model, ready to predict. Holds native memory: dispose of it. */
export interface LoadedClassifier extends Predictor {
  readonly labels: readonly string[];
  readonly isMultiLabel: boolean;
  /** Predicts one answer per text, in the order given. */
  classify(texts: readonly string[], options?: { readonly signal?: AbortSignal }): Promise<Prediction[]>;
}

/** Reads the folder of a tuned model. What is wrong with it is a `UserError`. */
export async function readSavedClassifier(folder: string): Promise<SavedClassifier> {
  const config = await readObject(findModelFolder(folder), "config.json");
  if (config !== undefined && "model_type" in config && config.model_type === tfidfType) {
    const tfidf = await readTfidf(folder);
    const { labels, isMultiLabel } = tfidf.head;
    return { labels, isMultiLabel, weightsPath: join(folder, weightsFile), open: async () => tfidfPredictor(tfidf) };
  }
  const classifier = await readClassifier(folder);
  return {
    labels: classifier.labels,
    isMultiLabel: classifier.isMultiLabel,
    weightsPath: classifier.pretrained.stored.path,
    open: (options = {}) => classifierPredictor(classifier, { trained: 0, ...options }),
  };
}

/**
 * Loads a tuned model from the folder that a run saved it to, to predict as it did there, or a classifier saved by Python's transformers, whose
 * logits agree to 1e-4 (`golden/make_classifiers.py`). Throws a `UserError` if the folder is wrong.
 *
 * ```ts
 * const classifier = await loadClassifier("runs/tickets/artifacts/tune_probe");
 * const [{ answer, scores }] = await classifier.classify(["Where is my parcel?"]);
 * ```
 */
export async function loadClassifier(folder: string, options: LoadOptions = {}): Promise<LoadedClassifier> {
  const { labels, isMultiLabel, open } = await readSavedClassifier(folder);
  const predictor = await open(options);
  return {
    ...predictor,
    labels,
    isMultiLabel,
    classify: (texts, { signal = new AbortController().signal } = {}) =>
      predictor.predict(
        texts.map((text, row) => ({ id: String(row), text })),
        { signal, useCache: false, spend: () => {}, log: () => {} },
      ),
  };
}
