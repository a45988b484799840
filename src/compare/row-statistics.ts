/**
 * @file What the rows say, whatever prices and margin are assumed: all that takes resampling, or a pass over the rows. It is computed once; to
 * decide anew under other assumptions takes none of it.
 */
import type { ApproachCalibration } from "../types/calibration.js";
import type { Cascade, NoCascade } from "../types/cascade.js";
import type { Comparison } from "../types/comparison.js";
import type { Contrast } from "../types/contrast.js";
import type { TaskFacts } from "../types/data.js";
import type { ExperimentResults, LossDifference } from "../types/experiments.js";
import type { FailedApproach, Measurement } from "../types/measurement.js";
import type { Assumptions } from "../types/prices.js";
import type { Slices } from "../types/slices.js";
import { shareOfAnswersChanged } from "./answers-changed.js";
import { type Candidates, candidatesOf } from "./best.js";
import { calibrations } from "./calibration/calibrations.js";
import { tradingPair } from "./cascade/cascade.js";
import { pricedCascade } from "./cascade/priced-cascade.js";
import { type CurveStatistics, learningCurves } from "./curves/learning-curves.js";
import { experimentResults } from "./experiments/experiment-results.js";
import { lossDifferences } from "./experiments/loss-differences.js";
import { pickIdentity } from "./identity.js";
import { withStandInsAsBaselines } from "./language-model.js";
import { metricChoice, scoreOf } from "./metrics/metric-choice.js";
import { type MeasuredPrice, measuredPrice } from "./money/price.js";
import { labelNoise, type MeasuredLabelNoise } from "./noise/label-noise.js";
import { type PairDifference, pairDifference } from "./pair-difference.js";
import { resamplingSeed } from "./resampling-seed.js";
import { slicesOf } from "./slices/slices.js";
import { type ApproachRuns, runsByApproach, summaryOf, type UnpricedSummary } from "./summary.js";
import { unansweredApproach } from "./unanswered.js";

/** See `rowStatistics`. Belongs to its measurements: it says nothing of others. */
export interface RowStatistics {
  readonly metrics: Comparison["metrics"];
  /** Each approach with an outcome of a test row, but for what its predictions cost: the best in `metrics.ranking` first. */
  readonly approaches: readonly { readonly summary: UnpricedSummary; readonly price: MeasuredPrice | null }[];
  /** Those that the best of each arm is chosen from. */
  readonly candidates: { readonly tune: Candidates; readonly prompt: Candidates };
  /** Approaches that most answers could not be had from. */
  readonly unanswered: NonNullable<Comparison["unanswered"]>;
  /** Those without an outcome of any test row: there is nothing to score. */
  readonly unmeasured: readonly FailedApproach[];
  /** Learning curves, and where they meet the prompts; `null` where no curve was measured. */
  readonly curves: CurveStatistics | null;
  /** Of the approaches that tell how sure they are, in the order of `approaches`. */
  readonly calibrations: readonly ApproachCalibration[];
  /** What experiments showed; `null` where nothing was tried. */
  readonly experiments: ExperimentResults | null;
  /** `a` minus `b`; `null` where they share no row. Computed when it is first asked for, then kept: which pairs are asked for depends on prices too. */
  difference(a: string, b: string, metric: Contrast["metric"]): PairDifference | null;
  /** What the answers of the best of both arms say of the labels, in the metric that decides. Kept likewise. */
  labelNoise(tuned: string, prompted: string): MeasuredLabelNoise | null;
  /** Which of the best of both arms loses more in experiments. Kept likewise. */
  lossDifferences(tuned: string, prompted: string): readonly LossDifference[];
  /** Where the best of both arms differ. Kept likewise. */
  slices(tuned: string, prompted: string): Slices | null;
  /** The best of both arms as one, with the threshold of the best trade. Kept likewise, and under the same prices as a whole. */
  cascade(tuned: string, prompted: string, assumptions: Assumptions): Cascade | NoCascade;
  /** See `shareOfAnswersChanged`. Kept likewise. First seed. */
  answersChanged(approach: string, from: string): number;
}

/**
 * Everything about the measurements that no assumption has a say in: scores with intervals, differences with tests, validation scores, times
 * and bills. Resampling is seeded by the test set's hash, and by names: the same whenever, and in whatever order, it is asked for.
 */
export function rowStatistics(task: TaskFacts, stored: readonly Measurement[]): RowStatistics {
  const measurements = withStandInsAsBaselines(stored);
  const seed = resamplingSeed(task.testHash);
  const all = [...runsByApproach(measurements, task)];
  const runs = new Map(all.filter(([, { present }]) => present.length > 0));
  const metrics = metricChoice({ truths: truthsOfAll(all.map(([, own]) => own)), labelCount: task.labels.length }, task);
  const approaches = [...runs.values()]
    .map((own) => ({ summary: summaryOf(own, task, seed), price: measuredPrice(own.measurements) }))
    .sort(({ summary: a }, { summary: b }) => {
      return scoreOf(b, metrics.ranking).value - scoreOf(a, metrics.ranking).value || (a.approach < b.approach ? -1 : 1);
    });
  const unanswered = all.flatMap(([, own]) => unansweredApproach(own) ?? []);
  const mostlyMissing = new Set(unanswered.filter(({ reason }) => reason === "missing").map(({ approach }) => approach));
  const candidates = (arm: "tune" | "prompt"): Candidates => {
    const measured = approaches.filter(({ summary }) => summary.arm === arm).map(({ summary }) => summary.approach);
    return candidatesOf(arm, measured, measurements, task, metrics, mostlyMissing);
  };
  const pair = kept((small, llm) => tradingPair({ task, measurements, small, llm }));
  const priced = new Map<string, Cascade>();
  const cascade = (small: string, llm: string, assumptions: Assumptions): Cascade | NoCascade => {
    const scored = pair(small, llm);
    if ("kind" in scored) return scored;
    const { usdPerMachineHour, utilization, llmPrice } = assumptions;
    const key = JSON.stringify([small, llm, usdPerMachineHour, utilization, llmPrice]);
    const found = priced.get(key) ?? pricedCascade(scored, assumptions);
    priced.set(key, found);
    return found;
  };
  const firstOutcomes = (approach: string) => runs.get(approach)!.measurements[0]!.outcomes;
  return {
    metrics,
    approaches,
    candidates: { tune: candidates("tune"), prompt: candidates("prompt") },
    unanswered,
    unmeasured: unanswered
      .filter(({ approach }) => !runs.has(approach))
      .map(({ approach, testRows, example }) => {
        const { traits, ...rest } = all.find(([name]) => name === approach)![1].measurements[0]!;
        const reason = { kind: "no-outcome" as const, testRows, ...(example !== undefined && { example }) };
        return { approach, ...pickIdentity(rest), traits, reason };
      }),
    curves: learningCurves({
      measurements,
      task,
      metric: metrics.primary,
      summaries: approaches.map(({ summary }) => summary),
      seed,
    }),
    calibrations: calibrations(
      approaches.map(({ summary }) => summary.approach),
      measurements,
      task,
    ),
    experiments: experimentResults(measurements, runs, task, { metric: metrics.primary, seed }),
    difference: kept((a, b, metric: Contrast["metric"]) => pairDifference(runs.get(a)!, runs.get(b)!, metric, seed, task.labels)),
    labelNoise: kept((a, b) => labelNoise(runs.get(a)!, runs.get(b)!, task, metrics.primary, seed)),
    lossDifferences: kept((a, b) => lossDifferences(runs.get(a)!, runs.get(b)!, measurements, task)),
    slices: kept((a, b) => slicesOf(runs.get(a)!, runs.get(b)!, task.labels)),
    cascade,
    answersChanged: kept((a, b) => shareOfAnswersChanged(firstOutcomes(a), firstOutcomes(b))),
  };
}

/** The true labels of the test rows that every approach was asked about: those that two of them may be compared on. */
function truthsOfAll(runs: readonly ApproachRuns[]): readonly (readonly number[])[] {
  const truths = runs[0]?.series.seeds[0]?.truths ?? [];
  const asked = runs.map((own) => new Set(own.asked));
  return truths.filter((_, row) => asked.every((rows) => rows.has(row)));
}

/** A function of names that is computed once for each of them. */
function kept<Names extends string[], Result>(compute: (...names: Names) => Result): (...names: Names) => Result {
  const known = new Map<string, Result>();
  return (...names) => {
    const key = JSON.stringify(names);
    if (!known.has(key)) known.set(key, compute(...names));
    return known.get(key)!;
  };
}
