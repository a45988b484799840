/** @file Whether the best of both arms are worth more as one. */
import { inMetric } from "../../compare/cascade/in-metric.js";
import { brokenLimits } from "../../compare/limits.js";
import type { Cascade } from "../../types/cascade.js";
import type { Comparison } from "../../types/comparison.js";
import type { Assumptions } from "../../types/prices.js";
import { type Decision, decide } from "../decision.js";
import type { Finding } from "../findings/findings.js";
import { isRecording, summaryOf } from "../lookup.js";

/** Grounds on which the arms themselves are in doubt: of what is made of them nothing is said. */
const inDoubt: readonly Decision["ground"][] = ["nothing", "one-arm", "no-llm", "unanswered", "no-signal"];

/** The cascade of the two, where it is recommended, keeps the limits, and gains over the choice what matters: right answers, or their price. */
export function bothTogether(comparison: Comparison, decision: Decision = decide(comparison)): Finding[] {
  const { cascade, assumptions } = comparison;
  if (cascade === undefined || cascade.objections.length > 0 || inDoubt.includes(decision.ground)) return [];
  const { small, llm, metric, escalated, policies, differences } = cascade;
  if (!keepsLimits(comparison, cascade) || !isWorthMore(cascade, decision.choice?.approach, assumptions)) return [];
  const [usd, llmUsd] = [policies.cascade.usdPerThousand?.value, policies.llm.usdPerThousand?.value];
  return [
    {
      kind: "both-together",
      small,
      llm,
      escalated: escalated.value,
      metric,
      score: inMetric(policies.cascade, metric),
      overSmall: inMetric(differences.small, metric),
      overLlm: inMetric(differences.llm, metric),
      ...(usd !== undefined && { usd }),
      ...(llmUsd !== undefined && { llmUsd }),
      margin: assumptions.margin,
      isRecording: isRecording(comparison, llm),
    },
  ];
}

/** Some texts go to either of the two, so that both have to keep limits on where they go and how long that takes; the price is the cascade's own. */
function keepsLimits(comparison: Comparison, { small, llm, policies }: Cascade): boolean {
  const { assumptions } = comparison;
  const { maxUsdPerThousand = Number.POSITIVE_INFINITY } = assumptions;
  const broken = [small, llm].flatMap((name) => {
    const summary = summaryOf(comparison, name);
    return summary === undefined ? [] : brokenLimits(summary, assumptions);
  });
  const usd = policies.cascade.usdPerThousand?.value ?? 0;
  return broken.every((limit) => limit === "price") && usd <= maxUsdPerThousand;
}

/** Over the small one: more right answers than the margin. Over the other one: not worse by more than the margin, since it costs less. */
function isWorthMore({ small, llm, metric, differences }: Cascade, choice: string | undefined, { margin }: Assumptions): boolean {
  if (choice === small) return inMetric(differences.small, metric).value > margin;
  return choice !== llm || inMetric(differences.llm, metric).low > -margin;
}
