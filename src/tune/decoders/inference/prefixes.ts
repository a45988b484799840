/** @file Beginnings that many texts share, computed once. */
import { bytesOf, extended, type KeyShape, type KeyValues } from "./key-values.js";
import type { StepRunner } from "./step-runner.js";
import { growingTree, root } from "./token-tree.js";

/** A beginning that was computed. */
interface Prefix {
  readonly ids: readonly number[];
  readonly past: KeyValues;
}

/** Beginnings by what they begin. */
export interface Prefixes {
  /**
   * What is known of the beginning of `ids`, which leaves a token at least: the longest one that is kept, made longer where `ids` shares more with the
   * text before it.
   */
  of(ids: readonly number[]): Promise<{ readonly past: KeyValues; readonly rest: readonly number[] }>;
}

/** So many tokens more have to be shared: a pass of its own for fewer would not pay. */
const leastGain = 16;
/** What is kept at most: a few beginnings of a small model, one of a large one. */
const mostBytes = 512e6;
/** As many tokens are computed in one pass: more need room for how far each sees, which grows by the square. */
export const mostTokensAPass = 512;

/** Keeps nothing yet. */
export function prefixes(runner: Pick<StepRunner, "start" | "run">, shape: KeyShape): Prefixes {
  const none: Prefix = { ids: [], past: runner.start };
  /** Most recently used first. */
  let kept: readonly Prefix[] = [];
  let before: readonly number[] = [];
  const keep = (prefix: Prefix): void => {
    let room = mostBytes;
    kept = [prefix, ...kept.filter((other) => other !== prefix)].filter(({ past }, i) => {
      room -= bytesOf(past);
      return i === 0 || room >= 0;
    });
  };
  return {
    async of(ids) {
      const longest = kept
        .filter((prefix) => prefix.ids.length < ids.length && commonLength(prefix.ids, ids) === prefix.ids.length)
        .reduce((best, prefix) => (prefix.ids.length > best.ids.length ? prefix : best), none);
      const shared = Math.min(commonLength(before, ids), ids.length - 1);
      before = ids;
      let found = longest;
      if (shared >= longest.ids.length + leastGain) {
        const past = await computed(runner, longest.past, ids.slice(longest.ids.length, shared), shape);
        found = { ids: ids.slice(0, shared), past };
      }
      if (found !== none) keep(found);
      return { past: found.past, rest: ids.slice(found.ids.length) };
    },
  };
}

/** `past` with further tokens of the same text, computed in as many passes as they need. `past` stays as it is. */
export async function computed(
  runner: Pick<StepRunner, "run">,
  past: KeyValues,
  ids: readonly number[],
  shape: KeyShape,
): Promise<KeyValues> {
  let known = past;
  for (let start = 0; start < ids.length; start += mostTokensAPass) {
    const tree = growingTree();
    const last = tree.addAll(ids.slice(start, start + mostTokensAPass), root);
    known = extended(known, await runner.run(known, tree, [last]), shape, known === past);
  }
  return known;
}

/** How many ids two texts have in common at their beginning. */
export function commonLength(a: readonly number[], b: readonly number[]): number {
  const end = a.findIndex((id, i) => b[i] !== id);
  return end < 0 ? Math.min(a.length, b.length) : end;
}
