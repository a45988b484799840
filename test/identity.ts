/** @file What an approach of a test is, filled in from the name that the test gives it. Nothing else reads a name. */
import type { Approach } from "../src/types/approach.js";
import type { Arm, Identity, Traits } from "../src/types/identity.js";
import type { FailedApproach } from "../src/types/measurement.js";

/** The identity behind `tune:probe`, `prompt:few-shot@MODEL`, `prompt:file:NAME#2@MODEL`, `prompt:recorded@MODEL#2`, and whatever a test makes up. */
export function identityFor(name: string, arm: Arm): Identity {
  const [way, model, variant] = /^([^@]+)(?:@([^#]+))?(#\d+)?$/.exec(name)?.slice(1) ?? [name];
  const [method, file] = /^(?:[a-z]+:)?([^:]+)(?::(.+))?$/.exec(way!)?.slice(1) ?? [];
  const one = file ?? variant;
  return {
    arm,
    method: method ?? way!,
    ...(model !== undefined && { model }),
    ...(one !== undefined && { variant: one }),
  };
}

/** Of the name alone: a prompted approach with a model asks an LLM. */
export function traitsFor(name: string, arm: Arm, traits: Partial<Traits> = {}): Traits {
  const { method, model } = identityFor(name, arm);
  const isRecording = method === "recorded";
  return {
    asksLlm: arm === "prompt" && model !== undefined,
    isRecording,
    learnsFrom: isRecording ? "unknown" : method === "zero-shot" || method === "labels" ? "nothing" : "labels",
    isMajority: arm === "baseline" && method === "majority",
    ...traits,
  };
}

/** All that a measurement, a summary or a failed approach says of what it is. */
export function identified(approach: string, arm: Arm, traits: Partial<Traits> = {}): Omit<FailedApproach, "reason"> {
  return { approach, ...identityFor(approach, arm), traits: traitsFor(approach, arm, traits) };
}

/** What a made-up approach says of itself; the rest is left to what is measured. */
export function selfDescription(name: string, arm: Arm): Pick<Approach, "arm" | "method" | "model" | "variant" | "traits"> {
  const { isMajority } = traitsFor(name, arm);
  return { ...identityFor(name, arm), ...(isMajority && { traits: { isMajority } }) };
}
