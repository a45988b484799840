import type { Approach } from "../types/approach.js";
import { fineTuning } from "./fine-tuning.js";
import type { FullOptions } from "./full-options.js";

/**
 * `tune:full`: all weights of a pre-trained encoder, and of a new linear classifier on it, are trained on the examples.
 *
 * Equal seeds, examples and numbers of threads give equal weights. Throws a `UserError` where an option is out of its range.
 */
export function tuneFull(options: FullOptions): Approach {
  return fineTuning(
    { method: "full", summary: (model) => `All weights of ${model} and a linear classifier on it, trained on the examples.` },
    options,
  );
}
