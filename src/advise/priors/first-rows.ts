/** @file How many rows to label before the first measurement. */
import { rowsNeeded } from "../../compare/plain/power.js";
import type { Situation } from "./situation.js";

/** What the first measurement is planned to see, and how many rows that takes. */
export interface FirstRows {
  /** All rows, rounded up to tens. */
  readonly rows: number;
  /** Test rows among them. */
  readonly testRows: number;
  /** Rows to learn from that are the least worth planning for. */
  readonly trainRows: number;
  /** The difference in accuracy that the test rows are enough for, and the share of rows on which exactly one way is right. */
  readonly difference: number;
  readonly disagreement: number;
  /** Rows still to be labeled; `null` where it was not told how many there are. */
  readonly missing: number | null;
}

const difference = 0.1;
const disagreement = 0.2;
/** The share that a run splits off for testing unless told. */
const testShare = 0.25;
/** Learning curves begin here, and so does contrastive fine-tuning. */
const rowsPerClass = 8;
/** The published average of Pecher et al. 2025. */
const leastTrainRows = 100;

/**
 * Enough test rows to find a difference of 10 points with 80 % power (McNemar's mid-p test, two ways of which exactly one is right on a fifth
 * of the rows), and 8 training rows for every label, 100 at least.
 */
export function firstRows({ classes, labels }: Pick<Situation, "classes" | "labels">): FirstRows {
  const onlyB = (disagreement - difference) / 2;
  const testRows = rowsNeeded({ onlyA: onlyB + difference, onlyB })!;
  const trainRows = Math.max(leastTrainRows, rowsPerClass * (classes ?? 0));
  const rows = 10 * Math.ceil(Math.max(testRows / testShare, trainRows / (1 - testShare)) / 10);
  return { rows, testRows, trainRows, difference, disagreement, missing: labels === null ? null : Math.max(0, rows - labels) };
}
