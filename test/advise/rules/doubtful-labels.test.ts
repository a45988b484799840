/** @file Test labels that are probably wrong, and parts of the rows in which the winner loses. */
import { describe, expect, it } from "vitest";
import { decide } from "../../../src/advise/decision.js";
import { losesInSlices } from "../../../src/advise/rules/slices.js";
import { verdictDependsOnLabels, wrongLabels } from "../../../src/advise/rules/wrong-labels.js";
import type { Comparison } from "../../../src/types/comparison.js";
import type { Reading } from "../../../src/types/contrast.js";
import type { LabelNoise } from "../../../src/types/noise.js";
import type { Slice } from "../../../src/types/slices.js";
import { comparisonOf } from "../../report/fixture.js";

const approach = (name: string, arm: "tune" | "prompt", skill: number) => ({ name, arm, skill });
const comparison = comparisonOf({
  testRows: 300,
  approaches: [approach("tune:probe", "tune", 0.92), { ...approach("prompt:zero-shot@openai:m", "prompt", 0.6), isLlm: true }],
});
const noise = comparison.noise!;
const withNoise = (changed: Partial<LabelNoise>): Comparison => ({ ...comparison, noise: { ...noise, ...changed } });

const share = { value: 0.6, low: 0.4, high: 0.8, by: "tune:probe" };
const ceiling = (high: number) => ({ ifAll: 0.9, expected: { value: high - 0.02, low: high - 0.04, high } });

describe("wrong labels", () => {
  it("are a caution where the best score possible is surely lower than 1 by more than the margin", () => {
    expect(wrongLabels(withNoise({ alike: 20, wrongShare: share, ceiling: ceiling(0.985) }))).toEqual([
      {
        kind: "wrong-labels",
        alike: 20,
        testRows: 300,
        wrongShare: { value: 0.6, low: 0.4, high: 0.8 },
        ceiling: { value: expect.closeTo(0.965, 9), low: expect.closeTo(0.945, 9), high: 0.985 },
      },
    ]);
  });

  it("are none where they don't matter, or nobody can tell", () => {
    expect(wrongLabels(withNoise({ wrongShare: share, ceiling: ceiling(0.995) }))).toEqual([]);
    expect(wrongLabels(withNoise({ wrongShare: null, ceiling: { ifAll: 0.8, expected: null } }))).toEqual([]);
    const { noise: _, ...without } = comparison;
    expect(wrongLabels(without)).toEqual([]);
  });
});

describe("a verdict", () => {
  const reading = (verdict: Reading["verdict"]): Reading => ({ ...noise.corrected, verdict });

  it("depends on doubtful labels where another one follows without them", () => {
    expect(comparison.contrasts[0]!.verdict).toBe("a-better");
    expect(verdictDependsOnLabels(comparison)).toEqual([]);
    expect(verdictDependsOnLabels(withNoise({ leftOut: reading("undecided") }))).toMatchObject([
      {
        kind: "verdict-depends-on-labels",
        a: "tune:probe",
        b: "prompt:zero-shot@openai:m",
        how: "left-out",
        verdict: "undecided",
      },
    ]);
    expect(verdictDependsOnLabels(withNoise({ corrected: reading("equivalent") }))).toMatchObject([{ how: "corrected" }]);
  });

  it("that is open depends on nothing", () => {
    const open = withNoise({ leftOut: reading("a-better") });
    const contrasts = open.contrasts.map((contrast) => ({ ...contrast, verdict: "undecided" as const }));
    expect(verdictDependsOnLabels({ ...open, contrasts }, decide({ ...open, contrasts }))).toEqual([]);
  });
});

describe("slices", () => {
  const slice = (label: string, value: number): Slice => ({
    of: { kind: "label", label },
    rows: 40,
    a: 0.5,
    b: 0.5 - value,
    difference: { value, low: value - 0.1, high: value + 0.1 },
    pValue: 0.001,
    adjustedPValue: 0.01,
  });
  const slices = (...differing: Slice[]) => ({ a: "tune:probe", b: "prompt:zero-shot@openai:m", tested: 8, differing });

  it("that the one ahead loses are told, those that it wins are not", () => {
    expect(losesInSlices({ ...comparison, slices: slices(slice("refund", -0.3), slice("login", 0.4)) })).toEqual([
      {
        kind: "loses-in-slices",
        approach: "tune:probe",
        other: "prompt:zero-shot@openai:m",
        tested: 8,
        slices: [{ of: { kind: "label", label: "refund" }, rows: 40, lead: 0.3, adjustedPValue: 0.01 }],
      },
    ]);
    expect(losesInSlices({ ...comparison, slices: slices(slice("login", 0.4)) })).toEqual([]);
    expect(losesInSlices({ ...comparison, slices: slices() })).toEqual([]);
  });
});
