/** @file What a run would take, as a table for the terminal. */
import type { CurveEstimate } from "../compare/curves/curve-schedule.js";
import { displayWidth, padColumns } from "../lib/text/display-width.js";
import { formatCount, formatPlural, formatSeconds, formatUsd } from "../lib/text/format.js";
import { visibleText } from "../lib/text/visible-text.js";
import type { EnginePlan } from "../run/engine/engine-plan.js";
import { type ApproachEstimate, addRanges, rangeOf, totalUsd } from "../run/estimate/estimate.js";
import type { Task } from "../types/data.js";

/** `$0.12 to $0.80`; nothing where the two are written alike. */
export function formatUsdRange({ low, high }: { readonly low: number; readonly high: number }): string | null {
  const [from, to] = [formatUsd(low), formatUsd(high)];
  return from === to ? null : `${from} to ${to}`;
}

/** The plan as a table for the terminal. */
export function renderEstimates(
  task: Task,
  estimates: readonly ApproachEstimate[],
  { curve, engine }: { readonly curve?: CurveEstimate; readonly engine?: EnginePlan } = {},
): string {
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
    ...(task.notes ?? []).map(visibleText),
    "",
    line(header),
    rule,
    ...rows.map(line),
    rule,
    line(total),
    "",
    ...(curve === undefined ? [] : [curveNote(curve)]),
    ...(engine === undefined || engine.machineSeconds === 0 ? [] : [engineNote(engine)]),
    ...rangeNotes(estimates),
    ...(unknown.length > 0
      ? [
          `The price of ${visibleText(unknown.join(", "))} is unknown and not in the sum; ${engine?.isBilled === true ? "--yes allows a trial, which tells it of jobs, and " : ""}--prices FILE gives it of LLMs.`,
        ]
      : []),
    "Time is estimated from a short trial; answers stored by earlier runs cost nothing. " +
      (engine?.isBilled === true && engine.machineSeconds > 0 ? "Nothing was spent but for the trial." : "Nothing was spent."),
    "",
  ].join("\n");
}

/** What learning curves take besides. */
function curveNote({ points, of, seconds, usd }: CurveEstimate): string {
  if (of === 0) return "No learning curve would be measured: nothing here learns from labels, or the training rows are too few.";
  const share =
    points < of ? `${formatCount(points)} of ${formatCount(of)} points fit into the time` : `${formatCount(of)} points`;
  const price = usd === null ? ", at an unknown price" : usd === 0 ? "" : `, and up to ${formatUsd(usd)}`;
  return `Learning curves and experiments take about ${formatSeconds(seconds)} more${price} (${share}; --curve off leaves them out).`;
}

/** How long the machines of an engine work, and for what money. */
function engineNote({ engine, jobs, machineSeconds, usdPerHour, pricedBy }: EnginePlan): string {
  const price = { engine: "its price", user: "--usd-per-machine-hour", default: "that of a machine like this one" }[pricedBy];
  const remedy = pricedBy === "default" ? "; --usd-per-machine-hour says what they cost" : "";
  const usd = formatUsd((machineSeconds / 3600) * usdPerHour);
  return `Of the time, machines of ${visibleText(engine)} work ${formatSeconds(machineSeconds)}, up to ${formatPlural(jobs, "job")} at once: ${usd} at ${formatUsd(usdPerHour)} an hour (${price}${remedy}).`;
}

/** Between what the whole lies, and what the estimates rest on, each reason once. */
function rangeNotes(estimates: readonly ApproachEstimate[]): string[] {
  const range = formatUsdRange(estimates.map(rangeOf).reduce(addRanges, { low: 0, high: 0 }));
  const bases = [...new Set(estimates.flatMap(({ basis }) => basis ?? []))];
  return [...(range === null ? [] : [`The cost may come to ${range}.`]), ...bases];
}
