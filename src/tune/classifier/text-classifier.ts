/** @file A fine-tuned classifier as a predictor: answers, and is written as a folder by `classifier-files.ts`. */
import { countOf } from "../../autodiff/values.js";
import { throwIfAborted } from "../../lib/errors.js";
import type { Predictor } from "../../types/approach.js";
import type { PredictorFacts } from "../../types/identity.js";
import { tokenizeTexts } from "../pretrained/token-batch.js";
import { classifierFiles, runningBytes } from "./classifier-files.js";
import { logitsOf, logitsSession, predictionOf } from "./classifier-logits.js";
import type { TextClassifier } from "./classifier-model.js";
import type { SavedDetails } from "./saved-details.js";

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
  const artifactBytes = runningBytes(classifier);
  let isDisposed = false;
  return {
    facts: {
      trainedParameters: trained,
      totalParameters: parameters,
      promptTokens: 0,
      humanWords: 0,
      chosen,
      artifactBytes,
      needs: [],
    },
    async predict(queries, context) {
      throwIfAborted(context.signal);
      const texts = queries.map(({ text }) => text);
      const ids = await tokenizeTexts(texts, pretrained, context.signal);
      const found = await logitsOf(session, ids, pretrained.tokenizer.padId, {
        signal: context.signal,
        onDone: (done) => context.log({ kind: "progress", phase: "predicting", done, total: queries.length }),
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
