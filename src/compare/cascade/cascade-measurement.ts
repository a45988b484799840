/** @file A cascade as if it had been measured: its answers to the test rows, each priced by what both took. */
import { addCosts } from "../../lib/cost.js";
import type { TaskFacts } from "../../types/data.js";
import type { Measurement } from "../../types/measurement.js";
import type { Outcome } from "../../types/prediction.js";
import { type CascadeInput, type PairedCascade, splitRuns } from "./cascade.js";

/** What a cascade is called. */
export const cascadeName = "hybrid:cascade";

/**
 * The first seed's answers: rows that one of the two has no outcome of are missing. Its latency was not measured, and by facts it is what the two are.
 */
export function cascadeMeasurement(
  { test, handedOn }: PairedCascade,
  { task, measurements, small, llm }: Pick<CascadeInput, "task" | "measurements" | "small" | "llm">,
): Measurement {
  const [own, other] = [first(measurements, task, small), first(measurements, task, llm)];
  const placeOf = new Map(test.ids.map((id, place) => [id, place]));
  const { usd } = test;
  const outcomes = own.outcomes.map((kept, row): Outcome => {
    const { id, truth, characters, group } = kept;
    const base = { id, truth, ...(characters !== undefined && { characters }), ...(group !== undefined && { group }) };
    const place = placeOf.get(id);
    if (place === undefined) return { ...base, answer: null, failure: "unasked" };
    const isHandedOn = handedOn[0]![place]!;
    const costUsd = usd.small === null || usd.llm === null ? null : usd.small[place]! + (isHandedOn ? usd.llm[place]! : 0);
    const asked = other.outcomes[row]!;
    const { answer, failure } = isHandedOn && asked.answer !== null ? asked : kept;
    return { ...base, answer, ...(failure !== undefined && { failure }), costUsd };
  });
  const needs = [...new Set([...own.facts.needs, ...other.facts.needs])];
  return {
    approach: cascadeName,
    arm: "hybrid",
    method: "cascade",
    traits: { ...own.traits, asksLlm: own.traits.asksLlm || other.traits.asksLlm },
    split: "test",
    trainSize: own.trainSize,
    seed: own.seed,
    outcomes,
    latencies: [],
    // Both learn from the same rows: their labels are made once.
    fitCost: { ...addCosts(own.fitCost, other.fitCost), labels: Math.max(own.fitCost.labels, other.fitCost.labels) },
    predictCost: addCosts(own.predictCost, other.predictCost),
    facts: { ...own.facts, needs },
  };
}

function first(measurements: readonly Measurement[], task: TaskFacts, approach: string): Measurement {
  return splitRuns(measurements, task, approach, "test")[0]!;
}
