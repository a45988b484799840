/** @file One approach's measurements to its summary: scores, intervals, failures, latency, costs. */
import { addCosts, noCost } from "../lib/cost.js";
import { quantile } from "../lib/quantile.js";
import { type Random, random } from "../lib/random.js";
import type { TaskFacts } from "../types/data.js";
import type { Measurement } from "../types/measurement.js";
import type { Cost } from "../types/prediction.js";
import type { LabelScore, MissingRows, Summary } from "../types/scores.js";
import { pickIdentity } from "./identity.js";
import { mainMeasurements } from "./main-measurements.js";
import { calibration } from "./metrics/calibration.js";
import { confusionMatrix, failureCounts } from "./metrics/confusion.js";
import { codeOutcomes } from "./metrics/label-indices.js";
import {
  answeredAccuracy,
  balancedAccuracy,
  hammingLoss,
  labelCounts,
  labelScores,
  matthewsCorrelation,
  samplesF1,
} from "./metrics/metrics.js";
import { onRows, type Series, scoreInterval } from "./metrics/scores.js";
import { askedRows, isAsked, isMissing, missingReasons, presentRows } from "./missing.js";
import { aboveGuessing } from "./statistics/guessing.js";

/** One approach's measurements on the test rows after learning from the whole training set, by ascending seed: at least one. */
export interface ApproachRuns {
  readonly measurements: readonly Measurement[];
  /** Of every test row; a missing outcome is no answer, and so wrong: to be restricted to `present`, or to `asked` for the worst case. */
  readonly series: Series;
  /** The places of the test rows that every seed was asked about: all, but of an approach that is asked about a sample. */
  readonly asked: readonly number[];
  /** The places of the test rows that every seed has an outcome of. */
  readonly present: readonly number[];
}

/**
 * Sorts the measurements by approach and seed, and checks that all answered the same rows in the same order: scores of different
 * rows must never be compared. Validation rows, experiments and smaller training sets are left out.
 */
export function runsByApproach(measurements: readonly Measurement[], task: TaskFacts): Map<string, ApproachRuns> {
  const full = mainMeasurements(measurements, task).filter(({ split }) => split === "test");
  const reference = full[0]?.outcomes ?? [];
  for (const { approach, outcomes } of full) {
    const isSame = outcomes.length === reference.length && outcomes.every((outcome, row) => outcome.id === reference[row]!.id);
    if (!isSame) throw new Error(`${approach} and ${full[0]!.approach} were not measured on the same test rows`);
  }
  const runs = new Map<string, ApproachRuns>();
  for (const approach of new Set(full.map((measurement) => measurement.approach))) {
    const sorted = full.filter((measurement) => measurement.approach === approach).sort((a, b) => a.seed - b.seed);
    const seeds = sorted.map(({ outcomes }) => codeOutcomes(outcomes, task));
    const all = sorted.map(({ outcomes }) => outcomes);
    const groups = reference.map((outcome) => outcome.group);
    runs.set(approach, { measurements: sorted, series: { seeds, groups }, asked: askedRows(all), present: presentRows(all) });
  }
  return runs;
}

/** A summary but for its price, which assumptions have a say in. */
export type UnpricedSummary = Omit<Summary, "usdPerThousand">;

/** Everything that is said of one approach alone: it has an outcome of one test row at least. `seed` fixes the resampling. */
export function summaryOf(runs: ApproachRuns, task: TaskFacts, seed: number): UnpricedSummary {
  const { measurements, asked, present } = runs;
  const series = onRows(runs.series, present);
  const first = measurements[0]!;
  const { approach, traits, trainSize, outcomes, facts } = first;
  const counts = series.seeds.map(labelCounts);
  const guessing = aboveGuessing(series);
  const latencies = measurements.flatMap((measurement) => measurement.latencies);
  const answered = series.seeds.map(answeredAccuracy).filter((share) => share !== null);
  return {
    approach,
    ...pickIdentity(first),
    traits,
    seeds: measurements.map((measurement) => measurement.seed),
    trainSize,
    testRows: asked.length,
    ...(asked.length < outcomes.length && { sampledFrom: outcomes.length }),
    ...(present.length < asked.length && { missing: missingOf(runs, task, seed) }),
    ...mainScores(series, task, (metric) => random(seed, `${metric} of ${approach}`)),
    ...(guessing !== null && { aboveGuessing: guessing }),
    calibration: calibration(outcomes, task),
    perLabel: meanLabelScores(counts.map((each) => labelScores(each, task.labels))),
    confusion: confusionMatrix(series.seeds[0]!),
    failures: failureCounts(outcomes),
    answeredAccuracy: answered.length === 0 ? null : mean(answered),
    latency:
      latencies.length === 0
        ? null
        : { p50: quantile(latencies, 0.5), p95: quantile(latencies, 0.95), requests: latencies.length },
    fitCost: meanCost(measurements.map((measurement) => measurement.fitCost)),
    predictCost: meanCost(measurements.map((measurement) => measurement.predictCost)),
    facts,
  };
}

type MainScores = MissingRows["worstCase"];

function mainScores(series: Series, task: TaskFacts, randomFor: (metric: string) => Random): MainScores {
  const counts = series.seeds.map(labelCounts);
  return {
    accuracy: scoreInterval(series, "accuracy", randomFor("accuracy")),
    macroF1: scoreInterval(series, "macroF1", randomFor("macro-F1")),
    ...(task.isMultiLabel ? { multiLabel: multiLabelScores(series, randomFor("micro-F1")) } : {}),
    balancedAccuracy: mean(counts.map(balancedAccuracy)),
    mcc: mean(counts.map((each) => matthewsCorrelation(each, series.groups.length, task.isMultiLabel))),
  };
}

/** What is said of the rows left out: why, in whose words, and the scores were each of them wrong. */
function missingOf({ measurements, series, asked, present }: ApproachRuns, task: TaskFacts, seed: number): MissingRows {
  const { approach, outcomes } = measurements[0]!;
  const example = measurements
    .flatMap((measurement) => measurement.outcomes)
    .find((outcome) => isAsked(outcome) && isMissing(outcome) && (outcome.rawAnswer ?? "").trim() !== "")?.rawAnswer;
  return {
    rows: asked.length - present.length,
    reasons: missingReasons(outcomes),
    ...(example !== undefined && { example }),
    worstCase: mainScores(onRows(series, asked), task, (metric) => random(seed, `${metric} of ${approach}, missing as wrong`)),
  };
}

function multiLabelScores(series: Series, random: Random): NonNullable<Summary["multiLabel"]> {
  return {
    microF1: scoreInterval(series, "microF1", random),
    samplesF1: mean(series.seeds.map(samplesF1)),
    hammingLoss: mean(series.seeds.map(hammingLoss)),
  };
}

function meanLabelScores(bySeed: readonly (readonly LabelScore[])[]): LabelScore[] {
  return bySeed[0]!.map((first, label) => {
    const all = bySeed.map((scores) => scores[label]!);
    return {
      ...first,
      precision: mean(all.map((score) => score.precision)),
      recall: mean(all.map((score) => score.recall)),
      f1: mean(all.map((score) => score.f1)),
    };
  });
}

function meanCost(costs: readonly Cost[]): Cost {
  const sum = costs.reduce(addCosts, noCost);
  return {
    usd: sum.usd / costs.length,
    seconds: sum.seconds / costs.length,
    inputTokens: sum.inputTokens / costs.length,
    outputTokens: sum.outputTokens / costs.length,
    labels: sum.labels / costs.length,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
