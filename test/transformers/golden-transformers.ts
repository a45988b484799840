/** @file The golden file of `golden/make_transformers.py`: what Python's transformers and datasets make of the same calls. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Classification } from "../../src/transformers/transformers.js";

interface Columns {
  readonly text: readonly string[];
  readonly label: readonly number[];
}

export const golden = JSON.parse(readFileSync(new URL("../../golden/transformers.json", import.meta.url), "utf8")) as {
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly texts: readonly string[];
  readonly tokens: readonly {
    readonly folder: string;
    readonly maxLength: number;
    readonly padTokenId: number;
    readonly cases: readonly {
      readonly options: { readonly padding?: true | "max_length"; readonly truncation?: true; readonly max_length?: number };
      readonly input_ids: readonly (readonly number[])[];
      readonly attention_mask: readonly (readonly number[])[];
    }[];
  }[];
  readonly datasets: {
    readonly mapped: readonly object[];
    readonly columns: readonly string[];
    readonly shuffled: readonly string[];
    readonly filtered: readonly string[];
    readonly split: { readonly train: readonly string[]; readonly test: readonly string[] };
  };
  readonly trainings: readonly {
    readonly folder: string;
    readonly settings: Readonly<Record<string, unknown>>;
    readonly train: Columns;
    readonly test: Columns;
    readonly log: readonly Readonly<Record<string, number>>[];
    readonly logits: readonly (readonly number[])[];
    readonly testLoss: number;
  }[];
  readonly pipelines: readonly {
    readonly folder: string;
    readonly texts: readonly string[];
    readonly best: readonly Classification[];
    readonly one: readonly Classification[];
    readonly all: readonly (readonly Classification[])[];
    readonly two: readonly Classification[];
  }[];
};

/** A folder of `golden/`. */
export const goldenFolder = (name: string): string => fileURLToPath(new URL(`../../golden/${name}`, import.meta.url));

/** A name of Python's in our spelling. */
export const camelCase = (name: string): string => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
