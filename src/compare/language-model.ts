import type { Measurement } from "../types.js";

/**
 * Whether an approach asked a language model, told from what it measured. One of the prompted arm that did not is the stand-in that runs
 * without a key or a network: it uses no tokens and brings all that it needs along as files. A stand-in is a floor, never an arm's best.
 */
export function asksLanguageModel({ arm, facts, outcomes }: Pick<Measurement, "arm" | "facts" | "outcomes">): boolean {
  if (arm !== "prompt") return false;
  return facts.artifactBytes === null || outcomes.some((outcome) => outcome.usage !== undefined);
}
