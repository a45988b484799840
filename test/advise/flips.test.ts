/** @file Values at which the answer turns: each is confirmed by deciding anew on both sides of it. */
import { describe, expect, test } from "vitest";
import { decide } from "../../src/advise/decision.js";
import type { Flip } from "../../src/advise/findings/parts.js";
import { flipsOf } from "../../src/advise/flips.js";
import { usualWeights } from "../../src/advise/weighing.js";
import { summarize } from "../../src/compare/summarize.js";
import type { Comparison } from "../../src/types/comparison.js";
import type { Assumptions } from "../../src/types/prices.js";
import { type ApproachSpec, measuredOf } from "../report/fixture.js";

const approaches = (tuned: number, prompted: number): readonly ApproachSpec[] => [
  { name: "baseline:majority", arm: "baseline", skill: 0, p50: 0.000_001 },
  { name: "tune:probe", arm: "tune", skill: tuned, p50: 0.0053, fitSeconds: 6.8 },
  {
    name: "prompt:zero-shot@openai:gpt-5-mini",
    arm: "prompt",
    skill: prompted,
    isLlm: true,
    usdPerMillion: [0.25, 2],
    p50: 1.3,
    needs: ["OPENAI_API_KEY", "network"],
  },
];

const comparisonUnder = (measured: ReturnType<typeof measuredOf>, changes: Partial<Assumptions>): Comparison =>
  summarize({ ...measured, assumptions: { ...measured.assumptions, ...changes } });

/** What a flip assumes, at some value of it. */
function changesOf({ parameter }: Flip, value: number, { weights = usualWeights }: Assumptions): Partial<Assumptions> {
  switch (parameter) {
    case "margin":
      return { margin: value };
    case "requests-per-month":
      return { requestsPerMonth: Math.round(value) };
    case "usd-per-label":
      return { usdPerLabel: value };
    case "llm-price":
      return { llmPrice: value };
    case "needed":
      return { needed: value };
    default:
      return { weights: { ...weights, [parameter.replace("weight-", "")]: value * weights.accuracy } };
  }
}

describe("what would change the answer", () => {
  const told: Partial<Assumptions> = { requestsPerMonth: 100_000, usdPerLabel: 0.05, machine: "own" };
  const cases: readonly [string, number, number, Partial<Assumptions>][] = [
    ["a clear lead", 0.93, 0.8, told],
    ["a lead of the prompt", 0.8, 0.93, told],
    ["nearly equal", 0.9, 0.905, told],
    ["nearly equal, nothing told", 0.9, 0.905, {}],
    ["weights of one's own", 0.86, 0.93, { ...told, weights: { accuracy: 3, cost: 2, independence: 1, latency: 1 } }],
    ["a need", 0.9, 0.8, { ...told, needed: 0.8 }],
  ];
  test.each(cases)("is confirmed on both sides: %s", (_, tuned, prompted, changes) => {
    const measured = measuredOf({ approaches: approaches(tuned, prompted), testRows: 1200 });
    const comparison = comparisonUnder(measured, changes);
    const now = decide(comparison);
    const flips = flipsOf(comparison, now);
    // Where nothing is chosen, and prices of what nobody told are all that is open, it may be that none of them settles it alone.
    expect(flips.length > 0 || now.choice === null).toBe(true);
    for (const flip of flips) {
      const at = (value: number): string | null =>
        decide(comparisonUnder(measured, { ...changes, ...changesOf(flip, value, comparison.assumptions) })).choice?.approach ??
        null;
      expect([flip.parameter, at(flip.at)]).toEqual([flip.parameter, flip.choice]);
      // A little before, on the side of what is assumed now, it is what it was; of what nobody told, another one at least.
      const before = flip.at * (flip.side === "from" ? 0.997 : 1.003) + (flip.at === 0 ? 1e-3 : 0);
      const other = at(before);
      expect([flip.parameter, other === flip.choice]).toEqual([flip.parameter, false]);
      if (flip.now !== null) expect([flip.parameter, other]).toEqual([flip.parameter, now.choice?.approach ?? null]);
    }
  });

  test("has the need that nothing fulfills", () => {
    const measured = measuredOf({ approaches: approaches(0.93, 0.8), testRows: 1200 });
    const comparison = comparisonUnder(measured, told);
    const byParameter = new Map(flipsOf(comparison, decide(comparison)).map((flip) => [flip.parameter, flip]));
    expect(byParameter.get("needed")).toMatchObject({ side: "from", choice: null, ground: "not-good-enough" });
    const highest = Math.max(...comparison.summaries.map(({ accuracy }) => accuracy.high));
    expect(byParameter.get("needed")!.at).toBeCloseTo(highest, 2);
  });
});
