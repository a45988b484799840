/** @file Is the small model's confidence worth anything? Handing on by it, against handing on as many rows picked by chance. */
import { binomialLogPmf } from "../../lib/binomial.js";
import type { Estimate, Metric } from "../../types/scores.js";
import { isRight } from "../metrics/label-indices.js";
import { f1 } from "../metrics/metrics.js";
import { effectiveUnits, jackknifeInterval } from "../statistics/jackknife.js";
import { type Statistic, totalCounts, unitsOf } from "../statistics/resampling-units.js";
import type { PairRows, PairSeed } from "./pair-rows.js";

/** The score of handing on at random, and what handing on by confidence scores beyond it. */
export interface AgainstRandom {
  readonly random: number;
  readonly difference: Estimate;
}

/**
 * The expected score of handing on the same share at random is that of the mixed counts: no row is drawn. The share is a number of the rows too, and the
 * jackknife takes it so. Several seeds: the mean over them, with an interval over rows alone.
 *
 * @param handedOn a list a seed: whether each row is handed on
 */
export function againstRandom(
  { seeds, groups }: Pick<PairRows, "seeds" | "groups">,
  handedOn: readonly (readonly boolean[])[],
  metric: Metric,
): AgainstRandom {
  const { labelCount } = seeds[0]!.small;
  const isOfLabels = metric === "macroF1" || metric === "microF1";
  const layout = isOfLabels ? labelLayout(labelCount) : shareLayout;
  const rows = groups.map((_, row) =>
    seeds.flatMap((seed, place) => {
      const base = place * layout.width;
      const own = [base, ...(handedOn[place]![row] ? [base + 1] : [])];
      return [...own, ...layout.slots(seed, row, handedOn[place]![row]!).map((slot) => base + 2 + slot)];
    }),
  );
  const units = unitsOf(seeds.length * layout.width, rows, groups);
  const mean = (score: (counts: Float64Array, base: number) => number): Statistic => {
    return (counts) => seeds.reduce((sum, _, place) => sum + score(counts, place * layout.width), 0) / seeds.length;
  };
  const scoreAt = isOfLabels ? labelScore(labelCount, metric === "macroF1") : shareScore;
  const random = mean((counts, base) => scoreAt(counts, base, counts[base + 1]! / counts[base]!));
  const cascade = mean((counts, base) => scoreAt(counts, base, null));
  const count = effectiveUnits(groups);
  return {
    random: random(totalCounts(units)),
    difference: jackknifeInterval(units, (counts) => cascade(counts) - random(counts), {
      effectiveUnits: count,
      range: [-1, 1],
      effectiveRows: count,
    }),
  };
}

/** Where a row's counts go, from slot 2 on: slot 0 counts rows, slot 1 those handed on. */
interface Layout {
  readonly width: number;
  slots(seed: PairSeed, row: number, isHandedOn: boolean): number[];
}

/** A score of a mixture: `share` of the rows handed on at random, `null`: as they are handed on. */
type ScoreAt = (counts: Float64Array, base: number, share: number | null) => number;

/** Right answers by confidence, of the small model, and where all are handed on. */
const shareLayout: Layout = {
  width: 5,
  slots: ({ small, handedOn }, row, isHandedOn) => {
    const [kept, other] = [isRight(small, row), isRight(handedOn, row)];
    return [isHandedOn ? other : kept, kept, other].flatMap((right, slot) => (right ? [slot] : []));
  },
};

const shareScore: ScoreAt = (counts, base, share) => {
  const right = share === null ? counts[base + 2]! : (1 - share) * counts[base + 3]! + share * counts[base + 4]!;
  return right / counts[base]!;
};

/** True labels, then the same three times true positives and labels given. */
function labelLayout(labelCount: number): Layout {
  return {
    width: 2 + 7 * labelCount,
    slots: ({ small, handedOn }, row, isHandedOn) => {
      const truth = small.truths[row]!;
      const answers = [(isHandedOn ? handedOn : small).answers[row], small.answers[row], handedOn.answers[row]];
      return [
        ...truth,
        ...answers.flatMap((answer, place) => {
          const from = labelCount * (1 + 2 * place);
          return (answer ?? []).flatMap((label) => [...(truth.includes(label) ? [from + label] : []), from + labelCount + label]);
        }),
      ];
    },
  };
}

function labelScore(labelCount: number, isMacro: boolean): ScoreAt {
  return (counts, base, share) => {
    const at = (block: number, label: number): number => counts[base + 2 + block * labelCount + label]!;
    const mixed = (block: number, label: number): number =>
      share === null ? at(1 + block, label) : (1 - share) * at(3 + block, label) + share * at(5 + block, label);
    let [sum, scored, hits, given, due] = [0, 0, 0, 0, 0];
    for (let label = 0; label < labelCount; label++) {
      const [own, ownGiven, support] = [mixed(0, label), mixed(1, label), at(0, label)];
      [hits, given, due] = [hits + own, given + ownGiven, due + support];
      if (support === 0) continue;
      scored++;
      sum += f1(own, ownGiven, support);
    }
    if (!isMacro) return f1(hits, given, due);
    return scored === 0 ? 0 : sum / scored;
  };
}

/**
 * The probability of a gain, or loss, at least as great, were as many rows picked by chance: exact, by the multivariate hypergeometric distribution of the
 * rows that only one of the two answers right. Two-sided, twice the smaller tail. First seed.
 */
export function randomEscalationTest({ small, handedOn }: PairSeed, isHandedOn: readonly boolean[]): number {
  let [gained, lost, escalated, better, worse] = [0, 0, 0, 0, 0];
  for (const [row, own] of isHandedOn.entries()) {
    const [kept, other] = [isRight(small, row), isRight(handedOn, row)];
    if (other && !kept) better++;
    if (kept && !other) worse++;
    if (!own) continue;
    escalated++;
    if (other && !kept) gained++;
    if (kept && !other) lost++;
  }
  const rest = isHandedOn.length - better - worse;
  const observed = gained - lost;
  let [above, below] = [0, 0];
  for (let a = 0; a <= Math.min(better, escalated); a++) {
    for (let b = 0; b <= Math.min(worse, escalated - a); b++) {
      if (escalated - a - b > rest) continue;
      const log = logChoices(better, a) + logChoices(worse, b) + logChoices(rest, escalated - a - b);
      const probability = Math.exp(log - logChoices(isHandedOn.length, escalated));
      if (a - b >= observed) above += probability;
      if (a - b <= observed) below += probability;
    }
  }
  return Math.min(1, 2 * Math.min(above, below));
}

/** The logarithm of the number of ways to choose k of n. */
function logChoices(n: number, k: number): number {
  return binomialLogPmf(k, n, 0.5) + n * Math.LN2;
}
