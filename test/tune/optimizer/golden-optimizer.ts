import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ParameterSpec } from "../../../src/tune/optimizer/optimizer-layout.js";
import type { Schedule } from "../../../src/tune/training/schedule.js";

/** The shape of `golden/optimizer.json`. */
interface OptimizerGolden {
  readonly peakLearningRate: number;
  readonly weightDecay: number;
  readonly warmupSteps: number;
  readonly parameters: readonly ParameterSpec[];
  readonly initial: Readonly<Record<string, readonly number[]>>;
  readonly steps: readonly {
    readonly ids: readonly number[];
    readonly rows: readonly number[];
    readonly gradients: Readonly<Record<string, readonly number[]>>;
  }[];
  readonly runs: readonly {
    readonly fused: boolean;
    readonly maxGradNorm: number | null;
    readonly betas: readonly [number, number];
    readonly gradNorms: readonly number[];
    readonly parameters: Readonly<Record<string, Readonly<Record<"weights" | "first" | "second", readonly number[]>>>>;
  }[];
  readonly schedules: readonly (Schedule & { readonly factors: readonly number[] })[];
}

/** What `golden/make_optimizer.py` wrote. */
export const optimizerGolden: OptimizerGolden = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../../golden/optimizer.json"), "utf8"),
);
