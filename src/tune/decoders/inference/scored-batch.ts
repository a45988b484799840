/** @file How likely answers are, of several prompts in one pass: each prompt's tokens, and after them its answers, which share their beginnings. */
import type { KeyShape, KeyValues } from "./key-values.js";
import { computed, mostTokensAPass } from "./prefixes.js";
import type { StepRunner } from "./step-runner.js";
import { growingTree } from "./token-tree.js";

/** A prompt and its answers. */
export interface ToScore {
  /** What is left of the prompt after `past`: a token at least. */
  readonly rest: readonly number[];
  readonly continuations: readonly (readonly number[])[];
}

/** An upper bound of the tokens that a pass has of it. */
export function tokensOf({ rest, continuations }: ToScore): number {
  return rest.length + continuations.reduce((total, ids) => total + Math.max(0, ids.length - 1), 0);
}

/** For each prompt after the same `past` the natural log-probability of each of its answers. */
export async function scoredBatch(
  runner: Pick<StepRunner, "run" | "vocabularySize">,
  past: KeyValues,
  rows: readonly ToScore[],
): Promise<number[][]> {
  const tree = growingTree();
  /** Rows of log-probabilities, by the token after which they are. */
  const wanted = new Map<number, number>();
  const after = (token: number): number => {
    const row = wanted.get(token) ?? wanted.size;
    wanted.set(token, row);
    return row;
  };
  const parts = rows.map(({ rest, continuations }) => {
    const last = tree.addAll(rest, -1);
    return continuations.map((ids) => {
      let token = last;
      return ids.map((id, i) => {
        const row = after(token);
        // What nothing follows need not be computed.
        if (i < ids.length - 1) token = tree.addShared(id, token);
        return { row, id };
      });
    });
  });
  const { logprobs } = await runner.run(past, tree, wanted.size === 0 ? [0] : [...wanted.keys()]);
  const size = runner.vocabularySize;
  return parts.map((answers) => answers.map((steps) => steps.reduce((sum, { row, id }) => sum + logprobs[row * size + id]!, 0)));
}

/** The same of one prompt whose tokens or answers are more than one pass takes. */
export async function scoredAlone(
  runner: Pick<StepRunner, "run" | "vocabularySize">,
  past: KeyValues,
  { rest, continuations }: ToScore,
  shape: KeyShape,
): Promise<number[]> {
  const own = await computed(runner, past, rest.slice(0, -1), shape);
  const last = rest.slice(-1);
  const scores: number[] = [];
  for (let start = 0; start < continuations.length; ) {
    let end = start + 1;
    while (
      end < continuations.length &&
      tokensOf({ rest: last, continuations: continuations.slice(start, end + 1) }) <= mostTokensAPass
    )
      end++;
    const [found] = await scoredBatch(runner, own, [{ rest: last, continuations: continuations.slice(start, end) }]);
    scores.push(...found!);
    start = end;
  }
  return scores;
}
