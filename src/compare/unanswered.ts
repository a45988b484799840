/** @file Approaches that most answers could not be had from: what is said of them is said of a setup, not of a model. */
import type { Failure, Outcome } from "../types/prediction.js";
import type { UnansweredApproach, UnansweredReason } from "../types/scores.js";
import { askedOutcomes, isMissing } from "./missing.js";
import type { ApproachRuns } from "./summary.js";

/** Beyond this share of the test rows without an answer, nothing is concluded from the others. */
const mostShare = 0.5;

/**
 * Says of an approach that more than half of the test rows that it was asked about have no usable answer, or that no row has an outcome in every seed; `null` where
 * answers were had. Reasons add up: a run of which a third was not paid for and a third is unreadable says as little as one that lost two thirds
 * to one of them. First seed.
 */
export function unansweredApproach({ measurements, present }: ApproachRuns): UnansweredApproach | null {
  const { approach, arm, outcomes: all } = measurements[0]!;
  const outcomes = askedOutcomes(all);
  const rowsOf = new Map<UnansweredReason, Outcome[]>();
  for (const outcome of outcomes) {
    const reason = reasonOf(outcome);
    if (reason !== null) rowsOf.set(reason, [...(rowsOf.get(reason) ?? []), outcome]);
  }
  const byCount = [...rowsOf].sort((a, b) => b[1].length - a[1].length);
  const [most] = byCount;
  if (most === undefined) return null;
  const rows = byCount.reduce((sum, [, each]) => sum + each.length, 0);
  if (present.length > 0 && rows <= mostShare * outcomes.length) return null;
  const example = byCount.flatMap(([, each]) => each).find(({ rawAnswer }) => (rawAnswer ?? "").trim() !== "")?.rawAnswer;
  return {
    approach,
    arm,
    reason: most[0],
    ...(byCount.length > 1 && { reasons: Object.fromEntries(byCount.map(([reason, each]) => [reason, each.length])) }),
    rows,
    testRows: outcomes.length,
    ...(example !== undefined && { example }),
  };
}

function reasonOf(outcome: Outcome): UnansweredReason | null {
  if (isMissing(outcome)) return "missing";
  // Of the rest only these are left.
  return (outcome.failure as Exclude<Failure, "error" | "missing" | "unasked"> | undefined) ?? null;
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
  return rows.size > suspectShare * askedOutcomes(measurements[0]!.outcomes).length ? rows : new Set();
}
