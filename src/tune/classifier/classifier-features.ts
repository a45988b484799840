/** @file What a classifier's last layer reads: one vector a text. On it a last layer can be fitted exactly, as a probe is. */
import { createSession } from "../../autodiff/session.js";
import type { Context } from "../../types/approach.js";
import type { Dataset } from "../../types/data.js";
import { outputName } from "../encoders/classifier-heads.js";
import { packTokens } from "../encoders/packed-tokens.js";
import { weightsOf } from "../pretrained/pretrained.js";
import type { TokenIds } from "../pretrained/tokenizer.js";
import type { ClassWeight } from "../regression/class-weights.js";
import { fitHead, type Head } from "../regression/head.js";
import { type Matrix, matrixOf } from "../regression/matrix.js";
import { defaultThreshold } from "../regression/thresholds.js";
import type { Weights } from "../training/training-job.js";
import { type ClassifierHead, textVectors } from "./classifier.js";
import { logitsOf } from "./classifier-logits.js";
import { encoderBelow, type TextClassifier } from "./classifier-model.js";

/** The features of each text, in the order given: [texts, width]. */
export async function featuresOf(
  { pretrained, head, weights }: Pick<TextClassifier, "pretrained" | "head" | "weights">,
  ids: readonly TokenIds[],
  { signal, log }: Context,
  threads?: number,
): Promise<Matrix> {
  const graph = encoderBelow(pretrained, head);
  const features = textVectors(graph, head.pooling);
  const read = weightsOf([features], [graph.inputIds, graph.attentionMask]).map(
    ({ params: { name } }) => [name, weights[name]!] as const,
  );
  // Under the name of logits: how rows are dealt to batches is the same, whatever is computed of them.
  await using session = await createSession(packTokens({ logits: features }, graph).roots, {
    weights: Object.fromEntries(read),
    ...(threads !== undefined && { threads }),
  });
  const rows = await logitsOf(session, ids, pretrained.tokenizer.padId, {
    signal,
    onDone: (done) => log({ kind: "progress", phase: "embedding", done, total: ids.length }),
  });
  return matrixOf(rows, Number(features.shape.at(-1)));
}

/** A last layer that was fitted, and what fitting chose. */
export interface FittedOutput {
  /** Its two weights, by their names in the graph. */
  readonly weights: Weights;
  /** The inverse strength of its penalty, for features whose mean square length is 1; absent where nothing could be fitted. */
  readonly C?: number;
  /** With several labels a row: from which probability on each is given. */
  readonly thresholds?: readonly number[];
}

/** The logit of what no training row varied in: a probability of 0 or 1 for every practical purpose. */
const certain = 50;

/** The last layer as logistic regression on its features, C by cross-validation, as the probe's. */
export async function fitOutput(
  train: Dataset,
  features: Matrix,
  { pooling }: ClassifierHead,
  { seed, classWeight }: { readonly seed: number; readonly classWeight: ClassWeight },
  context: Context,
): Promise<FittedOutput> {
  // The probe's range of C is that of vectors of length 1. One factor for all: single lengths may say something.
  const squares = features.data.reduce((total, value) => total + value * value, 0);
  const scale = Math.sqrt(squares / features.rows) || 1;
  const scaled = { ...features, data: features.data.map((value) => value / scale) };
  const { head, validation } = await fitHead(train, scaled, { seed, classWeight }, context);
  return { ...outputOfHead(head, pooling, features.columns, scale), ...(validation && { C: validation.C }) };
}

/**
 * A fitted head as a classifier's last layer. Two labels become two outputs that are each other's opposite: their softmax is the sigmoid that
 * was fitted.
 *
 * @param width numbers of one vector
 * @param scale what the vectors that the classifier reads were divided by before the head was fitted to them
 */
export function outputOfHead(
  head: Head,
  pooling: ClassifierHead["pooling"],
  width: number,
  scale: number,
): Pick<FittedOutput, "weights" | "thresholds"> {
  const name = outputName(pooling);
  const count = head.labels.length;
  const weight = new Float32Array(count * width);
  const bias = new Float32Array(count);
  for (const [k, label] of head.labels.entries()) {
    const { row, sign } = outputOf(head, label);
    if (head.model === null || row === undefined) {
      bias[k] = head.fixed[label] === 1 ? certain : -certain;
      continue;
    }
    const { weights, intercepts } = head.model;
    for (let i = 0; i < width; i++) weight[k * width + i] = (sign * weights.data[row * width + i]!) / scale;
    bias[k] = sign * intercepts[row]!;
  }
  const thresholds = head.labels.map((label) => head.thresholds[head.learned.indexOf(label)] ?? defaultThreshold);
  return {
    weights: {
      [`${name}.weight`]: { data: weight, shape: [count, width] },
      [`${name}.bias`]: { data: bias, shape: [count] },
    },
    ...(head.isMultiLabel && { thresholds }),
  };
}

/** Which output of the model is a label's, and times what. */
function outputOf({ learned, model }: Head, label: string): { readonly row: number | undefined; readonly sign: number } {
  const index = learned.indexOf(label);
  if (index < 0) return { row: undefined, sign: 1 };
  return model?.kind === "binary" ? { row: 0, sign: index === 1 ? 0.5 : -0.5 } : { row: index, sign: 1 };
}
