/**
 * @file `tune:setfit` on another machine: `python/train.py` trains the encoder by pairs that were dealt here, and the last layer is fitted here to the vectors that
 * come back, by the code that fits it to those of an encoder that was trained here.
 */
import { fitOutput } from "../tune/classifier/classifier-features.js";
import { outputName } from "../tune/encoders/classifier-heads.js";
import { modelName } from "../tune/pretrained/model-folder.js";
import type { Matrix } from "../tune/regression/matrix.js";
import { settledSetFit } from "../tune/setfit.js";
import type { Weights } from "../tune/training/training-job.js";
import type { Approach } from "../types/approach.js";
import { engineApproach } from "./engine-approach.js";
import type { EngineSetFitOptions } from "./engine-tuned-options.js";
import { fetchedPredictor } from "./job/fetched-predictor.js";
import { readVectorOutputs, type VectorOutputs } from "./job/vector-outputs.js";
import { type PreparedSetFit, prepareSetFit } from "./prepare-setfit.js";

/** An approach that trains through an engine. `UserError` where an option is out of its range. */
export function engineSetFit(options: EngineSetFitOptions): Approach {
  const { model, classWeight = "none", threads } = options;
  const settled = settledSetFit(options);
  return engineApproach<PreparedSetFit, VectorOutputs>(options, {
    method: "setfit",
    summary: `${modelName(model)} trained to tell texts of a label from others, and logistic regression on its vectors; trained`,
    work: ({ examples }, texts) => ({ updates: settled.updatesFor(examples.length), texts: examples.length + texts }),
    prepare: (dataset, context) => prepareSetFit(dataset, options, settled, context),
    read: ({ staged }) => readVectorOutputs(staged),
    async predictor(dataset, { source, pooling, queries }, { learned, test, ...trained }, { details, context }) {
      const { labels, isMultiLabel, examples } = dataset;
      const head = { labelCount: labels.length, pooling };
      const { weights, thresholds, C } = await fitOutput(dataset, learned, head, { seed: context.seed, classWeight }, context);
      const logits = logitsOf(test, weights, outputName(pooling));
      return fetchedPredictor({
        outputs: { ...trained, test: new Map(queries.map(({ id }, row) => [id, logits[row]!])), validation: new Map() },
        source,
        output: { pooling, weights },
        labels,
        isMultiLabel,
        mayBeEmpty: isMultiLabel && examples.some((example) => example.labels.length === 0),
        queries,
        ...(thresholds && { thresholds }),
        chosen: C === undefined ? {} : { C },
        details,
        sample: { of: "training", rows: examples },
        dataset,
        context,
        ...(threads !== undefined && { threads }),
      });
    },
  });
}

/** The last layer on vectors [rows, width]: [rows, labels]. */
function logitsOf({ rows, columns, data }: Matrix, weights: Weights, layer: string): Float32Array[] {
  const [weight, bias] = [weights[`${layer}.weight`]!, weights[`${layer}.bias`]!];
  return Array.from({ length: rows }, (_, row) =>
    bias.data.map((sum, label) => {
      let total = sum;
      for (let i = 0; i < columns; i++) total += weight.data[label * columns + i]! * data[row * columns + i]!;
      return total;
    }),
  );
}
