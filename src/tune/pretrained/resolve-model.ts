/** @file A model's name made a folder: an embedded model, a folder, a GGUF file, or a model of the Hugging Face Hub, which is downloaded first. */
import { existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import { fetchModel } from "../../hub/hub.js";
import { RepoNotFound } from "../../hub/refusal.js";
import { isRepoId } from "../../hub/repo-id.js";
import { UserError } from "../../lib/errors.js";
import { didYouMean } from "../../lib/text/nearest-name.js";
import type { ProgressEvent } from "../../types/events.js";
import { isGgufPath } from "../decoders/decoder-source.js";
import { buildModel } from "./build-model.js";
import { findModelFolder, namedModels, readObject } from "./model-folder.js";

/** A model that can be loaded. */
export interface ResolvedModel {
  /** The embedded model's name, a folder, or a GGUF file. */
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
  if (namedModels.includes(model) || existsSync(resolve(model)) || isGgufPath(model)) return true;
  return !isRepoId(model) || didYouMean(model, namedModels) !== "";
}

/** What the Hub says, and where it has no such model, that a folder may have been meant. */
export async function onHub<Result>(model: string, ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof RepoNotFound)) throw error;
    throw new UserError(
      `${error.message}\nIf you meant a folder: there is no ${resolve(model)}. Models that come with crossover: ${namedModels.join(", ")}.`,
    );
  }
}

/** A model that could not be computed is refused before its weights are downloaded. */
async function checkConfig(path: string): Promise<void> {
  const folder = findModelFolder(path);
  buildModel((await readObject(folder, "config.json")) ?? {}, folder.name);
}
