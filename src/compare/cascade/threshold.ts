/** @file The threshold of a cascade: chosen on validation rows, or within the test rows so that no row has a say in its own. */
import type { CascadeAim, ThresholdBasis } from "../../types/cascade.js";
import type { Assumptions } from "../../types/prices.js";
import type { Metric } from "../../types/scores.js";
import { foldOf } from "./folds.js";
import { isHandedOn, type LadderRow, ladder, ladderRows, type Rung, suitableRung } from "./ladder.js";
import { type PairRows, usdOfRows } from "./pair-rows.js";

/** Folds of rows, where a threshold is chosen on the rows that it is tried on. */
export const cascadeFolds = 10;

/** With fewer validation rows that both answered, the test rows choose. */
export const leastValidationRows = 100;

/** A threshold, on what it was chosen, and which test rows are handed on (a list a seed). */
export interface ChosenThreshold {
  /** For use. */
  readonly rung: Rung;
  readonly isReached: boolean;
  readonly basis: ThresholdBasis;
  readonly handedOn: readonly (readonly boolean[])[];
}

/** What a threshold is chosen for. */
export interface Wanted {
  readonly aim: CascadeAim;
  readonly metric: Metric;
  /** Prices, which an aim of the kind `cost` alone looks at. */
  readonly assumptions: Assumptions | null;
}

/** The threshold that suits an aim, and what it makes of the test rows. */
export function chosenThreshold(test: PairRows, validation: PairRows | null, wanted: Wanted): ChosenThreshold {
  return validation !== null && validation.ids.length >= leastValidationRows
    ? chosenOnValidation(test, validation, wanted)
    : crossFitted(test, wanted);
}

/** By the validation rows of the first seed: there are no others. */
function chosenOnValidation(test: PairRows, validation: PairRows, wanted: Wanted): ChosenThreshold {
  const { rung, isReached } = suitableRung(ladder(rowsOf(validation, 0, wanted)), wanted.aim);
  const handedOn = test.seeds.map(({ confidence }) => Array.from(confidence, (each) => isHandedOn(each, rung.threshold)));
  return { rung, isReached, basis: { kind: "validation", rows: validation.ids.length }, handedOn };
}

/** Each seed by itself; the threshold for use is what all test rows of the first choose. */
function crossFitted(test: PairRows, wanted: Wanted): ChosenThreshold {
  const { aim } = wanted;
  const folds = foldOf(test.units, cascadeFolds);
  const thresholds: (number | null)[] = [];
  const handedOn = test.seeds.map(({ confidence }, seed) => {
    const rows = rowsOf(test, seed, wanted);
    const ofFold = Array.from({ length: cascadeFolds }, (_, fold) => thresholdOfOthers(rows, folds, fold, aim));
    if (seed === 0) thresholds.push(...ofFold);
    return Array.from(confidence, (each, row) => isHandedOn(each, ofFold[folds[row]!]!));
  });
  const ascending = thresholds.toSorted((a, b) => (a ?? Number.POSITIVE_INFINITY) - (b ?? Number.POSITIVE_INFINITY) || 0);
  const { rung, isReached } = suitableRung(ladder(rowsOf(test, 0, wanted)), aim);
  const basis = { kind: "cross-fitted", folds: cascadeFolds, least: ascending[0]!, most: ascending.at(-1)! } as const;
  return { rung, isReached, basis, handedOn };
}

function thresholdOfOthers(rows: readonly LadderRow[], folds: readonly number[], fold: number, aim: CascadeAim): number | null {
  const others = rows.filter((_, row) => folds[row] !== fold);
  return suitableRung(ladder(others.length === 0 ? rows : others), aim).rung.threshold;
}

function rowsOf(pair: PairRows, seed: number, { metric, assumptions }: Wanted): LadderRow[] {
  return ladderRows(pair, seed, metric, assumptions === null ? undefined : usdOfRows(pair, assumptions));
}
