/** @file The merges of a SentencePiece vocabulary, which has scores instead. */
import { UserError } from "../../../lib/errors.js";

/** A token of the vocabulary that may be made of others. */
export interface ScoredToken {
  readonly text: string;
  readonly id: number;
  readonly score: number;
}

/** SentencePiece's own tokens have at most 16 characters unless it is told otherwise. */
const longestScored = 128;
/** The vocabulary of Llama 2 comes to some 60,000. */
const mostMerges = 3e6;

/**
 * Each way to cut a token into two tokens is a merge; those into a token of a higher score come first, as in Hugging Face's conversion of SentencePiece
 * models (`generate_merges` in transformers). Among merges into the same token the one with the longer first part comes first.
 * `UserError` for tokens that no SentencePiece vocabulary has, of which a few could be cut without measure; `path` is for the message.
 */
export function mergesByScore(path: string, tokens: readonly ScoredToken[]): [string, string][] {
  const byText = new Map(tokens.map((token) => [token.text, token]));
  const merges: {
    readonly left: string;
    readonly right: string;
    readonly score: number;
    readonly lengths: readonly [number, number];
  }[] = [];
  for (const { text, score } of byText.values()) {
    const characters = Array.from(text);
    if (characters.length > longestScored || merges.length > mostMerges)
      throw new UserError(
        `${path}: its tokens are none of SentencePiece's: ${
          characters.length > longestScored
            ? `one has ${characters.length} characters`
            : `they come to more than ${mostMerges} merges`
        }. Is the file damaged? Download it again.`,
      );
    let left = "";
    for (let i = 1; i < characters.length; i++) {
      left += characters[i - 1]!;
      const right = text.slice(left.length);
      if (byText.has(left) && byText.has(right)) merges.push({ left, right, score, lengths: [i, characters.length - i] });
    }
  }
  const idOf = (text: string): number => byText.get(text)!.id;
  merges.sort(
    (a, b) =>
      b.score - a.score ||
      b.lengths[0] - a.lengths[0] ||
      b.lengths[1] - a.lengths[1] ||
      idOf(a.left + a.right) - idOf(b.left + b.right),
  );
  return merges.map(({ left, right }) => [left, right]);
}
