import { describe, expect, it } from "vitest";
import type { Finding } from "../../src/advise/findings/findings.js";
import { unanswered } from "../../src/advise/rules/answers.js";
import { aboveBaseline } from "../../src/advise/rules/baselines.js";
import { breakEven, freeLabels } from "../../src/advise/rules/break-even.js";
import { calibration, chanceError } from "../../src/advise/rules/calibration.js";
import { dataWarnings } from "../../src/advise/rules/data-warnings.js";
import { undescribedLabels } from "../../src/advise/rules/descriptions.js";
import { notEstimable, rareLabelsMissed, wilsonUpper } from "../../src/advise/rules/labels.js";
import { missingArm } from "../../src/advise/rules/language-model.js";
import { latencyGap, latencyNotMeasured } from "../../src/advise/rules/latency.js";
import { needs } from "../../src/advise/rules/needs.js";
import { price } from "../../src/advise/rules/price.js";
import { chanceNotExcluded, metricsDisagree, notTopOnTest } from "../../src/advise/rules/selection.js";
import { moreRows } from "../../src/advise/rules/sensitivity.js";
import { fewGroups, smallTestSet } from "../../src/advise/rules/test-size.js";
import { failedApproaches, priceUnknown } from "../../src/advise/rules/unmeasured.js";
import { verdict } from "../../src/advise/rules/verdict.js";
import { stepsOf } from "../../src/advise/words/findings/findings.js";
import type { Comparison } from "../../src/types/comparison.js";
import type { PredictorFacts } from "../../src/types/identity.js";
import { identified } from "../identity.js";
import { busy, comparisonOf, offlineApproaches, withContrast, withSummary } from "../report/fixture.js";

const few = "prompt:few-shot@openai:gpt-5-mini";

// The primary contrast of this comparison is set by each test that needs a certain one.
const full = comparisonOf({ told: busy });
const offline = comparisonOf({ approaches: offlineApproaches });

/** The tuned approach wins clearly, with an interval of 3 to 6 points. */
const won = withContrast(full, {
  verdict: "a-better",
  difference: { value: 0.045, low: 0.03, high: 0.06 },
  adjustedPValue: 0.001,
  moreRows: null,
});
const lost = withContrast(full, {
  verdict: "b-better",
  difference: { value: -0.045, low: -0.06, high: -0.03 },
  adjustedPValue: 0.001,
  moreRows: null,
});
const equal = withContrast(full, {
  verdict: "equivalent",
  difference: { value: 0.001, low: -0.006, high: 0.008 },
  moreRows: null,
});
const settled = { low: 740, high: null, unit: "rows", aim: "equivalence" } as const;
/** Neither shown, nor is the cheaper one shown not to be worse. */
const open = withContrast(full, {
  verdict: "undecided",
  difference: { value: 0.005, low: -0.03, high: 0.04 },
  moreRows: settled,
});

function kinds(findings: readonly Finding[]): string[] {
  return findings.map(({ kind }) => kind);
}

function tunedOnly(): Comparison {
  const summaries = full.summaries.filter(({ arm }) => arm !== "prompt");
  return { ...full, summaries, best: { tune: full.best.tune, prompt: null } };
}

it("the fixture's best approaches are those that the tests name", () => {
  expect([full.best.tune?.approach, full.best.prompt?.approach]).toEqual(["tune:probe", few]);
});

describe("verdict", () => {
  it("names the winner, whichever side it stands on", () => {
    expect(verdict(won)).toEqual([
      {
        kind: "better",
        winner: "tune:probe",
        loser: few,
        metric: "accuracy",
        difference: { value: 0.045, low: 0.03, high: 0.06 },
        margin: 0.01,
      },
    ]);
    expect(verdict(lost)).toEqual([
      {
        kind: "better",
        winner: few,
        loser: "tune:probe",
        metric: "accuracy",
        difference: { value: 0.045, low: 0.03, high: 0.06 },
        margin: 0.01,
      },
    ]);
  });

  it("is equivalent, undecided, or not worse as the interval says", () => {
    expect(kinds(verdict(equal))).toEqual(["equivalent"]);
    expect(verdict(open)).toMatchObject([
      { kind: "undecided", leader: "tune:probe", other: few, moreRows: settled, testRows: 320 },
    ]);
    const behind = withContrast(open, { difference: { value: -0.005, low: -0.04, high: 0.03 } });
    expect(verdict(behind)).toMatchObject([
      { kind: "undecided", leader: few, other: "tune:probe", difference: { low: -0.03, high: 0.04 } },
    ]);
    const ahead = withContrast(open, { difference: { value: 0.02, low: -0.005, high: 0.045 } });
    expect(verdict(ahead)).toMatchObject([{ kind: "not-worse", approach: "tune:probe", other: few }]);
  });

  it("has nothing to compare where an arm is missing, or both", () => {
    expect(verdict(tunedOnly())).toMatchObject([{ kind: "not-answered", approach: "tune:probe", labels: 600 }]);
    const promptedOnly = { ...full, best: { tune: null, prompt: full.best.prompt } };
    expect(verdict(promptedOnly)).toMatchObject([{ kind: "only-arm", arm: "prompt", approach: few }]);
    expect(verdict({ ...full, summaries: [], best: { tune: null, prompt: null } })).toEqual([{ kind: "nothing-measured" }]);
  });

  it("says so where nothing beats the most frequent label", () => {
    const unshown = { value: 0.01, low: -0.02, high: 0.04 };
    const contrasts = won.contrasts.map((item) =>
      item.b === "baseline:majority" ? { ...item, difference: unshown, verdict: "undecided" as const } : item,
    );
    expect(verdict({ ...won, contrasts })).toEqual([
      {
        kind: "no-better-than-majority",
        best: "tune:probe",
        baseline: "baseline:majority",
        gain: { metric: "accuracy", value: 0.01, interval: { low: -0.02, high: 0.04 } },
      },
    ]);
  });
});

describe("price", () => {
  it("sets the choice against the best of the other arm", () => {
    const [finding] = price(won);
    expect(finding).toMatchObject({ kind: "cheaper", approach: "tune:probe", other: few });
    expect(price(lost)).toMatchObject([{ kind: "dearer", approach: few, other: "tune:probe" }]);
  });

  it("says what a further right answer costs", () => {
    const better = withSummary(lost, few, { accuracy: { value: 0.95, low: 0.94, high: 0.96 } });
    const tuned = withSummary(better, "tune:probe", { accuracy: { value: 0.9, low: 0.89, high: 0.91 } });
    expect(price(tuned)).toMatchObject([{ kind: "dearer", extraRightPerThousand: expect.closeTo(50, 9) as number }]);
  });

  it("is silent on noise, on unknown prices, and without a choice", () => {
    const alike = withSummary(won, few, {
      usdPerThousand: { ...won.summaries[0]!.usdPerThousand!, value: won.summaries[0]!.usdPerThousand!.value * 1.4 },
    });
    expect(price(alike)).toEqual([]);
    expect(price(withSummary(won, few, { usdPerThousand: null }))).toEqual([]);
    expect(price(open)).toEqual([]);
  });
});

describe("latencyGap", () => {
  it("tells a large difference that people notice", () => {
    expect(kinds(latencyGap(won))).toEqual(["faster"]);
    expect(kinds(latencyGap(lost))).toEqual(["slower"]);
  });

  it("is silent on a small one, and on one that nobody notices", () => {
    expect(latencyGap(withSummary(won, few, { latency: { p50: 0.02, p95: 0.03, requests: 50 } }))).toEqual([]);
    expect(latencyGap(withSummary(won, few, { latency: { p50: 0.099, p95: 0.2, requests: 50 } }))).toEqual([]);
    const slow = withSummary(won, "tune:probe", { latency: { p50: 0.5, p95: 1, requests: 50 } });
    expect(latencyGap(slow)).toEqual([]);
  });
});

describe("latencyNotMeasured", () => {
  it("names language models without a latency, and whether they were replayed", () => {
    expect(latencyNotMeasured(withSummary(full, few, { latency: null }))).toEqual([
      { kind: "latency-not-measured", approach: few, isRecording: false },
    ]);
    const name = "prompt:recorded@gpt-5-mini";
    const recorded: Comparison = {
      ...full,
      best: { ...full.best, prompt: { approach: name, basis: { kind: "only-candidate" } } },
      summaries: full.summaries.map((summary) =>
        summary.approach === few
          ? { ...summary, approach: name, latency: null, facts: { ...summary.facts, recording: { labels: null, words: null } } }
          : summary,
      ),
    };
    expect(latencyNotMeasured(recorded)).toEqual([{ kind: "latency-not-measured", approach: name, isRecording: true }]);
  });

  it("is silent where it was measured", () => {
    expect(latencyNotMeasured(full)).toEqual([]);
  });
});

describe("needs", () => {
  it("counts for the choice that asks no service", () => {
    expect(needs(won)).toEqual([
      { kind: "self-contained", approach: "tune:probe", other: few, otherNeeds: ["OPENAI_API_KEY", "network"] },
    ]);
    expect(needs(lost)).toEqual([]);
    expect(needs(open)).toEqual([]);
  });
});

describe("aboveBaseline", () => {
  it("measures the choice against the baseline that comes nearest", () => {
    expect(aboveBaseline(won)).toMatchObject([
      { kind: "above-baseline", approach: "tune:probe", baseline: "baseline:nearest-centroid" },
    ]);
  });

  it("warns of a choice that hardly beats it", () => {
    const contrasts = won.contrasts.map((item) =>
      item.a === "tune:probe" && item.b === "baseline:nearest-centroid"
        ? { ...item, difference: { value: 0.02, low: 0.005, high: 0.035 } }
        : item,
    );
    expect(aboveBaseline({ ...won, contrasts })).toEqual([
      {
        kind: "barely-above-baseline",
        approach: "tune:probe",
        baseline: "baseline:nearest-centroid",
        gain: { metric: "accuracy", value: 0.02, interval: { low: 0.005, high: 0.035 } },
        margin: 0.01,
      },
    ]);
  });

  it("takes the plain difference where no contrast was planned", () => {
    const [finding] = aboveBaseline({ ...won, contrasts: won.contrasts.slice(0, 2) });
    const [probe, centroid] = ["tune:probe", "baseline:nearest-centroid"].map(
      (name) => full.summaries.find(({ approach }) => approach === name)!,
    );
    expect(finding).toMatchObject({
      kind: "above-baseline",
      gain: { metric: "macroF1", value: probe!.macroF1.value - centroid!.macroF1.value },
    });
    expect(finding).not.toHaveProperty("gain.interval");
  });

  it("is silent without a choice or a baseline", () => {
    expect(aboveBaseline(open)).toEqual([]);
    expect(aboveBaseline({ ...won, summaries: won.summaries.filter(({ arm }) => arm !== "baseline") })).toEqual([]);
  });
});

describe("missingArm", () => {
  it("says that no language model was measured, whatever stood in for one", () => {
    expect(missingArm(offline)).toEqual([{ kind: "add-llm" }]);
  });

  it("does not tell somebody whose LLM could not be asked to name one", () => {
    const failed = [
      { ...identified(few, "prompt"), reason: "answered 401" },
      { ...identified("tune:full", "tune"), reason: "too few rows" },
    ];
    const [missing] = missingArm({ ...offline, failed });
    expect(missing).toEqual({ kind: "add-llm", tried: [few] });
    expect(stepsOf(missing!)).toEqual([]);
    expect(
      failedApproaches({ ...offline, failed })
        .flatMap(stepsOf)
        .map(({ command }) => command),
    ).toEqual(["crossover resume RUN", "crossover resume RUN"]);
  });

  it("is silent where both arms ran", () => {
    expect(missingArm(full)).toEqual([]);
  });

  it("asks for what is missing where one arm is", () => {
    expect(missingArm(tunedOnly())).toEqual([{ kind: "add-llm" }]);
    expect(missingArm({ ...full, best: { ...full.best, tune: null } })).toEqual([{ kind: "add-tuned" }]);
  });
});

describe("unanswered", () => {
  it("names approaches with more than a hundredth of the rows unanswered, the most first", () => {
    const more = withSummary(full, few, { failures: { missing: 30, unparseable: 2 } });
    expect(unanswered(more)).toMatchObject([
      { approach: few, rows: 32, testRows: 320 },
      { approach: "prompt:zero-shot@openai:gpt-5-mini", rows: 4, failures: { unparseable: 3, refused: 1 } },
    ]);
  });

  it("is silent on a handful", () => {
    expect(unanswered(full).map((finding) => "approach" in finding && finding.approach)).not.toContain(few);
    expect(unanswered(offline)).toEqual([]);
  });
});

describe("notEstimable", () => {
  it("names the labels with too few test rows", () => {
    const perLabel = full.summaries[0]!.perLabel.map((score, i) =>
      i < 2 ? { ...score, support: 19, isEstimable: false } : score,
    );
    expect(notEstimable(withSummary(full, full.summaries[0]!.approach, { perLabel }))).toEqual([
      { kind: "not-estimable", labels: ["billing", "bug report"], ofLabels: 8 },
    ]);
    expect(notEstimable(full)).toEqual([]);
  });
});

describe("rareLabelsMissed", () => {
  const perLabel = full.summaries[0]!.perLabel.map((score, i) => ({
    ...score,
    support: i === 0 ? 20 : 100,
    recall: i === 0 ? 0.5 : 0.95,
  }));

  it("names a rare label whose recall is shown to be lower", () => {
    expect(rareLabelsMissed(withSummary(won, "tune:probe", { perLabel, balancedAccuracy: 0.9 }))).toEqual([
      {
        kind: "rare-labels-missed",
        approach: "tune:probe",
        labels: [{ label: "billing", recall: 0.5, support: 20 }],
        balancedAccuracy: 0.9,
      },
    ]);
  });

  it("is silent where the label is frequent, or the difference may be chance", () => {
    const frequent = perLabel.map((score) => ({ ...score, support: 100 }));
    expect(rareLabelsMissed(withSummary(won, "tune:probe", { perLabel: frequent, balancedAccuracy: 0.9 }))).toEqual([]);
    const near = perLabel.map((score, i) => (i === 0 ? { ...score, recall: 0.8 } : score));
    expect(rareLabelsMissed(withSummary(won, "tune:probe", { perLabel: near, balancedAccuracy: 0.9 }))).toEqual([]);
    expect(rareLabelsMissed(withSummary(open, "tune:probe", { perLabel, balancedAccuracy: 0.9 }))).toEqual([]);
  });

  it("takes Wilson's interval", () => {
    // scipy.stats.binomtest(10, 20).proportion_ci(method="wilson").high and binomtest(0, 10), SciPy 1.17.1.
    expect(wilsonUpper(0.5, 20)).toBeCloseTo(0.7007, 5);
    expect(wilsonUpper(0, 10)).toBeCloseTo(0.2775, 4);
    expect(wilsonUpper(1, 10)).toBeCloseTo(1, 12);
  });
});

describe("calibration", () => {
  const withEce = (ece: number) => withSummary(won, "tune:probe", { calibration: { ece, brier: 0.1, logLoss: 0.2 } });

  it("warns of probabilities that are off by more than chance explains", () => {
    expect(calibration(withEce(0.12))).toMatchObject([{ kind: "badly-calibrated", approach: "tune:probe", ece: 0.12 }]);
  });

  it("recommends a temperature where it mends what chance does not explain, and not where it does not", () => {
    const bad = withEce(0.2);
    const claims = won.calibrations!.find(({ approach }) => approach === "tune:probe")!;
    const withTemperature = (ece: number) => ({
      ...bad,
      calibrations: [
        {
          ...claims,
          reliability: { ...claims.reliability, ece: 0.2, excess: 0.18 },
          temperature: {
            kind: "fitted" as const,
            value: { value: 2.5, low: 2, high: 3 },
            validationRows: 100,
            validationLogLoss: { before: 1, after: 0.5 },
            reliability: { ece, excess: 0, bins: [] },
          },
        },
      ],
    });
    const [found] = calibration(withTemperature(0.06));
    expect(found).toMatchObject({ kind: "badly-calibrated", excess: 0.18, temperature: { value: 2.5, ece: 0.06 } });
    expect(calibration(withTemperature(0.19))[0]).not.toHaveProperty("temperature");
  });

  it("allows for the noise of a small test set, and is silent where there are no probabilities", () => {
    expect(calibration(withEce(0.07))).toEqual([]);
    expect(calibration(withSummary(won, "tune:probe", { calibration: null }))).toEqual([]);
    expect(calibration({ ...withEce(0.12), best: { tune: null, prompt: null } })).toEqual([]);
  });

  it("knows how much is chance", () => {
    // √(2/π · 0.9 · 0.1 · 15 / 300)
    expect(chanceError(0.9, 300)).toBeCloseTo(0.05352, 5);
    expect(chanceError(1, 300)).toBe(0);
  });
});

describe("smallTestSet", () => {
  it("speaks where the interval is wider than the margin and nothing is settled", () => {
    expect(smallTestSet(open)).toEqual([
      { kind: "small-test-set", testRows: 320, halfWidth: 0.035, metric: "accuracy", margin: 0.01 },
    ]);
    expect(kinds(smallTestSet(tunedOnly()))).toEqual(["small-test-set"]);
  });

  it("is silent where the verdict stands, or the interval is narrow", () => {
    expect(smallTestSet(won)).toEqual([]);
    expect(smallTestSet(withContrast(open, { difference: { value: -0.012, low: -0.02, high: -0.004 } }))).toEqual([]);
  });
});

describe("dataWarnings", () => {
  const leak = "12 of 320 test rows have the texts of training rows (a.csv:3): scores on them are memory, not skill.";
  const absent = 'The label "x" occurs in the test rows, but in no training row.';

  it("pass on what holds test rows against training rows, and nothing else", () => {
    const warnings = [
      "a.csv is not UTF-8.",
      leak,
      'The label "y" has a single row, which is used for training: it is never tested.',
      absent,
    ];
    expect(dataWarnings({ ...full, task: { ...full.task, warnings } })).toEqual([
      { kind: "data-warning", text: leak },
      { kind: "data-warning", text: absent },
    ]);
  });
});

describe("priceUnknown and failedApproaches", () => {
  it("name what is missing", () => {
    expect(priceUnknown(withSummary(full, few, { usdPerThousand: null }))).toEqual([{ kind: "price-unknown", approach: few }]);
    expect(priceUnknown(withSummary(full, "prompt:labels", { usdPerThousand: null }))).toEqual([]);
    expect(priceUnknown(full)).toEqual([]);
    expect(failedApproaches({ ...full, failed: [{ ...identified("prompt:x", "prompt"), reason: "no server" }] })).toEqual([
      { kind: "failed", approach: "prompt:x", reason: "no server" },
    ]);
    expect(failedApproaches(full)).toEqual([]);
  });
});

describe("chanceNotExcluded and metricsDisagree", () => {
  it("qualify a winner", () => {
    expect(chanceNotExcluded(withContrast(won, { pValue: 0.03, adjustedPValue: 0.09 }))).toEqual([
      {
        kind: "chance-not-excluded",
        a: "tune:probe",
        b: few,
        metric: "accuracy",
        pValue: 0.03,
        adjustedPValue: 0.09,
        contrasts: 9,
      },
    ]);
    expect(metricsDisagree(withContrast(won, { verdict: "undecided" }, 1))).toMatchObject([
      {
        kind: "metrics-disagree",
        winner: "tune:probe",
        loser: few,
        decidedBy: "accuracy",
        metric: "macroF1",
        verdict: "undecided",
      },
    ]);
  });

  it("turn the other metric round where the second one won", () => {
    const other = { verdict: "a-better", difference: { value: 0.02, low: 0.011, high: 0.03 } } as const;
    expect(metricsDisagree(withContrast(lost, other, 1))).toMatchObject([
      { winner: few, loser: "tune:probe", verdict: "b-better", difference: { value: -0.02, low: -0.03, high: -0.011 } },
    ]);
  });

  it("are silent where both agree, and where there is no winner", () => {
    expect(chanceNotExcluded(won)).toEqual([]);
    expect(metricsDisagree(withContrast(won, { verdict: "a-better" }, 1))).toEqual([]);
    expect(chanceNotExcluded(withContrast(open, { adjustedPValue: 0.4 }))).toEqual([]);
    expect(metricsDisagree(open)).toEqual([]);
  });
});

describe("notTopOnTest", () => {
  it("says that another one of the arm did better on the test rows", () => {
    const macroF1 = { value: 0.99, low: 0.98, high: 1 };
    expect(notTopOnTest(withSummary(full, "prompt:zero-shot@openai:gpt-5-mini", { macroF1 }))).toMatchObject([
      { kind: "not-top-on-test", chosen: few, top: "prompt:zero-shot@openai:gpt-5-mini", basis: full.best.prompt!.basis },
    ]);
    expect(notTopOnTest(full)).toEqual([]);
  });
});

describe("breakEven", () => {
  it("gives the number of requests a month, on a shared machine and on one of its own", () => {
    const [crossing] = breakEven(full);
    expect(crossing).toEqual({ kind: "break-even", breakEvens: full.money.breakEvens });
    expect(full.money.breakEvens).toMatchObject([
      { tuned: "tune:probe", prompted: few, machine: "shared" },
      { tuned: "tune:probe", prompted: few, machine: "own" },
    ]);
    // A cent more on each of 592 labels, written off over a year, and the same comparison computed anew, crosses that many requests later.
    const [shared] = full.money.breakEvens;
    const dearer = comparisonOf({ usdPerLabel: 0.06 }).money.breakEvens[0]!;
    const saved = (shared!.basis.usdPerThousand.prompted - shared!.basis.usdPerThousand.tuned) / 1000;
    const moved = dearer.requestsPerMonth! - shared!.requestsPerMonth!;
    expect(moved / ((0.01 * 592) / 12 / saved)).toBeCloseTo(1, 3);
  });

  it("says nothing of an approach that gave no answers, nor where a price is unknown", () => {
    const gone = { approach: few, arm: "prompt", reason: "missing", rows: 300, testRows: 320 } as const;
    expect(breakEven({ ...full, unanswered: [gone] })).toEqual([]);
    expect(breakEven({ ...full, money: { ...full.money, breakEvens: [] } })).toEqual([]);
  });
});

describe("undescribedLabels", () => {
  const withWords = (approach: string, humanWords: number, facts: Partial<PredictorFacts> = {}): Comparison => ({
    ...full,
    best: { ...full.best, prompt: { approach, basis: { kind: "only-candidate" } } },
    summaries: full.summaries.map((summary) =>
      summary.approach === full.best.prompt?.approach
        ? { ...summary, approach, facts: { ...summary.facts, humanWords, ...facts } }
        : summary,
    ),
  });

  it("speaks where the best prompt had bare names only, and not of a recording", () => {
    expect(undescribedLabels(withWords("prompt:zero-shot@x", 0))).toEqual([
      { kind: "labels-undescribed", approach: "prompt:zero-shot@x" },
    ]);
    expect(undescribedLabels(withWords("prompt:zero-shot@x", 12))).toEqual([]);
    expect(undescribedLabels(withWords("prompt:recorded@x", 0, { recording: { labels: null, words: null } }))).toEqual([]);
  });
});

describe("freeLabels", () => {
  it("speaks where labels have no price, and only there", () => {
    const { usdPerLabel: _, ...assumptions } = full.assumptions;
    expect(freeLabels({ ...full, assumptions })).toEqual([{ kind: "labels-free", approach: "tune:probe", labels: 592 }]);
    expect(freeLabels(full)).toEqual([]);
    // Who says that a label costs nothing has said what it costs.
    expect(freeLabels({ ...full, assumptions: { ...assumptions, usdPerLabel: 0 } })).toEqual([]);
    expect(freeLabels({ ...full, assumptions, money: { ...full.money, breakEvens: [] } })).toEqual([]);
  });
});

describe("what would change the answer", () => {
  it("is more test rows, where they would settle something", () => {
    expect(moreRows(open)).toEqual([{ kind: "more-rows", needed: settled, a: "tune:probe", b: few }]);
    expect(moreRows(withContrast(open, { moreRows: null }))).toEqual([]);
    expect(moreRows(won)).toEqual([]);
  });
});

describe("fewGroups", () => {
  const inGroups = (groupOf: (row: number) => string | undefined): Comparison => ({
    ...full,
    measurements: full.measurements.map((measurement) => ({
      ...measurement,
      outcomes: measurement.outcomes.map((outcome, row) => {
        const group = groupOf(row);
        return group === undefined ? outcome : { ...outcome, group };
      }),
    })),
  });

  it("speaks where groups are few, or one of them has most of the rows", () => {
    expect(fewGroups(inGroups((row) => String(row % 40)))).toEqual([
      { kind: "few-groups", groups: 40, effective: 40, testRows: 320 },
    ]);
    const [unequal] = fewGroups(inGroups((row) => (row < 160 ? "one" : String(row))));
    expect(unequal).toMatchObject({ groups: 161, effective: expect.closeTo(320 ** 2 / (160 ** 2 + 160), 9) as number });
  });

  it("is silent where they are many, and where there are none", () => {
    expect(fewGroups(inGroups((row) => String(row % 80)))).toEqual([]);
    expect(fewGroups(full)).toEqual([]);
  });
});
