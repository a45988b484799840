/** @file `pipeline("text-classification")`: texts in, labels with their scores out. */
import type { Session } from "../autodiff/session.js";
import { UserError } from "../lib/errors.js";
import { logitsOf, logitsSession, probabilitiesOf } from "../tune/classifier/classifier-logits.js";
import { readClassifier, type TextClassifier } from "../tune/classifier/classifier-model.js";
import { tokenizeTexts } from "../tune/pretrained/token-batch.js";
import { type HubOptions, modelFolder } from "./hub-folder.js";
import type { SequenceClassificationModel } from "./sequence-classifier.js";

/** A label with its probability. */
export interface Classification {
  readonly label: string;
  /** From 0 to 1. The scores of a text sum to 1, unless the model is multi-label. */
  readonly score: number;
}

export interface ClassifyOptions {
  /** How many labels to return per text, the likeliest first; `null`: all. @default only the likeliest */
  readonly topK?: number | null;
  /** Stops between two batches. */
  readonly signal?: AbortSignal;
}

/** Classifies texts. Holds a session: dispose of it when it is no longer needed. */
export interface TextClassificationPipeline extends AsyncDisposable {
  /** Returns the `topK` likeliest labels of a text; without `topK` a list of one, as in Python. */
  (text: string, options?: ClassifyOptions): Promise<Classification[]>;
  /** Returns the likeliest label of each text. */
  (texts: readonly string[], options?: { readonly signal?: AbortSignal }): Promise<Classification[]>;
  /** Returns the `topK` likeliest labels of each text. */
  (texts: readonly string[], options: ClassifyOptions & { readonly topK: number | null }): Promise<Classification[][]>;
}

const tasks = ["text-classification", "sentiment-analysis"] as const;

/**
 * Makes a classifier from a folder, a repository of the Hugging Face Hub, or a model in memory. Texts longer than the model's limit are
 * truncated, where Python would refuse them. Throws a `UserError` if the folder has no classifier.
 *
 * ```ts
 * const classify = await pipeline("text-classification", "./results");
 * console.log(await classify("I loved it")); // [ { label: "pos", score: 0.98 } ]
 * ```
 */
export async function pipeline(
  task: (typeof tasks)[number],
  model: string | SequenceClassificationModel,
  options: HubOptions = {},
): Promise<TextClassificationPipeline> {
  if (!tasks.includes(task))
    throw new UserError(
      `pipeline can't do "${task}". It does "text-classification" alone; for the rest there is @huggingface/transformers.`,
    );
  const classifier = typeof model === "string" ? await readClassifier(await modelFolder(model, options)) : model.classifier;
  return callable(classifier, await logitsSession(classifier));
}

function callable(classifier: TextClassifier, session: Session<"logits">): TextClassificationPipeline {
  const { pretrained, labels, isMultiLabel } = classifier;
  async function ranked(texts: readonly string[], signal = new AbortController().signal): Promise<Classification[][]> {
    const wrong = texts.findIndex((text) => typeof text !== "string");
    if (wrong >= 0) throw new UserError(`Item ${wrong} to classify is ${typeof texts[wrong]}, expected a text.`);
    const ids = await tokenizeTexts(texts, pretrained, signal);
    const found = await logitsOf(session, ids, pretrained.tokenizer.padId, { signal });
    return found.map((row) => {
      const scored = probabilitiesOf(row, isMultiLabel).map((score, k) => ({ label: labels[k]!, score }));
      return scored.sort((a, b) => b.score - a.score);
    });
  }
  function classify(text: string, options?: ClassifyOptions): Promise<Classification[]>;
  function classify(texts: readonly string[], options?: { readonly signal?: AbortSignal }): Promise<Classification[]>;
  function classify(
    texts: readonly string[],
    options: ClassifyOptions & { readonly topK: number | null },
  ): Promise<Classification[][]>;
  async function classify(
    texts: string | readonly string[],
    { topK, signal }: ClassifyOptions = {},
  ): Promise<Classification[] | Classification[][]> {
    if (topK !== undefined && topK !== null && !(Number.isInteger(topK) && topK > 0))
      throw new UserError(`topK is ${topK}. Give a whole number above 0, or null for all labels.`);
    const all = await ranked(typeof texts === "string" ? [texts] : texts, signal);
    const kept = all.map((row) => (topK === null ? row : row.slice(0, topK ?? 1)));
    if (typeof texts === "string") return kept[0]!;
    return topK === undefined ? kept.flat() : kept;
  }
  return Object.assign(classify, { [Symbol.asyncDispose]: () => session[Symbol.asyncDispose]() });
}
