/** @file One model that answers where it is sure, and hands the rest on to a person: how many rows it may answer at a stated error rate. */
import { binomialCdf } from "../../lib/binomial.js";
import type { NoCascade, RiskPoint, ScoreCalibration, Selective, SelectiveThreshold } from "../../types/cascade.js";
import type { TaskFacts } from "../../types/data.js";
import type { Measurement } from "../../types/measurement.js";
import { isOutcomeRight } from "../calibration/claims.js";
import { answerConfidence, calibrated } from "../calibration/score-calibration.js";
import type { LabelSpace } from "../metrics/label-indices.js";
import { isMissing } from "../missing.js";
import { designWeight } from "../statistics/design-weight.js";
import { exactInterval, exactUpper } from "../statistics/exact-interval.js";
import { calibrationOf, splitRuns } from "./cascade.js";
import { foldOf } from "./folds.js";
import { cascadeFolds } from "./threshold.js";

/** How often an error rate may be above its bound. */
const doubt = 0.05;

/** Shares of the rows that are tried, each a hundredth more. */
const steps = 100;

/** One row: how sure the answer is, and whether it is wrong. */
interface RiskRow {
  readonly confidence: number;
  readonly isWrong: boolean;
}

/** A threshold with the rows above it. */
interface Kept {
  readonly threshold: number;
  readonly rows: number;
  readonly errors: number;
}

export interface SelectiveInput {
  readonly task: TaskFacts;
  readonly measurements: readonly Measurement[];
  readonly approach: string;
  /** Share of wrong answers among those given. `null`: the curve alone is wanted. */
  readonly maxError: number | null;
}

/** What an approach may answer alone. A row counts as wrong unless all of its labels are right. First seed. */
export function selectiveOf({ task, measurements, approach, maxError }: SelectiveInput): Selective | NoCascade {
  const [measurement] = splitRuns(measurements, task, approach, "test");
  if (measurement === undefined) return { kind: "not-measured", approach };
  const outcomes = measurement.outcomes.filter((outcome) => !isMissing(outcome));
  const calibration = calibrationOf(measurements, task, approach);
  const rows = riskRows(outcomes, calibration, task);
  if (rows === null) return { kind: "tells-no-confidence", approach };
  if (rows.length === 0) return { kind: "few-shared-rows", rows: 0, least: 1 };
  const groups = outcomes.map(({ group }) => group);
  const weight = designWeight(
    rows.map(({ isWrong }) => isWrong),
    groups,
  );
  const all = keptRows(rows);
  const error = ({ rows, errors }: Pick<Kept, "rows" | "errors">) => {
    const { low, high } = exactInterval(Math.ceil(errors * weight), Math.ceil(rows * weight));
    return { value: errors / rows, low, high };
  };
  const found = maxError === null ? null : mostAnswered(all, { maxError, weight, total: rows.length });
  const curve = all
    .filter((kept, i) => i === all.length - 1 || stepOf(kept, rows.length) !== stepOf(all[i + 1]!, rows.length))
    .map((kept): RiskPoint => ({ threshold: kept.threshold, share: kept.rows / rows.length, error: error(kept) }));
  return {
    approach,
    calibration,
    rows: rows.length,
    of: measurement.outcomes.length,
    errorRate: error({ rows: rows.length, errors: rows.filter(({ isWrong }) => isWrong).length }),
    maxError,
    found: found && {
      ...found,
      answered: share(found.rows, rows.length, weight),
      bound: exactUpper(Math.ceil(found.errors * weight), Math.floor(found.rows * weight), doubt),
      heldOut: heldOut(
        rows,
        foldOf(
          outcomes.map(({ id, group }) => (group === undefined ? `row:${id}` : `group:${group}`)),
          cascadeFolds,
        ),
        { maxError: maxError!, weight },
        error,
      ),
    },
    ...(maxError !== null && { leastRows: Math.ceil(Math.log(doubt) / Math.log1p(-maxError) / weight) }),
    curve,
  };
}

function riskRows(
  outcomes: readonly Measurement["outcomes"][number][],
  calibration: ScoreCalibration | null,
  space: LabelSpace,
): RiskRow[] | null {
  const rows: RiskRow[] = [];
  for (const outcome of outcomes) {
    const confidence = answerConfidence(calibrated(outcome, calibration, space), space);
    if (confidence === null) return null;
    rows.push({ confidence, isWrong: !isOutcomeRight(outcome) });
  }
  return rows;
}

/** By ascending number of rows kept, the surest first; equally sure ones together, those without an answer never. */
function keptRows(rows: readonly RiskRow[]): Kept[] {
  const sorted = rows.filter(({ confidence }) => Number.isFinite(confidence)).toSorted((a, b) => b.confidence - a.confidence);
  const kept: Kept[] = [];
  let errors = 0;
  for (const [place, { confidence, isWrong }] of sorted.entries()) {
    if (isWrong) errors++;
    const next = sorted[place + 1];
    if (next?.confidence === confidence) continue;
    const middle = next === undefined ? 0 : (confidence + next.confidence) / 2;
    kept.push({ threshold: next !== undefined && middle <= next.confidence ? confidence : middle, rows: place + 1, errors });
  }
  return kept;
}

function stepOf({ rows }: Kept, total: number): number {
  return Math.floor((steps * rows) / total);
}

interface Wanted {
  readonly maxError: number;
  /** How many independent rows a row is worth. */
  readonly weight: number;
}

/**
 * The most rows whose error rate is shown to be low enough: shares are tried in a fixed order, the surest rows first, each by the exact binomial test, up to
 * the first that does not show it. One after the other in a fixed order, no test takes from another (fixed-sequence testing; Angelopoulos et al.
 * 2021, "Learn then Test"), so that in 95 % of such data the error rate at the threshold found is below the one asked for. The first share
 * tried is the smallest at which half that error rate would show it, or else all rows: of a few rows one error would be the end. `null`: none is shown.
 */
function mostAnswered(all: readonly Kept[], { maxError, weight, total }: Wanted & { readonly total: number }): Kept | null {
  const isShown = (rows: number, errors: number): boolean =>
    binomialCdf(Math.ceil(errors * weight), Math.floor(rows * weight), maxError) <= doubt;
  let [found, last]: [Kept | null, number] = [null, -1];
  for (const kept of all) {
    const step = stepOf(kept, total);
    if (step === last || (kept !== all.at(-1) && !isShown(kept.rows, Math.floor((kept.rows * maxError) / 2)))) continue;
    last = step;
    if (!isShown(kept.rows, kept.errors)) break;
    found = kept;
  }
  return found;
}

/** Each fold answered by the threshold that the others find; where some find none, nothing of theirs is answered. */
function heldOut(
  rows: readonly RiskRow[],
  folds: readonly number[],
  wanted: Wanted,
  error: (kept: Pick<Kept, "rows" | "errors">) => RiskPoint["error"],
): SelectiveThreshold["heldOut"] {
  let [answered, errors] = [0, 0];
  for (let fold = 0; fold < cascadeFolds; fold++) {
    const others = rows.filter((_, row) => folds[row] !== fold);
    const found = mostAnswered(keptRows(others), { ...wanted, total: others.length });
    if (found === null) continue;
    const own = rows.filter(({ confidence }, row) => folds[row] === fold && confidence >= found.threshold);
    answered += own.length;
    errors += own.filter(({ isWrong }) => isWrong).length;
  }
  return answered === 0 ? null : { answered: answered / rows.length, rows: answered, error: error({ rows: answered, errors }) };
}

function share(kept: number, total: number, weight: number): SelectiveThreshold["answered"] {
  const { low, high } = exactInterval(Math.round(kept * weight), Math.round(total * weight));
  return { value: kept / total, low, high };
}
