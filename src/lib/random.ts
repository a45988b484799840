/** @file Seeded random numbers. The only source of randomness in the project: `Math.random` appears nowhere. */

/** A stream of random numbers, fixed by its seed. */
export interface Random {
  /** Uniform in [0, 1), 32 random bits. */
  uniform(): number;
  /** Uniform integer in [0, below). */
  integer(below: number): number;
  /** Standard normal (Box-Muller). */
  normal(): number;
  /** A new array with the items in random order (Fisher-Yates). */
  shuffle<Item>(items: readonly Item[]): Item[];
}

/**
 * xoshiro128** (Blackman & Vigna 2018, https://prng.di.unimi.it/xoshiro128starstar.c), its state filled by SplitMix32.
 * Streams of the same seed with different `stream` names are independent for every practical purpose.
 */
export function random(seed: number, stream = ""): Random {
  let mix = Math.trunc(seed) >>> 0;
  // Seeds above 2^32 must not collapse onto small ones.
  mix = (mix ^ Math.imul(Math.floor(seed / 2 ** 32) >>> 0, 0x9e3779b1)) >>> 0;
  for (let i = 0; i < stream.length; i++) mix = Math.imul(mix ^ stream.charCodeAt(i), 0x01000193) >>> 0;
  const splitMix = (): number => {
    mix = (mix + 0x9e3779b9) >>> 0;
    let z = mix;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  };
  const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by));
  // Signed 32-bit states: V8 keeps them as plain integers, and a number takes 10 ns instead of 36. The bits are the same.
  let [a, b, c, d] = [splitMix() | 0, splitMix() | 0, splitMix() | 0, splitMix() | 0];
  const next = (): number => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return result;
  };
  const uniform = (): number => next() / 2 ** 32;
  const integer = (below: number): number => {
    // Rejection, so that no remainder is likelier than another.
    const limit = 2 ** 32 - (2 ** 32 % below);
    let value = next();
    while (value >= limit) value = next();
    return value % below;
  };
  return {
    uniform,
    integer,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    shuffle: (items) => {
      const shuffled = [...items];
      for (let i = shuffled.length - 1; i > 0; i--) {
        const j = integer(i + 1);
        [shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!];
      }
      return shuffled;
    },
  };
}

/**
 * The place of the likeliest, or at a temperature above 0 a draw from softmax(logprobs / temperature): the largest sum with Gumbel noise (Gumbel-max
 * trick). Of equal ones the first.
 */
export function drawn(logprobs: ArrayLike<number>, temperature: number, { uniform }: Pick<Random, "uniform">): number {
  let best = 0;
  let most = Number.NEGATIVE_INFINITY;
  for (let place = 0; place < logprobs.length; place++) {
    const logprob = logprobs[place]!;
    const value = temperature === 0 ? logprob : logprob / temperature - Math.log(-Math.log(uniform() || Number.MIN_VALUE));
    if (value > most) [best, most] = [place, value];
  }
  return best;
}
