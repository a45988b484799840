/** @file The options of a run as typed values, derived from the table of options. */
import { z } from "zod";
import type { TaskOptions } from "../data/data.js";
import { UserError } from "../lib/errors.js";
import { didYouMean } from "../lib/text/nearest-name.js";
import type { LadderChoice } from "../tune/ladder.js";
import { dataOptions } from "./options/data-options.js";
import { mannerOptions } from "./options/manner-options.js";
import { type DefaultValues, defaultsOf, type Option, type OptionValues, shapeOf } from "./options/option.js";
import { resultOptions, runOptions } from "./options/options-table.js";

/** Everything that decides a run's result: `resultOptions`, and what was picked when it began. Plain JSON, stored in `run.json`; contains no API key. */
export interface RunOptions extends OptionValues<typeof resultOptions> {
  /** Hash of the prompts when the run began. No flag sets it. */
  readonly promptHash?: string;
  /** Hash of the rows of `--unlabelled` when the run began. No flag sets it. */
  readonly unlabelledHash?: string;
  /** That no language model was named, and the usual one is asked. No flag sets it. */
  readonly isUsualLlm?: true;
  /** The tuning method that was picked when the run began. No flag sets it. */
  readonly ladder?: Pick<LadderChoice, "method"> & Partial<LadderChoice>;
}

/** Where a run is stored and what it may do without asking: `mannerOptions`. It changes no result. */
export interface RunManner extends OptionValues<typeof mannerOptions> {}

/** The defaults of `RunOptions`. */
export const defaultRunOptions: DefaultValues<typeof resultOptions> = defaultsOf(resultOptions);

/** The defaults of `RunManner`. */
export const defaultRunManner: DefaultValues<typeof mannerOptions> = defaultsOf(mannerOptions);

const found = {
  promptHash: z.string().exactOptional(),
  unlabelledHash: z.string().exactOptional(),
  isUsualLlm: z.literal(true).exactOptional(),
  // Its method is checked where it is used: another version may pick others.
  ladder: z
    .looseObject({
      method: z.custom<LadderChoice["method"]>((way) => typeof way === "string"),
      // Said when the run began, and not read again: runs of before have a sentence here.
      reason: z.custom<LadderChoice["reason"]>().exactOptional(),
    })
    .exactOptional(),
};

/** The options as a run's folder has them. Those that a later version adds are kept. */
export const storedOptionsSchema = z.looseObject({ ...shapeOf(resultOptions), ...found });

/** Parts values by whether they decide the result. Those of neither kind are left out. */
export function partedOptions(given: RunOptions & RunManner): { readonly options: RunOptions; readonly manner: RunManner } {
  return {
    options: picked(given, [...Object.keys(resultOptions), ...Object.keys(found)] as (keyof RunOptions)[]),
    manner: picked(given, Object.keys(mannerOptions) as (keyof RunManner)[]),
  };
}

/**
 * Checks values that code gives: types alone do not hold there.
 *
 * @throws UserError for a name that is no option, and for a value that the option cannot have
 */
export function checkOptions(given: Readonly<Record<string, unknown>>): void {
  const table: Readonly<Record<string, Option>> = runOptions;
  for (const [name, value] of Object.entries(given)) {
    if (Object.hasOwn(found, name) || value === undefined) continue;
    if (!Object.hasOwn(table, name)) throw new UserError(`A run has no option "${name}".${didYouMean(name, Object.keys(table))}`);
    const { kind } = table[name]!;
    if (!kind.schema.safeParse(value).success) throw new UserError(`${name} is ${shown(value)}; it must ${kind.must}.`);
  }
}

/** A value in a message. */
export function shown(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, 80);
}

/** The part of the options that says which data, for `readTask`. */
export function taskOptions(options: RunOptions): TaskOptions {
  const { multiLabel, ...rest } = picked(options, Object.keys(dataOptions) as (keyof typeof dataOptions)[]);
  return { ...rest, ...(multiLabel === undefined ? {} : { isMultiLabel: multiLabel }) };
}

/** The values of these names that are there. */
function picked<Given extends object, Name extends keyof Given>(given: Given, names: readonly Name[]): Pick<Given, Name> {
  return Object.fromEntries(names.filter((name) => given[name] !== undefined).map((name) => [name, given[name]])) as Pick<
    Given,
    Name
  >;
}
