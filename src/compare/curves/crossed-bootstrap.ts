/**
 * @file Scores of curves drawn again over both of their sources of chance: which texts are in the test set, which all approaches share, and
 * which runs (seeds: the subset of training rows, the initialization) were made. "Crossed", since every run answers every row.
 */

import { UserError } from "../../lib/errors.js";
import { random } from "../../lib/random.js";
import { checkNumber, type Groups, groupNames } from "../plain/rows.js";
import { type MeasuredArm, type Run, type RunsAtSize, runsBySize } from "./measured-arm.js";
import { drawRows, type RowDraws, resampledMeans, resampledScore } from "./row-draws.js";
import { type LuckSource, luckOf, luckSource, type RunSpread, runDeviations } from "./run-luck.js";

/** One approach's scores, as measured and drawn again. */
export interface ArmReplicates {
  readonly kind: MeasuredArm["kind"];
  /** Training-set sizes, ascending; one, 0, for a line. */
  readonly sizes: readonly number[];
  /** Runs at each size. */
  readonly runCounts: readonly number[];
  /** The mean score over runs, at each size. */
  readonly scores: Float64Array;
  /** Replicate by replicate, the mean score of endlessly many runs, at each size. May leave the range of the score by its noise. */
  readonly means: readonly Float64Array[];
  /** Replicate by replicate, the score of one more run, such as the one that is put to work. */
  readonly singles: readonly Float64Array[];
  /** Whether any size has two runs, so that the replicates know of the runs' luck. Where not, they know of the test rows' alone. */
  readonly coversRuns: boolean;
}

export interface CrossedBootstrapOptions {
  /** The group of each row: rows of one group are drawn together. */
  readonly groups?: Groups;
  /** 1 for each row that counts, such as those that all the approaches have answered. @default all rows */
  readonly counted?: ArrayLike<number>;
  /** @default 2000 */
  readonly replicates?: number;
  /** @default 42 */
  readonly seed?: number;
}

/** What was drawn. */
export interface CrossedReplicates {
  readonly kind: "replicates";
  /** In the order given. */
  readonly arms: readonly ArmReplicates[];
}

/** Why nothing was drawn. */
export interface NoReplicates {
  readonly kind: "refused";
  /**
   * `no-rows`: no test row counts. `no-runs`: an approach has no run. `no-scores`: a score or a size is no number, or runs differ in their
   * rows.
   */
  readonly reason: "no-rows" | "no-runs" | "no-scores";
}

/**
 * What several approaches scored on the same test rows, drawn again together. Simulated: see `bench/RESULTS.md`, "curves".
 *
 * 5,000 rows of 10 approaches at 10 sizes with 5 runs take about two seconds: scores that are means of rows are averaged over the runs
 * before they are drawn. A score that is a function is called once a run and replicate; of its spread over runs the part that is due to the
 * rows cannot be told, and stays in.
 */
export function crossedBootstrap(
  arms: readonly MeasuredArm[],
  options: CrossedBootstrapOptions = {},
): CrossedReplicates | NoReplicates {
  return repeatedBootstrap(options)(arms);
}

/**
 * `crossedBootstrap` of one approach or several after the other on the same test rows. The rows are drawn once, and so are the scores of an approach that is
 * given again; each call answers as `crossedBootstrap` does, whatever was asked before.
 */
export function repeatedBootstrap({
  groups = [],
  counted,
  replicates = 2000,
  seed = 42,
}: CrossedBootstrapOptions = {}): (arms: readonly MeasuredArm[]) => CrossedReplicates | NoReplicates {
  checkNumber("replicates", replicates, Number.isInteger(replicates) && replicates >= 1, "a whole number of at least 1");
  let draws: RowDraws | undefined;
  const scoresOf = new Map<MeasuredArm, { readonly sizes: readonly RunsAtSize[]; readonly scores: readonly CellScore[] }>();
  return (arms) => {
    if (arms.length === 0 || arms.some(({ runs }) => runs.length === 0)) return { kind: "refused", reason: "no-runs" };
    const rowCounts = new Set<number>(arms.flatMap(({ runs }) => runs.flatMap(({ rows }) => rowCountsOf(rows))));
    const rowCount = [...rowCounts][0] ?? counted?.length ?? groups.length;
    const hasSizes = arms.every((arm) => arm.kind === "line" || arm.runs.every(({ size }) => Number.isFinite(size) && size >= 1));
    if (rowCounts.size > 1 || !hasSizes) return { kind: "refused", reason: "no-scores" };
    if (draws?.rowCount !== rowCount) {
      const rows = Array.from({ length: rowCount }, (_, row) => row).filter((row) => counted === undefined || counted[row] === 1);
      if (rows.length === 0) return { kind: "refused", reason: "no-rows" };
      draws = drawRows(rows, rowCount, groupNames(groups, rowCount), replicates, random(seed, "rows"));
      scoresOf.clear();
    }
    const drawn = draws;
    const scored = arms.map((arm) => {
      const sizes = runsBySize(arm);
      const known = scoresOf.get(arm) ?? { sizes, scores: scoreCells(sizes, drawn) };
      scoresOf.set(arm, known);
      return known;
    });
    if (
      scored.some(({ scores }) => scores.some(({ value, drawn }) => !Number.isFinite(value) || !drawn.every(Number.isFinite)))
    ) {
      return { kind: "refused", reason: "no-scores" };
    }
    // Luck is drawn in the order of the arms: anew for each call, or an answer would depend on those before.
    const luck = luckSource(replicates, random(seed, "runs"));
    const replicated = scored.map(({ sizes, scores }, at) => armReplicates(arms[at]!.kind, sizes, scores, drawn, luck));
    return { kind: "replicates", arms: replicated };
  };
}

/** UserError where two approaches cannot have been drawn together. */
export function checkDrawnTogether(a: ArmReplicates, b: ArmReplicates): void {
  if (a.means.length === b.means.length) return;
  throw new UserError(
    `One approach has ${a.means.length} replicates, the other ${b.means.length}. Give two of the same crossedBootstrap, which draws the same rows for both.`,
  );
}

/** The mean over the runs of one size: as measured, and with only the rows drawn again. */
interface CellScore {
  readonly value: number;
  readonly drawn: Float64Array;
  readonly spread: RunSpread;
}

function scoreCells(cells: readonly RunsAtSize[], draws: RowDraws): CellScore[] {
  // Means of rows may be taken over the runs first: one column a size, not one a run.
  const columns = cells.map(({ runs }) => {
    const rows = runs.flatMap((run) => (isByRow(run.rows) ? [run.rows] : []));
    return rows.length === runs.length ? rows : null;
  });
  const ofColumns = resampledMeans(
    draws,
    columns.flatMap((rows) => (rows === null ? [] : [meanOfRuns(rows, draws.rowCount)])),
  );
  let at = 0;
  return cells.map(({ runs }, cell) => {
    const seeds = runs.map(({ seed }) => seed);
    const rows = columns[cell];
    if (rows !== null && rows !== undefined) return { ...ofColumns[at++]!, spread: { seeds, ...spreadOfMeans(rows, draws) } };
    const scored = runs.map((run) => scoreRun(run, draws));
    const values = scored.map(({ value }) => value);
    const drawn = Float64Array.from({ length: draws.replicates }, (_, replicate) =>
      meanOf(scored.map((run) => run.drawn[replicate]!)),
    );
    return { value: meanOf(values), drawn, spread: { seeds, distances: distancesFromMean(values), varianceOfRows: 0 } };
  });
}

function scoreRun({ rows }: Run, draws: RowDraws): { readonly value: number; readonly drawn: Float64Array } {
  if (typeof rows === "function") return resampledScore(draws, rows);
  if (isByRow(rows)) return resampledMeans(draws, [rows])[0]!;
  const counts = resampledMeans(draws, rows.counts);
  return {
    value: rows.score(counts.map(({ value }) => value)),
    drawn: Float64Array.from({ length: draws.replicates }, (_, replicate) =>
      rows.score(counts.map(({ drawn }) => drawn[replicate]!)),
    ),
  };
}

/** The lengths of all columns of a run, which should be one. */
function rowCountsOf(rows: Run["rows"]): number[] {
  if (typeof rows === "function") return [];
  return isByRow(rows) ? [rows.length] : rows.counts.map(({ length }) => length);
}

function isByRow(rows: Run["rows"]): rows is ArrayLike<number> {
  return typeof rows !== "function" && "length" in rows;
}

function meanOfRuns(runs: readonly ArrayLike<number>[], rowCount: number): Float64Array {
  const means = new Float64Array(rowCount);
  for (const rows of runs) for (let row = 0; row < rowCount; row++) means[row]! += rows[row]! / runs.length;
  return means;
}

/**
 * How far the mean of each run lies from that of all, and the variance of such means that is due to which rows a run happens to answer
 * otherwise.
 */
function spreadOfMeans(runs: readonly ArrayLike<number>[], { unitOf, unitCount }: RowDraws): Omit<RunSpread, "seeds"> {
  let counted = 0;
  const units = runs.map(() => new Float64Array(unitCount));
  for (let row = 0; row < unitOf.length; row++) {
    const unit = unitOf[row]!;
    if (unit < 0) continue;
    counted++;
    for (const [run, rows] of runs.entries()) units[run]![unit]! += rows[row]!;
  }
  let squares = 0;
  for (let unit = 0; unit < unitCount; unit++) {
    let mean = 0;
    for (const sums of units) mean += sums[unit]! / runs.length;
    for (const sums of units) squares += (sums[unit]! - mean) ** 2;
  }
  return {
    distances: distancesFromMean(units.map((sums) => sums.reduce((sum, score) => sum + score, 0) / counted)),
    varianceOfRows: squares / Math.max(1, runs.length - 1) / counted ** 2,
  };
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function distancesFromMean(values: readonly number[]): number[] {
  const mean = meanOf(values);
  return values.map((value) => value - mean);
}

function armReplicates(
  kind: MeasuredArm["kind"],
  cells: readonly RunsAtSize[],
  scores: readonly CellScore[],
  draws: RowDraws,
  luck: LuckSource,
): ArmReplicates {
  const spreads = scores.map(({ spread }) => spread);
  const lucks = runDeviations(spreads).map((known, at) => (known === null ? null : luckOf(spreads[at]!, known, luck)));
  const value = (replicate: number, part: "means" | "singles"): Float64Array =>
    Float64Array.from(scores, ({ value, drawn }, at) => {
      const rows = value + draws.stretch[replicate]! * (drawn[replicate]! - value);
      const own = lucks[at];
      if (own === null || own === undefined) return rows;
      return rows + own.mean[replicate]! + (part === "singles" ? own.single[replicate]! : 0);
    });
  const all = (part: "means" | "singles"): Float64Array[] =>
    Array.from({ length: draws.replicates }, (_, replicate) => value(replicate, part));
  return {
    kind,
    sizes: cells.map(({ size }) => size),
    runCounts: cells.map(({ runs }) => runs.length),
    scores: Float64Array.from(scores, ({ value }) => value),
    means: all("means"),
    singles: all("singles"),
    coversRuns: lucks.some((own) => own !== null),
  };
}
