/** @file A cascade as if it had been measured: its answers to the test rows, and what they score and cost. */
import { addCosts } from "../../lib/cost.js";
import type { TaskFacts } from "../../types/data.js";
import type { Measurement } from "../../types/measurement.js";
import type { Outcome } from "../../types/prediction.js";
import type { Assumptions } from "../../types/prices.js";
import type { Summary } from "../../types/scores.js";
import { usdPerThousand } from "../money/price.js";
import { summarize } from "../summarize.js";
import { type CascadeInput, type PairedCascade, splitRuns } from "./cascade.js";
import { usdOfRows } from "./pair-rows.js";

/** What a cascade is called. */
export const cascadeName = "hybrid:cascade";

/** The first seed's answers with their scores, or `undefined` where there are none. Its price is that of both members, each by its own basis. */
export function cascadeSummary(paired: PairedCascade, input: Omit<CascadeInput, "aim">): Summary | undefined {
  const { task, assumptions } = input;
  const measurement = cascadeMeasurement(paired, input);
  const [summary] = summarize({ task, assumptions, measurements: [measurement], failed: [] }).summaries;
  return summary && { ...summary, usdPerThousand: cascadePrice(paired, assumptions) };
}

/** The first seed's answers: rows that one of the two has no outcome of are missing. Its latency was not measured, and by facts it is what the two are. */
function cascadeMeasurement(
  { test, chosen }: PairedCascade,
  { task, measurements, small, llm }: Pick<CascadeInput, "task" | "measurements" | "small" | "llm">,
): Measurement {
  const [own, other] = [first(measurements, task, small), first(measurements, task, llm)];
  const placeOf = new Map(test.ids.map((id, place) => [id, place]));
  const outcomes = own.outcomes.map((kept, row): Outcome => {
    const { id, truth, characters, group } = kept;
    const base = { id, truth, ...(characters !== undefined && { characters }), ...(group !== undefined && { group }) };
    const place = placeOf.get(id);
    if (place === undefined) return { ...base, answer: null, failure: "unasked" };
    const asked = other.outcomes[row]!;
    const { answer, failure } = chosen.handedOn[0]![place]! && asked.answer !== null ? asked : kept;
    return { ...base, answer, ...(failure !== undefined && { failure }) };
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

/** The small one's price for every row, and the other's own for each row handed on; `null` where one is not known. First seed. */
function cascadePrice({ test, chosen }: PairedCascade, assumptions: Assumptions): Summary["usdPerThousand"] {
  const usd = usdOfRows(test, assumptions);
  const [small, llm] = [test.prices.small, test.prices.llm].map((of) => usdPerThousand(of?.price ?? null, assumptions));
  if (usd.small === null || usd.llm === null || small == null || llm == null) return null;
  const handedOn = chosen.handedOn[0]!;
  const sum = handedOn.reduce((sum, isHandedOn, row) => sum + usd.small![row]! + (isHandedOn ? usd.llm![row]! : 0), 0);
  const escalated = handedOn.filter((each) => each).length / handedOn.length;
  return { value: (1000 * sum) / handedOn.length, basis: { kind: "cascade", escalated, small: small.basis, llm: llm.basis } };
}

function first(measurements: readonly Measurement[], task: TaskFacts, approach: string): Measurement {
  return splitRuns(measurements, task, approach, "test")[0]!;
}
