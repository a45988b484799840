/** @file A cascade of two measured approaches: a threshold, and what comes of it. Nothing is asked; all follows from the stored outcomes. */
import type { Cascade, CascadeAim, NoCascade } from "../../types/cascade.js";
import type { TaskFacts } from "../../types/data.js";
import type { Measurement } from "../../types/measurement.js";
import type { Assumptions } from "../../types/prices.js";
import { fitScoreCalibration } from "../calibration/score-calibration.js";
import { mainMeasurements } from "../main-measurements.js";
import { metricChoice } from "../metrics/metric-choice.js";
import { isMissing } from "../missing.js";
import { pairRows, type SplitRuns, usdOfRows } from "./pair-rows.js";
import { pricedCascade } from "./priced-cascade.js";
import { type ScoredPair, scoredPair } from "./scored-pair.js";
import { chosenThreshold } from "./threshold.js";

/** With fewer rows that both answered there is nothing to choose from. */
export const leastCascadeRows = 20;

export interface CascadeInput {
  readonly task: TaskFacts;
  readonly measurements: readonly Measurement[];
  readonly assumptions: Assumptions;
  /** Names of approaches. */
  readonly small: string;
  readonly llm: string;
  readonly aim: CascadeAim;
}

/** The measurements of one approach that a comparison rests on, of one split, by ascending seed. */
export function splitRuns(
  measurements: readonly Measurement[],
  task: TaskFacts,
  approach: string,
  split: Measurement["split"],
): SplitRuns {
  const own = mainMeasurements(measurements, task).filter((each) => each.approach === approach && each.split === split);
  return own.toSorted((a, b) => a.seed - b.seed);
}

/** What calibrates an approach's claims, by its outcomes of validation rows; `null` where it has none that tell. */
export function calibrationOf(measurements: readonly Measurement[], task: TaskFacts, approach: string): Cascade["calibration"] {
  const [validation] = splitRuns(measurements, task, approach, "validation");
  if (validation === undefined) return null;
  return fitScoreCalibration(
    validation.outcomes.filter((outcome) => !isMissing(outcome)),
    task,
  );
}

/** The cascade of two approaches on the rows that both have an outcome of, beside either alone and handing on at random. */
export function cascadeOf(input: CascadeInput): Cascade | NoCascade {
  const paired = pairedCascade(input);
  return "kind" in paired ? paired : paired.cascade;
}

/** A cascade with the rows that it is of, and which of them are handed on. */
export interface PairedCascade extends Pick<ScoredPair, "test" | "chosen"> {
  readonly cascade: Cascade;
}

/** The same with the rows behind it. */
export function pairedCascade(input: CascadeInput): PairedCascade | NoCascade {
  const pair = measuredPair(input, input.aim, input.assumptions);
  if ("kind" in pair) return pair;
  const { test, chosen } = pair;
  return { cascade: pricedCascade(pair, input.assumptions), test, chosen };
}

/** What the rows say of two approaches as one, whatever prices are assumed: with the threshold of the best trade, which no price has a say in. */
export function tradingPair(input: Omit<CascadeInput, "assumptions" | "aim">): ScoredPair | NoCascade {
  return measuredPair(input, { kind: "trade" }, null);
}

/** @param assumptions prices, which an aim of the kind `cost` alone looks at */
function measuredPair(
  { task, measurements, small, llm }: Omit<CascadeInput, "assumptions" | "aim">,
  aim: CascadeAim,
  assumptions: Assumptions | null,
): ScoredPair | NoCascade {
  const runs = (approach: string, split: Measurement["split"]): SplitRuns => splitRuns(measurements, task, approach, split);
  for (const approach of [small, llm]) if (runs(approach, "test").length === 0) return { kind: "not-measured", approach };
  const calibration = calibrationOf(measurements, task, small);
  const shared = sharedRows(runs(small, "test"), runs(llm, "test"));
  if (shared < leastCascadeRows) return { kind: "few-shared-rows", rows: shared, least: leastCascadeRows };
  const test = pairRows(runs(small, "test"), runs(llm, "test"), calibration, task);
  if (test === null) return { kind: "tells-no-confidence", approach: small };
  if (aim.kind === "cost" && assumptions !== null) {
    const usd = usdOfRows(test, assumptions);
    for (const [approach, own] of [[small, usd.small] as const, [llm, usd.llm] as const])
      if (own === null) return { kind: "price-unknown", approach };
  }
  const metric = metricChoice({ truths: test.seeds[0]!.small.truths, labelCount: task.labels.length }, task).primary;
  const validation = pairRows(runs(small, "validation").slice(0, 1), runs(llm, "validation").slice(0, 1), calibration, task);
  const chosen = chosenThreshold(test, validation, { aim, metric, assumptions });
  return scoredPair(test, chosen, { small, llm, aim, metric, calibration, task });
}

function sharedRows(small: SplitRuns, llm: SplitRuns): number {
  const all = [...small, ...llm].map(({ outcomes }) => outcomes);
  return all[0]!.filter((_, row) => all.every((outcomes) => !isMissing(outcomes[row]!))).length;
}
