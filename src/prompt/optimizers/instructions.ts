import { random } from "../../lib/random.js";
import { openContest } from "./contest.js";
import { answerLearningRows } from "./demo-candidates.js";
import type { Optimizer } from "./optimizer.js";
import { proposalMessages, readInstruction, tips, withInstruction } from "./proposals.js";

const candidates = 12;
/** Right answers after which enough is known of how a prompt answers. */
const wantedAnswers = 16;

/**
 * Asks the model for instructions, one after the other, each grounded in the data, in what the best prompt so far gets wrong, and in how the
 * earlier ones did (as OPRO, Yang et al. 2023, arXiv 2309.03409). Examples stay as they are.
 */
export const instructions: Optimizer = async (candidate, evaluate, context) => {
  const { learning, seed } = context;
  const contest = await openContest(candidate, evaluate, context);
  if (contest === null) return candidate;
  const stream = random(seed, "instructions");
  for (let i = 0; i < candidates; i++) {
    const { program } = contest.best;
    // The same rows each time: a prompt that is still the best is known on them.
    const answered = await answerLearningRows(program, learning, wantedAnswers, evaluate, random(seed, "answered"));
    if (answered === null) break;
    const attempts = contest.all.map((judged) => ({
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
