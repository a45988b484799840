import { readFileSync } from "node:fs";

/** Reference values of scikit-learn and SciPy; see `golden/make_compare.py`. */
export const golden = JSON.parse(readFileSync(new URL("../../golden/compare.json", import.meta.url), "utf8")) as Golden;

interface Averages {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

interface Interval {
  readonly low: number;
  readonly high: number;
  /** Standard deviation of the ends over SciPy's own runs with 9,999 resamples. */
  readonly deviation: readonly [number, number];
}

interface Golden {
  readonly versions: Readonly<Record<string, string>>;
  readonly singleLabel: readonly {
    readonly name: string;
    readonly labelCount: number;
    readonly truth: readonly number[];
    readonly answers: readonly (number | null)[];
    readonly accuracy: number;
    readonly perLabel: readonly (Averages & { readonly support: number })[];
    readonly macro: Averages;
    readonly weighted: Averages;
    readonly micro: Averages;
    readonly balancedAccuracy: number;
    readonly confusion: readonly (readonly number[])[];
    readonly mcc?: number;
  }[];
  readonly multiLabel: {
    readonly labelCount: number;
    readonly truth: readonly (readonly number[])[];
    readonly answers: readonly (readonly number[])[];
    readonly subsetAccuracy: number;
    readonly hammingLoss: number;
    readonly microF1: number;
    readonly macroF1: number;
    readonly weightedF1: number;
    readonly samplesF1: number;
    readonly f1: readonly number[];
    readonly meanMcc: number;
  };
  readonly probabilities: {
    readonly singleLabel: {
      readonly truth: readonly number[];
      readonly probabilities: readonly (readonly number[])[];
      readonly logLoss: number;
      readonly brier: number;
      readonly ece: number;
    };
    readonly multiLabel: {
      readonly truth: readonly (readonly number[])[];
      readonly probabilities: readonly (readonly number[])[];
      readonly logLoss: number;
      readonly brier: number;
    };
    readonly auroc: { readonly scores: readonly number[]; readonly isPositive: readonly boolean[]; readonly value: number };
  };
  readonly distributions: {
    readonly normalCdf: readonly (readonly [number, number])[];
    readonly normalQuantile: readonly (readonly [number, number])[];
    readonly tQuantile: readonly (readonly [p: number, degrees: number, t: number])[];
    readonly binomial: readonly {
      readonly k: number;
      readonly n: number;
      readonly p: number;
      readonly logPmf: number;
      readonly cdf: number;
    }[];
    readonly mcnemar: readonly {
      readonly onlyA: number;
      readonly onlyB: number;
      readonly exact: number;
      readonly midP: number;
    }[];
  };
  readonly signFlip: { readonly differences: readonly number[]; readonly midP: number };
  readonly bootstrap: {
    readonly labelCount: number;
    readonly truth: readonly number[];
    readonly a: readonly number[];
    readonly b: readonly number[];
    readonly groups: readonly number[];
    readonly accuracyOfA: Interval;
    readonly groupedAccuracyOfA: Interval;
    readonly macroF1OfA: Interval;
    readonly accuracyDifference: Omit<Interval, "deviation">;
    readonly groupedAccuracyDifference: Omit<Interval, "deviation">;
    readonly macroF1Difference: Omit<Interval, "deviation">;
  };
  readonly permutation: { readonly rows: number; readonly pValue: number };
  readonly power: readonly {
    readonly onlyA: number;
    readonly onlyB: number;
    readonly rows: number;
    readonly power: Readonly<Record<"exact" | "mid-p", number>>;
  }[];
}
