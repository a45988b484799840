/** @file What an approach is: what it says of itself, and for what it leaves out, what its measurement tells. */
import type { Approach } from "../types/approach.js";
import type { Arm, Identity, Traits } from "../types/identity.js";
import type { Measurement } from "../types/measurement.js";

/** The identity of an approach; its method is its name where it tells none. */
export function identityOf({ name, method = name, ...rest }: Approach): Identity {
  return pickIdentity({ ...rest, method });
}

/** The identity of a measurement, a summary or a failed approach, without the rest. */
export function pickIdentity({ arm, method, model, variant }: Identity): Identity {
  return { arm, method, ...(model !== undefined && { model }), ...(variant !== undefined && { variant }) };
}

/** Whether an arm is one of the two that a verdict is between. What belongs to neither has no learning curve and takes part in no experiment. */
export function isOfVerdict(arm: Arm): arm is "tune" | "prompt" {
  return arm === "tune" || arm === "prompt";
}

/** The traits of an approach; see `Approach.traits` for the defaults. Without a measurement an approach is taken to be usual for its arm. */
export function traitsOf(
  { arm, traits }: Pick<Approach, "arm" | "traits">,
  measured?: Pick<Measurement, "facts" | "fitCost" | "outcomes">,
): Traits {
  return {
    asksLlm: arm === "prompt" && (measured === undefined || seemsToAskLlm(measured)),
    isRecording: measured?.facts.recording !== undefined,
    learnsFrom: measured === undefined || measured.fitCost.labels > 0 ? "labels" : "nothing",
    isMajority: false,
    ...traits,
  };
}

/** A stand-in for a language model uses no tokens, and the size of its model, or of its files, is known. */
function seemsToAskLlm({ facts, outcomes }: Pick<Measurement, "facts" | "outcomes">): boolean {
  const isService = facts.artifactBytes === null && facts.totalParameters === null;
  return isService || outcomes.some((outcome) => outcome.usage !== undefined);
}
