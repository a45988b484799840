import { throwIfAborted } from "../../lib/errors.js";
import type { Context } from "../../types/approach.js";
import type { Dataset } from "../../types/data.js";
import type { Encoder } from "../../types/encoder.js";
import { centeredFeatures } from "./centered-features.js";
import { heldOutProbabilities } from "./head.js";

/**
 * For each row, by its id, the probability of each label by a probe that was fitted without the row's fold: what confident learning
 * looks for wrong labels with. The folds and C are those of `tune:probe`.
 *
 * Empty where there are too few rows to hold any out. A label that the rows outside the fold do not have is about 0 there: such
 * rows tell nothing of their own label.
 *
 * @throws UserError where there is nothing to tell apart
 */
export async function outOfFoldProbabilities(
  dataset: Dataset,
  encoder: Encoder,
  context: Context,
  seed: number,
): Promise<ReadonlyMap<string, Readonly<Record<string, number>>>> {
  throwIfAborted(context.signal);
  const texts = dataset.examples.map(({ text }) => text);
  const features = centeredFeatures(await encoder.embed(texts, { ...context, useCache: true }), encoder.dimension);
  const all = await heldOutProbabilities(dataset, features, { seed, classWeight: "none" }, context);
  if (all === null) return new Map();
  return new Map(
    dataset.examples.map(({ id }, i) => {
      const row = dataset.labels.map((label, k) => [label, all.data[i * all.columns + k]!] as const);
      return [id, Object.fromEntries(row)];
    }),
  );
}
