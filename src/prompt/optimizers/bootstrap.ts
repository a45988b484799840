import { random } from "../../lib/random.js";
import { openContest } from "./contest.js";
import { answerLearningRows, bootstrappedDemos, demoCounts, drawDemos } from "./demo-candidates.js";
import type { Optimizer } from "./optimizer.js";

/** As many candidates as DSPy's BootstrapFewShotWithRandomSearch tries. */
const candidates = 16;

/**
 * Bootstrapped examples: the prompt answers learning rows, and random sets of those it got right are tried as its examples; where it lets the
 * model think, with the thoughts that led to the right answer. Every other set is filled up with rows that it may get wrong, which a prompt
 * without thoughts can learn from (BootstrapFewShotWithRandomSearch of DSPy, Khattab et al. 2024, arXiv 2310.03714).
 */
export const bootstrap: Optimizer = async (candidate, evaluate, context) => {
  const { learning, seed } = context;
  const contest = await openContest(candidate, evaluate, context);
  if (contest === null) return candidate;
  const stream = random(seed, "bootstrap");
  const most = Math.max(...demoCounts(learning));
  const answered = await answerLearningRows(candidate, learning, most, evaluate, stream);
  if (answered === null) return contest.best.program;
  const pool = bootstrappedDemos(candidate, answered);
  if (pool.length === 0) return contest.best.program;
  for (let i = 0; i < candidates; i++) {
    const count = 1 + stream.integer(Math.min(most, pool.length));
    const isFilled = candidate.answer === "direct" && i % 2 === 1;
    const demos = drawDemos(pool, learning, count, isFilled ? most : count, stream);
    const step = `${count} examples it answered right${isFilled ? ` and ${demos.examples.length - count} others` : ""}`;
    // Where the budget does not allow it, a smaller set may still fit.
    await contest.enter({ ...candidate, demos }, step);
  }
  return contest.best.program;
};
