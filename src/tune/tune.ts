/** @file The tuned arm's front door: the tuning methods, and the baselines below them. */

import { UserError } from "../lib/errors.js";
import { didYouMean } from "../lib/text/nearest-name.js";
import { tuningText } from "../lib/text/tuning-text.js";
import type { Approach } from "../types/approach.js";
import type { Dataset } from "../types/data.js";
import type { Encoder } from "../types/encoder.js";
import { tuneFull } from "./full.js";
import type { FullOptions } from "./full-options.js";
import { chooseWay, type LadderChoice, type Rung, rowsPerLabel, waysFor } from "./ladder.js";
import { tuneLora } from "./lora/lora.js";
import { tuneLpFt } from "./lp-ft.js";
import { majority } from "./majority.js";
import { nearestCentroid } from "./nearest-centroid.js";
import { probe } from "./probe.js";
import type { ClassWeight } from "./regression/class-weights.js";
import { type Configuration, type SearchSpace, searched, withChosen } from "./search.js";
import { type SetFitOptions, tuneSetFit } from "./setfit.js";
import { tfidf } from "./tfidf.js";

/** The tuning methods; `ladder` picks one of them by the number of labels and the time budget. */
export type TuneMethod = keyof typeof methods | "ladder";

/** Options of `tune`. */
export interface TuneOptions {
  readonly encoder: Encoder;
  /** @default "probe" */
  readonly method?: TuneMethod;
  /** `balanced` gives every label the same weight, however rare. @default "none" */
  readonly classWeight?: ClassWeight;
  /** How `full`, `lp-ft` and `lora` train; the other methods ignore it. */
  readonly training?: Omit<FullOptions, "model" | "classWeight">;
  /** How `setfit` trains. */
  readonly pairs?: Omit<SetFitOptions, "model" | "classWeight">;
  /** How many training configurations are tried on a part of the training rows, to use the best. @default 1, the default configuration */
  readonly search?: number;
  /** How long a training that the ladder picks may take, by its estimate. @default 1800 */
  readonly timeBudgetSeconds?: number;
}

/** What a way needs to be made: settings that a search varies come last. */
type Make = (options: TuneOptions, settings?: Configuration) => Approach;

// A frozen session can't be trained: the same model is read again, by its name or from its folder.
const modelOf = ({ encoder, classWeight }: TuneOptions): Pick<FullOptions, "model" | "classWeight"> => ({
  model: encoder.folder ?? encoder.name,
  ...(classWeight !== undefined && { classWeight }),
});

/** Around the usual values for models of these sizes (Devlin et al. 2019, appendix A.3), and longer for small data (Mosbach et al. 2021). */
const wholeModel: SearchSpace = { learningRate: [2e-5, 5e-5, 1e-4], epochs: [3, 6, 12] };

/** Every way: how it is made, and what a search tries. The probe and TF-IDF choose their one setting by themselves. */
const methods = {
  probe: { make: ({ encoder, classWeight }) => probe({ encoder, ...(classWeight !== undefined && { classWeight }) }) },
  tfidf: { make: ({ classWeight }) => tfidf(classWeight === undefined ? {} : { classWeight }) },
  full: { make: (options, settings) => tuneFull({ ...modelOf(options), ...options.training, ...settings }), space: wholeModel },
  "lp-ft": {
    make: (options, settings) => tuneLpFt({ ...modelOf(options), ...options.training, ...settings }),
    space: wholeModel,
  },
  lora: {
    make: (options, settings) => tuneLora({ ...modelOf(options), ...options.training, ...settings }),
    space: { learningRate: [2e-4, 5e-4, 1e-3], epochs: [3, 6, 12] },
  },
  setfit: {
    make: (options, settings) => tuneSetFit({ ...modelOf(options), ...options.pairs, ...settings }),
    space: { learningRate: [2e-5, 5e-5, 1e-4, 2e-4], updates: [75, 150, 300] },
  },
} as const satisfies Record<string, { readonly make: Make; readonly space?: SearchSpace }>;

/** The ways by name, from the cheapest. */
export const tuneMethods = Object.keys(methods) as readonly (keyof typeof methods)[];

/**
 * A way of fitting a model to labeled examples.
 *
 * ```ts
 * await using encoder = await loadEncoder("minilm-l6");
 * const approach = tune({ encoder, method: "setfit" });
 * ```
 */
export function tune({ method = "probe", ...options }: TuneOptions): Approach {
  if (method === "ladder") return ladder(options);
  // Callers without types: a config file, a flag.
  if (!Object.hasOwn(methods, method)) {
    const names = [...tuneMethods, "ladder"];
    throw new UserError(`"${method}" is not a way of tuning.${didYouMean(method, names)} Ways: ${names.join(", ")}.`);
  }
  const { make, space }: { readonly make: Make; readonly space?: SearchSpace } = methods[method];
  if (space === undefined) return make(options);
  return searched({ trials: options.search ?? 1, space, make: (settings) => make(options, settings) });
}

const usualTimeBudget = 1800;

/**
 * What the ladder picks for these training rows: by rows per label, and by what the ways would take on this machine, which is measured. The one
 * choice of the project that another machine may make differently.
 */
export async function chooseTuning(train: Dataset, options: Omit<TuneOptions, "method">): Promise<LadderChoice> {
  const { timeBudgetSeconds: budgetSeconds = usualTimeBudget } = options;
  const rows = rowsPerLabel(train);
  const seconds: Partial<Record<Rung, number>> = {};
  for (const way of waysFor(rows))
    if (way !== "probe" && budgetSeconds > 0)
      ({ seconds: seconds[way] } = await tune({ ...options, method: way }).estimate(train, []));
  return chooseWay({ rowsPerLabel: rows, budgetSeconds, seconds });
}

/** `tune`: what the ladder picks for the examples it is given. */
function ladder(options: Omit<TuneOptions, "method">): Approach {
  return {
    name: "tune",
    arm: "tune",
    method: "ladder",
    model: options.encoder.name,
    summary: "Probe, SetFit or LP-FT, picked by the number of labeled rows per label and the time there is.",
    async estimate(train, queries) {
      const { method } = await chooseTuning(train, options);
      return tune({ ...options, method }).estimate(train, queries);
    },
    async fit(train, context) {
      context.signal.throwIfAborted();
      const choice = await chooseTuning(train, options);
      const { method } = choice;
      const why = tuningText(choice);
      context.log({ kind: "note", text: why });
      const predictor = await tune({ ...options, method }).fit(train, context);
      return withChosen(predictor, { way: `tune:${method}`, why, ...predictor.facts.chosen });
    },
  };
}

/** What any approach must beat: the most frequent label, and the label whose examples are nearest on average. */
export function baselines({ encoder }: { readonly encoder: Encoder }): Approach[] {
  return [majority(), nearestCentroid({ encoder })];
}
