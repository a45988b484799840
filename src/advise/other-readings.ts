/** @file The decision read once more from other rows: a verdict is never surer than its least sure reading. */
import type { Comparison } from "../types/comparison.js";
import type { Contrast, Reading } from "../types/contrast.js";
import { type Decision, decide } from "./decision.js";
import type { RowChoice } from "./findings/parts.js";
import { contrastBetween } from "./lookup.js";

/** What other rows say of a contrast, by which rows they are; `undefined` where they are the same rows. */
const readings: Readonly<Record<RowChoice, (contrast: Contrast) => Reading | undefined>> = {
  "missing-as-wrong": ({ missing }) => missing?.asWrong,
  "offered-labels": ({ offered }) => offered,
  "readable-answers": ({ readable }) => readable,
  "undisputed-answers": ({ undisputed }) => undisputed,
};

/** A choice of rows by which the decision would be another one. */
export interface OtherReading {
  readonly by: RowChoice;
  /** What these rows say of the two that the decision rests on: the choice comes first. */
  readonly reading: Reading;
  /** Whether the choice would be the same, and only its ground another one. */
  readonly isSameChoice: boolean;
}

/**
 * The readings by which the decision would be another one, be it in the choice or only in its ground; empty where there is nothing decided,
 * and where all agree.
 */
export function disagreeingReadings(comparison: Comparison, decision: Decision): OtherReading[] {
  if (!("contrast" in decision) || decision.ground === "undecided") return [];
  const { a, b } = decision.contrast;
  return (Object.keys(readings) as RowChoice[]).flatMap((by) => {
    const contrasts = comparison.contrasts.map((contrast) => ({ ...contrast, ...readings[by](contrast) }));
    const other = { ...comparison, contrasts };
    const read = decide(other);
    const isSameChoice = read.choice?.approach === decision.choice?.approach;
    // "Not worse" claims so little that a stronger ground for the same choice takes nothing from it.
    if (isSameChoice && (read.ground === decision.ground || decision.ground === "not-worse")) return [];
    const { difference, pValue, verdict } = contrastBetween(other, a, b)!;
    // Of two rivals one may have a reading that the other has not.
    const rows = readings[by](decision.contrast)?.rows ?? decision.contrast.askedRows ?? comparison.task.testRows;
    return [{ by, isSameChoice, reading: { rows, difference, pValue, verdict } }];
  });
}
