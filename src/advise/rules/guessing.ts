import { outcomesOf } from "../../compare/details/disagreements.js";
import type { Comparison } from "../../types/comparison.js";
import type { Finding } from "../findings/findings.js";
import { guesserKind, isGuessing } from "../lookup.js";

/** The approaches whose answers are not shown to be better than guesses: rather a mistake in the setup than a model's skill. */
export function noBetterThanGuessing(comparison: Comparison): Finding[] {
  return comparison.summaries
    .filter((summary) => isGuessing(comparison, summary))
    .map((summary) => {
      const only = onlyAnswer(comparison, summary.approach);
      return {
        kind: "no-better-than-guessing",
        approach: summary.approach,
        arm: summary.arm,
        what: guesserKind(summary),
        aboveGuessing: summary.aboveGuessing!,
        ...(only !== undefined && { only }),
      };
    });
}

/** What an approach says of every text, where it says the same of all; first seed. */
function onlyAnswer(comparison: Comparison, approach: string): readonly string[] | undefined {
  const answers = (outcomesOf(comparison, approach) ?? []).flatMap(({ answer }) => (answer === null ? [] : [answer]));
  const [first] = answers;
  const text = JSON.stringify(first);
  return answers.every((answer) => JSON.stringify(answer) === text) ? first : undefined;
}
