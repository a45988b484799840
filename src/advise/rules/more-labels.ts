/** @file What further labels are expected to bring, by the learning curve: the fewest that bring as much as counts. */
import type { Comparison } from "../../types/comparison.js";
import type { LearningCurve } from "../../types/curves.js";
import { type Decision, decide } from "../decision.js";
import type { Finding, FindingOf } from "../findings/findings.js";
import { summaryOf } from "../lookup.js";
import { missedLabels } from "./labels.js";

/** One number of further labels with its expected gain; or that even the most bring less than counts. Nothing where no curve could be fitted. */
export function moreLabels(comparison: Comparison, decision: Decision = decide(comparison)): Finding[] {
  const { best, curves = [], assumptions } = comparison;
  if (best.tune === null || saysNothing.has(decision.ground)) return [];
  const tuned = curves.filter(({ arm }) => arm === "tune");
  const curve = tuned.find(({ approach }) => approach === best.tune!.approach) ?? tuned[0];
  const gains = curve?.fit.kind === "fitted" ? (curve.fit.gains ?? []) : [];
  if (curve === undefined || gains.length === 0) return [];
  const aim = aimOf(decision, curve, assumptions.margin);
  const enough = gains.find(({ gain }) => gain.value >= aim.gain);
  const told = enough ?? gains.at(-1)!;
  const usd = assumptions.usdPerLabel === undefined ? undefined : told.more * assumptions.usdPerLabel;
  const summary = summaryOf(comparison, curve.approach);
  const missed = summary === undefined ? [] : missedLabels(summary, assumptions.margin);
  return [
    {
      kind: "more-labels",
      approach: curve.approach,
      ...(curve.approach !== best.tune.approach && { best: best.tune.approach }),
      metric: curve.metric,
      labels: curve.points.at(-1)!.labels,
      ...told,
      aim,
      isEnough: enough !== undefined,
      ...(usd !== undefined && { usd }),
      missed: missed.slice(0, mostMissed).map(({ label }) => label),
    },
  ];
}

const saysNothing: ReadonlySet<Decision["ground"]> = new Set(["nothing", "unanswered", "no-signal", "none-within-limits"]);
const mostMissed = 3;

/** What further labels are for: to reach what is needed, to overtake the prompt, or to be seen at all. */
function aimOf(decision: Decision, curve: LearningCurve, margin: number): FindingOf<"more-labels">["aim"] {
  if (decision.ground === "not-good-enough" && decision.metric === curve.metric) {
    return { by: "needed", gain: decision.needed - curve.points.at(-1)!.score.value };
  }
  if ("contrast" in decision && decision.contrast.metric === curve.metric) {
    const { a, difference } = decision.contrast;
    const behind = a === curve.approach ? -difference.value : difference.value;
    const isOfPair = a === curve.approach || decision.contrast.b === curve.approach;
    const other = a === curve.approach ? decision.contrast.b : a;
    if (isOfPair && behind >= margin) return { by: "lead", gain: behind, other };
  }
  return { by: "margin", gain: margin };
}
