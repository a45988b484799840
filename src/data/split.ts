/** @file Splits rows in two so that nothing leaks and every label is on both sides. */

import { UserError } from "../lib/errors.js";
import { random } from "../lib/random.js";
import type { Dataset, Example } from "../types/data.js";
import type { ProgressEvent } from "../types/events.js";
import { clusters } from "./clusters.js";
import { duplicatesAmong } from "./duplicates.js";
import type { DuplicateGroups } from "./near-duplicates.js";

export interface SplitOptions {
  /** The share that is held back, above 0 and below 1. */
  readonly share: number;
  /** The most rows that are held back. */
  readonly maxRows?: number;
  readonly seed: number;
  /** Receives the progress of the search for duplicates. @default nobody */
  readonly log?: (event: ProgressEvent) => void;
}

/** Two parts of a dataset, each in its order and with all of its labels. */
export interface Split {
  readonly kept: Dataset;
  readonly held: Dataset;
  /** What prevented a clean split, in sentences. */
  readonly warnings: readonly string[];
}

/**
 * Splits a dataset in two: by a seed, stratified by label, with rows of one group and exact and near duplicates on the same side. A label whose
 * rows cannot be divided (a single row, a single group) stays in `kept`; every other label has at least one row on each side. Works for
 * multi-label data, rarest label first (after Sechidis et al. 2011).
 *
 * Throws a `UserError` if nothing can be held back without dividing a group.
 */
export function splitDataset(dataset: Dataset, options: SplitOptions): Split {
  const { examples } = dataset;
  const share = Math.min(options.share, (options.maxRows ?? Number.POSITIVE_INFINITY) / Math.max(1, examples.length));
  if (!(share > 0 && share < 1)) throw new RangeError(`share must be above 0 and below 1, not ${options.share}`);
  const wanted = share * examples.length;
  const warnings: string[] = [];
  let isHeld = hold(examples, unitsOf(examples, "near", options.log), share, options.seed);
  if (countTrue(isHeld) < wanted / 2) {
    // Texts made from one template are near duplicates by the hundred; kept together they would leave nothing to measure on.
    const looser = hold(examples, unitsOf(examples, "exact"), share, options.seed);
    if (countTrue(looser) > countTrue(isHeld)) {
      isHeld = looser;
      warnings.push(
        "So many texts are near duplicates of one another that they could not be kept on one side of the split: scores may be too high.",
      );
    }
  }
  const held = countTrue(isHeld);
  if (held === 0) {
    throw new UserError(
      `No rows of ${dataset.name} can be held back for testing: every label has a single row, or its rows all belong to one group. ` +
        "Add rows, or give a test file with --test.",
    );
  }
  if (held < wanted / 2) {
    warnings.push(
      `Only ${held} of about ${Math.round(wanted)} rows could be held back without dividing groups of rows that belong together.`,
    );
  }
  const part = (side: boolean): Dataset => ({ ...dataset, examples: examples.filter((_, i) => isHeld[i] === side) });
  return { kept: part(false), held: part(true), warnings };
}

function countTrue(flags: readonly boolean[]): number {
  return flags.reduce((count, flag) => count + (flag ? 1 : 0), 0);
}

/** Rows that must stay together, as lists of positions; every row is in exactly one. */
type Unit = readonly number[];

function unitsOf(examples: readonly Example[], duplicates: keyof DuplicateGroups, log?: SplitOptions["log"]): readonly Unit[] {
  const groups = duplicatesAmong(examples, log);
  const joined = clusters(examples.length);
  for (const [first, ...rest] of groups[duplicates]) for (const other of rest) joined.join(first!, other);
  const firstOfGroup = new Map<string, number>();
  for (const [i, { group }] of examples.entries()) {
    if (group === undefined) continue;
    const first = firstOfGroup.get(group);
    if (first === undefined) firstOfGroup.set(group, i);
    else joined.join(first, i);
  }
  const members = new Map<number, number[]>();
  for (let i = 0; i < examples.length; i++) {
    const root = joined.find(i);
    const unit = members.get(root);
    if (unit) unit.push(i);
    else members.set(root, [i]);
  }
  return [...members.values()];
}

/** Which rows are held back. */
function hold(examples: readonly Example[], units: readonly Unit[], share: number, seed: number): boolean[] {
  // Rows without a label (multi-label) are a stratum of their own; no label is an empty string.
  const strataOf = (row: number): readonly string[] => (examples[row]!.labels.length > 0 ? examples[row]!.labels : [""]);
  const shuffled = random(seed, "split").shuffle(units);
  const strata = new Map<string, { rows: number; units: Unit[] }>();
  for (const unit of shuffled) {
    for (const [label, rows] of countsOf(unit, strataOf)) {
      const stratum = strata.get(label) ?? { rows: 0, units: [] };
      stratum.rows += rows;
      stratum.units.push(unit);
      strata.set(label, stratum);
    }
  }
  const targets = targetsOf(strata, share);
  const missing = new Map(targets);
  // Units of each label that are not held back: the last one is not given away.
  const left = new Map([...strata].map(([label, { units: all }]) => [label, all.length]));
  const isHeld = new Array<boolean>(examples.length).fill(false);
  const decided = new Set<Unit>();
  const canSpare = (counts: ReadonlyMap<string, number>): boolean => [...counts.keys()].every((label) => left.get(label)! > 1);
  const take = (unit: Unit, counts: ReadonlyMap<string, number>): void => {
    decided.add(unit);
    for (const row of unit) isHeld[row] = true;
    for (const [label, rows] of counts) {
      missing.set(label, missing.get(label)! - rows);
      left.set(label, left.get(label)! - 1);
    }
  };
  const rarestFirst = [...strata].sort(([a, { units: x }], [b, { units: y }]) => x.length - y.length || (a < b ? -1 : 1));
  for (const [label, { units: candidates }] of rarestFirst) {
    for (const unit of candidates) {
      if (missing.get(label)! <= 0) break;
      if (decided.has(unit)) continue;
      const counts = countsOf(unit, strataOf);
      // Held back if that brings the counts of its labels nearer to what is wanted; a row too many of a rare label weighs more.
      let gain = 0;
      for (const [one, rows] of counts) {
        const [before, after] = [Math.abs(missing.get(one)!), Math.abs(missing.get(one)! - rows)];
        gain += (before - after) / Math.max(1, targets.get(one)!);
      }
      if (gain > 0 && canSpare(counts)) take(unit, counts);
    }
  }
  // A label that is in no held row cannot be measured at all: its smallest unit is worth a little imbalance.
  for (const [label, { units: candidates }] of rarestFirst) {
    if (missing.get(label)! < targets.get(label)! || candidates.length < 2) continue;
    const smallest = candidates.reduce((best, unit) => (unit.length < best.length ? unit : best));
    const counts = countsOf(smallest, strataOf);
    if (canSpare(counts) && smallest.length < examples.length / 2) take(smallest, counts);
  }
  return isHeld;
}

function countsOf(unit: Unit, strataOf: (row: number) => readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const row of unit) for (const label of strataOf(row)) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}

/**
 * How many rows of each label to hold back: its share, rounded so that the sum is right (largest remainders), at least 1 and at most
 * all but 1; none where the label's rows are one unit.
 */
function targetsOf(
  strata: ReadonlyMap<string, { readonly rows: number; readonly units: readonly Unit[] }>,
  share: number,
): Map<string, number> {
  const divisible = [...strata].filter(([, { units }]) => units.length > 1);
  const exact = divisible.map(([label, { rows }]) => ({ label, rows, share: rows * share, target: Math.floor(rows * share) }));
  let open = Math.round(exact.reduce((sum, one) => sum + one.share, 0)) - exact.reduce((sum, one) => sum + one.target, 0);
  for (const one of [...exact].sort((a, b) => b.share - b.target - (a.share - a.target) || (a.label < b.label ? -1 : 1))) {
    if (open <= 0) break;
    one.target++;
    open--;
  }
  const targets = new Map([...strata.keys()].map((label) => [label, 0]));
  for (const { label, rows, target } of exact) targets.set(label, Math.min(rows - 1, Math.max(1, target)));
  return targets;
}
