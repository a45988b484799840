/** @file A classifier as ONNX files: float32, and 8-bit weights with what they cost, measured. */
import { type EmittedModel, emitModel } from "../../autodiff/onnx.js";
import { quantizeGraph } from "../../autodiff/quantize.js";
import { openModel } from "../../autodiff/session.js";
import { isDecoder } from "../pretrained/build-model.js";
import type { TokenIds } from "../pretrained/tokenizer.js";
import { logitsOf, predictionOf } from "./classifier-logits.js";
import { answeringGraph, type TextClassifier, textClassifierGraph } from "./classifier-model.js";

/** What transformers.js calls them, in `onnx/`. The float32 one is Node's default there, the other the browser's. */
export const onnxFiles = { float32: "onnx/model.onnx", int8: "onnx/model_quantized.onnx" } as const;

/** An ONNX file is one protobuf message, and those end at 2 GB. */
const maxModelBytes = 2 ** 31 - 2 ** 24;

/** Why a classifier is not exported, in a sentence for its card; `undefined` where it is. */
export function whyNoOnnx({ pretrained, weights }: Pick<TextClassifier, "pretrained" | "weights">): string | undefined {
  // They are for transformers.js, and would take as much room again as the model itself.
  if (isDecoder(pretrained.config)) return "There are no ONNX files: transformers.js has no classifier on such a language model.";
  const bytes = Object.values(weights).reduce((total, { data }) => total + data.byteLength, 0);
  return bytes < maxModelBytes
    ? undefined
    : "There are no ONNX files: the weights take more than the 2 GB at which an ONNX file ends.";
}

/** Both models: inputs `input_ids` and `attention_mask`, output `logits`. */
export function exportOnnx(classifier: TextClassifier): Readonly<Record<keyof typeof onnxFiles, EmittedModel>> {
  const { pretrained, head, weights } = classifier;
  return {
    float32: emitModel({ logits: answeringGraph(pretrained, head).logits }, weights),
    // Of all layers as they are: a weight that is applied to anything but tokens would stay in float32.
    int8: emitModel({ logits: textClassifierGraph(pretrained, head).logits }, weights, quantizeGraph),
  };
}

/** Rows that the 8-bit model is measured on. */
export interface SampleRow {
  readonly ids: TokenIds;
  /** Indices of its labels. */
  readonly labels: readonly number[];
}

/** What 8-bit weights change, on some rows. */
export interface QuantizationLoss {
  readonly rows: number;
  /** Share of rows whose answer is right, before and after. */
  readonly accuracy: number;
  readonly quantizedAccuracy: number;
  /** Share of rows that get another answer. */
  readonly changed: number;
  /** Mean absolute difference of a probability. */
  readonly meanDifference: number;
}

/** Runs both models over the rows. */
export async function quantizationLoss(
  classifier: TextClassifier,
  models: ReturnType<typeof exportOnnx>,
  rows: readonly SampleRow[],
  { threads }: { readonly threads?: number },
): Promise<QuantizationLoss> {
  const ids = rows.map((row) => row.ids);
  const answers = async (model: EmittedModel): Promise<ReturnType<typeof predictionOf>[]> => {
    await using session = await openModel(model, ["logits"] as const, threads === undefined ? {} : { threads });
    const { signal } = new AbortController();
    const logits = await logitsOf(session, ids, classifier.pretrained.tokenizer.padId, { signal });
    return logits.map((row) => predictionOf(classifier, row));
  };
  const [exact, rounded] = [await answers(models.float32), await answers(models.int8)];
  const truths = rows.map(({ labels }) => labelText(labels.map((k) => classifier.labels[k]!)));
  const share = (isCounted: (row: number) => boolean): number => rows.filter((_, row) => isCounted(row)).length / rows.length;
  const answerOf = (all: typeof exact, row: number): string => labelText(all[row]!.answer);
  const differences = exact.flatMap(({ scores }, row) =>
    classifier.labels.map((label) => Math.abs(scores[label]! - rounded[row]!.scores[label]!)),
  );
  return {
    rows: rows.length,
    accuracy: share((row) => answerOf(exact, row) === truths[row]),
    quantizedAccuracy: share((row) => answerOf(rounded, row) === truths[row]),
    changed: share((row) => answerOf(exact, row) !== answerOf(rounded, row)),
    meanDifference: differences.reduce((total, difference) => total + difference, 0) / differences.length,
  };
}

/** A set of labels as one string, to compare. */
const labelText = (labels: readonly string[]): string => JSON.stringify([...labels].sort());
