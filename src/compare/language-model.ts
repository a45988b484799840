import type { Measurement } from "../types.js";

/**
 * Whether an approach asked a language model, told from what it measured. One of the prompted arm that did not is the stand-in that runs
 * without a key or a network: it uses no tokens, and the size of its model, or of its files, is known. A stand-in is a floor, never an arm's best.
 */
export function asksLanguageModel({ arm, facts, outcomes }: Pick<Measurement, "arm" | "facts" | "outcomes">): boolean {
  if (arm !== "prompt") return false;
  const isService = facts.artifactBytes === null && facts.totalParameters === null;
  return isService || outcomes.some((outcome) => outcome.usage !== undefined);
}
