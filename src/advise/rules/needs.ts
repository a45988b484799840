import { runsAnywhere } from "../../compare/known-facts.js";
import type { Comparison } from "../../types/comparison.js";
import { type Decision, decide } from "../decision.js";
import type { Finding } from "../findings/findings.js";

/** Whether the choice runs wherever its files are, while the other stays with a service. */
export function needs(comparison: Comparison, decision: Decision = decide(comparison)): Finding[] {
  if (decision.choice === null) return [];
  const { choice, other } = decision;
  if (runsAnywhere(choice) !== true || runsAnywhere(other) !== false) return [];
  return [{ kind: "self-contained", approach: choice.approach, other: other.approach, otherNeeds: other.facts.needs }];
}
