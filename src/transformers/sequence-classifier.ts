/** @file `AutoModelForSequenceClassification`: a pre-trained encoder with the classification head that transformers gives its family. */
import { join } from "node:path";
import { z } from "zod";
import { writeFileAtomic } from "../lib/atomic-write.js";
import { UserError } from "../lib/errors.js";
import { classifierFiles } from "../tune/classifier/classifier-files.js";
import {
  architectureFor,
  readClassifier,
  type TextClassifier,
  textClassifierGraph,
} from "../tune/classifier/classifier-model.js";
import type { SavedDetails } from "../tune/classifier/saved-details.js";
import { newHead, outputName } from "../tune/encoders/classifier-heads.js";
import { modelMaxLength } from "../tune/pretrained/folder-tokenizer.js";
import { type Pretrained, readPretrained, weightsOf } from "../tune/pretrained/pretrained.js";
import { type HubOptions, modelFolder } from "./hub-folder.js";
import { progressLine } from "./progress-line.js";

export interface FromPretrainedOptions extends HubOptions {
  /** Number of classes. @default those of the folder's `id2label`, else 2 */
  readonly numLabels?: number;
  /** Names of the classes by number. @default those of the folder, else `LABEL_0`, `LABEL_1`, … */
  readonly id2label?: Readonly<Record<number, string>>;
  /** Seed of newly initialized weights. Python draws them from PyTorch's generator, which cannot be reproduced here. @default 42 */
  readonly seed?: number;
  /** Dropout rate during training, the same everywhere. @default the configuration's rate for hidden states */
  readonly dropout?: number;
}

/** A model's configuration. */
export interface ModelConfig {
  readonly nameOrPath: string;
  readonly numLabels: number;
  readonly id2label: Readonly<Record<number, string>>;
  readonly label2id: Readonly<Record<string, number>>;
  readonly dropout: number;
}

/** A text classifier. As in Python, training changes its weights in place. */
export class SequenceClassificationModel {
  /** The classifier with its current weights. */
  classifier: TextClassifier;
  readonly #name: string;
  readonly #dropout: number;

  constructor(classifier: TextClassifier, name: string, dropout: number) {
    this.classifier = classifier;
    this.#name = name;
    this.#dropout = dropout;
  }

  get config(): ModelConfig {
    const { labels } = this.classifier;
    return {
      nameOrPath: this.#name,
      numLabels: labels.length,
      id2label: Object.fromEntries(labels.entries()),
      label2id: Object.fromEntries(labels.map((label, k) => [label, k])),
      dropout: this.#dropout,
    };
  }

  /** Saves a folder that this package, Python's transformers and transformers.js can load. `details` goes into its model card. */
  async savePretrained(folder: string, details: SavedDetails = {}): Promise<void> {
    for (const [path, content] of await classifierFiles(this.classifier, details))
      await writeFileAtomic(join(folder, path), content);
  }
}

/** Makes models. */
export const AutoModelForSequenceClassification = {
  /**
   * Loads a model from a folder, by the name of a bundled one, or from the Hugging Face Hub. Weights of the classification head that its file
   * lacks are initialized at random; a line on stderr names them, as in Python.
   *
   * Throws a `UserError` if the folder holds no supported encoder, or its head has another number of classes.
   */
  async fromPretrained(nameOrFolder: string, options: FromPretrainedOptions = {}): Promise<SequenceClassificationModel> {
    const folder = await modelFolder(nameOrFolder, options);
    const read = await readPretrained(folder);
    // Texts are cut where the tokenizer cuts them, as in Python: what sentence-transformers says beside it holds for sentences' vectors, and a
    // model that learned from longer texts would be asked about shorter ones.
    const pretrained = { ...read, maxTokens: Math.min(modelMaxLength(read.tokenizerFiles.config), read.maxPositions) };
    const labels = labelsOf(pretrained, options);
    const dropout = options.dropout ?? dropoutOf(pretrained.config);
    if (!(dropout >= 0 && dropout < 1)) throw new UserError(`dropout is ${dropout}. Give a share from 0, below 1.`);
    const { classifier, fresh } = await readHeaded(folder, pretrained, labels, options.seed ?? 42);
    if (fresh.length > 0)
      progressLine().note(
        `Some weights of ${architectureFor(pretrained).name} were not initialized from the model checkpoint at ${nameOrFolder} and are newly ` +
          `initialized: ${fresh.join(", ")}\nYou should probably TRAIN this model on a down-stream task to be able to use it for predictions and inference.`,
      );
    return new SequenceClassificationModel({ ...classifier, labels }, nameOrFolder, dropout);
  },
};

const savedLabels = z.object({ id2label: z.record(z.string(), z.string()).optional().catch(undefined) });

/** The names of the classes in their order. */
function labelsOf({ config }: Pretrained, { numLabels, id2label }: FromPretrainedOptions): string[] {
  const saved = savedLabels.parse(config).id2label;
  const named = id2label ?? (saved && (numLabels === undefined || Object.keys(saved).length === numLabels) ? saved : undefined);
  const count = numLabels ?? (named === undefined ? 2 : Object.keys(named).length);
  if (!(Number.isInteger(count) && count >= 2))
    throw new UserError(`numLabels is ${count}. Give the number of classes, at least 2: regression is not done here.`);
  const names = new Map(Object.entries(named ?? {}));
  const labels = Array.from({ length: count }, (_, k) => (named === undefined ? `LABEL_${k}` : names.get(String(k))));
  if (names.size > 0 && (names.size !== count || labels.includes(undefined)))
    throw new UserError(
      `id2label has ${names.size} names for ${count} classes. Give one for each number from 0 to ${count - 1}.`,
    );
  const known = labels.filter((label) => label !== undefined);
  if (new Set(known).size !== count) throw new UserError("id2label has a name twice. Give every class a name of its own.");
  return known;
}

const dropoutFields = z.object({
  hidden_dropout_prob: z.number().optional(),
  // DistilBERT's.
  dropout: z.number().optional(),
  // ModernBERT's.
  mlp_dropout: z.number().optional(),
});

/** The configuration's dropout of hidden states. Its other rates (of attention, before the last layer) are not told apart here. */
function dropoutOf(config: object): number {
  const { hidden_dropout_prob: hidden, dropout, mlp_dropout: feedForward } = dropoutFields.catch({}).parse(config);
  return hidden ?? dropout ?? feedForward ?? 0.1;
}

/** The classifier, and the names of the weights that are new. */
async function readHeaded(
  folder: string,
  pretrained: Pretrained,
  labels: readonly string[],
  seed: number,
): Promise<{ readonly classifier: TextClassifier; readonly fresh: readonly string[] }> {
  const { config, hiddenSize } = pretrained;
  const layers = architectureFor(pretrained).layers(config);
  const stored = await pretrained.stored.shapes();
  const output = stored(`${outputName(layers)}.weight`);
  if (output !== undefined && output[0] !== labels.length)
    throw new UserError(
      `${pretrained.folder.name} has a head for ${output[0]} classes, not ${labels.length}. Leave numLabels out to use it as it is, ` +
        "or start from a model without a head.",
    );
  // Whatever was saved with names for its classes is read as it was saved.
  if (output !== undefined && savedLabels.parse(config).id2label !== undefined)
    return { classifier: await readClassifier(folder), fresh: [] };
  const head = { labelCount: labels.length, pooling: layers };
  const added = newHead(layers, labels.length, hiddenSize, seed);
  const fresh = Object.entries(added).filter(([name]) => stored(name) === undefined);
  const isFresh = new Set(fresh.map(([name]) => name));
  const { logits, inputIds, attentionMask } = textClassifierGraph(pretrained, head);
  const wanted = weightsOf([logits], [inputIds, attentionMask]).filter(({ params }) => !isFresh.has(params.name));
  const weights = { ...Object.fromEntries(fresh), ...(await pretrained.stored.read(wanted)) };
  const classifier = { pretrained, head, labels, isMultiLabel: false, mayBeEmpty: false, weights };
  return { classifier, fresh: [...isFresh].sort() };
}
