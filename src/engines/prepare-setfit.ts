/** @file A training set and options of SetFit as a staged job: what is settled, how the model is pooled, and which pairs of rows make an update. */
import type { ClassifierHead } from "../tune/classifier/classifier.js";
import { tokenizeTexts } from "../tune/pretrained/token-batch.js";
import { type SettledSetFit, tokensPerPass } from "../tune/setfit.js";
import { dealPairs } from "../tune/training/objectives/pairs-objective.js";
import { labelIndices } from "../tune/training/training-rows.js";
import type { Dataset } from "../types/data.js";
import type { EngineSetFitOptions } from "./engine-tuned-options.js";
import { modelSource, poolingOf } from "./job/model-source.js";
import { namedSchedule, type PrepareContext, type PreparedJob, stagedIn } from "./prepare-job.js";

/** A job of SetFit. */
export interface PreparedSetFit extends PreparedJob {
  /** What stands between the tokens and the last layer, which is fitted here. */
  readonly pooling: ClassifierHead["pooling"];
}

/**
 * Stages the job of a fit. The pairs are dealt here, by the labels and by which texts are equal; the job cuts them by their tokens. Of a model that is not
 * computed here the tokens are not known, so that texts count as equal that are the same letters.
 */
export async function prepareSetFit(
  dataset: Dataset,
  options: EngineSetFitOptions,
  { settings, updatesFor }: SettledSetFit,
  context: PrepareContext,
): Promise<PreparedSetFit> {
  const { seed, queries, signal, trial } = context;
  const { labels, isMultiLabel, examples } = dataset;
  const indices = labelIndices(dataset);
  const { model, configuration, checkpointSeconds } = options;
  const source = await modelSource(model, {
    method: "setfit",
    labelCount: labels.length,
    seed,
  });
  const { known, path = configuration } = source;
  const pooling = known?.head.pooling ?? (await poolingOf(path));
  const texts = examples.map(({ text }) => text);
  const told = known === undefined ? texts : (await tokenizeTexts(texts, known.pretrained, signal)).map((ids) => ids.join());
  const rows = told.map((text, row) => ({ text, labels: indices[row]! }));
  const { batchSize } = settings;
  return {
    ...(await stagedIn(
      context,
      {
        spec: {
          method: "setfit",
          task: { name: dataset.name, labels, is_multi_label: isMultiLabel },
          model: source.model,
          ...(typeof pooling === "string" && { pooling }),
          settings: {
            ...namedSchedule(settings),
            label_smoothing: 0,
            // The last layer is fitted here, and weighted here.
            class_weight: "none",
            learning_rate: settings.learningRate,
            pair_tokens: tokensPerPass,
            ...(known && { max_tokens: known.pretrained.maxTokens }),
            ...(checkpointSeconds !== undefined && { checkpoint_seconds: checkpointSeconds }),
          },
          seed,
          ...(trial !== undefined && { trial }),
        },
        learned: examples,
        validation: [],
        queries,
        ...(known && { start: known.start }),
        pairs: dealPairs(rows, { updates: updatesFor(rows.length), batchSize, seed }),
      },
      source,
      options,
    )),
    source,
    pooling,
    settings: { ...settings },
    queries,
  };
}
