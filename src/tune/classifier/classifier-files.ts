/**
 * @file A classifier as a model folder: what Python's transformers, transformers.js and `loadClassifier` read, a model card, and how it came
 * about. Weights are written three times, since each reader has a format of its own.
 */
import { parse } from "yaml";
import { z } from "zod";
import { countOf } from "../../autodiff/values.js";
import { boxedModels, isBoxedModel } from "../../hub/boxed-models.js";
import { denseInEncoder, headNames } from "../encoders/classifier-heads.js";
import { carriedWeights, withCarriedPooling } from "../pretrained/carried-pooling.js";
import { embeddedModels, type ModelFolder, readText } from "../pretrained/model-folder.js";
import type { Pooling } from "../pretrained/pooling.js";
import { storedName } from "../pretrained/pretrained.js";
import { pythonJson } from "../pretrained/python-json.js";
import { encodeSafetensors, safetensorsParts, type TensorToStore } from "../pretrained/safetensors.js";
import type { SavedFields } from "../pretrained/saved-fields.js";
import { weightsFile } from "../pretrained/weights.js";
import type { Weights } from "../training/training-job.js";
import { allResults, trainerState } from "../training/training-record.js";
import { architectureFor, problemTypes, type TextClassifier } from "./classifier-model.js";
import { withManifest } from "./manifest.js";
import { type CardContent, cardFile, modelCard } from "./model-card.js";
import { exportOnnx, onnxFiles, quantizationLoss, whyNoOnnx } from "./onnx-export.js";
import type { SavedDetails } from "./saved-details.js";
import { sentenceModules } from "./sentence-modules.js";

/** More rows than this would say little more of the 8-bit model, and take their time. */
const measuredRows = 500;

const json = (value: unknown): Uint8Array => new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
/** On one line: a vocabulary has a hundred thousand. */
const compactJson = (value: unknown): Uint8Array => new TextEncoder().encode(`${JSON.stringify(value)}\n`);
const text = (content: string): Uint8Array => new TextEncoder().encode(content);

/** A configuration's fields that do not hold for what is saved: another type of number, remote code, another classifier's labels. */
const replacedFields = [
  "dtype",
  "id2label",
  "label2id",
  "problem_type",
  "classifier_pooling",
  "architectures",
  "torch_dtype",
  "quantization_config",
  "auto_map",
  "transformers.js_config",
  "crossover",
  "_name_or_path",
];

/** The model as its family's class has it. */
function stored({ pretrained, head, labels, isMultiLabel, mayBeEmpty, thresholds, weights }: TextClassifier): {
  /** Fields of the model that was tuned, and those of this classifier, which go over them. */
  readonly config: { readonly kept: object; readonly own: object };
  weights(): Weights;
  /** Names of weights that stand outside the encoder. */
  readonly headNames: readonly string[];
  readonly python: CardContent["python"];
} {
  const { name, carriesPooling, layers } = architectureFor(pretrained);
  const { pooling } = head;
  const carried: Pooling | undefined = typeof pooling === "string" && carriesPooling ? pooling : undefined;
  const own = typeof pooling === "string" ? layers(pretrained.config) : pooling;
  const config = carried === undefined ? pretrained.config : withCarriedPooling(pretrained.config);
  const isOfClass = typeof pooling !== "string" || carried !== undefined;
  const kept = Object.entries(config).filter(([key]) => !replacedFields.includes(key));
  const fields: SavedFields = {
    mayBeEmpty,
    ...(typeof pooling === "string" && { pooling }),
    ...(thresholds !== undefined && { thresholds }),
  };
  const inEncoder = isOfClass ? denseInEncoder(own) : undefined;
  return {
    config: {
      kept: Object.fromEntries(kept),
      own: {
        ...(isOfClass && { architectures: [name] }),
        ...(own.norm !== undefined && { classifier_pooling: own.pooling }),
        dtype: "float32",
        id2label: Object.fromEntries(labels.entries()),
        label2id: Object.fromEntries(labels.map((label, k) => [label, k])),
        problem_type: isMultiLabel ? problemTypes.several : problemTypes.one,
        crossover: fields,
      },
    },
    weights: () => (carried === undefined ? weights : carriedWeights(weights, pretrained.config, carried, own)),
    headNames: headNames(isOfClass ? own : pooling).filter((layer) => layer !== inEncoder),
    python: carried !== undefined ? "layer" : isOfClass ? "class" : "modules",
  };
}

/** The weights under Hugging Face's names: the encoder's below its prefix, as a model with a head has them. */
function storedTensors({ pretrained }: TextClassifier, model: ReturnType<typeof stored>): Map<string, TensorToStore> {
  const tensors = Object.entries(model.weights()).map(([name, { data, shape }]) => {
    const isOfHead = model.headNames.some((layer) => name.startsWith(`${layer}.`));
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return [isOfHead ? name : storedName(pretrained, name), { dtype: "F32", shape, bytes }] as const;
  });
  return new Map(tensors);
}

const safetensorsMetadata = { format: "pt" };

/**
 * Bytes of the files of the folder that run the model: configuration, tokenizer and `model.safetensors`. That the weights are there in two more
 * formats is for other programs.
 */
export function runningBytes(classifier: TextClassifier): number {
  const parts = [
    ...describingFiles(classifier).values(),
    ...safetensorsParts(storedTensors(classifier, stored(classifier)), safetensorsMetadata),
  ];
  return parts.reduce((total, { length }) => total + length, 0);
}

/** Both parts as one object. A label may have the name of a field with a fraction, so only the model's own fields get theirs. */
function configText({ kept, own }: ReturnType<typeof stored>["config"], floats: ReadonlySet<string>): string {
  const [first, second] = [pythonJson(kept, floats), JSON.stringify(own, null, 2)];
  return `${first.slice(0, -"\n}".length)},${second.slice("{".length)}\n`;
}

/** What it takes besides the weights to run the model: configuration and tokenizer. */
export function describingFiles(classifier: TextClassifier): Map<string, Uint8Array> {
  const { tokenizerFiles, maxTokens } = classifier.pretrained;
  return new Map([
    ["config.json", text(configText(stored(classifier).config, classifier.pretrained.floats))],
    // Who cuts and fills up batches says so at the time; some files have a length of a benchmark in them.
    ["tokenizer.json", compactJson({ ...tokenizerFiles.tokenizer, truncation: null, padding: null })],
    ["tokenizer_config.json", json({ ...tokenizerFiles.config, model_max_length: maxTokens })],
  ]);
}

/** The parts of a tokenizer that older programs read, where they are known. */
async function formerTokenizerFiles({ folder, tokenizerFiles }: TextClassifier["pretrained"]): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  for (const file of ["special_tokens_map.json", "vocab.txt"]) {
    const content = await readText(folder, file);
    if (content !== undefined) found.set(file, text(content));
  }
  if (!found.has("special_tokens_map.json")) {
    const tokens = Object.entries(tokenizerFiles.config).filter(([key]) => /^(bos|eos|unk|sep|pad|cls|mask)_token$/.test(key));
    if (tokens.length > 0) found.set("special_tokens_map.json", json(Object.fromEntries(tokens)));
  }
  const words = wordPiece.safeParse(tokenizerFiles.tokenizer);
  if (!found.has("vocab.txt") && words.success) {
    const byId = Object.entries(words.data.model.vocab).sort(([, a], [, b]) => a - b);
    // The file has no room for ids that are missing.
    if (byId.every(([, id], line) => id === line)) found.set("vocab.txt", text(`${byId.map(([word]) => word).join("\n")}\n`));
  }
  return found;
}

const wordPiece = z.object({ model: z.object({ type: z.literal("WordPiece"), vocab: z.record(z.string(), z.int()) }) });

/** The name on the Hub and the license of the model that was tuned, where they are known. */
async function baseModelOf(folder: ModelFolder): Promise<Pick<CardContent, "baseModel" | "license">> {
  if (isBoxedModel(folder.name)) {
    const { repository, license } = boxedModels[folder.name];
    return { baseModel: repository, license: license.toLowerCase() };
  }
  const card = (await readText(folder, cardFile)) ?? "";
  const { license, base_model: made } = frontMatter.parse(frontMatterOf(card));
  const isEmbedded = embeddedModels.some((name) => name === folder.name);
  const ofHub = /[\\/]snapshots[\\/]/.test(folder.path) ? /^(.+)@[0-9a-f]{7}$/.exec(folder.name)?.[1] : undefined;
  // The embedded encoder's own card names what it is a copy of.
  const baseModel = isEmbedded ? made : ofHub;
  return { ...(baseModel !== undefined && { baseModel }), ...(license !== undefined && { license }) };
}

/** What a card has between its first lines of dashes; `undefined` where it is not YAML that can be read. */
function frontMatterOf(card: string): unknown {
  const front = /^---\r?\n([\s\S]*?)\r?\n---\r?\n/.exec(card)?.[1];
  try {
    return front === undefined ? undefined : parse(front);
  } catch {
    return undefined;
  }
}

const word = z.string().max(100).optional().catch(undefined);
const frontMatter = z.object({ license: word, base_model: word }).catch({ license: undefined, base_model: undefined });

/** What transformers' `save_pretrained` would write: the model and its tokenizer, without copies for other programs and without a card. */
export async function modelFiles(classifier: TextClassifier): Promise<Map<string, Uint8Array>> {
  return new Map([
    ...describingFiles(classifier),
    ...(await formerTokenizerFiles(classifier.pretrained)),
    [weightsFile, encodeSafetensors(storedTensors(classifier, stored(classifier)), safetensorsMetadata)],
  ]);
}

/** All files of the folder, by their paths in it. */
export async function classifierFiles(classifier: TextClassifier, details: SavedDetails = {}): Promise<Map<string, Uint8Array>> {
  const { pretrained, labels, isMultiLabel, weights } = classifier;
  const { approach, seed, data, settings, training, sample, calibration, threads } = details;
  const model = stored(classifier);
  const files = await modelFiles(classifier);

  const { pooling } = classifier.head;
  if (model.python === "modules" && typeof pooling === "string") {
    const output = { weight: weights["classifier.weight"]!, bias: weights["classifier.bias"]! };
    for (const [path, bytes] of sentenceModules(pooling, output, pretrained.maxTokens)) files.set(path, bytes);
  }

  const noOnnx = whyNoOnnx(classifier);
  let quantization: CardContent["quantization"];
  if (noOnnx === undefined) {
    const models = exportOnnx(classifier);
    files.set(onnxFiles.float32, models.float32.bytes);
    files.set(onnxFiles.int8, models.int8.bytes);
    if (sample !== undefined && sample.rows.length > 0)
      quantization = {
        ...(await quantizationLoss(
          classifier,
          models,
          sample.rows.slice(0, measuredRows),
          threads === undefined ? {} : { threads },
        )),
        of: sample.of,
      };
  }

  const kept = training?.evaluations.findLast(({ step }) => step === training.bestStep);
  const base = await baseModelOf(pretrained.folder);
  const card: CardContent = {
    ...(approach !== undefined && { approach }),
    labels,
    isMultiLabel,
    parameters: Object.values(weights).reduce((total, { shape }) => total + countOf(shape), 0),
    maxTokens: pretrained.maxTokens,
    ...base,
    ...(data !== undefined && { data }),
    ...(seed !== undefined && { seed }),
    ...(settings !== undefined && { settings }),
    ...(kept !== undefined && sample?.of === "held-out" && { evaluation: { rows: sample.rows.length, report: kept } }),
    ...(quantization !== undefined && { quantization }),
    ...(noOnnx !== undefined && { noOnnx }),
    python: model.python,
  };
  files.set(cardFile, text(modelCard(card)));
  if (training !== undefined) {
    files.set("trainer_state.json", json(trainerState(training)));
    files.set("all_results.json", json(allResults(training)));
  }
  if (settings !== undefined) files.set("training_args.json", json({ ...settings, ...(seed !== undefined && { seed }) }));
  if (calibration !== undefined) files.set("calibration.json", json(calibration));
  return withManifest(files, "crossover-classifier-1", details, {
    ...(threads !== undefined && { threads }),
    ...base,
    ...(quantization !== undefined && { quantization }),
  });
}
