import { isUnanswered } from "../advise/lookup.js";
import type { Comparison } from "../types/comparison.js";
import type { Contrast } from "../types/contrast.js";

const verdictNames: Readonly<Record<Contrast["verdict"], string>> = {
  "a-better": "first is better",
  "b-better": "second is better",
  equivalent: "equivalent",
  undecided: "undecided",
};

/** What a verdict is called beside "a − b": the first one is `a`. None, where most answers of one of them could not be had. */
export function verdictName({ a, b, verdict }: Contrast, comparison: Comparison): string {
  return isUnanswered(comparison, a) || isUnanswered(comparison, b) ? "no verdict" : verdictNames[verdict];
}
