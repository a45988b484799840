/** @file Answers that are no better than a guess, in words. */

import type { Estimate } from "../../types/scores.js";
import type { Guesser } from "../findings/parts.js";

/** What may be wrong where an approach answers no better than guessing. */
export const guesserDoubts: Readonly<Record<Guesser, string>> = {
  llm: "wrong endpoint, labels or prompt?",
  recording: "wrong ids, labels, endpoint or prompt?",
  tuned: "wrong labels, or texts that do not tell?",
};

/** How answers that know nothing of the texts compare with a guess. */
export function guessInWords({ low, high }: Pick<Estimate, "low" | "high">): string {
  if (high < 0) return "worse than guessing";
  return low > 0 ? "hardly better than guessing" : "no better than guessing";
}
