/** @file The optimizers by name, and which one suits a task. */
import { formatCount } from "../../lib/text/format.js";
import type { Dataset } from "../../types/data.js";
import { bootstrap } from "./bootstrap.js";
import { gepa } from "./gepa.js";
import { instructions } from "./instructions.js";
import { miprov2 } from "./miprov2.js";
import type { Optimizer } from "./optimizer.js";
import { randomSearch } from "./random-search.js";

export const optimizers = {
  "random-search": randomSearch,
  bootstrap,
  instructions,
  miprov2,
  gepa,
} as const satisfies Record<string, Optimizer>;

export type OptimizerName = keyof typeof optimizers;

export const optimizerNames = Object.keys(optimizers) as readonly OptimizerName[];

/** Examples of texts this long multiply the price of every answer. */
const longTextCharacters = 1500;
/** MIPROv2 tries prompts on so many selection rows: with no more than these, each trial would be a full evaluation. */
const miproMinibatch = 35;

/**
 * The optimizer for some learning rows, and a budget of so many evaluations on all of `selectionRows`, with the reason in words. Examples first: they
 * often win more than instructions do, and cost no proposals.
 */
export function chooseOptimizer(
  { examples, labels }: Dataset,
  selectionRows: number,
  evaluations: number,
): { readonly name: OptimizerName; readonly reason: string } {
  const characters = examples.reduce((sum, { text }) => sum + text.length, 0) / Math.max(1, examples.length);
  const judged = `the budget judges about ${formatCount(Math.floor(evaluations))} prompts`;
  if (examples.length < 2 * labels.length)
    return { name: "instructions", reason: `${formatCount(examples.length)} learning rows are too few to choose examples among` };
  if (characters > longTextCharacters)
    return { name: "gepa", reason: `texts of ${formatCount(characters)} characters are too long to show many as examples` };
  if (selectionRows <= miproMinibatch)
    return { name: "random-search", reason: `${judged}, on ${formatCount(selectionRows)} rows, too few to be divided further` };
  return { name: "miprov2", reason: `${judged}, enough to search examples and instructions together` };
}
