/** @file Test sets drawn from a population whose true scores are known: what the statistics are checked by. */
import type { Series } from "../../src/compare/scores.js";
import type { Random } from "../../src/lib/random.js";

export interface Population {
  readonly rows: number;
  /** Share of each class. */
  readonly shares: readonly number[];
  /** Probability of each approach to be right, by class; wrong answers spread evenly over the other classes. */
  readonly recallA: readonly number[];
  readonly recallB: readonly number[];
  /** Share of the rows that are equally hard for both approaches; the more, the fewer discordant rows. */
  readonly shared: number;
  /** Rows of one group are all of one class and fail together. */
  readonly groupSize?: number;
  /** Draws groups but does not tell. */
  readonly hideGroups?: boolean;
}

/** Both approaches' answers to one test set. */
export function drawPair(population: Population, random: Random): readonly [Series, Series] {
  const { rows, shares, recallA, recallB, shared, groupSize = 1, hideGroups = false } = population;
  const classes = shares.length;
  const truths: number[][] = [];
  const answersA: number[][] = [];
  const answersB: number[][] = [];
  const groups: (string | undefined)[] = [];
  for (let row = 0; row < rows; row += groupSize) {
    let left = random.uniform();
    let truth = 0;
    while (left >= shares[truth]! && truth < classes - 1) left -= shares[truth++]!;
    const hardA = random.uniform();
    const hardB = random.uniform() < shared ? hardA : random.uniform();
    const answer = (isRight: boolean): number => (isRight ? truth : (truth + 1 + random.integer(classes - 1)) % classes);
    for (let member = 0; member < groupSize; member++) {
      truths.push([truth]);
      answersA.push([answer(hardA < recallA[truth]!)]);
      answersB.push([answer(hardB < recallB[truth]!)]);
      groups.push(groupSize > 1 && !hideGroups ? String(row) : undefined);
    }
  }
  const series = (answers: number[][]): Series => ({
    seeds: [{ labelCount: classes, isMultiLabel: false, truths, answers }],
    groups,
  });
  return [series(answersA), series(answersB)];
}

/** The accuracy that infinitely many rows would show. */
export function trueAccuracy(population: Population, side: "a" | "b"): number {
  const recall = side === "a" ? population.recallA : population.recallB;
  return population.shares.reduce((sum, share, label) => sum + share * recall[label]!, 0);
}

/** The macro-F1 that infinitely many rows would show. */
export function trueMacroF1(population: Population, side: "a" | "b"): number {
  const recall = side === "a" ? population.recallA : population.recallB;
  const { shares } = population;
  const f1s = shares.map((share, label) => {
    const hits = share * recall[label]!;
    const false_ = shares.map((other, from) => (from === label ? 0 : (other * (1 - recall[from]!)) / (shares.length - 1)));
    return (2 * hits) / (share + hits + false_.reduce((sum, part) => sum + part, 0));
  });
  return f1s.reduce((sum, f1) => sum + f1, 0) / f1s.length;
}
