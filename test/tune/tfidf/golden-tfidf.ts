import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { AnalyzerName } from "../../../src/tune/tfidf/vectorizer.js";

/** The shape of `golden/tfidf.json`. */
export interface TfidfGolden {
  readonly versions: Readonly<Record<string, string>>;
  readonly vectors: readonly {
    readonly minDf: number;
    readonly learned: readonly string[];
    readonly asked: readonly string[];
    readonly idf: Readonly<Record<AnalyzerName, Readonly<Record<string, number>>>>;
    /** Of each text asked: analyzer, part, value. */
    readonly vectors: readonly (readonly (readonly [AnalyzerName, string, number])[])[];
  }[];
  readonly models: readonly {
    readonly kind: "binary" | "multinomial" | "multilabel";
    readonly C: number;
    readonly classWeight: "none" | "balanced";
    readonly labels: readonly string[];
    readonly learned: readonly { readonly text: string; readonly labels: readonly string[] }[];
    readonly asked: readonly string[];
    readonly probabilities: readonly (readonly number[])[];
  }[];
}

export const tfidfGolden: TfidfGolden = JSON.parse(readFileSync(join(import.meta.dirname, "../../../golden/tfidf.json"), "utf8"));
