/** @file A classifier over a pre-trained model: its graph, where its weights start, and how it is read from a folder. */
import { join } from "node:path";
import { z } from "zod";
import { input } from "../../autodiff/ops.js";
import { UserError } from "../../lib/errors.js";
import { type Architecture, architectureOf, denseInEncoder, hasOutputBias, headNames } from "../encoders/classifier-heads.js";
import { type Dropout, type EncoderGraph, noDropout } from "../encoders/encoder-graph.js";
import { carriedOutput } from "../pretrained/carried-pooling.js";
import { statesFor, usualPooling } from "../pretrained/pooling.js";
import { type Pretrained, readPretrained, weightsOf } from "../pretrained/pretrained.js";
import { readSavedFields } from "../pretrained/saved-fields.js";
import type { Weights } from "../training/training-job.js";
import { type ClassifierGraph, type ClassifierHead, classifierGraph } from "./classifier.js";

/** A pre-trained model with a classifier on it, and what its outputs stand for. */
export interface TextClassifier {
  readonly pretrained: Pretrained;
  readonly head: ClassifierHead;
  /** In the order of the outputs. */
  readonly labels: readonly string[];
  readonly isMultiLabel: boolean;
  /** Whether a text may get no label at all. */
  readonly mayBeEmpty: boolean;
  /** The threshold of each label in a multi-label task: the probability from which on a text gets it. @default 0.5 for each */
  readonly thresholds?: readonly number[];
  /** All of them, by the names in the graph. */
  readonly weights: Weights;
}

/** The encoder below a head, with the states that the head reads; of the first ones, `first` says for what. */
export function encoderBelow(
  pretrained: Pick<Pretrained, "build">,
  { pooling }: Pick<ClassifierHead, "pooling">,
  dropout: Dropout = noDropout,
  first: "first" | "answer" = "first",
): EncoderGraph {
  return pretrained.build(dropout, statesFor(typeof pooling === "string" ? pooling : pooling.pooling, first));
}

/** The graph of a classifier over a pre-trained model. */
export function textClassifierGraph(pretrained: Pretrained, head: ClassifierHead, dropout: Dropout = noDropout): ClassifierGraph {
  return classifierGraph(encoderBelow(pretrained, head, dropout), head, dropout);
}

/** The same logits, to rounding, from fewer products: of a classifier that is not trained, only asked. It has no gradients. */
export function answeringGraph(pretrained: Pretrained, head: ClassifierHead): ClassifierGraph {
  return classifierGraph(encoderBelow(pretrained, head, noDropout, "answer"), head);
}

/** How the model's family classifies. */
export function architectureFor({ config, folder }: Pick<Pretrained, "config" | "folder">): Architecture {
  const found = architectureOf(config);
  if (found === undefined) throw new Error(`${folder.path}: no classifier for its model_type`);
  return found;
}

/**
 * What goes from the tokens to the last layer: the states pooled as the folder says, for a model that was made to be pooled; else the head of
 * the family's class in transformers. Measured in `decisions/0004-classifier-heads.md`.
 */
export function headPooling(pretrained: Pick<Pretrained, "config" | "folder" | "pooling">): ClassifierHead["pooling"] {
  return pretrained.pooling ?? architectureFor(pretrained).layers(pretrained.config);
}

/**
 * The same for a last layer that is fitted, not trained: it has a number of its own for each label, and where the family's has none, the layer stands
 * on the pooled states.
 */
export function fittedPooling(pretrained: Pick<Pretrained, "config" | "folder" | "pooling">): ClassifierHead["pooling"] {
  const pooling = headPooling(pretrained);
  return hasOutputBias(pooling) ? pooling : usualPooling;
}

/**
 * The pre-trained weights: the encoder's, and those of the head's dense layer where the encoder was pre-trained with it and its file has it.
 * The rest of the head is new: `newHead`.
 */
export async function readBodyWeights(pretrained: Pretrained, head: ClassifierHead): Promise<Weights> {
  const { pooling } = head;
  const { logits, inputIds, attentionMask } = textClassifierGraph(pretrained, head);
  const dense = denseInEncoder(pooling);
  const isStored = dense !== undefined && (await pretrained.stored.shapes())(`${dense}.weight`) !== undefined;
  const fresh = headNames(pooling).filter((name) => !(isStored && name === dense));
  const body = weightsOf([logits], [inputIds, attentionMask]).filter(
    ({ params }) => !fresh.some((name) => params.name.startsWith(`${name}.`)),
  );
  return pretrained.stored.read(body);
}

/** `problem_type`s of transformers that are classifications. */
export const problemTypes = { one: "single_label_classification", several: "multi_label_classification" } as const;

const classifierConfig = z.object({
  id2label: z.record(z.string(), z.string()),
  // Absent where transformers did not train it, or an old version did: then one label a text.
  problem_type: z.enum(Object.values(problemTypes)).nullish(),
});

/** How the outputs of a classifier become answers. */
export type AnswerFields = Pick<TextClassifier, "labels" | "isMultiLabel" | "mayBeEmpty" | "thresholds">;

/** The same by the `config.json` of a folder. `UserError` where it is not of a classifier. */
export function answerFields(config: object, folder: string): AnswerFields {
  const parsed = classifierConfig.safeParse(config);
  if (!parsed.success) {
    const field = parsed.error.issues[0]!.path.join(".");
    throw new UserError(
      `${join(folder, "config.json")} is not of a classifier: "${field}" is missing or has another form. ` +
        "Give the folder that a run wrote for a tuned approach, or one of transformers' ...ForSequenceClassification.",
    );
  }
  const { id2label, problem_type: type } = parsed.data;
  const labels = Object.keys(id2label).map((_, k) => {
    const label = id2label[String(k)];
    if (label === undefined) throw new UserError(`${join(folder, "config.json")}: id2label has no label ${k}.`);
    return label;
  });
  const isMultiLabel = type === problemTypes.several;
  const saved = readSavedFields(config);
  return {
    labels,
    isMultiLabel,
    mayBeEmpty: saved?.mayBeEmpty ?? isMultiLabel,
    ...(saved?.thresholds && { thresholds: saved.thresholds }),
  };
}

/** Reads a classifier that was saved here, or by transformers' `save_pretrained`. */
export async function readClassifier(folder: string): Promise<TextClassifier> {
  const pretrained = await readPretrained(folder);
  const { config, stored } = pretrained;
  const answers = answerFields(config, folder);
  const architecture = architectureFor(pretrained);
  const own = architecture.layers(config);
  const saved = readSavedFields(config);
  const head: ClassifierHead = { labelCount: answers.labels.length, pooling: saved?.pooling ?? own };
  const { logits, inputIds, attentionMask } = textClassifierGraph(pretrained, head);
  const wanted = weightsOf([logits], [inputIds, attentionMask]);
  const isCarried = saved?.pooling !== undefined && architecture.carriesPooling;
  const output = (name: string): string => (isCarried ? name.replace(/^classifier\./, `${own.output}.`) : name);
  const inFile = wanted.map((tensor) => input(output(tensor.params.name), tensor.shape));
  const read = await stored.read(inFile);
  const weights = Object.fromEntries(
    wanted.map(({ params: { name } }) => {
      const value = read[output(name)]!;
      return [name, isCarried && name === "classifier.weight" ? carriedOutput(value) : value];
    }),
  );
  return { pretrained, head, ...answers, weights };
}
