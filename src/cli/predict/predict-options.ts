/** @file What every way of `crossover predict` works with. */

import type { LabelOptions } from "../../label/label-inputs.js";
import type { LabellerOptions, LabellerPlan, LabellerSources } from "../../label/labeller.js";
import type { PriceTable } from "../../prompt/prices/prices.js";
import type { LabelManner } from "../complete-labeling.js";
import type { GivenEngine } from "../shard-options.js";

/** Options as the command line gives them. */
export interface PredictOptions
  extends Omit<LabelOptions, "path" | "output" | "model" | "run" | "llm" | "approach" | "demos" | "seed" | "onEngine">,
    LabelManner,
    GivenEngine {
  readonly output?: string;
  /** A column for the probability of each label, in a CSV. */
  readonly probabilities: boolean;
}

/** Makes the plan of answering, once keys and prices are known. */
export type MakePlan = (
  options: Pick<LabellerOptions, "batches" | "elsewhere">,
  env: LabellerSources["env"],
  prices: PriceTable,
) => Promise<LabellerPlan>;
