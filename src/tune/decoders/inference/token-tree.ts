/** @file Tokens that are computed in one pass: each follows another of them, or what was computed before. */
import { masked } from "../../encoders/blocks.js";

/** Follows what was computed before the pass. */
export const root = -1;

/** Tokens, each after the one that it follows. */
export interface TokenTree {
  readonly ids: readonly number[];
  /** For each token the index of the one that it follows, or `root`. */
  readonly parents: readonly number[];
}

/** A tree that grows. */
export interface GrowingTree extends TokenTree {
  /** Adds a token; its index. */
  add(id: number, parent: number): number;
  /** Adds tokens one after another; the index of the last, or `parent` where there are none. */
  addAll(ids: readonly number[], parent: number): number;
  /** The token `id` after `parent` if it is there, else a new one: answers that begin alike share their beginning. */
  addShared(id: number, parent: number): number;
}

/** A tree without tokens. */
export function growingTree(): GrowingTree {
  const ids: number[] = [];
  const parents: number[] = [];
  const shared = new Map<string, number>();
  const add = (id: number, parent: number): number => {
    parents.push(parent);
    return ids.push(id) - 1;
  };
  return {
    ids,
    parents,
    add,
    addAll: (more, parent) => more.reduce((last, id) => add(id, last), parent),
    addShared(id, parent) {
      const key = `${parent}:${id}`;
      const found = shared.get(key) ?? add(id, parent);
      shared.set(key, found);
      return found;
    },
  };
}

/** The place of each token in its text, after `past` tokens. */
export function placesOf({ parents }: TokenTree, past: number): number[] {
  const places: number[] = [];
  for (const parent of parents) places.push(parent === root ? past : places[parent]! + 1);
  return places;
}

/** What is known of the keys and values before a pass. */
export interface PastSlots {
  /** Tokens, of places 0, 1, …. */
  readonly length: number;
  /** Slots, of which those from `length` on hold nothing. */
  readonly capacity: number;
}

/**
 * Which keys each token sees, [tokens, capacity + tokens]: 0 for the past, those it follows, and itself; far below 0 for all else, and for those that lie
 * `window` places before it or more.
 */
export function maskOf(tree: TokenTree, { length, capacity }: PastSlots, window: number | null): Float32Array {
  const count = tree.ids.length;
  const keys = capacity + count;
  const mask = new Float32Array(count * keys).fill(masked);
  const places = placesOf(tree, length);
  for (let token = 0; token < count; token++) {
    const row = token * keys;
    const earliest = window === null ? 0 : places[token]! - window + 1;
    mask.fill(0, row + Math.max(0, earliest), row + Math.max(0, earliest, length));
    for (let seen = token; seen !== root; seen = tree.parents[seen]!) {
      if (places[seen]! < earliest) break;
      mask[row + capacity + seen] = 0;
    }
  }
  return mask;
}
