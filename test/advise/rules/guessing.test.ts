/** @file Approaches that know nothing of the texts, and baselines that lead where nobody looked. */
import { describe, expect, it } from "vitest";
import { advise } from "../../../src/advise/advise.js";
import type { Finding } from "../../../src/advise/findings/findings.js";
import type { Series } from "../../../src/compare/metrics/scores.js";
import { aboveGuessing } from "../../../src/compare/statistics/guessing.js";
import { summarize } from "../../../src/compare/summarize.js";
import { type Random, random } from "../../../src/lib/random.js";
import type { Comparison } from "../../../src/types/comparison.js";
import type { Arm } from "../../../src/types/identity.js";
import type { Measurement } from "../../../src/types/measurement.js";
import type { Outcome } from "../../../src/types/prediction.js";
import { identified } from "../../identity.js";
import { comparisonOf, fullApproaches } from "../../report/fixture.js";

/** Answers to rows of seven labels; `null` for none. */
function series(rows: number, answer: (truth: number, draws: Random) => number | null): Series {
  const draws = random(3);
  const truths = Array.from({ length: rows }, () => [draws.integer(7)]);
  const answers = truths.map(([truth]) => {
    const given = answer(truth!, draws);
    return given === null ? null : [given];
  });
  return { seeds: [{ labelCount: 7, isMultiLabel: false, truths, answers }], groups: truths.map(() => undefined) };
}

describe("right answers beyond guessing", () => {
  it("are 0 for a guess and 1 for all right, over the answered rows", () => {
    const truths = [[0], [0], [1], [1], [1], [0]];
    const answers = [[0], [0], [1], [0], [1], null];
    const groups = truths.map(() => undefined);
    // 4 of 5 right; by chance 3/5 · 2/5 + 2/5 · 3/5; all right, beyond chance: 1 − (2/5)² − (3/5)².
    const found = aboveGuessing({ seeds: [{ labelCount: 2, isMultiLabel: false, truths, answers }], groups })!;
    expect(found.value).toBeCloseTo((0.8 - 0.48) / 0.48, 12);
    const silent = [{ labelCount: 2, isMultiLabel: false, truths, answers: truths.map(() => null) }];
    expect(aboveGuessing({ seeds: silent, groups })).toBeNull();
    expect(aboveGuessing(series(50, (truth) => truth))!.value).toBeCloseTo(1, 12);
  });

  it("are none for whoever says the same of every text, and few draws find some in guesses", () => {
    const same = aboveGuessing(series(200, () => 4))!;
    expect(same.value).toBeCloseTo(0, 12);
    expect(same.low).toBeLessThan(0);
    let found = 0;
    for (let i = 0; i < 400; i++) {
      const draws = random(i, "guess");
      if (aboveGuessing(series(150, () => draws.integer(7)))!.low > 0) found++;
    }
    // 2.5 % in each direction; three standard errors of 400 draws are 2.3 points.
    expect(found / 400).toBeLessThan(0.05);
  });

  it("are seen of a weak model", () => {
    expect(aboveGuessing(series(200, (truth, draws) => (draws.uniform() < 0.4 ? truth : draws.integer(7))))!.low).toBeGreaterThan(
      0,
    );
  });
});

describe("an LLM at chance", () => {
  const blind = "prompt:zero-shot@openai:blind";
  const approaches = [
    ...fullApproaches.filter(({ arm }) => arm !== "prompt"),
    // Right as often as one of eight labels is by chance.
    {
      name: blind,
      arm: "prompt" as const,
      skill: 0.02,
      isLlm: true,
      usdPerMillion: [0.25, 2] as const,
      p50: 1,
      needs: ["network"],
    },
  ];
  const answersOf = (comparison: Comparison, name = blind): Comparison => {
    const draws = random(9);
    const measurements = comparison.measurements.map((measurement) =>
      measurement.approach === name
        ? {
            ...measurement,
            outcomes: measurement.outcomes.map((outcome) => ({
              ...outcome,
              answer: [comparison.task.labels[draws.integer(8)]!],
            })),
          }
        : measurement,
    );
    return summarize({ ...comparison, measurements });
  };
  const comparison = answersOf(comparisonOf({ approaches }));

  it("is told so, and beating it is nothing that is shown", () => {
    const advice = advise(comparison);
    expect(advice).toMatchObject({ choice: "tune:probe", evidence: "guessing" });
    expect(advice.cautions).toContainEqual(expect.objectContaining({ kind: "no-better-than-guessing", approach: blind }));
    expect(advice.headline).toContain(`${blind} answers no better than guessing`);
    expect(advice.headline).not.toMatch(/^Fine-tune/);
    expect(advice.confidence).not.toMatch(/^Shown/);
  });

  it("is told as what it is; a baseline that guesses is none", () => {
    const isGuess = ({ kind }: Finding): boolean => kind === "no-better-than-guessing";
    expect(advise(comparison).cautions.find(isGuess)).toMatchObject({ what: "llm" });
    const name = "prompt:labels";
    const standIn = answersOf(
      comparisonOf({ approaches: [...approaches.slice(0, -1), { name, arm: "prompt", skill: 0.02 }] }),
      name,
    );
    expect(advise(standIn).cautions.some(isGuess)).toBe(false);
  });

  it("that is right a little more often than by chance, as a recording one row off may be, is told so too", () => {
    const draws = random(4);
    const measurements = comparison.measurements.map((measurement) =>
      measurement.approach === blind
        ? {
            ...measurement,
            outcomes: measurement.outcomes.map((outcome) =>
              draws.uniform() < 0.07 ? { ...outcome, answer: outcome.truth } : outcome,
            ),
          }
        : measurement,
    );
    const near = summarize({ ...comparison, measurements });
    expect(near.summaries.find(({ approach }) => approach === blind)!.aboveGuessing!.high).toBeLessThan(0.2);
    expect(advise(near).evidence).toBe("guessing");
  });

  it("is not said of one that answers", () => {
    const kinds = advise(comparisonOf()).cautions.map(({ kind }) => kind);
    expect(kinds).not.toContain("no-better-than-guessing");
  });
});

describe("several labels a row: a baseline that leaves all labels out is right more often as a whole", () => {
  const labels = ["anger", "joy", "fear", "neutral"];
  const measured = (approach: string, arm: Arm, answer: (truth: readonly string[], draws: Random) => string[]): Measurement => {
    const [truths, draws] = [random(1, "truths"), random(2, approach)];
    const outcomes = Array.from({ length: 600 }, (_, row): Outcome => {
      const u = truths.uniform();
      const truth = u < 0.4 ? ["neutral"] : labels.slice(0, 3).filter(() => truths.uniform() < 0.5);
      return { id: String(row), truth, answer: answer(truth, draws) };
    });
    const cost = { usd: 0, seconds: 1, inputTokens: 0, outputTokens: 0, labels: 100 };
    const facts = {
      trainedParameters: 1,
      totalParameters: 1,
      promptTokens: 0,
      humanWords: 0,
      chosen: {},
      artifactBytes: 1,
      needs: [],
    };
    const rest = { split: "test" as const, trainSize: 100, seed: 1, latencies: [], fitCost: cost, predictCost: cost, facts };
    return { ...identified(approach, arm), outcomes, ...rest };
  };
  const comparison = summarize({
    task: {
      name: "emotions",
      labels,
      isMultiLabel: true,
      trainRows: 100,
      testRows: 600,
      trainHash: "a",
      testHash: "b",
      splitNote: "",
      warnings: [],
    },
    assumptions: { margin: 0.01, usdPerLabel: 0, usdPerMachineHour: 0.1, utilization: 0.2 },
    measurements: [
      measured("baseline:majority", "baseline", () => ["neutral"]),
      // Finds most labels, and adds others freely.
      measured("tune:probe", "tune", (truth, draws) =>
        labels.filter((label) => (truth.includes(label) ? draws.uniform() < 0.95 : draws.uniform() < 0.45)),
      ),
    ],
    failed: [],
  });

  it("is the verdict in place of praise, by the name of what it leads in", () => {
    const advice = advise(comparison);
    expect(comparison.metrics.primary).toBe("microF1");
    expect(advice.reasons.map(({ kind }) => kind)).not.toContain("above-baseline");
    expect(advice).toMatchObject({ choice: null, evidence: "none" });
    expect(advice.reasons[0]).toMatchObject({
      kind: "trivial-rule-leads",
      best: "tune:probe",
      baseline: "baseline:majority",
      metric: "exactMatch",
    });
    for (const { multiLabel } of comparison.summaries) {
      expect(multiLabel!.microF1.low).toBeLessThan(multiLabel!.microF1.high);
    }
  });
});
