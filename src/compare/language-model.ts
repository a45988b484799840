import type { Measurement } from "../types/measurement.js";

/** Whether an approach is of the prompted arm and asks a language model: what the arm is judged by. */
export function isPromptedLlm({ arm, traits }: Pick<Measurement, "arm" | "traits">): boolean {
  return arm === "prompt" && traits.asksLlm;
}

/**
 * The measurements with the arms that they count in: what is prompted and asks no language model only stands in for one, and counts as a baseline.
 * A comparison knows such approaches from runs that were stored as prompts, and from programs that define their own.
 */
export function withStandInsAsBaselines(measurements: readonly Measurement[]): readonly Measurement[] {
  if (!measurements.some(isStandIn)) return measurements;
  return measurements.map((each) => (isStandIn(each) ? { ...each, arm: "baseline" } : each));
}

function isStandIn({ arm, traits }: Pick<Measurement, "arm" | "traits">): boolean {
  return arm === "prompt" && !traits.asksLlm;
}
