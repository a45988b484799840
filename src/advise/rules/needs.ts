import type { Comparison } from "../../types.js";
import { decide, runsAnywhere } from "../decision.js";
import type { Finding } from "../findings.js";

/** Whether the choice runs wherever its files are, while the other stays with a service. */
export function needs(comparison: Comparison): Finding[] {
  const decision = decide(comparison);
  if (decision.choice === null) return [];
  const { choice, other } = decision;
  if (!runsAnywhere(choice) || runsAnywhere(other)) return [];
  return [{ kind: "self-contained", approach: choice.approach, other: other.approach, otherNeeds: other.facts.needs }];
}
