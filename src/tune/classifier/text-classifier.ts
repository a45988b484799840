/** @file A fine-tuned classifier as a predictor: answers, is written as a folder by `classifier-files.ts`, and read from one. */
import { countOf } from "../../autodiff/values.js";
import { throwIfAborted } from "../../lib/errors.js";
import type { Predictor, PredictorFacts } from "../../types.js";
import { tokenizeTexts } from "../pretrained/token-batch.js";
import { classifierFiles, describingFiles, type SavedDetails } from "./classifier-files.js";
import { logitsOf, logitsSession, predictionOf } from "./classifier-logits.js";
import { readClassifier, type TextClassifier } from "./classifier-model.js";

/** What a predictor is made with besides its classifier. */
export interface ClassifierPredictorOptions {
  /** Weights that fitting changed. */
  readonly trained: number;
  readonly threads?: number;
  readonly chosen?: PredictorFacts["chosen"];
  /** What its model card should tell. */
  readonly details?: SavedDetails;
}

/** A predictor of the classifier. Its files are a model folder of Hugging Face's. */
export async function classifierPredictor(
  classifier: TextClassifier,
  { trained, threads, chosen = {}, details = {} }: ClassifierPredictorOptions,
): Promise<Predictor> {
  const { pretrained, weights } = classifier;
  const session = await logitsSession(classifier, threads === undefined ? {} : { threads });
  const parameters = Object.values(weights).reduce((total, { shape }) => total + countOf(shape), 0);
  const describing = describingFiles(classifier);
  const describingBytes = [...describing.values()].reduce((total, bytes) => total + bytes.length, 0);
  let isDisposed = false;
  return {
    facts: {
      trainedParameters: trained,
      totalParameters: parameters,
      promptTokens: 0,
      humanWords: 0,
      chosen,
      // One copy of the weights runs it; that they are there in several formats is for convenience.
      artifactBytes: describingBytes + parameters * Float32Array.BYTES_PER_ELEMENT,
      needs: [],
    },
    async predict(queries, context) {
      throwIfAborted(context.signal);
      const texts = queries.map(({ text }) => text);
      const ids = await tokenizeTexts(texts, pretrained, context.signal);
      const found = await logitsOf(session, ids, pretrained.tokenizer.padId, {
        signal: context.signal,
        onDone: (done) => context.log({ kind: "progress", stage: "predicting", done, total: queries.length }),
      });
      return found.map((row) => predictionOf(classifier, row));
    },
    files: () => classifierFiles(classifier, { ...(threads !== undefined && { threads }), ...details }),
    async [Symbol.asyncDispose]() {
      if (isDisposed) return;
      isDisposed = true;
      await session[Symbol.asyncDispose]();
    },
  };
}

/**
 * A predictor from a folder: of a fine-tuned classifier that was saved here, which predicts the same as before, or of one that Python's
 * transformers saved, whose logits agree to 1e-4 (`golden/make_classifiers.py`). What is wrong with the folder is a `UserError`.
 */
export async function loadClassifier(folder: string, options: { readonly threads?: number } = {}): Promise<Predictor> {
  return classifierPredictor(await readClassifier(folder), { trained: 0, ...options });
}
