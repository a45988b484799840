/** @file What the test rows say of two approaches, whatever margin is assumed: the difference with its interval and its test, and other readings of it. */
import { random } from "../lib/random.js";
import type { Contrast, MoreRows, Reading } from "../types/contrast.js";
import type { Estimate } from "../types/scores.js";
import { isPromptedLlm } from "./language-model.js";
import { differenceInterval, differenceOverRows, differenceTest, discordantRows, onRows, type Series } from "./metrics/scores.js";
import { neverAnswered } from "./never-answered.js";
import { effectiveUnits } from "./statistics/jackknife.js";
import { tQuantile } from "./statistics/student.js";
import type { ApproachRuns } from "./summary.js";
import { unreadableRows } from "./unanswered.js";

/** A difference with its test, before it is held against a margin. */
export type MeasuredDifference = Omit<Reading, "verdict">;

/** `a` minus `b` on the test rows that both have an outcome of. The other readings are as in `Contrast`; `false` where they are of the same rows, or of none. */
export interface PairDifference {
  readonly discordant: Contrast["discordant"];
  readonly measured: MeasuredDifference;
  /** Test rows that both were asked about: all, where neither is asked about a sample. */
  readonly asked: { readonly rows: number; readonly isSample: boolean };
  /** Of these, the rows that one of the two has no outcome of. */
  readonly missing: number;
  readonly asWrong: MeasuredDifference | false;
  readonly offered: (MeasuredDifference & { readonly neverAnswered: readonly string[] }) | false;
  readonly readable: MeasuredDifference | false;
  readonly undisputed: MeasuredDifference | false;
  /** With its interval over rows alone, without the luck of seeds: what further rows make narrower. */
  readonly overRows: Estimate;
  /** What is drawn again: how many rows or groups there are, and Student's quantile for as many as count. */
  readonly units: { readonly count: number; readonly quantile: number; readonly unit: MoreRows["unit"] };
}

/**
 * Compares two approaches in one metric; `null` where they share no row. `seed` fixes the resampling.
 *
 * @param labels the labels of the task, in their order
 */
export function pairDifference(
  a: ApproachRuns,
  b: ApproachRuns,
  metric: Contrast["metric"],
  seed: number,
  labels: readonly string[],
): PairDifference | null {
  const [shared, asked] = [common(a.present, b.present), common(a.asked, b.asked)];
  if (shared.length === 0) return null;
  const [commonA, commonB] = [onRows(a.series, shared), onRows(b.series, shared)];
  const stream = `${metric} of ${nameOf(a)} and ${nameOf(b)}`;
  /** What some of the shared rows say. */
  const readingOf = (rows: readonly number[], name: string): MeasuredDifference | false =>
    rows.length > 0 &&
    rows.length < shared.length &&
    measuredDifference(onRows(a.series, rows), onRows(b.series, rows), metric, seed, `${stream}, ${name}`);
  const isLlm = isAgainstLlm(a, b);
  const never = isLlm ? neverAnswered(commonB) : [];
  const unreadable = isLlm ? unreadableRows(b) : new Set();
  const truthsOf = (row: number) => b.series.seeds[0]!.truths[row]!;
  const offered = readingOf(
    shared.filter((row) => !truthsOf(row).some((label) => never.includes(label))),
    "offered",
  );
  return {
    discordant: discordantRows(commonA, commonB),
    measured: measuredDifference(commonA, commonB, metric, seed, stream),
    overRows: differenceOverRows(commonA, commonB, metric),
    asked: { rows: asked.length, isSample: asked.length < a.series.groups.length },
    missing: asked.length - shared.length,
    asWrong:
      shared.length < asked.length &&
      measuredDifference(onRows(a.series, asked), onRows(b.series, asked), metric, seed, `${stream}, missing as wrong`),
    offered: offered && { ...offered, neverAnswered: never.map((label) => labels[label]!) },
    readable: readingOf(
      shared.filter((row) => !unreadable.has(row)),
      "readable",
    ),
    undisputed: readingOf(
      shared.filter((row) => !isDisputed(a, row) && !isDisputed(b, row)),
      "undisputed",
    ),
    units: unitsOf(commonA.groups),
  };
}

/** The places that stand in both, in order. */
function common(a: readonly number[], b: readonly number[]): number[] {
  const ofB = new Set(b);
  return a.filter((row) => ofB.has(row));
}

function nameOf({ measurements }: ApproachRuns): string {
  return measurements[0]!.approach;
}

function isDisputed({ measurements }: ApproachRuns, row: number): boolean {
  return measurements.some(({ outcomes }) => outcomes[row]!.isDisputed === true);
}

function unitsOf(groups: Series["groups"]): PairDifference["units"] {
  const named = new Set(groups.filter((group) => group !== undefined));
  return {
    count: named.size + groups.filter((group) => group === undefined).length,
    quantile: tQuantile(0.975, Math.max(1, effectiveUnits(groups) - 1)),
    unit: named.size > 0 ? "groups" : "rows",
  };
}

/** Whether it is the question of the tool, and an LLM the answer: a tuned model was offered every label that it learned from. */
function isAgainstLlm(a: ApproachRuns, b: ApproachRuns): boolean {
  return a.measurements[0]!.arm === "tune" && b.measurements.some(isPromptedLlm);
}

/** The difference in a metric, with its test. `stream` names the random numbers of the test. */
export function measuredDifference(
  a: Series,
  b: Series,
  metric: Contrast["metric"],
  seed: number,
  stream: string,
): MeasuredDifference {
  return {
    rows: a.groups.length,
    difference: differenceInterval(a, b, metric),
    pValue: differenceTest(a, b, metric, random(seed, `test of ${stream}`)),
  };
}
