/** @file The folder of a tuned model, as a job that labels needs it: with weights that transformers reads, and what makes answers of its logits. */
import { UserError } from "../../lib/errors.js";
import { type AnswerFields, answerFields } from "../../tune/classifier/classifier-model.js";
import { readObject } from "../../tune/pretrained/model-folder.js";
import { readPretrained } from "../../tune/pretrained/pretrained.js";
import { openTensors } from "../../tune/pretrained/sharded-weights.js";
import { findWeights } from "../../tune/pretrained/weights.js";
import type { LabelSettings } from "./job.js";
import { canBuild, copiedFiles } from "./model-source.js";

/** A model that a job labels with. */
export interface LabelingModel {
  readonly folder: string;
  /** How its logits become answers. */
  readonly answers: AnswerFields;
  /** What its job is told. */
  readonly settings: LabelSettings;
}

/** Reads the folder of a classifier, but not its weights. `UserError` where it is none, or where transformers would not read it. */
export async function labelingModel(folder: string): Promise<LabelingModel> {
  const place = { name: folder, path: folder };
  const config = await readObject(place, "config.json");
  if (config === undefined) throw new UserError(`${folder} has no config.json. Give the folder of a tuned model.`);
  const answers = answerFields(config, folder);
  await copiedFiles(folder);
  await checkNumbers(findWeights(place));
  // Texts are cut where they are cut here; of a family that is not computed here the tokenizer says it.
  const maxTokens = canBuild(config, folder) ? (await readPretrained(folder)).maxTokens : undefined;
  return { folder, answers, settings: maxTokens === undefined ? {} : { max_tokens: maxTokens } };
}

/** Types of numbers in safetensors that have 8 bits. */
const eightBits = /^(I8|U8|F8)/;

async function checkNumbers(path: string): Promise<void> {
  await using file = await openTensors(path);
  for (const [name, { dtype }] of file.tensors)
    if (eightBits.test(dtype))
      throw new UserError(
        `${path} has 8-bit weights (${name}: ${dtype}), which transformers does not read in this form. Leave --engine out, or give a folder with ` +
          "float weights: the one that the run wrote, or one of transformers' save_pretrained.",
      );
}
