/** @file Kinds that hold a whole tuned model. */
import { loadClassifier } from "../../tune/saved-classifier.js";
import type { Artifact, Kind, Loaded, LoadPredictorOptions } from "./kind.js";

async function load({ folder }: Pick<Artifact, "folder">, { threads }: LoadPredictorOptions): Promise<Loaded> {
  const classifier = await loadClassifier(folder, threads === undefined ? {} : { threads });
  return { labels: classifier.labels, isMultiLabel: classifier.isMultiLabel, predictor: classifier };
}

/** An encoder with a head, in the layout of Hugging Face. Its ONNX files hold the same weights for other programs. */
export const classifierKind: Kind<"classifier"> = {
  noun: "a tuned model",
  asksLlm: false,
  isUnread: (path) => path.startsWith("onnx/"),
  load,
};

/** Words without an encoder. */
export const tfidfKind: Kind<"tfidf"> = { noun: "a tuned model", asksLlm: false, load };
