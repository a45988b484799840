/**
 * @file How the rows of an update are cut into passes, so that it is done soonest: padding is computed in attention alone
 * (`packed-tokens.ts`), which is little where texts are short; but each pass also yields all gradients once more, to be copied and added.
 */

/**
 * What a pass costs beyond its tokens, in tokens: the gradients of all weights leave onnxruntime and are added up. Each token takes six
 * operations a weight, so the ratio hardly depends on the size of the model. Measured with MiniLM-L6 (EPYC): a pass of r rows padded to
 * L tokens takes 40 ms + 0.77 ms · r L (1 + L / 1200) of one core, so 50 tokens. With two threads, which speed up the tokens but not
 * the copying, it should be twice that: an estimate, and what is taken here.
 */
export const passOverhead = 100;

/** The length at which attention between all pairs costs as much as all else, by the same measurement. */
const evenLength = 1200;

/**
 * What a pass of `rows` rows costs beyond their tokens, which are the same however they are cut, in the time that one token takes alone:
 * attention is computed with padding to `length`, that of the longest row.
 */
export function passCost(rows: number, length: number): number {
  return passOverhead + attentionCost(rows, length);
}

/** What attention costs in a pass of `rows` rows padded to `length`, in the time that one token takes alone. */
export function attentionCost(rows: number, length: number): number {
  return (rows * length ** 2) / evenLength;
}

/**
 * The rows in passes of at most `tokensPerPass` tokens with their padding, such that the sum of `passCost` is the least there is; a row
 * that is longer alone is a pass alone. Found by dynamic programming over the rows by length, since rows of one pass can be neighbors:
 * no other passes cost less (a test tries them all). Longest first; rows of equal length keep their order.
 */
export function cheapestPasses(rows: readonly number[], lengths: readonly number[], tokensPerPass: number): number[][] {
  const sorted = rows.toSorted((a, b) => lengths[b]! - lengths[a]!);
  // best[end]: the least cost of the first `end` rows; begin[end]: where their last pass begins.
  const best = new Float64Array(sorted.length + 1);
  const begin = new Int32Array(sorted.length + 1);
  for (let end = 1; end <= sorted.length; end++) {
    best[end] = Number.POSITIVE_INFINITY;
    for (let start = end - 1; start >= 0; start--) {
      const length = Math.max(1, lengths[sorted[start]!]!);
      const count = end - start;
      // Further rows are no shorter, and more.
      if (count > 1 && count * length > tokensPerPass) break;
      const cost = best[start]! + passCost(count, length);
      if (cost < best[end]!) {
        best[end] = cost;
        begin[end] = start;
      }
    }
  }
  const passes: number[][] = [];
  for (let end = sorted.length; end > 0; end = begin[end]!) passes.unshift(sorted.slice(begin[end]!, end));
  return passes;
}
