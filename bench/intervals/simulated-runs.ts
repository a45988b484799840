/** @file Runs with known scores over endlessly many seeds and texts: some texts are harder for every run, and a run's accuracy is its luck. */
import type { Series } from "../../src/compare/metrics/scores.js";
import { normalQuantile } from "../../src/compare/statistics/normal.js";
import type { Random } from "../../src/lib/random.js";

/** Shares of the labels. */
const shares = [0.4, 0.3, 0.2, 0.1];

/** The part of a row's hardness, a variance, that all runs have in common. */
const inCommon = 0.6;

/** Texts as they are drawn: what is true of each, and how hard it is. */
export interface DrawnRows {
  readonly truths: readonly (readonly number[])[];
  readonly hardness: readonly number[];
}

/** Draws test rows. */
export function drawRows(rows: number, random: Random): DrawnRows {
  const truths = Array.from({ length: rows }, () => {
    let [label, left] = [0, random.uniform()];
    while (label < shares.length - 1 && left >= shares[label]!) left -= shares[label++]!;
    return [label];
  });
  return { truths, hardness: Array.from({ length: rows }, () => random.normal()) };
}

/** Runs of an approach on the rows: of each run the accuracy over endlessly many texts is normal around `accuracy`. */
export function drawRuns(
  { truths, hardness }: DrawnRows,
  accuracy: number,
  deviation: number,
  runs: number,
  random: Random,
): Series {
  const seeds = Array.from({ length: runs }, () => {
    const threshold = normalQuantile(Math.min(0.999, accuracy + deviation * random.normal()));
    const answers = truths.map(([truth], row) => {
      const latent = Math.sqrt(inCommon) * hardness[row]! + Math.sqrt(1 - inCommon) * random.normal();
      return [latent < threshold ? truth! : (truth! + 1 + random.integer(shares.length - 1)) % shares.length];
    });
    return { labelCount: shares.length, isMultiLabel: false, truths, answers };
  });
  return { seeds, groups: truths.map(() => undefined) };
}

/** Macro-F1 over endlessly many texts and runs, by the mean over many runs. */
export function trueMacroF1(accuracy: number, deviation: number, random: Random): number {
  const runs = deviation === 0 ? 1 : 20_000;
  let sum = 0;
  for (let run = 0; run < runs; run++) {
    const own = Math.min(0.999, accuracy + deviation * random.normal());
    for (const share of shares) {
      const wronglyGiven = ((1 - share) * (1 - own)) / (shares.length - 1);
      sum += (2 * share * own) / (share + share * own + wronglyGiven) / shares.length;
    }
  }
  return sum / runs;
}
