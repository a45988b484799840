/** @file Which way of tuning suits so many labels and so much time. One table. */
import type { TuningRange, TuningReason } from "../types/approach.js";
import type { Dataset } from "../types/data.js";

/** A way of tuning that the ladder may pick, from the cheapest up. */
export type Rung = (typeof rungs)[number]["method"];

/** From so many labeled rows per label on: where Tunstall et al. 2022 (arXiv 2209.11055) see SetFit ahead, and full training catch up. A decision, to be checked by the probe beside it. */
const rungs = [
  { method: "probe", from: 0 },
  { method: "setfit", from: 8 },
  { method: "lp-ft", from: 64 },
] as const;

/** What is picked, and why. */
export interface LadderChoice {
  /** A rung; `full` and `lora` where an engine trains. */
  readonly method: Rung | "full" | "lora";
  /** `tuningText` says it. */
  readonly reason: TuningReason;
}

/** What the choice rests on. */
export interface LadderFacts {
  /** See `rowsPerLabel`. */
  readonly rowsPerLabel: number;
  /** How long a training may take; 0: nothing is to be trained. */
  readonly budgetSeconds: number;
  /** How long each way that comes into question takes on this machine. The probe's is not asked for: it takes seconds. */
  readonly seconds: Readonly<Partial<Record<Rung, number>>>;
}

/** The median, over the labels that occur, of the number of rows that have the label: rare labels alone do not keep a task from training. */
export function rowsPerLabel({ examples }: Pick<Dataset, "examples">): number {
  const counts = new Map<string, number>();
  for (const { labels } of examples) for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const sorted = [...counts.values()].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length === 0) return 0;
  return Number.isInteger(middle) ? (sorted[middle - 1]! + sorted[middle]!) / 2 : sorted[Math.floor(middle)]!;
}

/** The ways that so many rows per label allow, the best first: those whose time has to be known. */
export function waysFor(rows: number): readonly Rung[] {
  return rungs
    .filter(({ from }) => rows >= from)
    .map(({ method }) => method)
    .reverse();
}

/** The best way for so many labels that the time allows. */
export function chooseWay({ rowsPerLabel: rows, budgetSeconds, seconds }: LadderFacts): LadderChoice {
  if (budgetSeconds === 0) return { method: "probe", reason: { kind: "no-time" } };
  const ways = waysFor(rows);
  const best = ways[0]!;
  const method = ways.find((way) => (seconds[way] ?? 0) <= budgetSeconds) ?? "probe";
  const suited = { rowsPerLabel: rows, suits: rangeOf(best) };
  if (method === best) {
    return { method, reason: { kind: "rows", ...suited, ...(method !== "probe" && { seconds: seconds[method] ?? 0 }) } };
  }
  const tooLong = ways.slice(0, ways.indexOf(method)).map((way) => ({ method: way, seconds: seconds[way] ?? 0 }));
  return { method, reason: { kind: "time", ...suited, tooLong, budgetSeconds } };
}

/** Which numbers of rows a rung is for. */
function rangeOf(method: Rung): TuningRange {
  const index = rungs.findIndex((rung) => rung.method === method);
  return { method, from: rungs[index]!.from, below: rungs[index + 1]?.from ?? null };
}
