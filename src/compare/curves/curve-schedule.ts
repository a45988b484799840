/** @file How much of learning curves is measured: at which sizes, with which seeds, for how long, and what that is expected to take. */
import type { Approach, RunEstimate } from "../../types/approach.js";
import type { Dataset, Query, Task } from "../../types/data.js";
import { isOfVerdict } from "../identity.js";
import { curveSizes } from "./curve-sizes.js";
import { nestedSubsets } from "./nested-subset.js";

/** How much of the learning curves is measured. */
export interface CurveOptions {
  /**
   * `quick`: sizes in steps of 2, three seeds, no language models. `full`: sizes in steps of √2, five seeds, and prompts that learn from labels too,
   * within the budget. All rows get as many seeds: the comparison's scores are then their means.
   */
  readonly level: CurveLevel;
  /** Seconds that the curves may take. @default for `quick` a quarter of what the comparison took, at least 15; for `full` no limit */
  readonly seconds?: number;
}

export type CurveLevel = "quick" | "full";

/** Steps between sizes, and seeds of a size: more where training sets are small, since those differ most. */
const levels = {
  quick: { factor: 2, seeds: 3, seedsOfSmall: 5, isBilled: false },
  full: { factor: Math.SQRT2, seeds: 5, seedsOfSmall: 10, isBilled: true },
} as const;
const smallSize = 64;

/** The part of the comparison's own time that quick curves may take, and the seconds that they may take in any case. */
const quickShare = 1 / 4;
const quickSeconds = 15;

/** The part of all that time that is left to experiments; more where the curves are done before theirs is over. */
export const experimentShare = 1 / 3;

/** The points that a curve may have. */
export interface CurveSchedule {
  /** Ascending; all rows, which the comparison measures with its own seeds, are the last. */
  readonly sizes: readonly number[];
  /** Seeds of a size, the comparison's first one first; of all rows its own among them. */
  seedsOf(size: number): readonly number[];
  /** Whether services may be asked that bill their answers. */
  readonly isBilled: boolean;
}

/** @param firstSeed of the comparison */
export function curveSchedule({ train }: Task, level: CurveLevel, firstSeed: number): CurveSchedule {
  const allRows = train.examples.length;
  const { factor, seeds, seedsOfSmall, isBilled } = levels[level];
  const labels = new Set(train.examples.flatMap((example) => example.labels));
  return {
    sizes: [...curveSizes(allRows, labels.size, factor), allRows],
    seedsOf: (size) => Array.from({ length: size <= smallSize ? seedsOfSmall : seeds }, (_, index) => firstSeed + index),
    isBilled,
  };
}

/**
 * How long the curves may take.
 *
 * @param comparisonSeconds what the comparison itself took, or is expected to take
 */
export function curveSeconds({ level, seconds }: CurveOptions, comparisonSeconds: number): number {
  if (seconds !== undefined) return seconds;
  return level === "quick" ? Math.max(quickSeconds, quickShare * comparisonSeconds) : Number.POSITIVE_INFINITY;
}

/** Seconds of a point by its size: what the approach itself expects of the smallest and of all training rows, with a straight line between. */
export async function expectedSeconds(
  approach: Approach,
  smallest: Dataset,
  all: Dataset,
  queries: readonly Query[],
): Promise<(size: number) => number> {
  const few = freshSeconds(await approach.estimate(smallest, queries));
  const most = freshSeconds(await approach.estimate(all, queries));
  const [from, to] = [smallest.examples.length, all.examples.length];
  const slope = Math.max(0, most - few) / Math.max(1, to - from);
  return (size) => few + slope * (size - from);
}

/** Without embedding: the comparison itself embeds these texts. */
const freshSeconds = ({ seconds, embeddingSeconds = 0 }: RunEstimate): number => seconds - embeddingSeconds;

/** What the curves are expected to take. */
export interface CurveEstimate {
  /** Points, over all approaches and seeds, that the time is expected to suffice for. */
  readonly points: number;
  /** Of how many. */
  readonly of: number;
  readonly seconds: number;
  /** The part of `seconds` that other machines work. */
  readonly machineSeconds: number;
  /** The most that may be paid for them; `null` where a price is unknown. */
  readonly usd: number | null;
}

/**
 * What the curves of a comparison are expected to take, before anything is measured.
 *
 * @param own what the comparison itself is expected to take, and its seeds
 */
export async function estimateCurves(
  task: Task,
  approaches: readonly Approach[],
  options: CurveOptions,
  own: { readonly seconds: number; readonly seeds: readonly number[] },
): Promise<CurveEstimate> {
  const { sizes, seedsOf, isBilled } = curveSchedule(task, options.level, own.seeds[0]!);
  const queries = task.test.examples.map(({ id, text }) => ({ id, text }));
  const measured: { readonly seconds: number; readonly isElsewhere: boolean }[] = [];
  let usd: number | null = 0;
  for (const approach of approaches.filter(mayLearn)) {
    const whole = await approach.estimate(task.train, queries);
    if ((whole.usd !== 0 || approach.traits?.asksLlm === true) && !isBilled) continue;
    const smallest = nestedSubsets(task.train, 0)(sizes[0]!);
    const expected = await expectedSeconds(approach, smallest, task.train, queries);
    for (const size of sizes) {
      const isWhole = size === task.train.examples.length;
      for (const _ of seedsOf(size).filter((seed) => !isWhole || !own.seeds.includes(seed))) {
        measured.push({ seconds: expected(size), isElsewhere: whole.machineSeconds !== undefined });
        usd = usd === null || whole.usd === null ? null : usd + whole.usd;
      }
    }
  }
  const limit = curveSeconds(options, own.seconds);
  let [points, total, machineSeconds] = [0, 0, 0];
  for (const { seconds, isElsewhere } of measured.sort((a, b) => a.seconds - b.seconds)) {
    if (total + seconds > limit) break;
    points++;
    total += seconds;
    if (isElsewhere) machineSeconds += seconds;
  }
  return { points, of: measured.length, seconds: total, machineSeconds, usd };
}

/** Whether an approach may get better with labels, as far as it tells. */
const mayLearn = ({ arm, traits }: Approach): boolean =>
  isOfVerdict(arm) && traits?.isRecording !== true && (traits?.learnsFrom ?? "labels") === "labels";
