/** @file The model that an engine trains. Of one of the Hub the configuration alone comes to this machine, and the weights to the engine's. */
import { basename } from "node:path";
import { canBuild } from "../../engines/job/model-source.js";
import { fetchModel } from "../../hub/hub.js";
import { parseRepoId } from "../../hub/repo-id.js";
import { isGgufModel } from "../../tune/decoders/decoder-parts.js";
import { isDecoder } from "../../tune/pretrained/build-model.js";
import { findModelFolder, readObject } from "../../tune/pretrained/model-folder.js";
import { isLocal, type ModelContext, onHub } from "../../tune/pretrained/resolve-model.js";

/** A model that an engine trains. */
export interface EngineModel {
  /** Its name in words that mean the same model tomorrow: of the Hub's, with its commit. */
  readonly pinned: string;
  /** A folder with its configuration, where it is one of the Hub; absent where it is a folder or a model of this machine, which sends it. */
  readonly configuration?: string;
  /** It is on this machine, which computes its family. */
  readonly isComputedHere: boolean;
  /** It continues texts: LoRA is the usual way to train it. */
  readonly isDecoder: boolean;
}

/** What is to be known of a model that is trained elsewhere. `UserError` where there is none of that name. */
export async function engineModel(model: string, context: ModelContext): Promise<EngineModel> {
  if (isLocal(model)) return { pinned: model, ...(await describe(model)) };
  const folder = await configurationOf(model, context);
  return {
    pinned: `${parseRepoId(model, "model").id}@${basename(folder)}`,
    configuration: folder,
    ...(await describe(folder)),
    isComputedHere: false,
  };
}

/** Ends a download before its weights. */
class Seen extends Error {}

/** The cache's folder of a model of the Hub, in which all but the weights is. */
async function configurationOf(model: string, context: ModelContext): Promise<string> {
  let seen: string | undefined;
  const beforeWeights = async (folder: string): Promise<void> => {
    seen = folder;
    throw new Seen();
  };
  try {
    return await onHub(model, () => fetchModel(model, { ...context, beforeWeights }));
  } catch (error) {
    if (!(error instanceof Seen)) throw error;
    return seen!;
  }
}

async function describe(model: string): Promise<Pick<EngineModel, "isDecoder" | "isComputedHere">> {
  const folder = findModelFolder(model);
  if (isGgufModel(folder)) return { isDecoder: true, isComputedHere: true };
  const config = await readObject(folder, "config.json");
  // A folder without a configuration is refused where it is read.
  if (config === undefined) return { isDecoder: false, isComputedHere: true };
  return { isDecoder: isDecoder(config), isComputedHere: canBuild(config, folder.path) };
}
