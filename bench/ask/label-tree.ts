/** @file Labels as a tree of tokens, walked in one sequence of node-llama-cpp: each token is computed once after the beginning that it shares with others. */
import type { Ids } from "./contestant.js";

/** What is given back of a token: what may follow it. */
export interface Output {
  readonly next: { readonly logits?: ReadonlyMap<number, number>; readonly totalLogitWeight?: number };
}

/** What is used of a sequence. */
export interface Evaluated {
  /** How many tokens it has. */
  readonly nextTokenIndex: number;
  eraseContextTokenRanges(ranges: readonly { readonly start: number; readonly end: number }[]): Promise<void>;
  controlledEvaluate(input: readonly (number | readonly [number, object])[]): Promise<readonly (Output | undefined)[]>;
}

/** A token of labels, or what stands before them. */
export interface LabelNode {
  readonly id: number;
  readonly next: Map<number, LabelNode>;
  /** Labels that have one token more, which nothing follows: it need not be computed. */
  readonly ends: { readonly label: number; readonly id: number }[];
}

/** The tree of some labels, a token at least each. */
export function labelTree(labels: readonly Ids[]): LabelNode {
  const node = (id: number): LabelNode => ({ id, next: new Map(), ends: [] });
  const top = node(-1);
  for (const [label, ids] of labels.entries()) {
    let at = top;
    for (const id of ids.slice(0, -1)) {
      const found = at.next.get(id) ?? node(id);
      at.next.set(id, found);
      at = found;
    }
    at.ends.push({ label, id: ids.at(-1)! });
  }
  return top;
}

/**
 * A token to compute, and what is wanted of it: the logits of some that may follow, of the likeliest one, and the sum of all weights. The likeliest is the
 * selected one at temperature 0: `includeMax` of node-llama-cpp 3.22.1 adds it only where it is there already.
 */
export function asked(id: number, followers: Ids): readonly [number, object] {
  const logits = { filter: { tokens: followers, includeSelected: true } };
  return [id, { generateNext: { logits, totalLogitWeight: true, options: { temperature: 0 } } }];
}

/** The natural log-probability of one of the tokens that were asked for. Weights are relative to the largest. */
export function logprob(output: Output | undefined, id: number): number {
  const { logits, totalLogitWeight } = output!.next;
  return logits!.get(id)! - Math.max(...logits!.values()) - Math.log(totalLogitWeight!);
}

/** Leaves so many tokens. */
export async function cutTo(sequence: Evaluated, length: number): Promise<void> {
  if (sequence.nextTokenIndex > length) await sequence.eraseContextTokenRanges([{ start: length, end: sequence.nextTokenIndex }]);
}

/** The log-probability of each label after what the sequence has and `own`. */
export async function scoreLabels(sequence: Evaluated, own: Ids, tree: LabelNode, labels: number): Promise<number[]> {
  const scores = Array.from({ length: labels }, () => Number.NaN);
  /** Computes `before`, whose last token `top` stands for, and the first way down from there in one pass; then goes back for the others. */
  const descend = async (before: Ids, top: LabelNode, sum: number): Promise<void> => {
    const path = wayDown(top);
    const wanted = path.map((node, i) =>
      asked(i === 0 ? before.at(-1)! : node.id, [...node.next.keys(), ...node.ends.map(({ id }) => id)]),
    );
    const outputs = await sequence.controlledEvaluate([...before.slice(0, -1), ...wanted]);
    const end = sequence.nextTokenIndex;
    const others: { readonly place: number; readonly node: LabelNode; readonly sum: number }[] = [];
    let total = sum;
    for (const [i, node] of path.entries()) {
      const output = outputs[before.length - 1 + i];
      for (const { label, id } of node.ends) scores[label] = total + logprob(output, id);
      const place = end - (path.length - 1 - i);
      for (const next of node.next.values())
        if (next !== path[i + 1]) others.push({ place, node: next, sum: total + logprob(output, next.id) });
      if (i + 1 < path.length) total += logprob(output, path[i + 1]!.id);
    }
    // The deepest first: what lies behind a place is erased.
    for (const { place, node, sum: known } of others.reverse()) {
      await cutTo(sequence, place);
      await descend([node.id], node, known);
    }
  };
  await descend(own, tree, 0);
  return scores;
}

function wayDown(top: LabelNode): LabelNode[] {
  const path = [top];
  for (let [next] = top.next.values(); next !== undefined; [next] = next.next.values()) path.push(next);
  return path;
}
