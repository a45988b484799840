/**
 * @file How often the advice picks the better arm, the worse one or none, by the true difference and the number of test rows; and how often "none is
 * good enough" is said rightly.
 *
 *     npm run bench advice
 */
import { decide } from "../../src/advise/decision.js";
import { random } from "../../src/lib/random.js";
import { keep, table } from "../lib/results.js";
import { simulatedComparison } from "./simulated-task.js";

/** What was decided in many tasks: counts. */
export interface Decided {
  readonly tasks: number;
  /** The better one was chosen, the worse one was. */
  readonly better: number;
  readonly worse: number;
  /** Nothing was chosen, and the better one was named as being ahead. */
  readonly ahead: number;
}

/** Decides tasks whose arms differ by so much, the better one by turns the tuned and the prompted one. */
export function decided(
  tasks: number,
  { difference, testRows }: { readonly difference: number; readonly testRows: number },
): Decided {
  const draws = random(1, `accuracies ${difference} ${testRows}`);
  let [better, worse, ahead] = [0, 0, 0];
  for (let task = 0; task < tasks; task++) {
    const low = 0.75 + 0.1 * draws.uniform();
    const [tuned, prompted] = task % 2 === 0 ? [low + difference, low] : [low, low + difference];
    const decision = decide(simulatedComparison({ task: 10_000 * testRows + task, testRows, tuned, prompted }));
    const isBetter = (arm: string): boolean => (arm === "tune") === tuned > prompted;
    if (decision.choice !== null) isBetter(decision.choice.arm) ? better++ : worse++;
    else if (decision.ground === "undecided" && isBetter(decision.leader.arm)) ahead++;
  }
  return { tasks, better, worse, ahead };
}

/** Of tasks in which both arms have this accuracy, how many are told that none is as good as is needed. */
export function toldNotGoodEnough(tasks: number, task: { accuracy: number; needed: number; testRows: number }): number {
  const { accuracy, needed, testRows } = task;
  let told = 0;
  for (let seed = 0; seed < tasks; seed++) {
    const comparison = simulatedComparison({
      task: 20_000 * testRows + seed,
      testRows,
      tuned: accuracy,
      prompted: accuracy,
      assumptions: { needed },
    });
    if (decide(comparison).ground === "not-good-enough") told++;
  }
  return told;
}

/** `npm run bench advice`. */
export async function advice(): Promise<void> {
  const tasks = 200;
  const percent = (count: number): string => ((100 * count) / tasks).toFixed(1);
  const rows: string[][] = [];
  for (const difference of [0.015, 0.02, 0.03, 0.05, 0.08]) {
    for (const testRows of [200, 500, 1000, 2000, 5000]) {
      const { better, worse, ahead } = decided(tasks, { difference, testRows });
      rows.push([(100 * difference).toFixed(1), `${testRows}`, ...[better, worse, tasks - better - worse, ahead].map(percent)]);
    }
  }
  const enough: string[][] = [];
  for (const testRows of [200, 1000, 5000]) {
    for (const accuracy of [0.85, 0.84, 0.82, 0.8]) {
      const told = toldNotGoodEnough(tasks, { accuracy, needed: 0.85, testRows });
      enough.push([(100 * accuracy).toFixed(0), `${testRows}`, percent(told)]);
    }
  }
  const heads = [
    "points apart",
    "test rows",
    "picks the better",
    "picks the worse",
    "picks none",
    "of these, the better is ahead",
  ];
  const note = `Percent of ${tasks} simulated tasks with accuracies of 75 to 93 %, errors in common on hard rows, a margin of one point, and no prices.`;
  const needs = 'How often "none is good enough" is said where 85 % is needed:';
  const text = [note, table(heads, rows), needs, table(["accuracy of both", "test rows", "said"], enough)].join("\n\n");
  keep("advice", "What the advice picks, where the truth is known", text, "beside other programs");
}
