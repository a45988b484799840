/** @file Test sets drawn from a population whose true scores are known: what the statistics are checked by. */
import type { Series } from "../../src/compare/metrics/scores.js";
import { type Random, random } from "../../src/lib/random.js";

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

/** Two equally good approaches on rows in groups. */
export interface GroupedPopulation {
  readonly groups: number;
  /** Six rows each, or some with many times the rows of others (lognormal, five in the median). */
  readonly sizes: "equal" | "unequal";
  /** Probability that a row shares its group's label, and its group's luck with each approach. */
  readonly dependence: number;
}

/** Both approaches' answers to one test set in groups. */
export function drawGrouped({ groups, sizes, dependence }: GroupedPopulation, random: Random): readonly [Series, Series] {
  const recall = [0.9, 0.8, 0.7];
  const truths: number[][] = [];
  const answers: readonly [number[][], number[][]] = [[], []];
  const names: string[] = [];
  for (let group = 0; group < groups; group++) {
    const rows = sizes === "equal" ? 6 : Math.max(1, Math.round(5 * Math.exp(random.normal())));
    const label = labelOfUniform(random.uniform());
    const first = random.uniform();
    const luck = [first, random.uniform() < 0.5 ? first : random.uniform()];
    for (let row = 0; row < rows; row++) {
      const own = random.uniform() < dependence ? label : labelOfUniform(random.uniform());
      truths.push([own]);
      names.push(String(group));
      for (const [side, given] of answers.entries()) {
        const hardness = random.uniform() < dependence ? luck[side]! : random.uniform();
        given.push([hardness < recall[own]! ? own : (own + 1 + random.integer(2)) % 3]);
      }
    }
  }
  const series = (given: number[][]): Series => ({
    seeds: [{ labelCount: 3, isMultiLabel: false, truths, answers: given }],
    groups: names,
  });
  return [series(answers[0]), series(answers[1])];
}

/** Label 0 of six texts in ten, 1 of three, 2 of one. */
function labelOfUniform(u: number): number {
  return u < 0.6 ? 0 : u < 0.9 ? 1 : 2;
}

/** Equally frequent labels, each found with a recall of its own and else taken for one of four others. */
export interface SparsePopulation {
  readonly recall: readonly number[];
  readonly takenFor: readonly (readonly number[])[];
  /** What infinitely many rows would show. */
  readonly macroF1: number;
}

/** Such labels, drawn by seed. */
export function sparseLabels(labelCount: number): SparsePopulation {
  const draws = random(3, "labels");
  const recall = Array.from({ length: labelCount }, () => 0.7 + 0.3 * draws.uniform());
  const takenFor = recall.map((_, label) =>
    Array.from({ length: 4 }, () => (label + 1 + draws.integer(labelCount - 1)) % labelCount),
  );
  const wrongly = new Array<number>(labelCount).fill(0);
  for (const [label, others] of takenFor.entries()) for (const other of others) wrongly[other]! += (1 - recall[label]!) / 4;
  const f1s = recall.map((hits, label) => (2 * hits) / (1 + hits + wrongly[label]!));
  return { recall, takenFor, macroF1: f1s.reduce((sum, f1) => sum + f1, 0) / labelCount };
}

/** One approach's answers to rows drawn over all labels. */
export function drawSparse({ recall, takenFor }: SparsePopulation, rows: number, random: Random): Series {
  const truths = Array.from({ length: rows }, () => [random.integer(recall.length)]);
  const answers = truths.map(([truth]) =>
    random.uniform() < recall[truth!]! ? [truth!] : [takenFor[truth!]![random.integer(4)]!],
  );
  return {
    seeds: [{ labelCount: recall.length, isMultiLabel: false, truths, answers }],
    groups: truths.map(() => undefined),
  };
}
