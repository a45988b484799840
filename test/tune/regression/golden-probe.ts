import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The shape of `golden/probe.json`. */
interface ProbeGolden {
  readonly logisticRegression: readonly {
    readonly name: string;
    readonly C: number;
    readonly classWeight: "none" | "balanced";
    readonly features: readonly number[][];
    readonly labels: readonly number[];
    readonly newFeatures: readonly number[][];
    readonly probabilities: readonly number[][];
  }[];
  readonly multiLabel: {
    readonly C: number;
    readonly features: readonly number[][];
    readonly labels: readonly number[][];
    readonly newFeatures: readonly number[][];
    readonly probabilities: readonly number[][];
  };
  readonly balancedClassWeights: { readonly labels: readonly number[]; readonly weights: Readonly<Record<string, number>> };
  readonly rosenbrock: { readonly start: readonly number[]; readonly point: readonly number[]; readonly value: number };
  readonly thresholds: readonly {
    readonly probabilities: readonly number[];
    readonly truth: readonly boolean[];
    readonly bestF1: number;
  }[];
}

/** What `golden/make_probe.py` wrote. */
export const probeGolden: ProbeGolden = JSON.parse(readFileSync(join(import.meta.dirname, "../../../golden/probe.json"), "utf8"));
