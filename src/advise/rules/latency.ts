import { isPromptedLlm } from "../../compare/language-model.js";
import type { Comparison } from "../../types/comparison.js";
import { type Decision, decide } from "../decision.js";
import type { Finding } from "../findings/findings.js";
import { summaryOf } from "../lookup.js";

/** From this ratio of medians on, a difference of latency is large enough to decide where the model may stand in a product. */
const largeRatio = 5;

/** Seconds below which people notice no wait (Card, Moran & Newell 1983; Nielsen 1993): two latencies below it don't differ for them. */
const unnoticedSeconds = 0.1;

/** Whether the choice answers much faster or much slower than the best of the other arm. */
export function latencyGap(comparison: Comparison, decision: Decision = decide(comparison)): Finding[] {
  if (decision.choice === null) return [];
  const { choice, other } = decision;
  const [seconds, otherSeconds] = [choice.latency?.p50, other.latency?.p50];
  if (seconds === undefined || otherSeconds === undefined) return [];
  if (Math.max(seconds, otherSeconds) < unnoticedSeconds) return [];
  const names = { approach: choice.approach, seconds, other: other.approach, otherSeconds };
  if (otherSeconds >= largeRatio * seconds) return [{ kind: "faster", ...names }];
  if (seconds >= largeRatio * otherSeconds) return [{ kind: "slower", ...names }];
  return [];
}

/** The language models whose latency could not be measured, as where a recording is replayed. */
export function latencyNotMeasured(comparison: Comparison): Finding[] {
  return bestOfArms(comparison)
    .filter((summary) => summary.latency === null && isPromptedLlm(summary))
    .map(({ approach, facts }) => ({ kind: "latency-not-measured", approach, isRecording: facts.recording !== undefined }));
}

function bestOfArms(comparison: Comparison) {
  const { tune, prompt } = comparison.best;
  return [summaryOf(comparison, tune?.approach), summaryOf(comparison, prompt?.approach)].filter(
    (summary) => summary !== undefined,
  );
}
