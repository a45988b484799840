/** @file What a threshold makes of the test rows, whatever prices are assumed: all of a cascade that takes resampling. */
import { random } from "../../lib/random.js";
import type { Cascade, CascadeAim, CascadeDifference, CascadePolicy, EscalationPoint } from "../../types/cascade.js";
import type { TaskFacts } from "../../types/data.js";
import type { Metric } from "../../types/scores.js";
import { differenceInterval, differenceTest, type Series, scoreInterval } from "../metrics/scores.js";
import { resamplingSeed } from "../resampling-seed.js";
import { scoreEstimate, shareEstimate } from "./estimates.js";
import { isHandedOn, ladder, ladderRows, type Rung } from "./ladder.js";
import type { PairRows } from "./pair-rows.js";
import { againstRandom, randomEscalationTest } from "./random-escalation.js";
import type { ChosenThreshold } from "./threshold.js";

/** Points of a curve that are told. */
const curvePoints = 50;

/** Resamples of a score that is a mean over labels: each costs as many steps as there are labels, and the accuracy's are nearly for nothing. */
const replicatesOfLabels = 1999;

type Unpriced<Priced> = Omit<Priced, "usdPerThousand">;

/** A cascade before any price is assumed, with the rows behind it. */
export interface ScoredPair
  extends Pick<Cascade, "small" | "llm" | "aim" | "metric" | "calibration" | "escalated" | "fallbacks"> {
  readonly test: PairRows;
  readonly chosen: ChosenThreshold;
  /** In how many of the seeds each row is handed on, as a share of them. */
  readonly share: Float64Array;
  readonly policies: { readonly [Way in keyof Cascade["policies"]]: Unpriced<Cascade["policies"][Way]> };
  readonly differences: { readonly [Way in keyof Cascade["differences"]]: Unpriced<CascadeDifference> };
  readonly curve: readonly Unpriced<EscalationPoint>[];
}

interface ScoredPairInput {
  readonly small: string;
  readonly llm: string;
  readonly aim: CascadeAim;
  readonly metric: Metric;
  readonly calibration: Cascade["calibration"];
  readonly task: TaskFacts;
}

/** The cascade, either alone and chance, on the same rows. Resampling is seeded by the test set's hash and the names. */
export function scoredPair(test: PairRows, chosen: ChosenThreshold, { task, ...input }: ScoredPairInput): ScoredPair {
  const { small, llm, metric } = input;
  const { handedOn } = chosen;
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
  const stream = (name: string): string => `${name} of the cascade of ${small} and ${llm}`;
  const ofMetrics = <Value>(value: (metric: Metric) => Value) => ({
    accuracy: value("accuracy"),
    macroF1: value("macroF1"),
    ...(task.isMultiLabel && { microF1: value("microF1") }),
  });
  const policy = (name: keyof typeof series): Unpriced<CascadePolicy> =>
    ofMetrics((each) => {
      const draws = random(seedOfDraws, stream(`${each} of ${name}`));
      return scoreInterval(series[name], each, draws, each === "accuracy" ? undefined : replicatesOfLabels);
    });
  const difference = (other: "small" | "llm"): Unpriced<CascadeDifference> => ({
    ...ofMetrics((each) => differenceInterval(series.cascade, series[other], each)),
    pValue: differenceTest(series.cascade, series[other], metric, random(seedOfDraws, stream(`${metric} against ${other}`))),
  });
  const chance = ofMetrics((each) => againstRandom(test, handedOn, each));
  const isExact = metric === "accuracy" && groups.every((group) => group === undefined);
  const ofChance = <Value>(value: (of: typeof chance.accuracy) => Value) => ({
    accuracy: value(chance.accuracy),
    macroF1: value(chance.macroF1),
    ...(chance.microF1 !== undefined && { microF1: value(chance.microF1) }),
  });
  return {
    ...input,
    test,
    chosen,
    share,
    escalated: shareEstimate(share, test),
    fallbacks: seeds[0]!.llm.answers.filter((answer, row) => answer === null && handedOn[0]![row]).length,
    policies: {
      cascade: policy("cascade"),
      small: policy("small"),
      llm: policy("llm"),
      random: ofChance((of) => of.random),
    },
    differences: {
      small: difference("small"),
      llm: difference("llm"),
      random: {
        ...ofChance((of) => of.difference),
        pValue: isExact ? randomEscalationTest(seeds[0]!, handedOn[0]!) : null,
      },
    },
    curve: curveOf(test, metric),
  };
}

/** Some of the thresholds, the first and the last among them: the fewer rows are handed on, the closer together, since that is where cascades are. */
function curveOf(test: PairRows, metric: Metric): Unpriced<EscalationPoint>[] {
  const rows = ladderRows(test, 0, metric);
  const rungs = ladder(rows);
  const stepOf = ({ escalated }: Rung): number => Math.floor(curvePoints * Math.sqrt(escalated / rows.length));
  const shown = rungs.filter((rung, i) => i === 0 || i === rungs.length - 1 || stepOf(rung) !== stepOf(rungs[i - 1]!));
  return shown.map(({ threshold, escalated, random: byChance }) => ({
    threshold,
    share: escalated / rows.length,
    score: scoreEstimate(
      rows.map(({ confidence, kept, handedOn }) => (isHandedOn(confidence, threshold) ? handedOn : kept)),
      test,
    ),
    random: byChance,
  }));
}
