/** @file What a run would take, before anything is spent. */
import { type PlannedMeasurement, planMeasurements } from "../compare/plan.js";
import { formatCount, formatSeconds, formatUsd } from "../lib/format.js";
import { displayWidth, padColumns } from "../report/display-width.js";
import { visibleText } from "../report/visible-text.js";
import type { Approach, RunEstimate, Task } from "../types.js";

/** The estimate of one approach, over its seeds and its validation rows. */
export interface ApproachEstimate extends RunEstimate {
  readonly approach: string;
  /** Texts it would answer. */
  readonly rows: number;
}

/** Estimates every measurement that the comparison would make, in its order. */
export async function estimateRun(
  task: Task,
  approaches: readonly Approach[],
  seeds: readonly number[],
): Promise<ApproachEstimate[]> {
  const estimates = new Map<string, ApproachEstimate>();
  // Seeds differ in the draw, not in the size: one estimate serves them all.
  const known = new Map<string, RunEstimate>();
  for (const planned of planMeasurements(task, approaches, seeds)) {
    const { approach, split, test } = planned;
    const key = `${approach.name} ${split}`;
    const estimate = known.get(key) ?? (await estimateOne(planned));
    known.set(key, estimate);
    const before = estimates.get(approach.name);
    estimates.set(approach.name, {
      approach: approach.name,
      rows: (before?.rows ?? 0) + test.examples.length,
      calls: (before?.calls ?? 0) + estimate.calls,
      inputTokens: (before?.inputTokens ?? 0) + estimate.inputTokens,
      outputTokens: (before?.outputTokens ?? 0) + estimate.outputTokens,
      usd: before?.usd === null || estimate.usd === null ? null : (before?.usd ?? 0) + estimate.usd,
      usdRange: addRanges(before?.usdRange, rangeOf(estimate)),
      ...(estimate.basis === undefined ? {} : { basis: estimate.basis }),
      seconds: (before?.seconds ?? 0) + estimate.seconds,
    });
  }
  return [...estimates.values()];
}

function estimateOne({ approach, train, test }: PlannedMeasurement): Promise<RunEstimate> {
  return approach.estimate(
    train,
    test.examples.map(({ id, text }) => ({ id, text })),
  );
}

/** Between what the dollars of an estimate lie; a sum that is known, or is nothing, is both ends. */
function rangeOf({ usd, usdRange }: RunEstimate): { readonly low: number; readonly high: number } {
  return usdRange ?? { low: usd ?? 0, high: usd ?? 0 };
}

function addRanges(a: RunEstimate["usdRange"], b: { readonly low: number; readonly high: number }) {
  return { low: (a?.low ?? 0) + b.low, high: (a?.high ?? 0) + b.high };
}

/** `$0.12 to $0.80`; nothing where the two are written alike. */
export function formatUsdRange({ low, high }: { readonly low: number; readonly high: number }): string | null {
  const [from, to] = [formatUsd(low), formatUsd(high)];
  return from === to ? null : `${from} to ${to}`;
}

/** Dollars of all estimates whose price is known. */
export function totalUsd(estimates: readonly ApproachEstimate[]): number {
  return estimates.reduce((sum, estimate) => sum + (estimate.usd ?? 0), 0);
}

/** The plan as a table for the terminal. */
export function renderEstimates(task: Task, estimates: readonly ApproachEstimate[]): string {
  const header = ["approach", "rows", "calls", "tokens in", "tokens out", "cost", "time"];
  const rows = estimates.map((estimate) => [
    visibleText(estimate.approach),
    formatCount(estimate.rows),
    formatCount(estimate.calls),
    formatCount(estimate.inputTokens),
    formatCount(estimate.outputTokens),
    estimate.usd === null ? "unknown" : formatUsd(estimate.usd),
    formatSeconds(estimate.seconds),
  ]);
  const total = [
    "together",
    formatCount(estimates.reduce((sum, estimate) => sum + estimate.rows, 0)),
    formatCount(estimates.reduce((sum, estimate) => sum + estimate.calls, 0)),
    formatCount(estimates.reduce((sum, estimate) => sum + estimate.inputTokens, 0)),
    formatCount(estimates.reduce((sum, estimate) => sum + estimate.outputTokens, 0)),
    formatUsd(totalUsd(estimates)),
    formatSeconds(estimates.reduce((sum, estimate) => sum + estimate.seconds, 0)),
  ];
  const all = [header, ...rows, total];
  const widths = header.map((_, column) => Math.max(...all.map((row) => displayWidth(row[column]!))));
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => padColumns(cell, widths[column]!, column === 0 ? "left" : "right")).join("  ");
  const rule = widths.map((width) => "─".repeat(width)).join("  ");
  const data = `${visibleText(task.train.name)}: ${formatCount(task.train.examples.length)} training rows, ${formatCount(task.test.examples.length)} test rows, ${formatCount(task.train.labels.length)} labels.`;
  const unknown = estimates.filter((estimate) => estimate.usd === null).map((estimate) => estimate.approach);
  return [
    data,
    visibleText(task.splitNote),
    "",
    line(header),
    rule,
    ...rows.map(line),
    rule,
    line(total),
    "",
    ...rangeNotes(estimates),
    ...(unknown.length > 0
      ? [`The price of ${visibleText(unknown.join(", "))} is unknown and not in the sum; --prices FILE gives it.`]
      : []),
    "Time is estimated from a short trial; answers stored by earlier runs cost nothing. Nothing was spent.",
    "",
  ].join("\n");
}

/** Between what the whole lies, and what the estimates rest on, each reason once. */
function rangeNotes(estimates: readonly ApproachEstimate[]): string[] {
  const range = formatUsdRange(estimates.map(rangeOf).reduce(addRanges, { low: 0, high: 0 }));
  const bases = [...new Set(estimates.flatMap(({ basis }) => basis ?? []))];
  return [...(range === null ? [] : [`The cost may come to ${range}.`]), ...bases];
}
