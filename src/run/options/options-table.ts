/**
 * @file The one table of a run's options. Types, defaults, flags of the command line, keys of a configuration, its JSON schema, the stored form and the
 * documentation follow from it.
 */
import { comparedOptions } from "./compared-options.js";
import { dataOptions } from "./data-options.js";
import { engineOptions } from "./engine-options.js";
import { mannerOptions } from "./manner-options.js";
import type { Options } from "./option.js";
import { serviceOptions } from "./service-options.js";
import { verdictOptions } from "./verdict-options.js";

/** Options that decide the result. They are stored with the run. */
export const resultOptions = { ...dataOptions, ...comparedOptions, ...engineOptions, ...serviceOptions, ...verdictOptions };

/** All options, in groups, in the order of `--help`. */
export const optionGroups = [
  { title: "Data", options: dataOptions },
  { title: "What is compared", options: comparedOptions },
  { title: "Where models are trained", options: engineOptions },
  { title: "Asking services, and their price", options: serviceOptions },
  { title: "What the verdict assumes", options: verdictOptions },
  { title: "The run and its report", options: mannerOptions },
] as const satisfies readonly { readonly title: string; readonly options: Options }[];

/** All options by name. */
export const runOptions = { ...resultOptions, ...mannerOptions };

export type RunOptionName = keyof typeof runOptions;
