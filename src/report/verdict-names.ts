import type { Advice } from "../advise/advise.js";
import { isUnanswered } from "../advise/lookup.js";
import { capitalized } from "../advise/words/lists.js";
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

/** The verdict in a word or two, the same in every form of the report. */
export const verdictBadges: Readonly<Record<Advice["evidence"], string>> = {
  shown: "Shown by the measurements",
  "not-worse": "At least as good",
  disputed: "Depends on what is counted",
  guessing: "Against guesses only",
  chance: "Chance not excluded",
  "no-llm": "Not answered yet",
  none: "None is good enough",
  untold: "Depends on what you tell",
  "perhaps-too-low": "Shown, but perhaps not good enough",
  "asked-for": "By what you asked for",
  open: "Not enough evidence",
};

/** The headline below its badge, without the words that the badge has said. Of names for people: a name of an approach may come first, and begin with a capital. */
export function headlineBeside({ evidence, headline }: Pick<Advice, "evidence" | "headline">): string {
  const badge = verdictBadges[evidence];
  const said = [`${badge}: `, `${badge} to choose: `].find((words) => headline.startsWith(words));
  return said === undefined ? headline : capitalized(headline.slice(said.length));
}

/** How a verdict is colored, the same in every form of the report: `good` is said of what the measurements show and nothing else. */
export type VerdictTone = "good" | "unsure" | "bad";

/** The tone of each verdict. */
export const verdictTones: Readonly<Record<Advice["evidence"], VerdictTone>> = {
  shown: "good",
  "not-worse": "unsure",
  disputed: "unsure",
  guessing: "unsure",
  chance: "unsure",
  "no-llm": "unsure",
  none: "bad",
  untold: "unsure",
  "perhaps-too-low": "unsure",
  "asked-for": "unsure",
  open: "unsure",
};
