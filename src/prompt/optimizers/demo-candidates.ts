/** @file Sets of examples that an optimizer tries. */
import type { Random } from "../../lib/random.js";
import type { Dataset, Example } from "../../types/data.js";
import { balancedDemos, defaultDemos, labelGroup } from "../demos/balanced-demos.js";
import type { FixedDemos, PromptProgram } from "../program.js";
import type { Demo } from "../template.js";
import type { Evaluate, RowResult } from "./optimizer.js";
import { thoughtsOf } from "./thoughts.js";

/** Numbers of examples worth trying: half the usual number, the usual one and twice as many, at most half of what there is. */
export function demoCounts({ labels, examples }: Dataset): readonly number[] {
  const usual = defaultDemos(labels.length);
  const most = Math.max(1, Math.floor(examples.length / 2));
  return [...new Set([usual, usual * 2, Math.ceil(usual / 2)].map((count) => Math.min(count, most)))];
}

/** Rows that a prompt was asked about, those answered wrong among them. */
export interface Answered {
  readonly row: Example;
  readonly result: RowResult;
}

/** A prompt is asked about so many rows for one right answer that is wanted, before it is given up. */
const rowsPerDemo = 4;
/** Rows asked about before it is looked whether there are enough right answers. */
const rowsAtOnce = 16;

/**
 * Lets a prompt answer learning rows, as many of each label as there are, until `wanted` answers are right, or four times as many rows are
 * asked about. `null` where the budget ended.
 */
export async function answerLearningRows(
  program: PromptProgram,
  learning: Dataset,
  wanted: number,
  evaluate: Evaluate,
  random: Random,
): Promise<readonly Answered[] | null> {
  const rows = balancedOrder(learning.examples, random).slice(0, wanted * rowsPerDemo);
  const answered: Answered[] = [];
  for (let start = 0; start < rows.length; start += rowsAtOnce) {
    const part = rows.slice(start, start + rowsAtOnce);
    const results = await evaluate(program, part);
    if (results === null) return null;
    answered.push(...part.map((row, i) => ({ row, result: results[i]! })));
    if (answered.filter(({ result }) => result.isRight).length >= wanted) break;
  }
  return answered;
}

/**
 * The rows that were answered right, as examples (Khattab et al. 2024, arXiv 2310.03714): where the prompt lets the model think, with the
 * thoughts that led there.
 */
export function bootstrappedDemos(program: PromptProgram, answered: readonly Answered[]): readonly Demo[] {
  return answered
    .filter(({ result }) => result.isRight)
    .flatMap(({ row, result }): Demo[] => {
      if (program.answer === "direct") return [row];
      const reasoning = thoughtsOf(result.said ?? "");
      return reasoning === "" ? [] : [{ ...row, reasoning }];
    });
}

/**
 * A random set, balanced over the labels: `count` of the bootstrapped examples, then learning rows up to `filledTo`. Near-duplicates of a text
 * asked about are replaced by learning rows.
 */
export function drawDemos(
  bootstrapped: readonly Demo[],
  learning: Dataset,
  count: number,
  filledTo: number,
  random: Random,
): FixedDemos {
  const draw = (examples: readonly Demo[], size: number): FixedDemos =>
    balancedDemos({ ...learning, examples }, size, random.integer(2 ** 31));
  const chosen = draw(bootstrapped, count).examples;
  const isChosen = new Set(chosen.map(({ id }) => id));
  const rest = learning.examples.filter(({ id }) => !isChosen.has(id));
  const filling = draw(rest, Math.max(0, filledTo - chosen.length)).examples;
  const shown = random.shuffle([...chosen, ...filling]);
  return { kind: "fixed", examples: shown, spares: sparesFor(shown, rest) };
}

/** Examples that stand by, for each combination of labels that is shown. */
const sparesPerGroup = 3;

function sparesFor(shown: readonly Demo[], others: readonly Demo[]): readonly Demo[] {
  const isShown = new Set(shown.map(({ id }) => id));
  const left = new Map(shown.map((demo) => [labelGroup(demo), sparesPerGroup]));
  return others.filter((demo) => {
    const open = left.get(labelGroup(demo)) ?? 0;
    if (open === 0 || isShown.has(demo.id)) return false;
    left.set(labelGroup(demo), open - 1);
    return true;
  });
}

/** All rows, at random but one of each label in turn. */
export function balancedOrder(rows: readonly Example[], random: Random): readonly Example[] {
  const byGroup = new Map<string, Example[]>();
  for (const row of random.shuffle(rows)) {
    const group = byGroup.get(labelGroup(row));
    if (group === undefined) byGroup.set(labelGroup(row), [row]);
    else group.push(row);
  }
  const groups = [...byGroup.values()];
  const longest = Math.max(0, ...groups.map(({ length }) => length));
  return Array.from({ length: longest }, (_, round) => groups.flatMap((group) => group[round] ?? [])).flat();
}
