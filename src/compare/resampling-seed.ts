/** @file What chance takes from names: the seed of all resampling, the fold of a row. By SHA-256 in plain JavaScript, so that a page computes the same as the program. */

/**
 * The first 32 bits of the SHA-256 of the test set's hash, as `lib/hash.ts` takes it: two runs on the same test rows draw the same resamples.
 *
 * @param testHash ASCII
 */
export function resamplingSeed(testHash: string): number {
  const text = `${testHash.length}:${testHash}`;
  return firstWord(Array.from(text, (character) => character.charCodeAt(0)));
}

/** The first 32 bits of the SHA-256 of a text in UTF-8, as a number. In Python: `int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")`. */
export function hashWord(text: string): number {
  return firstWord(new TextEncoder().encode(text));
}

/** The first 32 bits of the fraction of a root: what SHA-256 takes for random constants. */
function fraction(root: number): number {
  return Math.floor((root - Math.floor(root)) * 2 ** 32) >>> 0;
}

const primes = Array.from({ length: 310 }, (_, i) => i + 2).filter((n) => {
  for (let divisor = 2; divisor * divisor <= n; divisor++) if (n % divisor === 0) return false;
  return true;
});
const initial = primes.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));
const rounds = primes.slice(0, 64).map((prime) => fraction(Math.cbrt(prime)));

/** The first word of SHA-256 (FIPS 180-4, sections 5 and 6) of bytes. */
function firstWord(bytes: ArrayLike<number>): number {
  const state = Uint32Array.from(initial);
  const padded = new Uint8Array(64 * Math.ceil((bytes.length + 9) / 64));
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 4, 8 * bytes.length);
  const schedule = new Uint32Array(64);
  for (let block = 0; block < padded.length; block += 64) {
    for (let i = 0; i < 64; i++) {
      schedule[i] =
        i < 16
          ? view.getUint32(block + 4 * i)
          : schedule[i - 16]! +
            smallSigma(schedule[i - 15]!, 7, 18, 3) +
            schedule[i - 7]! +
            smallSigma(schedule[i - 2]!, 17, 19, 10);
    }
    let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number];
    for (let i = 0; i < 64; i++) {
      const choice = (e & f) ^ (~e & g);
      const majority = (a & b) ^ (a & c) ^ (b & c);
      const first = h + bigSigma(e, 6, 11, 25) + (choice >>> 0) + rounds[i]! + schedule[i]!;
      const second = bigSigma(a, 2, 13, 22) + (majority >>> 0);
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) >>> 0, c, b, a, (first + second) >>> 0];
    }
    for (const [i, word] of [a, b, c, d, e, f, g, h].entries()) state[i]! += word;
  }
  return state[0]!;
}

function rotated(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

function bigSigma(word: number, first: number, second: number, third: number): number {
  return (rotated(word, first) ^ rotated(word, second) ^ rotated(word, third)) >>> 0;
}

function smallSigma(word: number, first: number, second: number, shift: number): number {
  return (rotated(word, first) ^ rotated(word, second) ^ (word >>> shift)) >>> 0;
}
