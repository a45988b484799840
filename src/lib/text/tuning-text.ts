import type { TuningRange, TuningReason } from "../../types/approach.js";
import { formatCount, formatSeconds } from "./format.js";

/** Which way of tuning was picked, and why, in a sentence. */
export function tuningText({ method, reason }: { readonly method: string; readonly reason: TuningReason }): string {
  if (reason.kind === "no-time")
    return `tune:${method} was picked, no encoder is trained: the time budget leaves none for training (--time-budget).`;
  if (reason.kind === "engine") return `tune:${method} was picked: it is trained by ${reason.engine}, not on this machine.`;
  const { rowsPerLabel: rows, suits } = reason;
  const count = Number.isInteger(rows) ? formatCount(rows) : rows;
  const picked = `tune:${method} was picked: a label has ${count} training rows in the median (${rangeText(suits)})`;
  if (reason.kind === "rows") {
    return `${picked}${reason.seconds === undefined ? "" : `; about ${formatSeconds(reason.seconds)} a training`}.`;
  }
  const over = reason.tooLong.map((way) => `tune:${way.method} would take about ${formatSeconds(way.seconds)}`);
  return (
    `${picked}, but ${over.join(" and ")} a training, and the time budget is ${formatSeconds(reason.budgetSeconds)} ` +
    "(--time-budget)."
  );
}

function rangeText({ method, from, below }: TuningRange): string {
  const range = below === null ? `from ${from} on` : from === 0 ? `below ${below}` : `${from} to ${below - 1}`;
  return `${range}: tune:${method}`;
}
