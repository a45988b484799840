/** @file The tuned arm's front door: what is fitted to the examples, and the floor under it. */

import { UserError } from "../lib/errors.js";
import { didYouMean } from "../lib/nearest-name.js";
import type { Approach, Encoder } from "../types.js";
import type { ClassWeight } from "./class-weights.js";
import { type FullOptions, tuneFull } from "./full.js";
import { majority } from "./majority.js";
import { nearestCentroid } from "./nearest-centroid.js";
import { probe } from "./probe.js";

/** Ways of fitting. `probe`: logistic regression on frozen vectors. `full`: all weights of the encoder and a classifier on it. */
export type TuneMethod = keyof typeof methods;

export interface TuneOptions {
  readonly encoder: Encoder;
  /** `probe` unless told. */
  readonly method?: TuneMethod;
  /** `balanced`: every label has the same weight, however rare. `none` unless told. */
  readonly classWeight?: ClassWeight;
  /** How `full` trains. Has no part in `probe`. */
  readonly training?: Omit<FullOptions, "model" | "classWeight">;
}

const methods = {
  probe,
  // A frozen session can't be trained: the same model is read again, by its name.
  full: ({ encoder, classWeight, training }) =>
    tuneFull({ model: encoder.name, ...(classWeight !== undefined && { classWeight }), ...training }),
} as const satisfies Record<string, (options: TuneOptions) => Approach>;

/**
 * A way of fitting a model to labelled examples.
 *
 * ```ts
 * await using encoder = await loadEncoder("minilm-l6");
 * const approach = tune({ encoder });
 * ```
 */
export function tune({ method = "probe", ...options }: TuneOptions): Approach {
  // Callers without types: a config file, a flag.
  if (!Object.hasOwn(methods, method)) {
    const names = Object.keys(methods);
    throw new UserError(`"${method}" is not a way of tuning.${didYouMean(method, names)} Ways: ${names.join(", ")}.`);
  }
  return methods[method](options);
}

/** What any approach must beat: the most frequent label, and the label whose examples are nearest on average. */
export function baselines({ encoder }: { readonly encoder: Encoder }): Approach[] {
  return [majority(), nearestCentroid({ encoder })];
}
