/**
 * @file How often `crossover recheck` sounds an alarm, where the truth is known: false alarms of a weekly check in a year, and how soon a decline is
 * heard.
 *
 *     npm run bench recheck      no peer; two minutes
 *
 * A model is right on 92 % of the rows. Some of its answers are drawn anew each time it is asked, those of the run too, with a chance of being right
 * that is uniform: so the share `flips` of its answers flips between two askings without any change. A decline
 * turns rows wrong for good, of the right ones as many as it has points.
 */
import { mcnemarMidP } from "../../src/compare/statistics/mcnemar.js";
import { random } from "../../src/lib/random.js";
import { findingOf, leastFoundDecline } from "../../src/upkeep/recheck/verdict.js";
import { keep, table } from "../lib/results.js";
import { mean } from "../lib/statistics.js";

const margin = 0.01;
const weeks = 52;
const repetitions = 2000;
/** Of the rows that are answered alike each time, and so about of all. */
const rightShare = 0.92;

/** What sounds an alarm. */
const rules = {
  /** Any decline beyond the margin. */
  point: ({ first }: Week) => first.decline > margin,
  /** The whole interval beyond the margin. */
  interval: ({ first }: Week) => first.decline - 1.96 * first.error > margin,
  once: ({ first }: Week) => first.isWorse,
  /** What the command does. */
  twice: ({ first, second }: Week) => first.isWorse && second().isWorse,
} as const;
type RuleName = keyof typeof rules;

interface Asking {
  readonly decline: number;
  readonly error: number;
  readonly isWorse: boolean;
}

interface Week {
  readonly first: Asking;
  /** Asked for where the first asking says worse. */
  readonly second: () => Asking;
}

const pValues = new Map<string, number>();

/** The test of so many rows that flipped, computed once. */
function pValueOf(broken: number, mended: number): number {
  const key = `${broken} ${mended}`;
  const known = pValues.get(key) ?? mcnemarMidP(broken, mended);
  pValues.set(key, known);
  return known;
}

function askedAgain(before: Uint8Array, chances: Float64Array, uniform: () => number): Asking {
  let [broken, mended] = [0, 0];
  for (const [row, chance] of chances.entries()) {
    const isRight = chance === 1 || (chance > 0 && uniform() < chance);
    if (before[row] === 1 && !isRight) broken++;
    if (before[row] === 0 && isRight) mended++;
  }
  const rows = chances.length;
  const value = (mended - broken) / rows;
  const error = Math.sqrt(Math.max(0, (broken + mended) / rows - value ** 2) / rows);
  const difference = { value, low: value - 1.96 * error, high: value + 1.96 * error };
  const score = { before: difference, now: difference, difference };
  const isWorse = findingOf({ accuracy: score, pValue: pValueOf(broken, mended) }, margin) === "worse";
  return { decline: -value, error, isWorse };
}

/** Of each rule the week of its first alarm, or infinity, in each repetition. */
function firstAlarms(rows: number, flips: number, decline: number): Readonly<Record<RuleName, number[]>> {
  const alarms: Record<RuleName, number[]> = { point: [], interval: [], once: [], twice: [] };
  const { uniform } = random(7, `recheck ${rows} ${flips} ${decline}`);
  for (let repetition = 0; repetition < repetitions; repetition++) {
    // Two draws of a row with the chance p differ with 2p(1 − p), a third in the mean over all p.
    const chances = Float64Array.from({ length: rows }, () =>
      uniform() < 3 * flips ? uniform() : Number(uniform() < rightShare),
    );
    const before = Uint8Array.from(chances, (chance) => Number(uniform() < chance));
    const now = chances.map((chance) => (uniform() < decline ? 0 : chance));
    const first: Record<RuleName, number> = { point: Infinity, interval: Infinity, once: Infinity, twice: Infinity };
    for (let week = 1; week <= (decline === 0 ? weeks : 4); week++) {
      const asking: Week = { first: askedAgain(before, now, uniform), second: () => askedAgain(before, now, uniform) };
      for (const name of Object.keys(rules) as RuleName[])
        if (first[name] === Infinity && rules[name](asking)) first[name] = week;
    }
    for (const name of Object.keys(rules) as RuleName[]) alarms[name].push(first[name]);
  }
  return alarms;
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const shareWithin = (alarms: readonly number[], week: number): number => mean(alarms.map((first) => Number(first <= week)));

/** Simulates, and keeps both tables. */
export async function recheck(): Promise<void> {
  const names = Object.keys(rules) as RuleName[];
  const calm = [200, 500, 1000].flatMap((rows) =>
    [0.01, 0.03, 0.06].map((flips) => {
      const alarms = firstAlarms(rows, flips, 0);
      const cells = names.map((name) => `${percent(shareWithin(alarms[name], 1))}, ${percent(shareWithin(alarms[name], weeks))}`);
      return [String(rows), percent(flips), ...cells];
    }),
  );
  const worse = [200, 500, 1000].flatMap((rows) =>
    [0.02, 0.03, 0.05, 0.1].map((decline) => {
      const alarms = firstAlarms(rows, 0.03, decline / rightShare);
      const cells = names.map((name) => `${percent(shareWithin(alarms[name], 1))}, ${percent(shareWithin(alarms[name], 4))}`);
      return [String(rows), `${(100 * decline).toFixed(0)} points`, ...cells];
    }),
  );
  const told = [200, 500, 1000].map((rows) => {
    const decline = leastFoundDecline(rows, 0.03, margin)!;
    return `${(100 * decline).toFixed(1)} points on ${rows} rows (${percent(shareWithin(firstAlarms(rows, 0.03, decline / rightShare).twice, 1))})`;
  });
  const rule = ["any decline beyond the margin", "whole interval beyond it", "beyond it, p < 0.05", "the same, twice (the rule)"];
  const body = [
    `An answer is asked for again each week, and held against the run's with a margin of 1 point. ${repetitions.toLocaleString("en-US")} repetitions.`,
    "",
    "False alarms where nothing has changed: in one check, and in a year of 52.",
    "",
    table(["rows", "answers that flip by themselves", ...rule], calm),
    "",
    "Declines in accuracy heard at the first check, and within four, where 3 % of the answers flip by themselves.",
    "",
    table(["rows", "decline", ...rule], worse),
    "",
    `What a re-check says that it finds four times in five, and how often it does at the first check: ${told.join(", ")}.`,
  ].join("\n");
  keep("recheck", "Alarms of a weekly re-check", body, "a simulation, no peer");
}
