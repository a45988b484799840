/**
 * @file Where the test rows show that the validation rows chose the wrong candidate of an arm. The one that is shown to be better stands for the arm then: a verdict
 * against the other one would be a verdict against a choice that nobody would make.
 *
 * Its scores were looked at to choose it. What is said of it is therefore tested along with all that might have been chosen: every candidate of the arm against the best of
 * the other one, corrected for their number.
 */
import type { Comparison } from "../types/comparison.js";
import type { Contrast } from "../types/contrast.js";
import type { Metric, Summary } from "../types/scores.js";

/** The best of both arms after the test rows were heard, and the arms whose choice they turned. */
export interface HeardChoice {
  readonly best: Comparison["best"];
  readonly turned: readonly ("tune" | "prompt")[];
}

/**
 * @param contrasts of the best of each arm with the other candidates of its arm, corrected for all that were planned
 * @param rivals candidates that validation rows could not rank: where an arm has some, its choice is held against each anyway
 * @param isEligible whether a candidate may be the best of its arm in place of the one that validation rows chose
 */
export function heardChoice(
  best: Comparison["best"],
  contrasts: readonly Contrast[],
  {
    summaries,
    metric,
    rivals,
    isEligible,
  }: {
    /** The highest score first. */
    readonly summaries: readonly Pick<Summary, "approach" | "arm">[];
    readonly metric: Metric;
    readonly rivals: readonly string[];
    isEligible(approach: string, chosen: string): boolean;
  },
): HeardChoice {
  const armOf = new Map(summaries.map(({ approach, arm }) => [approach, arm]));
  const turned: ("tune" | "prompt")[] = [];
  const heard = (["tune", "prompt"] as const).map((arm) => {
    const choice = best[arm];
    if (choice?.basis.kind !== "validation" || rivals.some((rival) => armOf.get(rival) === arm)) return choice;
    const better = contrasts.filter(
      (each) => each.a === choice.approach && each.metric === metric && armOf.get(each.b) === arm && isShownBehind(each),
    );
    const [first] = summaries.filter(
      ({ approach }) => isEligible(approach, choice.approach) && better.some(({ b }) => b === approach),
    );
    if (first === undefined) return choice;
    turned.push(arm);
    return { approach: first.approach, basis: { kind: "test" as const, over: choice.approach, validation: choice.basis } };
  });
  return { best: { tune: heard[0] ?? null, prompt: heard[1] ?? null }, turned };
}

const isShownBehind = ({ difference, adjustedPValue }: Contrast): boolean => difference.high < 0 && adjustedPValue < 0.05;
