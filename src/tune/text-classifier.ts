/** @file A fine-tuned classifier: answers, is written as a Hugging Face folder, and read from one again. */
import { setImmediate } from "node:timers/promises";
import { z } from "zod";
import { createSession } from "../autodiff/session.js";
import { countOf, float32Of } from "../autodiff/values.js";
import { throwIfAborted, UserError } from "../lib/errors.js";
import type { Prediction, Predictor, PredictorFacts } from "../types.js";
import { passes } from "./batches.js";
import { type ClassifierGraph, type ClassifierHead, classifierGraph } from "./classifier.js";
import { type Dropout, noDropout } from "./encoders/encoder-graph.js";
import { type Pretrained, readPretrained, weightsOf } from "./pretrained.js";
import { encodeSafetensors, openSafetensors } from "./safetensors.js";
import { defaultThreshold } from "./thresholds.js";
import { paddedTokens, tokenizeTexts } from "./token-batch.js";
import type { Weights } from "./train.js";
import { readWeights, weightsFile } from "./weights.js";

/** A pre-trained model with a classifier on it, and what its outputs stand for. */
export interface TextClassifier {
  readonly pretrained: Pretrained;
  readonly head: ClassifierHead;
  /** In the order of the outputs. */
  readonly labels: readonly string[];
  readonly isMultiLabel: boolean;
  /** Whether a text may get no label at all. */
  readonly mayBeEmpty: boolean;
  readonly weights: Weights;
}

/** Weights of the classifier itself begin with it, as in every classifier of Hugging Face's. */
export const classifierPrefix = "classifier.";

/** The graph of a classifier over a pre-trained model. */
export function textClassifierGraph(pretrained: Pretrained, head: ClassifierHead, dropout: Dropout = noDropout): ClassifierGraph {
  return classifierGraph(pretrained.build(dropout), head, dropout);
}

/**
 * What goes from the tokens to the classifier: what the folder says; else, as in `BertForSequenceClassification`, the first token through
 * the dense layer that the model was pre-trained with, if it has one; else the mean.
 */
export async function headPooling({ pooling, weightsPath, prefix }: Pretrained): Promise<ClassifierHead["pooling"]> {
  if (pooling !== undefined) return pooling;
  await using file = await openSafetensors(weightsPath);
  const names = ["pooler.dense.weight", `${prefix}.pooler.dense.weight`];
  return names.some((name) => file.tensors.has(name)) ? "pooler" : "mean";
}

/** The pre-trained weights below the classifier. */
export async function readBodyWeights(pretrained: Pretrained, head: ClassifierHead): Promise<Weights> {
  const { logits, inputIds, attentionMask } = textClassifierGraph(pretrained, head);
  const body = weightsOf([logits], [inputIds, attentionMask]).filter(({ params }) => !params.name.startsWith(classifierPrefix));
  return readWeights(pretrained.weightsPath, body, pretrained.prefix);
}

/** How many tokens, with padding, are computed at once: a fraction of a second of a small model, in which the thread is blocked. */
const tokensPerPass = 2048;

/** A predictor of the classifier. `trained` is the number of weights that fitting changed. */
export async function classifierPredictor(
  classifier: TextClassifier,
  {
    trained,
    threads,
    chosen = {},
  }: { readonly trained: number; readonly threads?: number; readonly chosen?: PredictorFacts["chosen"] },
): Promise<Predictor> {
  const { pretrained, head, labels, weights } = classifier;
  const { logits } = textClassifierGraph(pretrained, head);
  const session = await createSession({ logits }, { weights, ...(threads !== undefined && { threads }) });
  const parameters = Object.values(weights).reduce((total, { shape }) => total + countOf(shape), 0);
  const written = describingFiles(classifier);
  const writtenBytes = [...written.values()].reduce((total, bytes) => total + bytes.length, 0);
  let isDisposed = false;
  return {
    facts: {
      trainedParameters: trained,
      totalParameters: parameters,
      promptTokens: 0,
      humanWords: 0,
      chosen,
      artifactBytes: writtenBytes + parameters * Float32Array.BYTES_PER_ELEMENT,
      needs: [],
    },
    async predict(queries, context) {
      throwIfAborted(context.signal);
      const texts = queries.map(({ text }) => text);
      const ids = await tokenizeTexts(texts, pretrained, context.signal);
      const lengths = ids.map(({ length }) => length);
      const longestFirst = [...ids.keys()].sort((a, b) => lengths[b]! - lengths[a]!);
      const predictions = new Array<Prediction>(queries.length);
      let done = 0;
      for (const pass of passes(longestFirst, lengths, tokensPerPass)) {
        throwIfAborted(context.signal);
        const batch = paddedTokens(
          pass.map((row) => ids[row]!),
          pretrained.tokenizer.padId,
        );
        const { logits: result } = await session.run(batch);
        const data = float32Of(result);
        for (const [i, row] of pass.entries())
          predictions[row] = prediction(classifier, data.subarray(i * labels.length, (i + 1) * labels.length));
        done += pass.length;
        context.log({ kind: "progress", stage: "predicting", done, total: queries.length });
        await setImmediate();
      }
      return predictions;
    },
    files: async () => new Map([...written, [weightsFile, encodeWeights(classifier)]]),
    async [Symbol.asyncDispose]() {
      if (isDisposed) return;
      isDisposed = true;
      await session[Symbol.asyncDispose]();
    },
  };
}

/** In float64: the probabilities of one row then sum to 1. */
function probabilitiesOf(logits: Float32Array, isMultiLabel: boolean): number[] {
  if (isMultiLabel) return Array.from(logits, (logit) => 1 / (1 + Math.exp(-logit)));
  const highest = logits.reduce((a, b) => Math.max(a, b));
  const powers = Array.from(logits, (logit) => Math.exp(logit - highest));
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / total);
}

function prediction({ labels, isMultiLabel, mayBeEmpty }: TextClassifier, logits: Float32Array): Prediction {
  const probabilities = probabilitiesOf(logits, isMultiLabel);
  const scores = Object.fromEntries(labels.map((label, k) => [label, probabilities[k]!]));
  const likeliest = labels[probabilities.indexOf(Math.max(...probabilities))]!;
  if (!isMultiLabel) return { answer: [likeliest], scores };
  const answer = labels.filter((_label, k) => probabilities[k]! >= defaultThreshold);
  return { answer: answer.length > 0 || mayBeEmpty ? answer : [likeliest], scores };
}

/** The weights under Hugging Face's names: the encoder's below its prefix, as a model with a head has them. */
function encodeWeights({ pretrained, weights }: TextClassifier): Uint8Array {
  const tensors = Object.entries(weights).map(([name, { data, shape }]) => {
    const stored = name.startsWith(classifierPrefix) ? name : `${pretrained.prefix}.${name}`;
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return [stored, { dtype: "F32", shape, bytes }] as const;
  });
  return encodeSafetensors(new Map(tensors), { format: "pt" });
}

const problemTypes = { one: "single_label_classification", several: "multi_label_classification" } as const;

/** All files but the weights. */
function describingFiles({ pretrained, head, labels, isMultiLabel, mayBeEmpty }: TextClassifier): Map<string, Uint8Array> {
  const { config, tokenizerFiles, maxTokens } = pretrained;
  const isBert = "model_type" in config && config.model_type === "bert" && head.pooling === "pooler";
  const json = (value: unknown): Uint8Array => new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
  return new Map([
    [
      "config.json",
      json({
        ...config,
        ...(isBert && { architectures: ["BertForSequenceClassification"] }),
        id2label: Object.fromEntries(labels.entries()),
        label2id: Object.fromEntries(labels.map((label, k) => [label, k])),
        problem_type: isMultiLabel ? problemTypes.several : problemTypes.one,
        crossover: { mayBeEmpty },
      }),
    ],
    ["tokenizer.json", json(tokenizerFiles.tokenizer)],
    ["tokenizer_config.json", json({ ...tokenizerFiles.config, model_max_length: maxTokens })],
    ...(head.pooling === "pooler"
      ? []
      : [["1_Pooling/config.json", json({ [`pooling_mode_${poolingModes[head.pooling]}`]: true })] as const]),
  ]);
}

const poolingModes = { mean: "mean_tokens", cls: "cls_token" } as const;

const classifierConfig = z.object({
  id2label: z.record(z.string(), z.string()),
  problem_type: z.enum(Object.values(problemTypes)),
  crossover: z.object({ mayBeEmpty: z.boolean() }),
});

/** A predictor from the folder that the files of a fine-tuned one were written to: predicts the same. */
export async function loadClassifier(folder: string, options: { readonly threads?: number } = {}): Promise<Predictor> {
  const pretrained = await readPretrained(folder);
  const parsed = classifierConfig.safeParse(pretrained.config);
  if (!parsed.success) {
    const field = parsed.error.issues[0]!.path.join(".");
    throw new UserError(
      `${folder}/config.json is not of a classifier that was tuned here: "${field}" is missing or has another form. ` +
        "Give the folder that a run wrote for a tuned approach.",
    );
  }
  const { id2label, problem_type: type, crossover } = parsed.data;
  const labels = Object.keys(id2label).map((_, k) => {
    const label = id2label[String(k)];
    if (label === undefined) throw new UserError(`${folder}/config.json: id2label has no label ${k}.`);
    return label;
  });
  const head = { labelCount: labels.length, pooling: await headPooling(pretrained) };
  const { logits, inputIds, attentionMask } = textClassifierGraph(pretrained, head);
  const weights = await readWeights(pretrained.weightsPath, weightsOf([logits], [inputIds, attentionMask]), pretrained.prefix);
  const isMultiLabel = type === problemTypes.several;
  return classifierPredictor({ pretrained, head, labels, isMultiLabel, weights, ...crossover }, { trained: 0, ...options });
}
