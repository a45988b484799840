import { type Random, random } from "../../lib/random.js";
import type { Example } from "../../types/data.js";
import { type Contest, openContest } from "./contest.js";
import { type Answered, balancedOrder } from "./demo-candidates.js";
import type { Evaluate, Optimizer, RowResult } from "./optimizer.js";
import { frontCounts } from "./pareto-front.js";
import { programKey } from "./program-key.js";
import { proposalMessages, readInstruction, tips, withInstruction } from "./proposals.js";

/** Rows reflected on: scores of 0 and 1 on the three of the paper are noise. */
const [fewestBatchRows, mostBatchRows] = [8, 16] as const;
/** Rows asked about to fill a batch with errors, at most. */
const mostScoutedRows = 32;
/** So many proposals in a row that better nothing end the search, whatever is left of the budget. */
const patience = 12;

/**
 * GEPA (Agrawal et al. 2025, arXiv 2507.19457): a parent is drawn from the prompts that are best on some selection row; the model reflects on
 * a minibatch of learning rows, half of them answered wrong, and writes a new instruction; where that one gets more of the same rows right it is
 * judged on all selection rows and may become a parent. The paper's merge of two prompts has nothing to merge here: a program has one
 * instruction.
 */
export const gepa: Optimizer = async (candidate, evaluate, context) => {
  const { learning, seed } = context;
  const contest = await openContest(candidate, evaluate, context);
  if (contest === null) return candidate;
  const stream = random(seed, "gepa");
  const tried = new Set([programKey(candidate)]);
  for (let failed = 0, i = 0; failed < patience; i++) {
    const parent = drawParent(contest, stream);
    const batch = await drawBatch(parent.program, balancedOrder(learning.examples, stream), evaluate);
    if (batch === null) break;
    failed++;
    // Nothing to learn from.
    if (batch.every(({ result }) => result.isRight)) continue;
    const grounds = { program: parent.program, learning, answered: batch, attempts: [], tip: tips[i % tips.length]! };
    const said = await context.ask(proposalMessages(grounds, stream));
    if (said === null) break;
    const instruction = readInstruction(said);
    const child = withInstruction(parent.program, instruction);
    if (instruction === "" || tried.has(programKey(child))) continue;
    tried.add(programKey(child));
    const results = await evaluate(
      child,
      batch.map(({ row }) => row),
    );
    if (results === null) break;
    // A lenient gate, since half of the rows were picked for being answered wrong: the selection rows are the judge.
    if (rightOf(results) <= rightOf(batch.map(({ result }) => result))) {
      context.report("a reflection that helps no row it came from", contest.best.accuracy);
      continue;
    }
    const { best } = contest;
    if ((await contest.enter(child, "a reflection that helps the rows it came from")) === null) break;
    if (contest.best !== best) failed = 0;
  }
  return contest.best.program;
};

/** One of the prompts that are best on some selection row, the likelier the more rows. */
function drawParent({ all, best }: Contest, random: Random): Contest["best"] {
  const counts = frontCounts(all.map(({ results }) => results));
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return best;
  let place = random.integer(total);
  for (const [i, count] of counts.entries()) {
    place -= count;
    if (place < 0) return all[i]!;
  }
  return best;
}

/**
 * Rows as the parent answers them: it is asked about more and more rows until half a batch is answered wrong, then as many answered right are
 * put beside these. `null` where the budget ended.
 */
async function drawBatch(
  program: Contest["best"]["program"],
  rows: readonly Example[],
  evaluate: Evaluate,
): Promise<readonly Answered[] | null> {
  const right: Answered[] = [];
  const wrong: Answered[] = [];
  const half = mostBatchRows / 2;
  for (let start = 0; start < Math.min(rows.length, mostScoutedRows) && wrong.length < half; start += half) {
    const part = rows.slice(start, start + half);
    const results = await evaluate(program, part);
    if (results === null) return null;
    for (const [i, row] of part.entries()) (results[i]!.isRight ? right : wrong).push({ row, result: results[i]! });
  }
  const errors = wrong.slice(0, half);
  const beside = Math.max(errors.length, fewestBatchRows - errors.length);
  return [...errors, ...right.slice(0, beside)];
}

function rightOf(results: readonly RowResult[]): number {
  return results.filter(({ isRight }) => isRight).length;
}
