import type { Comparison } from "../../types.js";
import type { Finding } from "../findings.js";
import { isGuessing } from "../lookup.js";

/** The approaches whose answers are not shown to be better than guesses: rather a mistake in the setup than a model's skill. */
export function noBetterThanGuessing(comparison: Comparison): Finding[] {
  return comparison.summaries
    .filter((summary) => isGuessing(comparison, summary))
    .map(({ approach, arm, aboveGuessing }) => ({
      kind: "no-better-than-guessing",
      approach,
      arm,
      aboveGuessing: aboveGuessing!,
    }));
}
