/** @file An encoder's name made a folder: an embedded model, a folder, or a model of the Hugging Face Hub, which is downloaded first. */
import { existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import { fetchModel } from "../../hub/hub.js";
import { RepoNotFound } from "../../hub/refusal.js";
import { isRepoId } from "../../hub/repo-id.js";
import { UserError } from "../../lib/errors.js";
import { didYouMean } from "../../lib/text/nearest-name.js";
import type { ProgressEvent } from "../../types/events.js";
import { buildEncoder } from "../encoders/families.js";
import { embeddedModels, findModelFolder, readObject } from "./model-folder.js";

/** A model that can be loaded. */
export interface ResolvedModel {
  /** The embedded model's name, or a folder. */
  readonly folder: string;
  /** The same in words that mean the same model tomorrow: of the Hub's, with its commit. Kept with a run. */
  readonly pinned: string;
}

/** What a model is resolved with. */
export interface ModelContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly offline: boolean;
  readonly signal: AbortSignal;
  log(event: ProgressEvent): void;
}

/** Finds the model; downloads it where it is a model of the Hub that is not in the cache yet. */
export async function resolveModel(model: string, context: ModelContext): Promise<ResolvedModel> {
  if (isLocal(model)) return { folder: model, pinned: model };
  const folder = await onHub(model, () => fetchModel(model, { ...context, beforeWeights: checkConfig }));
  return { folder, pinned: `${model.split("@")[0]!}@${basename(folder)}` };
}

/** Whether the name is not one for the Hub. A name much like an embedded one is taken for a slip of the hand, and refused as such. */
export function isLocal(model: string): boolean {
  if (embeddedModels.some((name) => name === model) || existsSync(resolve(model))) return true;
  return !isRepoId(model) || didYouMean(model, embeddedModels) !== "";
}

/** What the Hub says, and where it has no such model, that a folder may have been meant. */
export async function onHub<Result>(model: string, ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof RepoNotFound)) throw error;
    throw new UserError(
      `${error.message}\nIf you meant a folder: there is no ${resolve(model)}. Models that come with crossover: ${embeddedModels.join(", ")}.`,
    );
  }
}

/** A model that could not be computed is refused before its weights are downloaded. */
async function checkConfig(path: string, weights: string): Promise<void> {
  const folder = findModelFolder(path);
  buildEncoder((await readObject(folder, "config.json")) ?? {}, folder.name);
  if (!weights.endsWith(".safetensors"))
    throw new UserError(
      `${folder.name} has its weights in several files. Save it as one in Python, and give the folder: ` +
        `AutoModel.from_pretrained(NAME).save_pretrained(DIR, max_shard_size="100GB"), and AutoTokenizer likewise.`,
    );
}
