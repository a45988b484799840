/** @file Approaches that most answers could not be had from: what is said of them is said of a setup, not of a model. */
import type { Failure, Outcome, UnansweredApproach } from "../types.js";
import { isMissing } from "./missing.js";
import type { ApproachRuns } from "./summary.js";

type Reason = UnansweredApproach["reason"];

/** Beyond this share of the test rows without an answer for one reason, nothing is concluded from the others. */
const mostShare = 0.5;

/**
 * Says of an approach that more than half of its test rows have no usable answer for one reason, or that no row has an outcome in every
 * seed; `null` where answers were had. First seed.
 */
export function unansweredApproach({ measurements, present }: ApproachRuns): UnansweredApproach | null {
  const { approach, arm, outcomes } = measurements[0]!;
  const rowsOf = new Map<Reason, Outcome[]>();
  for (const outcome of outcomes) {
    const reason = reasonOf(outcome);
    if (reason !== null) rowsOf.set(reason, [...(rowsOf.get(reason) ?? []), outcome]);
  }
  const [most] = [...rowsOf].sort((a, b) => b[1].length - a[1].length);
  if (most === undefined) return null;
  const [reason, rows] = most;
  if (present.length > 0 && rows.length <= mostShare * outcomes.length) return null;
  const example = rows.find(({ rawAnswer }) => (rawAnswer ?? "").trim() !== "")?.rawAnswer;
  return { approach, arm, reason, rows: rows.length, testRows: outcomes.length, ...(example !== undefined && { example }) };
}

function reasonOf(outcome: Outcome): Reason | null {
  if (isMissing(outcome)) return "missing";
  // Of the rest only these are left.
  return (outcome.failure as Exclude<Failure, "error" | "missing"> | undefined) ?? null;
}

/**
 * Above this share of rows the setup is suspected, and a verdict is read without them too. Today's LLMs garble fewer by themselves, and a few
 * such answers are part of what they are like.
 */
const suspectShare = 0.1;

/**
 * The places of the rows that a seed answered with nothing that could be read, or that was cut off, where they are more than a tenth: none
 * otherwise. They count as wrong, but it may be the setup that is to blame (a page of a proxy, a limit on the answer's length), and not the
 * model. A refusal is the model's own, and stays.
 */
export function unreadableRows({ measurements }: Pick<ApproachRuns, "measurements">): ReadonlySet<number> {
  const rows = new Set(
    measurements.flatMap(({ outcomes }) =>
      outcomes.flatMap(({ failure }, row) => (failure === "unparseable" || failure === "truncated" ? [row] : [])),
    ),
  );
  return rows.size > suspectShare * measurements[0]!.outcomes.length ? rows : new Set();
}
