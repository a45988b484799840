/** @file The language models in the box: each is a package of its own, beside this one in a clone, an optional dependency of it elsewhere. */
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { isErrorCode, UserError } from "../lib/errors.js";

/** A language model that comes as a package. */
export interface BoxedModel {
  /** The npm package that holds its files. In a clone `packages/` has it. */
  readonly package: string;
  readonly fullName: string;
  /** Who made it, and under which name on the Hugging Face Hub. */
  readonly repository: string;
  /** Numbers that were learned; shared ones once. */
  readonly parameters: number;
  readonly license: string;
  /** SHA-256 of the GGUF file that the package's parts are made of. */
  readonly sha256: string;
}

/** By the names that people write: `--llm local:smollm2`, `--model smollm2`. */
export const boxedModels = {
  smollm2: {
    package: "crossover-smollm2-135m-instruct",
    fullName: "SmolLM2-135M-Instruct",
    repository: "HuggingFaceTB/SmolLM2-135M-Instruct",
    parameters: 134_515_008,
    license: "Apache-2.0",
    sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
  },
} as const satisfies Record<string, BoxedModel>;

/** The name of a model in the box. */
export type BoxedModelName = keyof typeof boxedModels;

/** Whether it is the name of a model in the box. */
export const isBoxedModel = (name: string): name is BoxedModelName => Object.hasOwn(boxedModels, name);

/**
 * The folder of the model's package, found as Node finds packages. `UserError` where it is not installed. `from` is the file or address that it is looked for
 * from, by default this one.
 */
export function boxedModelFolder(name: BoxedModelName, from: string = import.meta.url): string {
  const { package: packageName, fullName } = boxedModels[name];
  try {
    return dirname(createRequire(from).resolve(`${packageName}/package.json`));
  } catch (error) {
    if (!isErrorCode(error, "MODULE_NOT_FOUND")) throw error;
    throw new UserError(
      `The model "${name}" (${fullName}) is in the package ${packageName}, which is not installed. ` +
        `In a clone of crossover, "npm ci" links it; elsewhere install it beside crossover, as the README says under "Install".`,
    );
  }
}
