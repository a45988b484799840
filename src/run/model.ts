/** @file `--model`: an embedded model, a folder, or a model of the Hugging Face Hub, which is downloaded first. */
import { existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import { fetchModel, planModel, planOnnxModel } from "../hub/hub.js";
import { RepoNotFound } from "../hub/refusal.js";
import { isRepoId } from "../hub/repo-id.js";
import { HubUnreachable } from "../hub/retries.js";
import { UserError } from "../lib/errors.js";
import { formatBytes, formatPlural } from "../lib/text/format.js";
import { didYouMean } from "../lib/text/nearest-name.js";
import { shellWord } from "../lib/text/shell-word.js";
import { parseSpec } from "../prompt/providers/spec.js";
import { buildEncoder } from "../tune/encoders/families.js";
import { embeddedModels, findModelFolder, readObject } from "../tune/pretrained/model-folder.js";
import type { ProgressEvent } from "../types.js";

/** A model that can be loaded. */
export interface ResolvedModel {
  /** The embedded model's name, or a folder. */
  readonly folder: string;
  /** The same in words that mean the same model tomorrow: of the Hub's, with its commit. Kept with a run. */
  readonly pinned: string;
}

/** What `--model` is resolved with. */
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

/** What would have to be downloaded first, in words; `undefined` where the model is here. */
export async function downloadNote(model: string, dataPath: string, context: ModelContext): Promise<string | undefined> {
  if (isLocal(model)) return undefined;
  const plan = await onHub(model, () => planModel(model, context));
  if (plan === undefined) return undefined;
  return (
    `A run would first download ${model} (${plan.commit.slice(0, 7)}): ${formatPlural(plan.files, "file")}, ${formatBytes(plan.bytes)}, to ${plan.cacheFolder}. ` +
    "What the rest would take can be said once the model is here: its tokens are counted, and its size decides. To get it without a run: " +
    `crossover check ${shellWord(dataPath)} --model ${shellWord(model)}`
  );
}

/** Which of these LLMs run here and would have to be downloaded first, in words. A Hub that cannot be reached is said, and is no error of a plan. */
export async function localDownloadNotes(llm: readonly string[], context: ModelContext): Promise<string[]> {
  const notes: string[] = [];
  for (const spec of llm) {
    const { provider, model } = parseSpec(spec);
    if (provider !== "local" || existsSync(resolve(model))) continue;
    try {
      // Nobody waits long for a plan.
      const plan = await planOnnxModel(model, { ...context, backoffSeconds: 0.2 });
      if (plan === undefined) continue;
      notes.push(
        `${spec} is downloaded first: ${formatPlural(plan.files, "file")}, ${formatBytes(plan.bytes)}, to ${plan.cacheFolder}.`,
      );
    } catch (error) {
      if (!(error instanceof HubUnreachable)) throw error;
      notes.push(`What ${spec} takes to download is not known: ${error.message}`);
    }
  }
  return notes;
}

/** Whether the name is not one for the Hub. A name much like an embedded one is taken for a slip of the hand, and refused as such. */
function isLocal(model: string): boolean {
  if (embeddedModels.some((name) => name === model) || existsSync(resolve(model))) return true;
  return !isRepoId(model) || didYouMean(model, embeddedModels) !== "";
}

async function onHub<Result>(model: string, ask: () => Promise<Result>): Promise<Result> {
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
