/** @file A head that was fitted to the vectors of a frozen encoder, with that encoder, as a classifier that is saved like any other. */
import { countOf, float32 } from "../../autodiff/values.js";
import { evenlySpaced } from "../../lib/evenly-spaced.js";
import type { Dataset } from "../../types/data.js";
import type { Encoder } from "../../types/encoder.js";
import { usualPooling } from "../pretrained/pooling.js";
import { readPretrained, weightsOf } from "../pretrained/pretrained.js";
import { tokenizeTexts } from "../pretrained/token-batch.js";
import type { Head } from "../regression/head.js";
import type { Weights } from "../training/training-job.js";
import { labelIndices } from "../training/training-rows.js";
import { outputOfHead } from "./classifier-features.js";
import { classifierFiles, runningBytes } from "./classifier-files.js";
import { readBodyWeights, type TextClassifier, textClassifierGraph } from "./classifier-model.js";
import type { SavedDetails } from "./saved-details.js";

/** Every run has a probe: what 8-bit weights change of it is measured on fewer rows than of a model that took minutes. It takes half a second. */
const measuredRows = 100;

/** What is saved of it. */
export interface FrozenClassifier {
  /** See `runningBytes`. */
  readonly artifactBytes: number;
  /** The folder; `classifierFiles` says of what. The encoder's weights are read for it again. */
  files(): Promise<Map<string, Uint8Array>>;
}

/** By what the encoder can be read again; `undefined` for one that is no model folder, but something of the caller's own. */
export function modelOfEncoder({ name, folder, fileBytes }: Encoder): string | undefined {
  return fileBytes === undefined ? undefined : (folder ?? name);
}

/**
 * The classifier of a head on `centeredFeatures` of the vectors of `model`.
 *
 * @param details what its card tells, besides the rows that the 8-bit weights are measured on, which are those of `train`
 */
export async function frozenClassifier(
  model: string,
  head: Head,
  train: Dataset,
  details: Omit<SavedDetails, "sample">,
): Promise<FrozenClassifier> {
  const pretrained = await readPretrained(model);
  // As `loadEncoder` pools.
  const classifierHead = { labelCount: head.labels.length, pooling: pretrained.pooling ?? usualPooling } as const;
  // Standardized vectors have variance 1, and so this length.
  const scale = Math.sqrt(pretrained.hiddenSize);
  const { weights: output, thresholds } = outputOfHead(head, classifierHead.pooling, pretrained.hiddenSize, scale);
  const { labels, isMultiLabel, mayBeEmpty } = head;
  const classifierOf = (body: Weights): TextClassifier => ({
    pretrained,
    head: classifierHead,
    labels,
    isMultiLabel,
    mayBeEmpty,
    ...(thresholds && { thresholds }),
    weights: { ...body, ...output },
  });
  const { logits, inputIds, attentionMask } = textClassifierGraph(pretrained, classifierHead);
  const shapes = weightsOf([logits], [inputIds, attentionMask]).map(
    ({ params: { name }, shape }) => [name, shape.map(Number)] as const,
  );
  return {
    artifactBytes: runningBytes(classifierOf(weightsWithoutNumbers(shapes))),
    async files() {
      const examples = evenlySpaced(train.examples, measuredRows);
      const texts = examples.map(({ text }) => text);
      const ids = await tokenizeTexts(texts, pretrained, new AbortController().signal);
      const indices = labelIndices({ ...train, examples });
      const rows = ids.map((own, i) => ({ ids: own, labels: indices[i]! }));
      const body = await readBodyWeights(pretrained, classifierHead);
      return classifierFiles(classifierOf(body), { ...details, sample: { of: "training", rows } });
    },
  };
}

/** Weights of these shapes whose numbers are not looked at: all share one array of zeros. */
function weightsWithoutNumbers(shapes: readonly (readonly [name: string, shape: readonly number[]])[]): Weights {
  const zeros = new Float32Array(Math.max(...shapes.map(([, shape]) => countOf(shape))));
  return Object.fromEntries(shapes.map(([name, shape]) => [name, float32(zeros.subarray(0, countOf(shape)), shape)]));
}
