import { random } from "../../lib/random.js";
import type { PromptProgram } from "../program.js";
import { openContest } from "./contest.js";
import { type Answered, answerLearningRows, bootstrappedDemos, demoCounts, drawDemos } from "./demo-candidates.js";
import { accuracyOf, type Optimizer, type OptimizerContext } from "./optimizer.js";
import { programKey } from "./program-key.js";
import { proposalMessages, readInstruction, tips, withInstruction } from "./proposals.js";
import { nextChoices, type Trial } from "./tpe.js";

/** Sets of examples that are tried: DSPy's light, medium and heavy. */
const efforts = [6, 12, 18] as const;
const minibatchRows = 35;
/** Trials between two full evaluations. */
const fullEvery = 5;
/** The share of trials whose choices are left to chance, before there is anything to estimate from. */
const randomShare = 1 / 3;

/**
 * MIPROv2 (Opsahl-Ong et al. 2024, arXiv 2406.11695): sets of examples are bootstrapped, instructions proposed, and a tree-structured Parzen
 * estimator searches both together on minibatches of the selection rows. Every fifth trial the combination with the best mean that was not yet
 * judged on all selection rows is. The effort is the largest that the budget allows.
 */
export const miprov2: Optimizer = async (candidate, evaluate, context) => {
  const { learning, selection, seed } = context;
  const contest = await openContest(candidate, evaluate, context);
  if (contest === null) return candidate;
  const stream = random(seed, "miprov2");
  const batchRows = Math.min(minibatchRows, selection.length);
  const effort = effortFor(context.rowsLeft(), batchRows, selection.length);
  const answered = await answerLearningRows(candidate, learning, Math.max(...demoCounts(learning)), evaluate, stream);
  if (answered === null) return contest.best.program;
  const demoSets = drawDemoSets(candidate, context, answered, effort);
  const proposed = await proposeInstructions(candidate, context, answered, Math.ceil(effort / 2));
  const sizes = [proposed.length, demoSets.length];
  const programOf = ([i, k]: readonly number[]): PromptProgram =>
    withInstruction({ ...candidate, demos: demoSets[k!]! }, proposed[i!]!);

  // What it began with is the first choice of both, and was judged on more rows than any minibatch has.
  const trials: Trial[] = [{ choices: [0, 0], score: contest.best.accuracy }];
  const means = new Map<string, { readonly program: PromptProgram; readonly scores: number[] }>();
  const judged = new Set([programKey(programOf([0, 0]))]);
  const count = trialsOf(effort);
  for (let i = 1; i <= count; i++) {
    const isRandom = i <= count * randomShare;
    const choices = isRandom ? sizes.map((size) => stream.integer(size)) : nextChoices(trials, sizes, stream);
    const program = programOf(choices);
    const batch = stream.shuffle(selection).slice(0, batchRows);
    const results = await evaluate(program, batch);
    if (results === null) break;
    const score = accuracyOf(results);
    trials.push({ choices, score });
    const key = programKey(program);
    const known = means.get(key) ?? { program, scores: [] };
    known.scores.push(score);
    means.set(key, known);
    context.report(`trial ${i} of ${count}: instruction ${choices[0]}, examples ${choices[1]}`, contest.best.accuracy);
    if (i % fullEvery !== 0 && i !== count) continue;
    const open = [...means].filter(([name]) => !judged.has(name)).sort(([, a], [, b]) => mean(b.scores) - mean(a.scores));
    if (open.length === 0) continue;
    const [name, { program: promising }] = open[0]!;
    judged.add(name);
    if ((await contest.enter(promising, "the best mean, on all selection rows")) === null) break;
  }
  return contest.best.program;
};

/** As many trials as DSPy makes of two categories: max(4·log₂ n, 1.5·n). */
function trialsOf(effort: number): number {
  return Math.floor(Math.max(4 * Math.log2(effort), 1.5 * effort));
}

/** The largest effort whose trials fit, or the least. */
function effortFor(rowsLeft: number, batchRows: number, selectionRows: number): number {
  const rowsOf = (effort: number): number =>
    trialsOf(effort) * batchRows + Math.ceil(trialsOf(effort) / fullEvery) * Math.max(0, selectionRows - batchRows);
  return [...efforts].reverse().find((effort) => rowsOf(effort) <= rowsLeft) ?? efforts[0];
}

/** What the prompt had, learning rows as they are, and bootstrapped sets. */
function drawDemoSets(
  candidate: PromptProgram,
  { learning, seed }: OptimizerContext,
  answered: readonly Answered[],
  count: number,
): readonly PromptProgram["demos"][] {
  const stream = random(seed, "miprov2 examples");
  const counts = demoCounts(learning);
  const pool = bootstrappedDemos(candidate, answered);
  const sets: PromptProgram["demos"][] = [candidate.demos, drawDemos([], learning, 0, counts[0]!, stream)];
  for (let i = sets.length; i < count; i++) {
    const filledTo = counts[i % counts.length]!;
    const bootstrapped = Math.min(pool.length, 1 + stream.integer(filledTo));
    sets.push(drawDemos(pool, learning, bootstrapped, candidate.answer === "direct" ? filledTo : bootstrapped, stream));
  }
  return sets;
}

/** The instruction that the prompt had, and new ones; fewer where the budget ends or the model gives none. */
async function proposeInstructions(
  candidate: PromptProgram,
  { learning, seed, ask }: OptimizerContext,
  answered: readonly Answered[],
  count: number,
): Promise<readonly (string | null)[]> {
  const stream = random(seed, "miprov2 instructions");
  const proposed = new Set<string | null>([candidate.template.instruction]);
  for (let i = 1; i < count; i++) {
    const grounds = { program: candidate, learning, answered, attempts: [], tip: tips[(i - 1) % tips.length]! };
    const said = await ask(proposalMessages(grounds, stream));
    if (said === null) break;
    const instruction = readInstruction(said);
    if (instruction !== "") proposed.add(instruction);
  }
  return [...proposed];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
