/**
 * @file What an optimizer is: from a prompt and a way of judging prompts to a better prompt. It knows no model, no server and no file;
 * `search.ts` gives it all of them.
 *
 * Three kinds of rows are kept apart: those an optimizer may learn from and show (`OptimizerContext.learning`), those by which it chooses
 * (`selection`), and those held back to decide whether its choice is better than what it began with (`optimize.ts`), which it never sees.
 */
import type { Dataset, Example } from "../../types/data.js";
import type { Message } from "../llm.js";
import type { PromptProgram } from "../program.js";

/** The best prompt found, by the selection rows; the one it was given where none is better. Throws only what `evaluate` and `ask` throw. */
export type Optimizer = (candidate: PromptProgram, evaluate: Evaluate, context: OptimizerContext) => Promise<PromptProgram>;

/**
 * How a prompt answers rows, in their order; `null` where the budget does not allow to ask about all of them: then it is time to end. What
 * was asked before is known, and costs nothing.
 */
export type Evaluate = (program: PromptProgram, rows: readonly Example[]) => Promise<readonly RowResult[] | null>;

/** One row answered by one prompt. */
export interface RowResult {
  /** Whether the answer is the row's labels, all of them and no other. */
  readonly isRight: boolean;
  /** `null` where no label could be had. */
  readonly answer: readonly string[] | null;
  /** What was said, where it was not simply a label. Untrusted. */
  readonly said?: string;
}

/** What an optimizer is given besides. */
export interface OptimizerContext {
  /** The only source of randomness. */
  readonly seed: number;
  /** Rows that may be shown as examples, asked about, and described to the model. */
  readonly learning: Dataset;
  /** Rows by which prompts are compared, and which no prompt shows. */
  readonly selection: readonly Example[];
  /** What the model says; `""` where it said nothing that can be used, `null` where the budget does not allow to ask. */
  ask(messages: readonly Message[]): Promise<string | null>;
  /** About how many rows can still be asked about within the budget. */
  rowsLeft(): number;
  /** One finished step in words, for people; with the best share of right answers on the selection rows so far. */
  report(step: string, best: number): void;
}

/** The share of right answers. NaN of nothing. */
export function accuracyOf(results: readonly RowResult[]): number {
  return results.filter(({ isRight }) => isRight).length / results.length;
}
