import { contentHash } from "../data/content-hash.js";
import { estimateEmbeddingSeconds, textsOf } from "../lib/embedding-estimate.js";
import { throwIfAborted, UserError } from "../lib/errors.js";
import type { Approach, Predictor } from "../types/approach.js";
import type { Dataset } from "../types/data.js";
import type { Encoder } from "../types/encoder.js";
import type { PredictorFacts } from "../types/identity.js";
import { type FrozenClassifier, frozenClassifier, modelOfEncoder } from "./classifier/frozen-classifier.js";
import { centeredFeatures } from "./regression/centered-features.js";
import type { ClassWeight } from "./regression/class-weights.js";
import { fitHead, type Head, headPredictions } from "./regression/head.js";
import { decodeHead, encodeHead, headFile } from "./regression/head-file.js";

/** Options of `tune:probe`. */
export interface ProbeOptions {
  readonly encoder: Encoder;
  /** How labels are weighted; ignored in multi-label tasks, where the threshold is chosen. @default "none" */
  readonly classWeight?: ClassWeight;
}

/**
 * `tune:probe`: logistic regression on the vectors of a frozen encoder. The encoder stays the caller's to dispose of. It is saved as a classifier on
 * that encoder, in a folder like those of trained classifiers; with an encoder that has no folder, only the head is saved (`loadProbe`).
 *
 * The seed only deals the cross-validation folds that choose C: the fit itself is the unique minimum of a convex function.
 */
export function probe({ encoder, classWeight = "none" }: ProbeOptions): Approach {
  return {
    name: "tune:probe",
    arm: "tune",
    method: "probe",
    model: encoder.name,
    summary: `Logistic regression on the frozen vectors of ${encoder.name}, its strength chosen by cross-validation.`,
    async estimate(train, queries) {
      const embeddingSeconds = await estimateEmbeddingSeconds(encoder, textsOf(train, queries));
      const seconds = embeddingSeconds + fitSeconds(train, encoder.dimension);
      return { calls: 0, inputTokens: 0, outputTokens: 0, usd: 0, seconds, embeddingSeconds };
    },
    async fit(train, context) {
      throwIfAborted(context.signal);
      const texts = train.examples.map(({ text }) => text);
      const vectors = await encoder.embed(texts, { ...context, useCache: true });
      const features = centeredFeatures(vectors, encoder.dimension);
      const { head, validation } = await fitHead(train, features, { seed: context.seed, classWeight }, context);
      context.spend({ labels: train.examples.length });
      const chosen = {
        ...(validation && { C: validation.C }),
        ...(classWeight !== "none" && { classWeight }),
      };
      const model = modelOfEncoder(encoder);
      if (model === undefined) return probePredictor(head, encoder, chosen, headAlone(head, encoder));
      const saved = await frozenClassifier(model, head, train, {
        approach: "tune:probe",
        seed: context.seed,
        data: { name: train.name, rows: train.examples.length, hash: contentHash(train.examples) },
        settings: { ...(validation && { C: validation.C }), class_weight: classWeight },
      });
      return probePredictor(head, encoder, chosen, saved);
    },
  };
}

/** Evaluations of the loss that choosing C and fitting take: 220, 480, 715 and 760 on SMS spam, SST-2, TREC and Banking77. */
const usualEvaluations = 600;
/** Float64 operations of an evaluation's two matrix products over its time: Banking77's 1.2 billion take 37 ms on 2 cores (EPYC, AVX-512). */
const operationsPerSecond = 3e10;

/** About how long the fit takes once the vectors are there. */
function fitSeconds({ examples, labels }: Dataset, dimension: number): number {
  const outputs = labels.length === 2 ? 1 : labels.length;
  return (usualEvaluations * 4 * examples.length * dimension * outputs) / operationsPerSecond;
}

/** Loads a probe that was saved without its encoder, on the same encoder: its predictions are bit-identical. */
export function loadProbe(files: ReadonlyMap<string, Uint8Array>, encoder: Encoder): Predictor {
  const bytes = files.get(headFile);
  if (bytes === undefined) {
    const found = [...files.keys()].slice(0, 5).join(", ") || "none";
    throw new UserError(
      `The files of a probe on an encoder of one's own hold ${headFile}; found: ${found}. A folder that a run wrote is loaded by loadClassifier.`,
    );
  }
  const head = decodeHead(bytes, encoder);
  return probePredictor(head, encoder, {}, headAlone(head, encoder));
}

/** The head as the one file, for an encoder that cannot be saved with it. */
function headAlone(head: Head, encoder: Encoder): Pick<FrozenClassifier, "files"> {
  const file = encodeHead(head, encoder);
  return { files: async () => new Map([[headFile, file]]) };
}

function probePredictor(
  head: Head,
  encoder: Encoder,
  chosen: PredictorFacts["chosen"],
  { files, artifactBytes }: Pick<FrozenClassifier, "files"> & Partial<FrozenClassifier>,
): Predictor {
  const trainedParameters =
    (head.model === null ? 0 : head.model.weights.data.length + head.model.intercepts.length) + head.thresholds.length;
  return {
    facts: {
      trainedParameters,
      totalParameters: encoder.parameters + trainedParameters,
      promptTokens: 0,
      humanWords: 0,
      chosen,
      artifactBytes: artifactBytes ?? null,
      needs: artifactBytes === undefined ? [`encoder ${encoder.name}`] : [],
    },
    async predict(queries, context) {
      throwIfAborted(context.signal);
      const vectors = await encoder.embed(
        queries.map(({ text }) => text),
        context,
      );
      return headPredictions(head, centeredFeatures(vectors, encoder.dimension));
    },
    files,
    async [Symbol.asyncDispose]() {},
  };
}
