/** @file When the advice names the two arms as one. */
import { describe, expect, it } from "vitest";
import { bothTogether } from "../../../src/advise/rules/cascade.js";
import { stepsOf } from "../../../src/advise/words/findings/findings.js";
import type { Cascade } from "../../../src/types/cascade.js";
import type { Comparison } from "../../../src/types/comparison.js";
import { busy, comparisonOf, withContrast } from "../../report/fixture.js";

const full = comparisonOf({ told: busy });
const [small, llm] = [full.best.tune!.approach, full.best.prompt!.approach];
const at = (value: number) => ({ value, low: value - 0.005, high: value + 0.005 });

/** A cascade that gains so much over either alone. */
function withCascade(comparison: Comparison, overSmall: number, overLlm: number, changes: Partial<Cascade> = {}): Comparison {
  const policy = (score: number, usd: number) => ({ accuracy: at(score), macroF1: at(score), usdPerThousand: at(usd) });
  const difference = (value: number, usd: number) => ({ ...policy(value, usd), pValue: 0.001 });
  const cascade = {
    small,
    llm,
    aim: { kind: "trade" },
    metric: "accuracy",
    calibration: null,
    threshold: 0.8,
    escalated: at(0.05),
    policies: { cascade: policy(0.95, 0.02), small: policy(0.95 - overSmall, 0.001), llm: policy(0.95 - overLlm, 0.4) },
    differences: { small: difference(overSmall, 0.02), llm: difference(overLlm, -0.38), random: difference(0.02, 0) },
    curve: [],
    objections: [],
    ...changes,
  };
  return { ...comparison, cascade: cascade as unknown as Cascade };
}

const tuneWins = withContrast(full, {
  verdict: "a-better",
  difference: { value: 0.045, low: 0.03, high: 0.06 },
  adjustedPValue: 0.001,
});
const promptWins = withContrast(full, {
  verdict: "b-better",
  difference: { value: -0.045, low: -0.06, high: -0.03 },
  adjustedPValue: 0.001,
});

const isNamed = (comparison: Comparison): boolean => bothTogether(comparison).length > 0;

describe("both together", () => {
  it("is named where it gains more than the margin over the small one that is chosen", () => {
    expect(isNamed(withCascade(tuneWins, 0.02, 0.06))).toBe(true);
    expect(isNamed(withCascade(tuneWins, 0.008, 0.06))).toBe(false);
  });

  it("is named beside the LLM that is chosen where it is shown not to be worse by more than the margin", () => {
    expect(isNamed(withCascade(promptWins, 0.05, 0.001))).toBe(true);
    expect(isNamed(withCascade(promptWins, 0.05, -0.03))).toBe(false);
  });

  it("is not named where it is not recommended, or not there", () => {
    expect(isNamed(withCascade(tuneWins, 0.02, 0.06, { objections: ["not-better-than-random"] }))).toBe(false);
    const { cascade: _, ...without } = tuneWins;
    expect(isNamed(without)).toBe(false);
  });

  it("keeps the limits: where texts may go holds for both, the price is its own", () => {
    const given = withCascade(promptWins, 0.05, 0.001);
    const under = (changes: Partial<Comparison["assumptions"]>): Comparison => {
      return { ...given, assumptions: { ...given.assumptions, ...changes } };
    };
    expect(isNamed(under({ isPrivate: true }))).toBe(false);
    expect(isNamed(under({ maxUsdPerThousand: 0.03 }))).toBe(true);
    expect(isNamed(under({ maxUsdPerThousand: 0.01 }))).toBe(false);
  });

  it("tells how to save and serve it, and of a recording that it can't be", () => {
    const [found] = bothTogether(withCascade(tuneWins, 0.02, 0.06));
    expect(found).toMatchObject({ kind: "both-together", small, llm, escalated: 0.05, usd: 0.02, llmUsd: 0.4 });
    const commands = stepsOf(found!).map(({ command }) => command);
    expect(commands).toEqual(["crossover cascade RUN --save", "crossover serve RUN/artifacts/hybrid_cascade"]);
    const recorded = { ...found!, isRecording: true } as typeof found;
    expect(stepsOf(recorded!).map(({ command }) => command)).toEqual(["crossover cascade RUN"]);
  });
});
