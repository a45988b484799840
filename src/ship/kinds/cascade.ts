/** @file The kind that is made of two: a small model, and what is asked where that is unsure. */
import { join } from "node:path";
import { UserError } from "../../lib/errors.js";
import { readCascadeFile } from "../cascade/cascade-file.js";
import { cascadeFile, memberFolders } from "../cascade/cascade-names.js";
import { cascadePredictor } from "../cascade/cascade-predictor.js";
import { sharedPasses } from "../serve/shared-passes.js";
import type { Kind, Loaded } from "./kind.js";

/** A cascade. A missing key of the LLM is found when it is loaded, not at the first row that is handed on. */
export const cascadeKind: Kind<"cascade"> = {
  noun: "a cascade",
  asksLlm: true,
  async load({ folder }, { approach: _approach, ...options }, member) {
    const told = await readCascadeFile(folder);
    // What calibrates it stands in the cascade's own file: the threshold was chosen by that.
    const small = await member(join(folder, memberFolders.small), { ...options, isCalibrated: false });
    let llm: Loaded | undefined;
    try {
      llm = await member(join(folder, memberFolders.llm), options);
      checkAlike(folder, small, llm);
    } catch (error) {
      await small.predictor[Symbol.asyncDispose]();
      await llm?.predictor[Symbol.asyncDispose]();
      throw error;
    }
    const { labels, isMultiLabel } = small;
    const own = options.sharesPasses === true ? { ...small, predictor: sharedPasses(small.predictor) } : small;
    return { labels, isMultiLabel, predictor: cascadePredictor({ small: own, llm }, told) };
  },
};

function checkAlike(folder: string, small: Loaded, llm: Loaded): void {
  const isAlike =
    small.isMultiLabel === llm.isMultiLabel &&
    small.labels.length === llm.labels.length &&
    small.labels.every((label) => llm.labels.includes(label));
  if (isAlike) return;
  throw new UserError(
    `The two approaches of ${join(folder, cascadeFile)} do not have the same labels: one of their folders is of another run. Save the cascade again: crossover cascade RUN --save.`,
  );
}
