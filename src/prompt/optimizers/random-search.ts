import { random } from "../../lib/random.js";
import { openContest } from "./contest.js";
import { demoCounts, drawDemos } from "./demo-candidates.js";
import type { Optimizer } from "./optimizer.js";

/** As many candidates as DSPy's BootstrapFewShotWithRandomSearch tries. */
const candidates = 16;

/** Tries random sets of examples, balanced over the labels, of three sizes in turn. Asks the model for nothing but answers. */
export const randomSearch: Optimizer = async (candidate, evaluate, context) => {
  const contest = await openContest(candidate, evaluate, context);
  if (contest === null) return candidate;
  const stream = random(context.seed, "random search");
  const counts = demoCounts(context.learning);
  for (let i = 0; i < candidates; i++) {
    const demos = drawDemos([], context.learning, 0, counts[i % counts.length]!, stream);
    // Where the budget does not allow it, a smaller set may still fit.
    await contest.enter({ ...candidate, demos }, `${demos.examples.length} examples at random`);
  }
  return contest.best.program;
};
