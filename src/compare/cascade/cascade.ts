/** @file A cascade of two measured approaches: a threshold, and what comes of it. Nothing is asked; all follows from the stored outcomes. */
import { random } from "../../lib/random.js";
import type {
  Cascade,
  CascadeAim,
  CascadeDifference,
  CascadeObjection,
  CascadePolicy,
  EscalationPoint,
  ThresholdBasis,
} from "../../types/cascade.js";
import type { TaskFacts } from "../../types/data.js";
import type { Measurement } from "../../types/measurement.js";
import type { Assumptions } from "../../types/prices.js";
import type { Estimate, Metric } from "../../types/scores.js";
import { fitScoreCalibration } from "../calibration/score-calibration.js";
import { mainMeasurements } from "../main-measurements.js";
import { metricChoice } from "../metrics/metric-choice.js";
import { differenceInterval, differenceTest, type Series, scoreInterval } from "../metrics/scores.js";
import { isMissing } from "../missing.js";
import { resamplingSeed } from "../resampling-seed.js";
import { meanEstimate, scoreEstimate, shareEstimate } from "./estimates.js";
import { foldOf } from "./folds.js";
import { isHandedOn, type LadderRow, ladder, ladderRows, type Rung, suitableRung } from "./ladder.js";
import { type PairRows, pairRows, type SplitRuns } from "./pair-rows.js";
import { againstRandom, randomEscalationTest } from "./random-escalation.js";

/** Folds of rows, where a threshold is chosen on the rows that it is tried on. */
export const cascadeFolds = 10;

/** With fewer validation rows that both answered, the test rows choose. */
export const leastValidationRows = 100;

/** With fewer rows that both answered there is nothing to choose from. */
export const leastCascadeRows = 20;

/** Points of a curve that are told. */
const curvePoints = 50;

export interface CascadeInput {
  readonly task: TaskFacts;
  readonly measurements: readonly Measurement[];
  readonly assumptions: Assumptions;
  /** Names of approaches. */
  readonly small: string;
  readonly llm: string;
  readonly aim: CascadeAim;
}

/** Why two approaches can't be paired. */
export type NoCascade =
  | { readonly kind: "not-measured"; readonly approach: string }
  | { readonly kind: "tells-no-confidence"; readonly approach: string }
  | { readonly kind: "few-shared-rows"; readonly rows: number; readonly least: number }
  | { readonly kind: "price-unknown"; readonly approach: string };

/** The measurements of one approach that a comparison rests on, of one split, by ascending seed. */
export function splitRuns(
  measurements: readonly Measurement[],
  task: TaskFacts,
  approach: string,
  split: Measurement["split"],
): SplitRuns {
  const own = mainMeasurements(measurements, task).filter((each) => each.approach === approach && each.split === split);
  return own.toSorted((a, b) => a.seed - b.seed);
}

/** What calibrates an approach's claims, by its outcomes of validation rows; `null` where it has none that tell. */
export function calibrationOf(measurements: readonly Measurement[], task: TaskFacts, approach: string): Cascade["calibration"] {
  const [validation] = splitRuns(measurements, task, approach, "validation");
  if (validation === undefined) return null;
  return fitScoreCalibration(
    validation.outcomes.filter((outcome) => !isMissing(outcome)),
    task,
  );
}

/** The cascade of two approaches on the rows that both have an outcome of, beside either alone and handing on at random. */
export function cascadeOf(input: CascadeInput): Cascade | NoCascade {
  const paired = pairedCascade(input);
  return "kind" in paired ? paired : paired.cascade;
}

/** A cascade with the rows that it is of, and which of them are handed on (a list a seed). */
export interface PairedCascade {
  readonly cascade: Cascade;
  readonly test: PairRows;
  readonly handedOn: readonly (readonly boolean[])[];
}

/** The same with the rows behind it. */
export function pairedCascade(input: CascadeInput): PairedCascade | NoCascade {
  const { task, measurements, assumptions, small, llm, aim } = input;
  const runs = (approach: string, split: Measurement["split"]): SplitRuns => splitRuns(measurements, task, approach, split);
  for (const approach of [small, llm]) if (runs(approach, "test").length === 0) return { kind: "not-measured", approach };
  const options = { space: task, assumptions };
  const calibration = calibrationOf(measurements, task, small);
  const shared = sharedRows(runs(small, "test"), runs(llm, "test"));
  if (shared < leastCascadeRows) return { kind: "few-shared-rows", rows: shared, least: leastCascadeRows };
  const test = pairRows(runs(small, "test"), runs(llm, "test"), calibration, options);
  if (test === null) return { kind: "tells-no-confidence", approach: small };
  if (aim.kind === "cost") {
    for (const [approach, usd] of [[small, test.usd.small] as const, [llm, test.usd.llm] as const])
      if (usd === null) return { kind: "price-unknown", approach };
  }
  const metric = metricChoice({ truths: test.seeds[0]!.small.truths, labelCount: task.labels.length }, task).primary;
  const validation = pairRows(runs(small, "validation").slice(0, 1), runs(llm, "validation").slice(0, 1), calibration, options);
  const chosen =
    validation !== null && validation.ids.length >= leastValidationRows
      ? chosenOnValidation(test, validation, aim, metric)
      : crossFitted(test, aim, metric);
  const measured = measuredCascade(test, chosen.handedOn, metric, { names: [small, llm], task });
  const curve = curveOf(test, metric);
  const cascade: Cascade = {
    small,
    llm,
    aim,
    metric,
    calibration,
    threshold: chosen.rung.threshold,
    basis: chosen.basis,
    rows: test.ids.length,
    of: test.of,
    ...measured,
    curve,
    objections: objectionsTo(measured, chosen.isReached, metric),
  };
  return { cascade, test, handedOn: chosen.handedOn };
}

function sharedRows(small: SplitRuns, llm: SplitRuns): number {
  const all = [...small, ...llm].map(({ outcomes }) => outcomes);
  return all[0]!.filter((_, row) => all.every((outcomes) => !isMissing(outcomes[row]!))).length;
}

/** A threshold, on what it was chosen, and which test rows are handed on (a list a seed). */
interface Chosen {
  /** For use. */
  readonly rung: Rung;
  readonly isReached: boolean;
  readonly basis: ThresholdBasis;
  readonly handedOn: readonly (readonly boolean[])[];
}

/** By the validation rows of the first seed: there are no others. */
function chosenOnValidation(test: PairRows, validation: PairRows, aim: CascadeAim, metric: Metric): Chosen {
  const { rung, isReached } = suitableRung(ladder(ladderRows(validation, 0, metric)), aim);
  const handedOn = test.seeds.map(({ confidence }) => Array.from(confidence, (each) => isHandedOn(each, rung.threshold)));
  return { rung, isReached, basis: { kind: "validation", rows: validation.ids.length }, handedOn };
}

/** Each seed by itself; the threshold for use is what all test rows of the first choose. */
function crossFitted(test: PairRows, aim: CascadeAim, metric: Metric): Chosen {
  const folds = foldOf(test.units, cascadeFolds);
  const thresholds: (number | null)[] = [];
  const handedOn = test.seeds.map(({ confidence }, seed) => {
    const rows = ladderRows(test, seed, metric);
    const ofFold = Array.from({ length: cascadeFolds }, (_, fold) => thresholdOfOthers(rows, folds, fold, aim));
    if (seed === 0) thresholds.push(...ofFold);
    return Array.from(confidence, (each, row) => isHandedOn(each, ofFold[folds[row]!]!));
  });
  const ascending = thresholds.toSorted((a, b) => (a ?? Number.POSITIVE_INFINITY) - (b ?? Number.POSITIVE_INFINITY) || 0);
  const { rung, isReached } = suitableRung(ladder(ladderRows(test, 0, metric)), aim);
  const basis = { kind: "cross-fitted", folds: cascadeFolds, least: ascending[0]!, most: ascending.at(-1)! } as const;
  return { rung, isReached, basis, handedOn };
}

function thresholdOfOthers(rows: readonly LadderRow[], folds: readonly number[], fold: number, aim: CascadeAim): number | null {
  const others = rows.filter((_, row) => folds[row] !== fold);
  return suitableRung(ladder(others.length === 0 ? rows : others), aim).rung.threshold;
}

type Measured = Pick<Cascade, "escalated" | "fallbacks" | "policies" | "differences">;

/** The cascade, either alone and chance, on the same rows. */
function measuredCascade(
  test: PairRows,
  handedOn: readonly (readonly boolean[])[],
  metric: Metric,
  { names: [small, llm], task }: { readonly names: readonly [string, string]; readonly task: TaskFacts },
): Measured {
  const { groups, seeds } = test;
  const seedOfDraws = resamplingSeed(task.testHash);
  const series = {
    cascade: {
      groups,
      seeds: seeds.map((own, place) => ({
        ...own.small,
        answers: own.small.answers.map((answer, row) => (handedOn[place]![row] ? own.handedOn.answers[row]! : answer)),
      })),
    },
    small: { groups, seeds: seeds.map((own) => own.small) },
    llm: { groups, seeds: seeds.map((own) => own.llm) },
  } satisfies Record<string, Series>;
  const share = Float64Array.from(groups, (_, row) => handedOn.filter((own) => own[row]).length / handedOn.length);
  const usd = pricesOf(test, share);
  const stream = (name: string): string => `${name} of the cascade of ${small} and ${llm}`;
  const metrics = { accuracy: "accuracy", macroF1: "macroF1", ...(task.isMultiLabel && { microF1: "microF1" }) } as const;
  const ofMetrics = <Value>(value: (metric: Metric) => Value) => ({
    accuracy: value(metrics.accuracy),
    macroF1: value(metrics.macroF1),
    ...(task.isMultiLabel && { microF1: value("microF1") }),
  });
  const policy = (name: keyof typeof series): CascadePolicy => ({
    ...ofMetrics((each) => scoreInterval(series[name], each, random(seedOfDraws, stream(`${each} of ${name}`)))),
    usdPerThousand: usd[name] === null ? null : meanEstimate(usd[name], test),
  });
  const difference = (other: "small" | "llm"): CascadeDifference => ({
    ...ofMetrics((each) => differenceInterval(series.cascade, series[other], each)),
    usdPerThousand: usdDifference(usd.cascade, usd[other], test),
    pValue: differenceTest(series.cascade, series[other], metric, random(seedOfDraws, stream(`${metric} against ${other}`))),
  });
  const chance = ofMetrics((each) => againstRandom(test, handedOn, each));
  const isExact = metric === "accuracy" && groups.every((group) => group === undefined);
  return {
    escalated: shareEstimate(share, test),
    fallbacks: seeds[0]!.llm.answers.filter((answer, row) => answer === null && handedOn[0]![row]).length,
    policies: {
      cascade: policy("cascade"),
      small: policy("small"),
      llm: policy("llm"),
      random: {
        accuracy: chance.accuracy.random,
        macroF1: chance.macroF1.random,
        ...(chance.microF1 !== undefined && { microF1: chance.microF1.random }),
        usdPerThousand: usd.random === null ? null : mean(usd.random),
      },
    },
    differences: {
      small: difference("small"),
      llm: difference("llm"),
      random: {
        accuracy: chance.accuracy.difference,
        macroF1: chance.macroF1.difference,
        ...(chance.microF1 !== undefined && { microF1: chance.microF1.difference }),
        usdPerThousand: usdDifference(usd.cascade, usd.random, test),
        pValue: isExact ? randomEscalationTest(seeds[0]!, handedOn[0]!) : null,
      },
    },
  };
}

type Prices = Readonly<Record<"cascade" | "small" | "llm" | "random", Float64Array | null>>;

/** USD per 1,000 of each row, in each way. Chance hands on any row alike. */
function pricesOf({ usd: { small, llm } }: PairRows, share: Float64Array): Prices {
  const perThousand = (prices: Float64Array | null): Float64Array | null => prices?.map((price) => 1000 * price) ?? null;
  const [ofSmall, ofLlm] = [perThousand(small), perThousand(llm)];
  const average = mean(share);
  const both = (weight: (row: number) => number): Float64Array | null =>
    ofSmall === null || ofLlm === null ? null : ofSmall.map((price, row) => price + weight(row) * ofLlm[row]!);
  return { small: ofSmall, llm: ofLlm, cascade: both((row) => share[row]!), random: both(() => average) };
}

function usdDifference(a: Float64Array | null, b: Float64Array | null, rows: PairRows): Estimate | null {
  if (a === null || b === null) return null;
  return meanEstimate(
    a.map((price, row) => price - b[row]!),
    rows,
  );
}

/** Some of the thresholds, at about equal steps of the share handed on, the first and the last among them. */
function curveOf(test: PairRows, metric: Metric): EscalationPoint[] {
  const rows = ladderRows(test, 0, metric);
  const rungs = ladder(rows);
  const stepOf = ({ escalated }: Rung): number => Math.floor((curvePoints * escalated) / rows.length);
  const shown = rungs.filter((rung, i) => i === 0 || i === rungs.length - 1 || stepOf(rung) !== stepOf(rungs[i - 1]!));
  return shown.map(({ threshold, escalated, random, usdPerThousand }) => ({
    threshold,
    share: escalated / rows.length,
    score: scoreEstimate(
      rows.map(({ confidence, kept, handedOn }) => (isHandedOn(confidence, threshold) ? handedOn : kept)),
      test,
    ),
    usdPerThousand,
    random,
  }));
}

/** What speaks against it. A price that is not known speaks for nothing. */
function objectionsTo({ escalated, differences }: Measured, isReached: boolean, metric: Metric): CascadeObjection[] {
  const unreached: CascadeObjection[] = isReached ? [] : ["aim-not-reached"];
  if (escalated.value === 0) return [...unreached, "nothing-handed-on"];
  if (escalated.value === 1) return [...unreached, "everything-handed-on"];
  const own = (difference: CascadeDifference): Estimate => inMetric(difference, metric);
  const isBetter = (difference: CascadeDifference): boolean =>
    own(difference).low > 0 && (difference.pValue === null || difference.pValue < 0.05);
  const { small, llm, random } = differences;
  const isCheaper = llm.usdPerThousand !== null && llm.usdPerThousand.value < 0;
  return [
    ...unreached,
    ...(isBetter(random) ? [] : (["not-better-than-random"] as const)),
    ...(isBetter(small) ? [] : (["not-better-than-small"] as const)),
    ...(own(llm).value <= 0 && llm.usdPerThousand !== null && !isCheaper ? (["llm-alone-suffices"] as const) : []),
  ];
}

/** A policy's score, or a difference, in a metric that cascades are told in. */
export function inMetric<Value>(
  { accuracy, macroF1, microF1 }: { readonly accuracy: Value; readonly macroF1: Value; readonly microF1?: Value | undefined },
  metric: Metric,
): Value {
  if (metric === "macroF1") return macroF1;
  return metric === "microF1" && microF1 !== undefined ? microF1 : accuracy;
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
