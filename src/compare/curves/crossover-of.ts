/** @file From how many labels on a tuned approach does better than a prompted one, by each choice of rows. */
import type { Crossover, CrossoverReading, LabelsEstimate, LabelsFrom } from "../../types/curves.js";
import { neverAnswered } from "../never-answered.js";
import type { BootstrapsByRows } from "./bootstraps-by-rows.js";
import type { ArmReplicates } from "./crossed-bootstrap.js";
import { type Crossover as CrossoverCurve, crossover } from "./crossover.js";
import { dataAdvantageInterval } from "./data-advantage.js";
import { extrapolatedCrossover } from "./extrapolated-crossover.js";
import type { LabelCount } from "./label-count.js";
import { type CurvesInput, chanceOf, type ScoredArm } from "./scored-arm.js";

/** Of each interval of n*. */
const crossoverConfidence = 0.9;

/** The crossover of a tuned curve with a prompt: by the rows that both have, and by the readings that may differ from it. */
export function crossoverOf(tuned: ScoredArm, prompted: ScoredArm, bootstraps: BootstrapsByRows, input: CurvesInput): Crossover {
  const { metric, task } = input;
  const both = tuned.present.map((present, row) => present & prompted.present[row]!);
  const asked = tuned.asked.map((isAsked, row) => isAsked & prompted.asked[row]!);
  const shared = rowsOf(both);
  const never = neverAnsweredIn(prompted, shared);
  const truths = prompted.coded[0]!.truths;
  const offered = both.map((present, row) => (truths[row]!.some((label) => never.includes(label)) ? 0 : present));
  const drawTogether = (counted: Uint8Array): DrawnPair => {
    const drawn = bootstraps(counted)([tuned.measured, prompted.measured]);
    return drawn.kind === "refused" ? null : [drawn.arms[0]!, drawn.arms[1]!];
  };
  const drawn = drawTogether(both);
  const found = readingOf(drawn, shared.length);
  const isBeyond = found.kind === "crossover" && found.labels.side.value === "after";
  return {
    tuned: tuned.approach,
    prompted: prompted.approach,
    metric,
    found,
    isPromptCurve: prompted.sizes > 1,
    ...(shared.length < rowsOf(asked).length && { asWrong: readingOf(drawTogether(asked), rowsOf(asked).length) }),
    ...(never.length > 0 && {
      offered: {
        neverAnswered: never.map((label) => task.labels[label]!),
        found: readingOf(drawTogether(offered), rowsOf(offered).length),
      },
    }),
    ...(isBeyond && beyondOf(drawn, chanceOf(input))),
    ...advantageOf(drawn),
  };
}

const rowsOf = (counted: Uint8Array): number[] => [...counted.keys()].filter((row) => counted[row] === 1);

function neverAnsweredIn({ coded, measurements }: ScoredArm, rows: readonly number[]): number[] {
  const largest = Math.max(...measurements.map(({ trainSize }) => trainSize));
  const seeds = coded.filter((_, index) => measurements[index]!.trainSize === largest);
  const on = seeds.map((each) => ({
    ...each,
    truths: rows.map((row) => each.truths[row]!),
    answers: rows.map((row) => each.answers[row]!),
  }));
  return neverAnswered({ seeds: on, groups: rows.map(() => undefined) });
}

/** The tuned and the prompted approach, resampled together; `null` where no row is left. */
type DrawnPair = readonly [tuned: ArmReplicates, prompted: ArmReplicates] | null;

function readingOf(drawn: DrawnPair, rows: number): CrossoverReading {
  if (drawn === null) return { kind: "refused", rows, reason: "no-rows" };
  const found = crossover(...drawn, { confidence: crossoverConfidence });
  if (found.kind === "refused") return { kind: "refused", rows, reason: found.reason === "level" ? "level" : "no-common-sizes" };
  return {
    kind: "crossover",
    rows,
    labels: labelsEstimate(found),
    safeLabels: labelsFrom(found.safeLabels),
    single: { labels: labelsFrom(found.single.labels), safeLabels: labelsFrom(found.single.safeLabels) },
    points: found.probabilities.map(({ labels, difference, average, single }) => {
      return { labels, difference, probability: average, singleProbability: single };
    }),
    coversSeeds: found.coversRuns,
  };
}

function beyondOf(drawn: DrawnPair, chance: { readonly chance?: number }): Pick<Crossover, "beyond"> {
  const found = drawn && extrapolatedCrossover(...drawn, { ...chance, confidence: crossoverConfidence });
  if (found?.kind !== "extrapolated") return {};
  const { reach, labels } = found;
  if (labels.labels === null || (reach !== "near" && reach !== "far")) return { beyond: null };
  return { beyond: { labels: labels.labels, low: found.low.labels, high: found.high.labels, reach } };
}

function advantageOf(drawn: DrawnPair): Pick<Crossover, "dataAdvantage"> {
  const found = drawn && dataAdvantageInterval(...drawn);
  if (found?.kind !== "advantage") return {};
  const { labels, low, high, window } = found;
  return { dataAdvantage: { labels: { value: labels, low, high }, scores: window } };
}

function labelsEstimate({ labels, low, high }: CrossoverCurve): LabelsEstimate {
  const sides = Object.entries({ value: labels, low, high }).flatMap(([name, count]) => {
    return count.labels === null ? [[name, count.censored] as const] : [];
  });
  return { value: labels.labels, low: low.labels, high: high.labels, side: Object.fromEntries(sides) };
}

function labelsFrom(count: LabelCount): LabelsFrom {
  return count.labels === null ? { value: null, side: count.censored } : { value: count.labels };
}
