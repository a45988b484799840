import { labelsUsed } from "../../compare/known-facts.js";
import { scoreOf } from "../../compare/metrics/metric-choice.js";
import type { Comparison } from "../../types/comparison.js";
import { type Decision, decide } from "../decision.js";
import type { Finding } from "../findings/findings.js";
import { comparedRows, gainOver, isRecording, leadIsShown } from "../lookup.js";

/** What the decision rests on: one finding. */
export function verdict(comparison: Comparison, decision: Decision = decide(comparison)): Finding[] {
  const { margin } = comparison.assumptions;
  switch (decision.ground) {
    case "nothing":
      return [{ kind: "nothing-measured" }];
    case "unanswered": {
      const { arm: _, ...unanswered } = decision.unanswered;
      return [{ kind: "no-answers", isRecording: isRecording(comparison, unanswered.approach), ...unanswered }];
    }
    case "unranked": {
      const pairs = decision.pairs.map(({ contrast: { a, b, metric, difference, verdict: said } }) => {
        return { a, b, metric, difference, margin, verdict: said };
      });
      return [{ kind: "unranked", pairs }];
    }
    case "no-llm": {
      const { best } = decision;
      const metric = comparison.metrics.primary;
      const { llmOffer: offer, task } = comparison;
      const reached = { approach: best.approach, metric, score: scoreOf(best, metric), labels: labelsUsed(best) };
      return [{ kind: "not-answered", ...reached, testRows: task.testRows, ...(offer !== undefined && { offer }) }];
    }
    case "not-good-enough": {
      const { best, metric, score, needed } = decision;
      return [{ kind: "not-good-enough", best: best.approach, metric, score, needed }];
    }
    case "none-within-limits":
      return [{ kind: "none-within-limits", broken: decision.broken }];
    case "one-arm": {
      const { approach, arm } = decision.best;
      const metric = comparison.metrics.ranking;
      return [{ kind: "only-arm", arm, approach, metric, score: scoreOf(decision.best, metric) }];
    }
    case "no-signal": {
      const { best, baseline, ahead } = decision;
      if (ahead !== undefined) {
        const lead = scoreOf(baseline, ahead).value - scoreOf(best, ahead).value;
        return [{ kind: "trivial-rule-leads", best: best.approach, baseline: baseline.approach, metric: ahead, lead }];
      }
      const gain = gainOver(comparison, best, baseline);
      return [{ kind: "no-better-than-majority", best: best.approach, baseline: baseline.approach, gain }];
    }
    case "better": {
      const { metric, difference } = decision.contrast;
      const [winner, loser] = [decision.choice.approach, decision.other.approach];
      return [{ kind: "better", winner, loser, metric, difference, margin }];
    }
    case "limits":
    case "outweighed": {
      const { metric, difference } = decision.contrast;
      const names = { approach: decision.choice.approach, other: decision.other.approach, metric, difference, margin };
      if (decision.ground === "limits") return [{ kind: "limits-decide", ...names, broken: decision.broken }];
      return [{ kind: "outweighed", ...names, by: decision.votes.map(({ criterion }) => criterion) }];
    }
    case "equivalent": {
      const { a, b, metric, difference } = decision.contrast;
      return [{ kind: "equivalent", a, b, metric, difference, margin }];
    }
    case "not-worse": {
      const { metric, difference } = decision.contrast;
      const [approach, other] = [decision.choice.approach, decision.other.approach];
      const shown = leadIsShown(comparison, decision.contrast);
      return [{ kind: "not-worse", approach, other, metric, difference, margin, leadIsShown: shown }];
    }
    case "undecided": {
      const { metric, difference, moreRows } = decision.contrast;
      const [leader, other] = [decision.leader.approach, decision.other.approach];
      const testRows = comparedRows(decision.contrast, comparison);
      const shown = leadIsShown(comparison, decision.contrast);
      return [{ kind: "undecided", leader, other, metric, difference, margin, moreRows, testRows, leadIsShown: shown }];
    }
  }
}
