/**
 * @file How often 95 % intervals of scores and differences hold the truth over endlessly many seeds and texts, and how often equals are called
 * better.
 *
 *     npm run bench intervals
 */
import { differenceInterval, differenceTest, type Series, scoreInterval } from "../../src/compare/metrics/scores.js";
import { random } from "../../src/lib/random.js";
import type { Metric } from "../../src/types/scores.js";
import { keep, table } from "../lib/results.js";
import { drawRows, drawRuns, trueMacroF1 } from "./simulated-runs.js";

/** One setting: as many rows, runs of both sides, and standard deviation of a run's accuracy. */
export interface Setting {
  readonly metric: Metric & ("accuracy" | "macroF1");
  readonly rows: number;
  readonly deviation: number;
  readonly runs: readonly [a: number, b: number];
}

/** Shares of the repetitions. */
export interface Coverage {
  /** Whose interval of `a`'s score holds the truth. */
  readonly score: number;
  /** Whose interval of the difference between equals holds 0. */
  readonly difference: number;
  /** In which `a` or `b` is called better: no margin is asked for. */
  readonly claimed: number;
}

const accuracy = 0.85;

/** Two equal approaches, measured again and again on other rows with other seeds. */
export function coverageOf(setting: Setting, repetitions: number, intervals = { scoreInterval, differenceInterval }): Coverage {
  const { metric, rows, deviation, runs } = setting;
  const draws = random(1, JSON.stringify(setting));
  const truth = metric === "accuracy" ? accuracy : trueMacroF1(accuracy, deviation, draws);
  let [score, difference, claimed] = [0, 0, 0];
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const drawn = drawRows(rows, draws);
    const [a, b] = runs.map((count) => drawRuns(drawn, accuracy, deviation, count, draws)) as [Series, Series];
    const own = intervals.scoreInterval(a, metric, draws, 499);
    if (own.low <= truth && truth <= own.high) score++;
    const between = intervals.differenceInterval(a, b, metric);
    if (between.low <= 0 && 0 <= between.high) difference++;
    else if (differenceTest(a, b, metric, draws, 199) < 0.05) claimed++;
  }
  return { score: score / repetitions, difference: difference / repetitions, claimed: claimed / repetitions };
}

/** `npm run bench intervals`. */
export async function intervals(): Promise<void> {
  const repetitions = { accuracy: 400, macroF1: 100 };
  const percent = (share: number): string => (100 * share).toFixed(1);
  const rows: string[][] = [];
  for (const metric of ["accuracy", "macroF1"] as const) {
    for (const rowCount of [200, 1000]) {
      for (const deviation of [0, 0.01, 0.02]) {
        for (const runs of [
          [1, 1],
          [3, 1],
          [3, 3],
          [5, 5],
        ] as const) {
          const { score, difference, claimed } = coverageOf({ metric, rows: rowCount, deviation, runs }, repetitions[metric]);
          const setting = [metric, `${rowCount}`, (100 * deviation).toFixed(0), runs.join(" and ")];
          rows.push([...setting, percent(score), percent(difference), percent(claimed)]);
        }
      }
    }
  }
  const head = [
    "metric",
    "rows",
    "deviation of runs, points",
    "runs",
    "score covered",
    "difference covered",
    "equals called better",
  ];
  const note = `Percent of ${repetitions.accuracy} repetitions of accuracy and ${repetitions.macroF1} of macro-F1: what 95 % intervals hold of the truth over endlessly many seeds and texts, of two equal approaches with an accuracy of 85 %. With one run an interval is of that one fit.`;
  keep("intervals", "Intervals over rows and seeds", `${note}\n\n${table(head, rows)}`, "beside other programs");
}
