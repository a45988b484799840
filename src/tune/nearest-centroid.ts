import { estimateEmbeddingSeconds, textsOf } from "../lib/embedding-estimate.js";
import { throwIfAborted, UserError } from "../lib/errors.js";
import type { Approach, Predictor } from "../types/approach.js";
import type { Encoder } from "../types/encoder.js";
import type { Prediction } from "../types/prediction.js";
import { baselineBytes, baselineFiles, type CentroidsFile } from "./baseline-files.js";
import { type Matrix, matrixOf, timesTransposed } from "./regression/matrix.js";

/**
 * `baseline:nearest-centroid`: each label is the mean of its training vectors, scaled to length 1; a text gets the label with the
 * largest cosine. What the vectors know without any training.
 *
 * No scores: a cosine is no probability, and a temperature that made it one would have to be fitted.
 *
 * Multi-label: as many labels as the training rows have on average, rounded, but at least one; the nearest ones.
 */
export function nearestCentroid({ encoder }: { readonly encoder: Encoder }): Approach {
  return {
    name: "baseline:nearest-centroid",
    arm: "baseline",
    method: "nearest-centroid",
    model: encoder.name,
    summary: `Answers the label whose examples are nearest on average, by the frozen vectors of ${encoder.name}.`,
    estimate: async (train, queries) => ({
      calls: 0,
      inputTokens: 0,
      outputTokens: 0,
      usd: 0,
      seconds: await estimateEmbeddingSeconds(encoder, textsOf(train, queries)),
    }),
    async fit(train, context) {
      throwIfAborted(context.signal);
      if (train.examples.length === 0) throw new UserError(`${train.name} has no training rows. Give at least one a label.`);
      const vectors = await encoder.embed(
        train.examples.map(({ text }) => text),
        { ...context, useCache: true },
      );
      const known = train.labels.filter((label) => train.examples.some(({ labels }) => labels.includes(label)));
      const centroids = matrixOf(
        known.map((label) => centroid(vectors.filter((_vector, i) => train.examples[i]!.labels.includes(label)))),
        encoder.dimension,
      );
      const given = train.examples.reduce((sum, { labels }) => sum + labels.length, 0);
      const count = train.isMultiLabel ? Math.max(1, Math.round(given / train.examples.length)) : 1;
      context.spend({ labels: train.examples.length });
      return centroidPredictor(
        {
          encoder: { name: encoder.name, hash: encoder.hash },
          labels: [...train.labels],
          isMultiLabel: train.isMultiLabel,
          count,
          centroids: known.map((label, k) => ({ label, vector: [...rowOf(centroids, k)] })),
        },
        encoder,
      );
    },
  };
}

/** The predictor that a file of `baseline:nearest-centroid` describes. UserError where the encoder is another one. */
export function centroidPredictor(file: CentroidsFile, encoder: Encoder): Predictor {
  const { count, encoder: wanted } = file;
  if (wanted.hash !== encoder.hash || file.centroids[0]!.vector.length !== encoder.dimension) {
    throw new UserError(
      `${baselineFiles.centroids} is of the vectors of ${wanted.name} (${wanted.hash.slice(0, 12)}), and the encoder given is ` +
        `${encoder.name} (${encoder.hash.slice(0, 12)}). Load the encoder it was fitted on, or run the comparison again.`,
    );
  }
  const labels = file.centroids.map(({ label }) => label);
  const centroids = matrixOf(
    file.centroids.map(({ vector }) => vector),
    encoder.dimension,
  );
  return {
    facts: {
      trainedParameters: centroids.data.length,
      totalParameters: encoder.parameters + centroids.data.length,
      promptTokens: 0,
      humanWords: 0,
      chosen: {},
      artifactBytes: null,
      needs: [`encoder ${encoder.name}`],
    },
    async predict(queries, context) {
      throwIfAborted(context.signal);
      const vectors = await encoder.embed(
        queries.map(({ text }) => text),
        context,
      );
      const cosines = timesTransposed(matrixOf(vectors, encoder.dimension), centroids);
      return queries.map((_query, i): Prediction => {
        const row = rowOf(cosines, i);
        const nearest = labels.map((_label, k) => k).sort((a, b) => row[b]! - row[a]!);
        return { answer: nearest.slice(0, count).map((k) => labels[k]!) };
      });
    },
    files: async () => new Map([[baselineFiles.centroids, baselineBytes(file)]]),
    async [Symbol.asyncDispose]() {},
  };
}

/** The mean, scaled to length 1. Vectors that cancel out have no direction: their mean stays 0 and is never the nearest but by default. */
function centroid(vectors: readonly Float32Array[]): Float64Array {
  const sum = new Float64Array(vectors[0]!.length);
  for (const vector of vectors) for (let j = 0; j < sum.length; j++) sum[j]! += vector[j]!;
  const length = Math.sqrt(sum.reduce((total, value) => total + value * value, 0)) || 1;
  return sum.map((value) => value / length);
}

function rowOf({ data, columns }: Matrix, i: number): Float64Array {
  return data.subarray(i * columns, (i + 1) * columns);
}
