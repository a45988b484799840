/** @file Keys and values of tokens that were computed, kept for those that follow. */
import type { DecoderConfig } from "../decoder-config.js";

/** The keys and values of one text, layer by layer, each [key heads, capacity, head width]. */
export interface KeyValues {
  /** Tokens. */
  readonly length: number;
  /** Slots: those from `length` on hold nothing. */
  readonly capacity: number;
  readonly keys: readonly Float32Array[];
  readonly values: readonly Float32Array[];
}

/** Measures of what is kept. */
export type KeyShape = Pick<DecoderConfig, "layers" | "keyHeads" | "headWidth">;

/** Slots are added by so many, so that a token more does not copy all. */
const slotStep = 64;

/** Nothing yet. */
export function noKeyValues({ layers }: KeyShape): KeyValues {
  const none = (): Float32Array[] => Array.from({ length: layers }, () => new Float32Array(0));
  return { length: 0, capacity: 0, keys: none(), values: none() };
}

/** Bytes that it takes. */
export function bytesOf({ keys, values }: KeyValues): number {
  return [...keys, ...values].reduce((total, { byteLength }) => total + byteLength, 0);
}

/** What one pass computed, layer by layer, each [key heads, tokens, head width]. */
export interface NewKeyValues {
  readonly tokens: number;
  readonly keys: readonly Float32Array[];
  readonly values: readonly Float32Array[];
}

/**
 * What was known, and after it all tokens of a pass, which have to be one text. Where there is room they are written into the slots of `before`, which
 * is then not to be used any more; `isShared`: it is left as it is.
 */
export function extended(
  before: KeyValues,
  added: NewKeyValues,
  { keyHeads, headWidth }: KeyShape,
  isShared: boolean,
): KeyValues {
  const length = before.length + added.tokens;
  const isRoomy = !isShared && length <= before.capacity;
  const capacity = isRoomy ? before.capacity : Math.ceil((length + slotStep / 2) / slotStep) * slotStep;
  const merge = (old: Float32Array, fresh: Float32Array): Float32Array => {
    const target = isRoomy ? old : new Float32Array(keyHeads * capacity * headWidth);
    for (let head = 0; head < keyHeads; head++) {
      const start = head * capacity * headWidth;
      const from = head * before.capacity * headWidth;
      if (!isRoomy) target.set(old.subarray(from, from + before.length * headWidth), start);
      const own = head * added.tokens * headWidth;
      target.set(fresh.subarray(own, own + added.tokens * headWidth), start + before.length * headWidth);
    }
    return target;
  };
  return {
    length,
    capacity,
    keys: before.keys.map((old, layer) => merge(old, added.keys[layer]!)),
    values: before.values.map((old, layer) => merge(old, added.values[layer]!)),
  };
}
