/**
 * @file NumPy's `default_rng(seed).permutation(n)`, number by number. Hugging Face's `dataset.shuffle(seed)` is this permutation, so
 * "shuffle with seed 42, take the first 1,000" means the same rows here and in Python.
 */

const mask64 = (1n << 64n) - 1n;
const mask128 = (1n << 128n) - 1n;
/** Multiplier of the 128-bit linear congruential generator under PCG64 (O'Neill 2014, pcg-random.org). */
const pcgMultiplier = (2549297995355413924n << 64n) | 4865540595714422341n;

/**
 * The permutation of 0 … `length` − 1 that `numpy.random.default_rng(seed).permutation(length)` gives. O(length).
 * Checked against NumPy 2.4 and `datasets` 5.2 (golden/data.json).
 * @param seed a whole number from 0 up.
 */
export function numpyPermutation(length: number, seed: number): Uint32Array {
  const next = pcg64(seedState(seed));
  const order = Uint32Array.from({ length }, (_, i) => i);
  // `Generator.permutation` of a number shuffles `arange` from the end, drawing j in [0, i] by masking and rejecting
  // (`random_interval`); not by Lemire's method, which `Generator.integers` uses.
  for (let i = length - 1; i > 0; i--) {
    const mask = 0xffffffff >>> Math.clz32(i);
    let j = (next() & mask) >>> 0;
    while (j > i) j = (next() & mask) >>> 0;
    const item = order[i]!;
    order[i] = order[j]!;
    order[j] = item;
  }
  return order;
}

/** `SeedSequence(seed).generate_state(4, uint64)` as eight 32-bit words, low word first. */
function seedState(seed: number): Uint32Array {
  const words: number[] = [];
  for (let rest = BigInt(seed); rest > 0n || words.length === 0; rest >>= 32n) words.push(Number(rest & 0xffffffffn));
  let hashConstant = 0x43b0d7e5;
  const hash = (value: number): number => {
    const mixed = value ^ hashConstant;
    hashConstant = Math.imul(hashConstant, 0x931e8875);
    const product = Math.imul(mixed, hashConstant);
    return product ^ (product >>> 16);
  };
  const mix = (a: number, b: number): number => {
    const difference = (Math.imul(0xca01f9dd, a) - Math.imul(0x4973f715, b)) | 0;
    return difference ^ (difference >>> 16);
  };
  const pool = Int32Array.from({ length: 4 }, (_, i) => hash(words[i] ?? 0));
  for (let from = 0; from < 4; from++) {
    for (let to = 0; to < 4; to++) if (from !== to) pool[to] = mix(pool[to]!, hash(pool[from]!));
  }
  let outputConstant = 0x8b51f9dd;
  return Uint32Array.from({ length: 8 }, (_, i) => {
    const mixed = pool[i % 4]! ^ outputConstant;
    outputConstant = Math.imul(outputConstant, 0x58f38ded);
    const product = Math.imul(mixed, outputConstant);
    return product ^ (product >>> 16);
  });
}

/** PCG64 (XSL-RR, 128 bits of state) as a stream of 32-bit words: each 64-bit output gives its low half, then its high half. */
function pcg64(words: Uint32Array): () => number {
  const word64 = (i: number): bigint => (BigInt(words[2 * i + 1]!) << 32n) | BigInt(words[2 * i]!);
  const increment = ((((word64(2) << 64n) | word64(3)) << 1n) | 1n) & mask128;
  const step = (state: bigint): bigint => (state * pcgMultiplier + increment) & mask128;
  let state = step((step(0n) + ((word64(0) << 64n) | word64(1))) & mask128);
  let highHalf: number | undefined;
  return () => {
    if (highHalf !== undefined) {
      const half = highHalf;
      highHalf = undefined;
      return half;
    }
    state = step(state);
    const folded = (state >> 64n) ^ (state & mask64);
    const rotation = state >> 122n;
    const output = ((folded >> rotation) | (folded << (64n - rotation))) & mask64;
    highHalf = Number(output >> 32n);
    return Number(output & 0xffffffffn);
  };
}
