/** @file An approach's test measurements of all sizes, as the statistics of curves take them. */
import type { TaskFacts } from "../../types/data.js";
import type { Measurement } from "../../types/measurement.js";
import type { Outcome } from "../../types/prediction.js";
import type { Metric } from "../../types/scores.js";
import { type CodedRows, codeOutcomes, isRight } from "../metrics/label-indices.js";
import { f1 } from "../metrics/metrics.js";
import { isAsked, isMissing } from "../missing.js";
import type { UnpricedSummary } from "../summary.js";
import type { CountedScore, MeasuredArm } from "./measured-arm.js";

/** What the curves are made from. */
export interface CurvesInput {
  readonly measurements: readonly Measurement[];
  readonly task: TaskFacts;
  /** Accuracy, or micro-F1 where a row may have several labels. */
  readonly metric: Metric;
  readonly summaries: readonly UnpricedSummary[];
  /** Fixes the resampling. */
  readonly seed: number;
}

/** An approach with its test measurements of all sizes. */
export interface ScoredArm {
  readonly approach: string;
  readonly arm: Measurement["arm"];
  readonly measurements: readonly Measurement[];
  readonly coded: readonly CodedRows[];
  /** As the bootstrap takes it. */
  readonly measured: MeasuredArm;
  /** Numbers of training rows. */
  readonly sizes: number;
  /** 1 for each test row that every run was asked about. */
  readonly asked: Uint8Array;
  /** 1 for each test row that every run has an outcome of. */
  readonly present: Uint8Array;
}

/** The approaches in the order of their summaries. */
export function armsOf({ measurements, task, metric, summaries }: CurvesInput): ScoredArm[] {
  return summaries.map(({ approach, arm }) => {
    const own = measurements.filter(
      (each) => each.approach === approach && each.split === "test" && each.experiment === undefined,
    );
    const rowsWith = (isMeant: (outcome: Outcome) => boolean): Uint8Array => {
      // A stored run that somebody has edited may have fewer rows than its task.
      const isRow = (outcome: Outcome | undefined): boolean => outcome !== undefined && isMeant(outcome);
      return Uint8Array.from({ length: task.testRows }, (_, row) => (own.every(({ outcomes }) => isRow(outcomes[row])) ? 1 : 0));
    };
    const coded = own.map(({ outcomes }) => codeOutcomes(outcomes, task));
    const sizes = new Set(own.map(({ trainSize }) => trainSize)).size;
    return {
      approach,
      arm,
      measurements: own,
      coded,
      measured: measuredArm({ measurements: own, coded, sizes }, metric),
      sizes,
      asked: rowsWith(isAsked),
      present: rowsWith((outcome) => !isMissing(outcome)),
    };
  });
}

function measuredArm(
  { measurements, coded, sizes }: Pick<ScoredArm, "measurements" | "coded" | "sizes">,
  metric: Metric,
): MeasuredArm {
  const runs = measurements.map(({ seed, trainSize }, index) => ({
    seed,
    size: trainSize,
    rows: scoresOf(coded[index]!, metric),
  }));
  return sizes > 1 ? { kind: "curve", runs } : { kind: "line", runs };
}

/** What each row scores; or, of micro-F1, the score of the rows drawn. */
function scoresOf(coded: CodedRows, metric: Metric): Uint8Array | CountedScore {
  if (metric !== "microF1") return Uint8Array.from(coded.truths, (_, row) => (isRight(coded, row) ? 1 : 0));
  const answerTo = (row: number): readonly number[] => coded.answers[row] ?? [];
  const hits = Float64Array.from(coded.truths, (truth, row) => answerTo(row).filter((label) => truth.includes(label)).length);
  const predicted = Float64Array.from(coded.truths, (_, row) => answerTo(row).length);
  const support = Float64Array.from(coded.truths, (truth) => truth.length);
  return { counts: [hits, predicted, support], score: ([hits, predicted, support]) => f1(hits!, predicted!, support!) };
}

/** What the most frequent label scores: sizes that are not clearly above it say nothing of a curve. */
export function chanceOf({ metric, summaries }: CurvesInput): { readonly chance?: number } {
  const majority = summaries.find(({ traits }) => traits.isMajority);
  return metric === "microF1" || majority === undefined ? {} : { chance: majority.accuracy.value };
}
