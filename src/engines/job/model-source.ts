/**
 * @file The model that a job trains: where the job finds it, and where training begins, so that it is the training that would be done here. What is not known
 * of a model here, the script chooses.
 */
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { isBoxedModel } from "../../hub/boxed-models.js";
import { isRepoId } from "../../hub/repo-id.js";
import { UserError } from "../../lib/errors.js";
import type { ClassifierHead } from "../../tune/classifier/classifier.js";
import { fittedPooling, headPooling, readBodyWeights, textClassifierGraph } from "../../tune/classifier/classifier-model.js";
import { isGgufModel } from "../../tune/decoders/decoder-parts.js";
import { denseInEncoder, newHead, outputName } from "../../tune/encoders/classifier-heads.js";
import { adaptersOf, loraDefaults, loraLearningRateScale } from "../../tune/lora/lora.js";
import { type LoraSettings, newFactors } from "../../tune/lora/lora-graph.js";
import { buildModel } from "../../tune/pretrained/build-model.js";
import { embeddedModels, findModelFolder, readObject } from "../../tune/pretrained/model-folder.js";
import { readFolderPooling, usualPooling } from "../../tune/pretrained/pooling.js";
import { type Pretrained, readPretrained, storedName } from "../../tune/pretrained/pretrained.js";
import { encodeSafetensors, safetensorsParts, type TensorToStore } from "../../tune/pretrained/safetensors.js";
import { readSavedFields } from "../../tune/pretrained/saved-fields.js";
import { weightsFile } from "../../tune/pretrained/weights.js";
import { usualLearningRate } from "../../tune/training/training-estimate.js";
import type { Weights } from "../../tune/training/training-job.js";
import type { JobMethod, JobModel } from "./job.js";
import type { InputFile } from "./job-folder.js";

/** A model that this package computes too. */
export interface KnownModel {
  readonly pretrained: Pretrained;
  readonly head: ClassifierHead;
  /** The learning rate that it is usually trained with. */
  readonly learningRate: number;
  /** The numbers that new weights begin with, as a file for the job. */
  readonly start: Uint8Array;
}

/** A model to be trained elsewhere. */
export interface ModelSource {
  readonly model: JobModel;
  /** Its files by their paths in the model's folder, read when they are asked for; absent where the job gets the model from the Hub. */
  readonly files?: () => Promise<ReadonlyMap<string, InputFile>>;
  /** Absent where the family is not computed here, or the model is not on this machine. */
  readonly known?: KnownModel;
  /** Where it is on this machine, if it is. */
  readonly path?: string;
}

/** What decides where training begins. */
export interface StartOptions {
  readonly method: JobMethod;
  readonly labelCount: number;
  readonly seed: number;
  /** @default those of `tune:lora` */
  readonly lora?: LoraSettings;
}

/**
 * Finds a model: the name of one that comes with the package, a folder, or `org/name@revision` of the Hub, which need not be on this machine; a folder of the
 * Hub's cache counts as its name and commit. `UserError` where it is none of these.
 */
export async function modelSource(model: string, options: StartOptions): Promise<ModelSource> {
  const named = isNamed(model);
  const hub = named ? undefined : hubModel(model);
  if (!named && !existsSync(resolve(model))) {
    if (hub === undefined)
      throw new UserError(
        `"${model}" is neither a folder here nor a model of the Hub at a commit. Give a folder, or org/name@COMMIT, such as ` +
          "Qwen/Qwen3-0.6B@c1899de289a04d12100db370d81485cdf75e47ca.",
      );
    return { model: hub };
  }
  const folder = findModelFolder(model);
  const config = named || isGgufModel(folder) ? undefined : await readObject(folder, "config.json");
  // Stored in a form of our own: as 8-bit rows, in parts, or with a layer that carries how states are pooled.
  const isOurs = config === undefined || readSavedFields(config)?.pooling !== undefined;
  const pretrained = config === undefined || canBuild(config, folder.path) ? await readPretrained(model) : undefined;
  const known = pretrained && (await knownModel(pretrained, options));
  const found = { path: folder.path, ...(known && { known }) };
  if (hub !== undefined) return { model: hub, ...found };
  const isWritten = known !== undefined && isOurs;
  // What is missing is told before anything is staged.
  if (!isWritten) await copiedFiles(folder.path);
  const files = () => (isWritten ? writtenFiles(known) : copiedFiles(folder.path));
  return { model: { folder: "model" }, files, ...found };
}

const isNamed = (model: string): boolean => embeddedModels.some((name) => name === model) || isBoxedModel(model);

/** Of `org/name@COMMIT`, or of a folder of Hugging Face's cache. */
function hubModel(model: string): Exclude<JobModel, { readonly folder: "model" }> | undefined {
  const cached = /[\\/]models--([^\\/]+)[\\/]snapshots[\\/]([0-9a-f]{40})[\\/]?$/.exec(resolve(model));
  if (cached !== null) return { repo: cached[1]!.replace("--", "/"), revision: cached[2]! };
  const named = /^([^@]+)@([0-9a-f]{40})$/.exec(model);
  return named !== null && isRepoId(model) ? { repo: named[1]!, revision: named[2]! } : undefined;
}

/**
 * How a model is pooled below a layer that is fitted, by a folder with its configuration, which may lack weights: as the folder says; of a family that is computed
 * here as `fittedPooling` says; else as sentence-transformers pools what says nothing.
 */
export async function poolingOf(path: string | undefined): Promise<ClassifierHead["pooling"]> {
  if (path === undefined) return usualPooling;
  const folder = { name: path, path };
  const said = await readFolderPooling(folder);
  const config = await readObject(folder, "config.json");
  if (said !== undefined || config === undefined || !canBuild(config, path)) return said ?? usualPooling;
  return fittedPooling({ config, folder, pooling: said });
}

/** Whether a model of this configuration is computed here. */
export function canBuild(config: object, folder: string): boolean {
  try {
    buildModel(config, folder);
    return true;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

async function knownModel(
  pretrained: Pretrained,
  { method, labelCount, seed, lora = loraDefaults }: StartOptions,
): Promise<KnownModel> {
  const isFitted = method === "setfit";
  const head = { labelCount, pooling: isFitted ? fittedPooling(pretrained) : headPooling(pretrained) };
  const shapes = await pretrained.stored.shapes();
  const dense = denseInEncoder(head.pooling);
  // What the model was pre-trained with of a head is read from its file; the rest is new.
  const isStored = (name: string): boolean =>
    dense !== undefined && name.startsWith(`${dense}.`) && shapes(`${dense}.weight`) !== undefined;
  const isOutput = (name: string): boolean => name.startsWith(`${outputName(head.pooling)}.`);
  const fresh = Object.entries(newHead(head.pooling, labelCount, pretrained.hiddenSize, seed)).filter(
    ([name]) => !isStored(name) && !(isFitted && isOutput(name)),
  );
  const isLora = method === "lora";
  const graph = textClassifierGraph(pretrained, head);
  const factors = isLora ? newFactors(adaptersOf(graph.logits, head, lora).adapters, lora.rank, seed) : {};
  const scale = isLora ? loraLearningRateScale(pretrained.config) : 1;
  return {
    pretrained,
    head,
    learningRate: usualLearningRate(pretrained) * scale,
    start: encodeSafetensors(tensorsOf({ ...Object.fromEntries(fresh), ...factors }), { format: "pt" }),
  };
}

function tensorsOf(weights: Weights, nameOf: (name: string) => string = (name) => name): Map<string, TensorToStore> {
  return new Map(
    Object.entries(weights).map(([name, { data, shape }]) => {
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      return [nameOf(name), { dtype: "F32", shape, bytes }] as const;
    }),
  );
}

const text = (value: unknown): InputFile => ({ parts: [new TextEncoder().encode(`${JSON.stringify(value)}\n`)] });

/** A model that is stored in a form of our own, in the one that transformers reads. */
async function writtenFiles({ pretrained, head }: KnownModel): Promise<Map<string, InputFile>> {
  const { config, tokenizerFiles, maxTokens } = pretrained;
  const weights = await readBodyWeights(pretrained, head);
  const parts = [
    ...safetensorsParts(
      tensorsOf(weights, (name) => storedName(pretrained, name)),
      { format: "pt" },
    ),
  ];
  return new Map([
    ["config.json", text(config)],
    ["tokenizer.json", text({ ...tokenizerFiles.tokenizer, truncation: null, padding: null })],
    ["tokenizer_config.json", text({ ...tokenizerFiles.config, model_max_length: maxTokens })],
    [weightsFile, { parts }],
  ]);
}

/** What transformers reads of a folder: configuration, tokenizer, and safetensors. */
const readFiles =
  /^(config|tokenizer|tokenizer_config|special_tokens_map|added_tokens|vocab)\.json$|^(vocab|merges)\.txt$|\.model$|^model(-\d+-of-\d+)?\.safetensors$|^model\.safetensors\.index\.json$/;

/** The files of a model's folder that a job needs, to be copied. `UserError` where it has no configuration or no weights that are read. */
export async function copiedFiles(folder: string): Promise<Map<string, InputFile>> {
  const names = (await readdir(folder)).filter((name) => readFiles.test(name)).sort();
  for (const needed of [/^config\.json$/, /\.safetensors$/])
    if (!names.some((name) => needed.test(name)))
      throw new UserError(
        `${folder} has no ${needed.source.replaceAll(/[\\^$]/g, "")}: it is no folder that a model is trained from. ` +
          "Save it in Python: model.save_pretrained(DIR), and tokenizer.save_pretrained(DIR).",
      );
  return new Map(names.map((name) => [name, { copied: join(folder, name) }]));
}
