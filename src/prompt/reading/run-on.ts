/** @file Models that go on after their answer: with another text of their own making, and its label. Only what comes first is an answer. */

/** The line with which a further example begins: `Text: …`, `### Input`, `User:`, `<text-3f2a1b>`. */
const nextExample =
  /\n[\p{P}\s]*(?:(?:next|new|another|second)\s+)?(?:texts?|inputs?|messages?|reviews?|sentences?|questions?|queries|query|examples?|user|human|customers?|utterances?|documents?|tweets?|posts?)\s*\d*[*_\s]*(?:[:：]|(?<=#\s*\p{L}+)\s*\n)|\n\s*<text\b/giu;

/**
 * An answer without the examples that a model made up behind it.
 *
 * @param said without thoughts
 * @param isAnswer whether a part from the beginning is an answer of its own; words that quote the text first are none
 */
export function withoutRunOn(said: string, isAnswer: (head: string) => boolean): string {
  for (const { index } of said.matchAll(nextExample)) {
    const head = said
      .slice(0, index)
      .replace(/[\s#=*_-]+$/, "")
      .trim();
    if (head !== "" && isAnswer(head)) return head;
  }
  return said;
}
