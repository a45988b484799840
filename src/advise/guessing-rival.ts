import type { Comparison } from "../types/comparison.js";
import type { Summary } from "../types/scores.js";
import type { Decision } from "./decision.js";
import { isGuessing } from "./lookup.js";

/** What the choice was compared with, where that answers no better than guessing: to beat it says little. */
export function guessingRival(comparison: Comparison, decision: Decision): Summary | undefined {
  if (decision.choice === null || !("other" in decision)) return undefined;
  return isGuessing(comparison, decision.other) ? decision.other : undefined;
}
