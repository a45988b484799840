import type { Comparison } from "../../types.js";
import { decide } from "../decision.js";
import type { Finding } from "../findings.js";
import { certainGain, gainOver } from "../lookup.js";

/** How far the choice lies above the baseline that comes nearest to it: a reason to ship it, or a reason not to. */
export function aboveBaseline(comparison: Comparison): Finding[] {
  const decision = decide(comparison);
  const subject = decision.choice ?? (decision.ground === "one-arm" ? decision.best : null);
  if (subject === null) return [];
  const { approach } = subject;
  const { margin } = comparison.assumptions;
  const gains = comparison.summaries
    .filter(({ arm }) => arm === "baseline")
    .map((baseline) => ({ baseline: baseline.approach, gain: gainOver(comparison, subject, baseline) }))
    .sort((a, b) => certainGain(a.gain) - certainGain(b.gain));
  const [nearest] = gains;
  if (nearest === undefined) return [];
  return certainGain(nearest.gain) > margin
    ? [{ kind: "above-baseline", approach, ...nearest }]
    : [{ kind: "barely-above-baseline", approach, ...nearest, margin }];
}
