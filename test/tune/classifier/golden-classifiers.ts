/** @file The golden file of `golden/make_classifiers.py`. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A classifier that Python wrote. */
export interface GoldenClassifier {
  /** The class in transformers. */
  readonly architecture: string;
  readonly labels: readonly string[];
  readonly isMultiLabel: boolean;
  /** One row a text, in float64. */
  readonly logits: readonly (readonly number[])[];
}

/** Random classifiers of every family, on some texts. */
export const goldenClassifiers = JSON.parse(
  readFileSync(new URL("../../../golden/classifiers.json", import.meta.url), "utf8"),
) as {
  readonly texts: readonly string[];
  readonly classifiers: Readonly<Record<string, GoldenClassifier>>;
};

/** The folder of one. */
export function classifierFolder(name: string): string {
  return fileURLToPath(new URL(`../../../golden/classifier-${name}`, import.meta.url));
}
