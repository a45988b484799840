import type { Measurement } from "../types/measurement.js";

/** Whether an approach is of the prompted arm and asks a language model: what the arm is judged by. */
export function isPromptedLlm({ arm, traits }: Pick<Measurement, "arm" | "traits">): boolean {
  return arm === "prompt" && traits.asksLlm;
}

/** Whether an approach stands in for a language model, without a key or a network: a floor, never an arm's best where a model was asked. */
export function isStandIn({ arm, traits }: Pick<Measurement, "arm" | "traits">): boolean {
  return arm === "prompt" && !traits.asksLlm;
}
