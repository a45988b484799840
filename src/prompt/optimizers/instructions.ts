import { random } from "../../lib/random.js";
import { openContest } from "./contest.js";
import { answerLearningRows } from "./demo-candidates.js";
import type { Optimizer } from "./optimizer.js";
import { proposalMessages, readInstruction, tips, withInstruction } from "./proposals.js";

const candidates = 12;
/** Right answers after which enough is known of how a prompt answers. */
const wantedAnswers = 16;

/**
 * Asks the model for instructions, one after the other, grounded in the data and in what a prompt gets wrong. In turn one is made afresh from the
 * prompt it all began with, and one from the best so far, shown how the earlier ones did (as OPRO, Yang et al. 2023, arXiv 2309.03409): all from
 * the best would be variations of the first. Examples stay as they are.
 */
export const instructions: Optimizer = async (candidate, evaluate, context) => {
  const { learning, seed } = context;
  const contest = await openContest(candidate, evaluate, context);
  if (contest === null) return candidate;
  const stream = random(seed, "instructions");
  for (let i = 0; i < candidates; i++) {
    const isFresh = i % 2 === 0;
    const program = isFresh ? candidate : contest.best.program;
    // The same rows each time: what a prompt was asked before is known.
    const answered = await answerLearningRows(program, learning, wantedAnswers, evaluate, random(seed, "answered"));
    if (answered === null) break;
    const attempts = (isFresh ? [] : contest.all).map((judged) => ({
      instruction: judged.program.template.instruction,
      accuracy: judged.accuracy,
    }));
    const grounds = { program, learning, answered, attempts, tip: tips[i % tips.length]! };
    const said = await context.ask(proposalMessages(grounds, stream));
    if (said === null) break;
    const instruction = readInstruction(said);
    if (instruction === "") continue;
    if ((await contest.enter(withInstruction(program, instruction), "a proposed instruction")) === null) break;
  }
  return contest.best.program;
};
