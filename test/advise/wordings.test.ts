import { describe, expect, it } from "vitest";
import type { Finding } from "../../src/advise/findings/findings.js";
import { findingKinds, roleOf, sentenceOf, stepsOf, titleOf } from "../../src/advise/words/findings/findings.js";
import { about, points, range } from "../../src/advise/words/points.js";
import type { BreakEven } from "../../src/types/prices.js";

const difference = { value: 0.024, low: -0.006, high: 0.051 };
const gain = { metric: "accuracy", value: 0.021, interval: { low: -0.004, high: 0.05 } } as const;
const pair = { approach: "tune:probe", other: "prompt:zero-shot@m" } as const;

const gainOf = (value: number) => ({ value, low: value - 0.01, high: value + 0.01 });

function breakEven(machine: BreakEven["machine"], requestsPerMonth: number | null, interval?: BreakEven["interval"]): BreakEven {
  return {
    ...{ tuned: "tune:probe", prompted: "prompt:x", machine, requestsPerMonth },
    ...(interval !== undefined && { interval }),
    leavesOut: ["machine-speed", "labels", "work"],
    basis: {
      extraUpfront: { labels: 0, fitting: 0.01, work: 0 },
      extraLabels: 592,
      usdPerThousand: { tuned: 0.001, prompted: 0.051 },
    },
  };
}

const taught = {
  approach: "hybrid:distilled@m",
  student: "tune:probe",
  teacher: "prompt:few-shot@m",
  judged: { rows: 60, answered: 58, right: 41, studentRight: 44 },
  pool: 1000,
  asked: 1000,
  answered: 990,
  kept: 640,
  isSoft: false,
  usd: 0.42,
} as const;
const surest = { kind: "from", confidence: 0.83, judged: 40, right: 37 } as const;

/** One finding of every kind, and how it is said. */
const said: readonly (readonly [Finding, string])[] = [
  [
    {
      kind: "better",
      winner: "tune:probe",
      loser: "prompt:x",
      metric: "accuracy",
      difference: { value: 0.061, low: 0.04, high: 0.08 },
      margin: 0.01,
    },
    "tune:probe beats prompt:x by 6.1 points of accuracy (95% interval +4.0 to +8.0); the whole interval lies beyond the margin of 1 point.",
  ],
  [
    {
      kind: "equivalent",
      a: "tune:probe",
      b: "prompt:x",
      metric: "macroF1",
      difference: { value: -0.002, low: -0.009, high: 0.006 },
      margin: 0.01,
    },
    "tune:probe and prompt:x are equivalent: they differ by −0.2 points of macro-F1 (95% interval −0.9 to +0.6), and the whole interval lies within the margin of ±1 point.",
  ],
  [
    { kind: "not-worse", ...pair, metric: "accuracy", difference, margin: 0.01, leadIsShown: false },
    "tune:probe is not worse than prompt:zero-shot@m by more than the margin of 1 point: the difference is +2.4 points of accuracy (95% interval −0.6 to +5.1). Whether it is better is open.",
  ],
  [
    {
      kind: "undecided",
      leader: "a",
      other: "b",
      leadIsShown: false,
      moreRows: { low: 900, high: null, unit: "rows", aim: "difference" },
      testRows: 300,
      metric: "accuracy",
      difference,
      margin: 0.01,
    },
    "On 300 test rows a is 2.4 points of accuracy ahead of b, but the 95% interval reaches from −0.6 to +5.1 points: either of them may be the better one.",
  ],
  [
    {
      kind: "undecided",
      leader: "a",
      other: "b",
      leadIsShown: true,
      moreRows: null,
      testRows: 1,
      metric: "accuracy",
      difference: { value: 0.02, low: 0.002, high: 0.04 },
      margin: 0.01,
    },
    "On 1 test row a is 2 points of accuracy ahead of b, but the 95% interval reaches from +0.2 to +4.0 points: the lead is real, but it may be smaller than the margin of 1 point.",
  ],
  [
    { kind: "only-arm", arm: "tune", approach: "tune:probe", metric: "macroF1", score: { value: 0.912, low: 0.9, high: 0.92 } },
    "Only fine-tuning was measured, so there is nothing to compare it with: tune:probe reaches a macro-F1 of 0.912 (95% interval 0.900 to 0.920).",
  ],
  [{ kind: "nothing-measured" }, "No approach of either arm gave a result, so there is nothing to compare."],
  [
    { kind: "cheaper", ...pair, usd: 0.001, otherUsd: 0.25 },
    "1,000 requests cost $0.001 with tune:probe and $0.25 with prompt:zero-shot@m: 250 times less.",
  ],
  [
    { kind: "faster", ...pair, seconds: 0.005, otherSeconds: 1.4 },
    "The median answer takes 5 ms with tune:probe and 1.4 s with prompt:zero-shot@m.",
  ],
  [
    { kind: "self-contained", ...pair, otherNeeds: ["OPENAI_API_KEY", "network"] },
    "tune:probe can be shipped as files and asks no service; prompt:zero-shot@m needs OPENAI_API_KEY and network for every answer.",
  ],
  [
    {
      kind: "above-baseline",
      approach: "tune:probe",
      baseline: "nearest-centroid",
      gain: { ...gain, interval: { low: 0.015, high: 0.05 } },
    },
    "tune:probe beats the strongest baseline, nearest-centroid, by 2.1 points of accuracy (95% interval +1.5 to +5.0).",
  ],
  [
    {
      ...taught,
      kind: "distillation-paid",
      rule: surest,
      shown: { metric: "accuracy", difference: { value: 0.031, low: 0.012, high: 0.05 }, verdict: "a-better" },
    },
    "hybrid:distilled@m is better than tune:probe alone: +3.1 points of accuracy (95% interval +1.2 to +5.0). It learned from 640 of 1,000 rows that prompt:few-shot@m labelled, for $0.42, those of which it was at least 83.0% sure.",
  ],
  [
    {
      ...taught,
      kind: "distillation-unpaid",
      rule: surest,
      usd: 0,
      shown: { metric: "macroF1", difference: { value: 0.002, low: -0.01, high: 0.014 }, verdict: "undecided" },
    },
    "hybrid:distilled@m is not shown to be better than tune:probe alone: +0.2 points of macro-F1 (95% interval −1.0 to +1.4). It learned from 640 of 1,000 rows that prompt:few-shot@m labelled, those of which it was at least 83.0% sure.",
  ],
  [
    { ...taught, kind: "distillation-unpaid", rule: { kind: "none" }, asked: 0, answered: 0, kept: 0 },
    "prompt:few-shot@m taught hybrid:distilled@m nothing: of 60 labelled rows that neither had seen it had 41 right and tune:probe 44, and it was nowhere sure enough to be right as often. Labels of a better model may help.",
  ],
  [
    { kind: "no-better-than-majority", best: "tune:probe", baseline: "majority", gain },
    "tune:probe, the best candidate, is not shown to beat majority, which gives every text the most frequent label: the difference is +2.1 points of accuracy (95% interval −0.4 to +5.0).",
  ],
  [
    { kind: "barely-above-baseline", approach: "tune:probe", baseline: "nearest-centroid", gain, margin: 0.01 },
    "tune:probe is not shown to beat nearest-centroid, a simple baseline, by more than the margin of 1 point: the difference is +2.1 points of accuracy (95% interval −0.4 to +5.0). The simple one may be all that is worth shipping.",
  ],
  [
    {
      kind: "no-better-than-guessing",
      approach: "prompt:few-shot@m",
      arm: "prompt",
      what: "llm",
      only: ["ham"],
      aboveGuessing: { value: 0, low: -0.02, high: 0.02 },
    },
    "prompt:few-shot@m answers no better than guessing, as far as these rows can tell: it gives every text the same answer, ham (on a scale from 0, guessing, to 1, always right: 0.000, 95% interval −0.020 to 0.020).",
  ],
  [
    { kind: "answers-differ", approach: "prompt:x", rows: 32, testRows: 1290 },
    "The recording of prompt:x has answers that differ to 32 of 1,290 test rows; the last one counts. Answers of several runs, prompts or models in one file measure none of them.",
  ],
  [
    {
      kind: "no-better-than-guessing",
      approach: "prompt:x",
      arm: "prompt",
      aboveGuessing: { value: -0.004, low: -0.021, high: 0.013 },
    },
    "prompt:x answers no better than guessing, as far as these rows can tell: shuffled among the rows its answers would be right about as often (on a scale from 0, guessing, to 1, always right: −0.004, 95% interval −0.021 to 0.013).",
  ],
  [
    { kind: "baseline-leads", approach: "tune:probe", baseline: "baseline:majority", metric: "exactMatch", lead: 0.213 },
    "baseline:majority, a simple baseline, is 21.3 points ahead of tune:probe in “all labels right”.",
  ],
  [
    {
      kind: "barely-above-baseline",
      approach: "tune:probe",
      baseline: "nearest-centroid",
      gain: { metric: "macroF1", value: -0.03 },
      margin: 0.01,
    },
    "nearest-centroid, a simple baseline, does as well as tune:probe or better: the difference is −3.0 points of macro-F1. Nothing shows that tune:probe is worth more than that.",
  ],
  [
    { kind: "chance-not-excluded", a: "a", b: "b", metric: "accuracy", pValue: 0.03, adjustedPValue: 0.12, contrasts: 8 },
    "Taken alone the difference of a and b in accuracy is unlikely to be chance (p = 0.030), but corrected for 8 planned contrasts the test gives p = 0.120.",
  ],
  [
    {
      kind: "metrics-disagree",
      winner: "a",
      loser: "b",
      decidedBy: "accuracy",
      metric: "macroF1",
      difference,
      verdict: "undecided",
    },
    "a is better than b in accuracy, but in macro-F1, which counts every label alike, the difference is not settled: +2.4 points (95% interval −0.6 to +5.1).",
  ],
  [
    {
      kind: "not-top-on-test",
      chosen: "prompt:a",
      top: "prompt:b",
      metric: "macroF1",
      lead: 0.02,
      basis: { kind: "validation", metric: "macroF1", score: 0.8, rows: 90, of: 90 },
    },
    "prompt:a was chosen without the test rows (validation macro-F1 0.800 on 90 rows); on them prompt:b came out 2 points of macro-F1 higher. Choosing it now, by its test score, would overrate it.",
  ],
  [
    { kind: "dearer", ...pair, usd: 1.25, otherUsd: 0.25, extraRightPerThousand: 40 },
    "1,000 requests cost $1.25 with tune:probe and $0.25 with prompt:zero-shot@m, for 40 more right answers: $0.025 for each.",
  ],
  [
    { kind: "dearer", ...pair, usd: 1.25, otherUsd: 0.25, extraRightPerThousand: 0 },
    "1,000 requests cost $1.25 with tune:probe and $0.25 with prompt:zero-shot@m, without more right answers in return.",
  ],
  [
    { kind: "slower", ...pair, seconds: 1.4, otherSeconds: 0.005 },
    "The median answer takes 1.4 s with tune:probe, but 5 ms with prompt:zero-shot@m.",
  ],
  [
    {
      kind: "unanswered",
      approach: "prompt:x",
      rows: 14,
      testRows: 300,
      failures: { unparseable: 3, missing: 11, error: 0 },
      answeredAccuracy: 0.95,
    },
    "prompt:x gave no usable answer to 14 of 300 test rows (3 unparseable and 11 missing from the recording); they count as wrong. Among the answered rows its accuracy is 95.0%.",
  ],
  [
    { kind: "few-rows-of-labels", labelsScored: 61, ofLabels: 77, rowsOfLabel: 2 },
    "61 of 77 labels have test rows, 2 each in the median: which labels happen to be tested moves macro-F1 more than the approaches do. So accuracy ranks the approaches and chooses among them.",
  ],
  [
    { kind: "few-rows-of-labels", labelsScored: 8, ofLabels: 8, rowsOfLabel: 2, isSample: true },
    "8 of 8 labels have test rows in the sample that all approaches answered, 2 each in the median: which labels happen to be tested moves macro-F1 more than the approaches do. So accuracy ranks the approaches and chooses among them.",
  ],
  [
    { kind: "few-groups", groups: 40, effective: 12.3, testRows: 400 },
    "The 400 test rows belong to 40 groups, worth about 12 of equal size: rows of one group are not independent, so intervals are as wide as for that many, and rest on few. Test rows of further groups would say more than further rows of these.",
  ],
  [
    {
      kind: "missing-rows",
      approach: "prompt:x",
      isRecording: true,
      rows: 70,
      testRows: 3096,
      reasons: { missing: 66, error: 3, refused: 1 },
      example: "Insufficient credits",
      accuracy: 0.984,
      worstAccuracy: 0.962,
    },
    "prompt:x has no answer to 70 of 3,096 test rows (66 not in the recording, 3 failed for good and 1 refused by the host's filter), e.g. “Insufficient credits”. They say nothing of it and are left out: its accuracy is 98.4% on the others, and 96.2% if each of them counts as wrong.",
  ],
  [
    {
      kind: "labels-never-answered",
      approach: "prompt:x",
      other: "tune:probe",
      labels: ["refund"],
      ofLabels: 77,
      metric: "accuracy",
      difference: { value: 0.193, low: 0.18, high: 0.21 },
      margin: 0.01,
      offeredRows: 2320,
      offeredDifference: { value: -0.025, low: -0.04, high: -0.011 },
      offeredVerdict: "b-better",
    },
    "prompt:x never answered 1 of 77 labels, which is no chance: refund. Perhaps its prompt does not offer them. Over all labels tune:probe is +19.3 points of accuracy apart from it (95% interval +18.0 to +21.0), on the 2,320 rows of the others −2.5 points (95% interval −4.0 to −1.1): the LLM is better.",
  ],
  [
    {
      kind: "readings-disagree",
      by: "missing-as-wrong",
      a: "tune:probe",
      b: "prompt:x",
      metric: "accuracy",
      difference: { value: -0.002, low: -0.007, high: 0.004 },
      margin: 0.01,
      rows: 3030,
      otherRows: 3096,
      otherDifference: { value: 0.019, low: 0.012, high: 0.027 },
      otherVerdict: "a-better",
    },
    "On the 3,030 rows that both have an answer to, tune:probe and prompt:x differ by −0.2 points of accuracy (95% interval −0.7 to +0.4); with the missing rows counted as wrong (3,096 rows) by +1.9 points (95% interval +1.2 to +2.7): the first is better.",
  ],
  [
    {
      kind: "no-answers",
      approach: "prompt:x",
      isRecording: false,
      reason: "unparseable",
      rows: 18,
      testRows: 18,
      example: "<thinking>",
    },
    "Nothing is concluded: no answer could be had from prompt:x: 18 of 18 test rows unparseable, e.g. “<thinking>”.",
  ],
  [
    {
      kind: "unranked",
      pairs: [
        {
          a: "tune:probe",
          b: "prompt:x",
          metric: "accuracy",
          margin: 0.01,
          difference: { value: 0.02, low: 0.011, high: 0.029 },
          verdict: "a-better",
        },
        {
          a: "tune:probe",
          b: "prompt:y",
          metric: "accuracy",
          margin: 0.01,
          difference: { value: 0.01, low: -0.001, high: 0.02 },
          verdict: "undecided",
        },
      ],
    },
    "The validation rows cannot tell which candidate is the best of its arm, so each was held against the other arm: tune:probe against prompt:x +2.0 points (95% interval +1.1 to +2.9), the first is better and tune:probe against prompt:y +1.0 points (95% interval −0.1 to +2.0), the difference is not settled.",
  ],
  [
    { kind: "not-estimable", labels: ["refund"], ofLabels: 8 },
    "1 of 8 labels has fewer than 20 test rows, too few for a score of its own: refund.",
  ],
  [
    { kind: "not-estimable", labels: ["a", "b", "c", "d", "e", "f", "g"], ofLabels: 8 },
    "7 of 8 labels have fewer than 20 test rows, too few for a score of their own: a, b, c, d, e and 2 more.",
  ],
  [
    {
      kind: "rare-labels-missed",
      approach: "tune:probe",
      labels: [{ label: "refund", recall: 0.4, support: 25 }],
      balancedAccuracy: 0.9,
    },
    "tune:probe finds these rare labels less often than the average label (recall 90.0%): refund (40.0% of 25 rows).",
  ],
  [
    { kind: "badly-calibrated", approach: "tune:probe", ece: 0.116, expectedByChance: 0.045 },
    "The probabilities of tune:probe are off by 11.6 points on average (expected calibration error; up to 4.5 points would be chance): don't rely on a confidence threshold.",
  ],
  [
    {
      kind: "badly-calibrated",
      approach: "tune:full",
      ece: 0.2,
      expectedByChance: 0.045,
      excess: 0.18,
      temperature: { value: 2.5, ece: 0.06 },
    },
    "The probabilities of tune:full are too high by 20 points on average (expected calibration error; up to 4.5 points would be chance): divide its log-probabilities by 2.5 before you set a threshold, which leaves 6 points and changes no answer.",
  ],
  [
    {
      kind: "wrong-labels",
      alike: 83,
      testRows: 720,
      wrongShare: { value: 0.6, low: 0.5, high: 0.7 },
      ceiling: { value: 0.931, low: 0.919, high: 0.942 },
    },
    "About 50 (95% interval 42 to 58) of the 83 rows that both answer alike are wrong labels. Of 720 test rows, so whoever reads every text right scores about 93.1%: no approach can come nearer to 100%.",
  ],
  [
    {
      kind: "wrong-labels",
      alike: 83,
      testRows: 720,
      wrongShare: { value: 0.25, low: 0.1, high: 0.4 },
      ceiling: { value: 0.971, low: 0.954, high: 0.988 },
    },
    "About 21 (95% interval 8 to 33) of the 83 rows that both answer alike are wrong labels; most of them are hard texts, rightly labelled. Of 720 test rows, so whoever reads every text right scores about 97.1%: no approach can come nearer to 100%.",
  ],
  [
    {
      kind: "verdict-depends-on-labels",
      a: "tune:probe",
      b: "prompt:x",
      metric: "accuracy",
      suspects: 12,
      how: "left-out",
      difference: { value: 0.012, low: 0.001, high: 0.023 },
      verdict: "undecided",
      margin: 0.01,
    },
    "Without the 12 rows whose labels both contradict, tune:probe minus prompt:x is +1.2 points (+0.1 to +2.3) of accuracy: the difference is not settled.",
  ],
  [
    {
      kind: "loses-in-slices",
      approach: "tune:probe",
      other: "prompt:x",
      tested: 11,
      slices: [
        { of: { kind: "label", label: "refund" }, rows: 40, lead: 0.2, adjustedPValue: 0.012 },
        { of: { kind: "length", third: "long", from: 210, to: 1900 }, rows: 100, lead: 0.085, adjustedPValue: 0.03 },
      ],
    },
    "tune:probe is ahead over all rows, but prompt:x is better on label refund (by 20 points of 40 rows, p = 0.012) and long texts (210 to 1,900 characters) (by 8.5 points of 100 rows, p = 0.030). 11 slices were tested, and p is corrected for that.",
  ],
  [
    { kind: "small-test-set", testRows: 300, halfWidth: 0.034, metric: "accuracy", margin: 0.01 },
    "300 test rows fix the accuracy to about ±3.4 points only, wider than the margin of 1 point: smaller differences can't be seen.",
  ],
  [
    { kind: "sampled-rows", approaches: ["prompt:x", "prompt:y"], rows: 100, testRows: 188, isOpen: true },
    "prompt:x and prompt:y were asked about a random sample of 100 of 188 test rows (--llm-rows): scores and differences rest on these, and their intervals are wider than those of all rows would be. What was trained answered all of them.",
  ],
  [
    { kind: "data-warning", text: "2 test rows have the texts of training rows." },
    "2 test rows have the texts of training rows.",
  ],
  [
    { kind: "latency-not-measured", approach: "prompt:x@recorded:a.jsonl", isRecording: true },
    "The answers of prompt:x@recorded:a.jsonl come from a recording, so its latency was not measured.",
  ],
  [{ kind: "latency-not-measured", approach: "prompt:x", isRecording: false }, "The latency of prompt:x was not measured."],
  [{ kind: "price-unknown", approach: "prompt:x" }, "The price of prompt:x is unknown, so the running costs are not compared."],
  [{ kind: "failed", approach: "prompt:x", reason: "no server" }, "prompt:x could not be measured: no server."],
  [
    { kind: "labels-free", approach: "tune:probe", labels: 592 },
    "tune:probe learned from 592 labels more than the prompt used; they are counted as free because no price of a label was given.",
  ],
  [
    { kind: "labels-undescribed", approach: "prompt:x" },
    "prompt:x knew the labels by their bare names. What a sentence on the meaning of each would add was not measured.",
  ],
  [
    {
      kind: "break-even",
      breakEvens: [breakEven("shared", 123_843), breakEven("own", 1_168_001, { low: 1_100_000, high: null })],
    },
    "tune:probe costs less a month than prompt:x on a machine that other work shares from about 120,000 requests a month on (interval not measured) and on a machine of its own from about 1,200,000 requests a month on (95% interval 1,100,000 to never), with what came before written off over a year. Not counted: how much this machine's speed varies, labels, which have no price (--usd-per-label) and people's time (--usd-per-person-hour).",
  ],
  [
    { kind: "break-even", breakEvens: [{ ...breakEven(null, 4805, { low: 4801, high: 4809 }), leavesOut: [] }] },
    "tune:probe costs less a month than prompt:x from about 4,800 requests a month on (95% interval 4,800 to 4,810), with what came before written off over a year.",
  ],
  [
    {
      kind: "break-even",
      breakEvens: [
        { ...breakEven("shared", 12), leavesOut: [] },
        { ...breakEven("own", null), leavesOut: [] },
      ],
    },
    "tune:probe costs less a month than prompt:x on a machine that other work shares at any number of requests and on a machine of its own at no number of requests, with what came before written off over a year.",
  ],
  [
    { kind: "break-even", breakEvens: [{ ...breakEven("shared", null), leavesOut: ["work"] }, breakEven("own", null)] },
    "tune:probe costs less a month than prompt:x at no number of requests. Not counted: people's time (--usd-per-person-hour).",
  ],
  [
    { kind: "flip", parameter: "margin", now: 0.01, at: 0.0301, side: "from", choice: null, ground: "undecided" },
    "With a margin of 3 points or more (now 1 point), nothing would be chosen.",
  ],
  [
    {
      kind: "flip",
      parameter: "requests-per-month",
      now: null,
      at: 42_900_000,
      side: "from",
      choice: "tune:probe",
      ground: "not-worse",
    },
    "From 43,000,000 requests a month on, tune:probe would be chosen.",
  ],
  [
    { kind: "flip", parameter: "usd-per-label", now: 0.05, at: 0.31, side: "from", choice: "prompt:x", ground: "equivalent" },
    "If a label costs $0.31 or more (now $0.05), prompt:x would be chosen.",
  ],
  [
    { kind: "flip", parameter: "llm-price", now: 1, at: 0.4, side: "up-to", choice: "prompt:x", ground: "equivalent" },
    "If the LLM costs 40.0% of today's price or less (now 100%), prompt:x would be chosen.",
  ],
  [
    { kind: "flip", parameter: "needed", now: null, at: 0.947, side: "from", choice: null, ground: "not-good-enough" },
    "If you need 94.7% or more, nothing would be chosen.",
  ],
  [
    { kind: "flip", parameter: "weight-cost", now: 0.5, at: 1.5, side: "from", choice: "prompt:x", ground: "outweighed" },
    "If cost counted 1.5 times as much as accuracy, or more (now 0.5 times), prompt:x would be chosen.",
  ],
  [
    { kind: "monthly-bill", ...pair, usd: 12.42, otherUsd: 2551, requests: 50_000_000 },
    "50,000,000 requests a month cost $12.42 with tune:probe and $2,551 with prompt:zero-shot@m, with what came before written off over a year.",
  ],
  [
    {
      kind: "both-together",
      small: "tune:probe",
      llm: "prompt:x",
      escalated: 0.03,
      metric: "accuracy",
      score: { value: 0.994, low: 0.988, high: 0.997 },
      overSmall: { value: 0.009, low: 0.004, high: 0.014 },
      overLlm: { value: 0.005, low: -0.001, high: 0.011 },
      usd: 0.026,
      llmUsd: 0.62,
      margin: 0.01,
      isRecording: false,
    },
    "tune:probe where it is sure, and prompt:x for the other 3.0% of the rows reach 99.4% (98.8–99.7) of accuracy: +0.9 points (+0.4 to +1.4) against the first alone, +0.5 points (−0.1 to +1.1) against the second alone, for $0.026 per 1,000 requests in place of $0.62.",
  ],
  [
    { kind: "price-untold", untold: ["requests-per-month", "machine"], a: "tune:probe", b: "prompt:x" },
    "Which of tune:probe and prompt:x costs less depends on how many requests a month there will be and whether the machine is shared with other work.",
  ],
  [
    { kind: "price-untold", untold: ["recorded-labels"], a: "tune:probe", b: "prompt:x" },
    "Which of tune:probe and prompt:x costs less depends on how many labels the recorded prompt rests on.",
  ],
  [
    {
      kind: "not-answered",
      approach: "tune:probe",
      metric: "accuracy",
      score: { value: 0.91, low: 0.856, high: 0.95 },
      labels: 532,
      testRows: 188,
      offer: { model: "openai:m", usd: 0.035 },
    },
    "No language model was measured. Fine-tuning reaches 91.0% (85.6–95.0) of accuracy (tune:probe, 532 labels): a language model has to beat that. Measuring openai:m on these 188 test rows costs about $0.035.",
  ],
  [
    {
      kind: "not-good-enough",
      best: "tune:probe",
      metric: "accuracy",
      score: { value: 0.91, low: 0.856, high: 0.94 },
      needed: 0.95,
    },
    "tune:probe, the best of what was measured, reaches 91.0% (85.6–94.0) of accuracy: less than the 95.0% that you need.",
  ],
  [
    { kind: "none-within-limits", broken: ["latency", "price"] },
    "Nothing that was measured keeps your limits on latency and price.",
  ],
  [
    { kind: "trivial-rule-leads", best: "tune:probe", baseline: "baseline:majority", metric: "exactMatch", lead: 0.213 },
    "baseline:majority, which gives every text the same answer, is 21.3 points of “all labels right” ahead of tune:probe, the best of what was measured.",
  ],
  [
    {
      kind: "limits-decide",
      approach: "a",
      other: "b",
      broken: ["private"],
      metric: "accuracy",
      difference: gainOf(-0.02),
      margin: 0.01,
    },
    "b does not keep your limits on where texts may go; a does. Their difference is −2.0 points of accuracy (95% interval −3.0 to −1.0).",
  ],
  [
    {
      kind: "outweighed",
      approach: "a",
      other: "b",
      by: ["cost", "latency"],
      metric: "accuracy",
      difference: gainOf(-0.02),
      margin: 0.005,
    },
    "a is ahead of b in cost and latency, which counts for more by your weights than the difference of −2.0 points of accuracy (95% interval −3.0 to −1.0).",
  ],
  [
    { kind: "needed-open", approach: "a", metric: "accuracy", score: { value: 0.91, low: 0.856, high: 0.95 }, needed: 0.9 },
    "a reaches 91.0% (85.6–95.0) of accuracy; you need 90.0%, and the interval does not show that.",
  ],
  [
    { kind: "limit-unmeasured", approach: "a", limit: "latency" },
    "The latency of a was not measured: your limit was not held against it.",
  ],
  [
    {
      kind: "chosen-by-test",
      approach: "prompt:recorded@a",
      over: "prompt:recorded@b",
      validation: { kind: "validation", metric: "macroF1", score: 0.9694, rows: 453, of: 500 },
      metric: "accuracy",
      difference: { value: 0.019, low: 0.01, high: 0.029 },
    },
    "The validation rows chose prompt:recorded@b (validation macro-F1 0.969 on 453 of 500 rows). On the test rows prompt:recorded@a is shown to be better by 1.9 points of accuracy (95% interval +1.0 to +2.9), so it stands for its side. Its score may be a little too high, since it was chosen by it; the tests are corrected for the choice.",
  ],
  [
    {
      kind: "more-labels",
      approach: "tune:probe",
      best: "tune:lp-ft",
      metric: "accuracy",
      labels: 532,
      more: 200,
      gain: { value: 0.018, low: 0.009, high: 0.026 },
      aim: { by: "lead", gain: 0.015, other: "prompt:few-shot@m" },
      isEnough: true,
      usd: 30,
      missed: ["refund"],
    },
    "With 732 labels in place of 532, tune:probe is expected to gain +1.8 points (95% interval +0.9 to +2.6) of accuracy by its learning curve (no time was left for a curve of tune:lp-ft); prompt:few-shot@m is ahead by 1.5 points now.",
  ],
  [
    {
      kind: "crossover",
      tuned: "tune:tfidf",
      prompted: "prompt:labels",
      metric: "accuracy",
      isPromptCurve: false,
      best: "tune:lp-ft",
      found: {
        kind: "crossover",
        rows: 188,
        labels: { value: 230, low: 113, high: 683, side: {} },
        safeLabels: { value: 521 },
        single: { labels: { value: 230 }, safeLabels: { value: 521 } },
        points: [16, 1000].map((labels) => ({ labels, difference: 0, probability: 0.5, singleProbability: 0.5 })),
        coversSeeds: true,
      },
    },
    "tune:tfidf does better than prompt:labels from about 230 labels on (90% interval 110 to 680); with a probability of 90% from about 520 labels on. The curve is that of tune:tfidf: no time was left for one of tune:lp-ft.",
  ],
  [
    { kind: "more-rows", needed: { low: 668, high: null, unit: "rows", aim: "difference" }, a: "a", b: "b" },
    "To settle whether a or b is better takes at least 670 more test rows, for a chance of 80%; how many more can't be bounded, since the true difference may be about the margin.",
  ],
  [
    { kind: "more-rows", needed: { low: 20, high: 60, unit: "rows", aim: "difference" }, a: "a", b: "b", unasked: 88 },
    "To settle whether a or b is better takes 20 to 60 more test rows, for a chance of 80%; 88 are there, and were not asked about.",
  ],
  [
    { kind: "more-rows", needed: { low: 0, high: 41, unit: "groups", aim: "equivalence" }, a: "a", b: "b" },
    "To show that a and b differ by less than the margin, as it looks now, takes a few to 41 more groups of test rows, for a chance of 80%.",
  ],
  [
    {
      kind: "undecided",
      leader: "a",
      other: "b",
      leadIsShown: false,
      moreRows: null,
      testRows: 40,
      metric: "accuracy",
      difference: { value: 0.02, low: 0.0096, high: 0.04 },
      margin: 0.01,
    },
    "On 40 test rows a is 2 points of accuracy ahead of b, but the 95% interval reaches from +0.96 to +4.0 points: it lies beyond 0, but on so few rows the test does not exclude chance.",
  ],
  [{ kind: "add-llm" }, "No language model was measured; one may do better or worse than everything here."],
  [
    { kind: "larger-model", model: "local:smollm2", parameters: 134_515_008, testRows: 40 },
    "The model local:smollm2 has 135 million parameters. A larger one may do better: measure one before you decide against prompting.",
  ],
  [{ kind: "add-tuned" }, "No tuned model was measured; one may do better or worse than everything here."],
];

describe("the wordings", () => {
  it("are all said here", () => {
    expect(new Set(said.map(([finding]) => finding.kind))).toEqual(new Set(findingKinds));
  });

  it.each(said.map(([finding, sentence]) => [finding.kind, finding, sentence] as const))("say %s", (_, finding, sentence) => {
    expect(sentenceOf(finding)).toBe(sentence);
  });

  it.each(said.map(([finding]) => [finding.kind, finding] as const))(
    "give %s a title, a role and steps that can be taken",
    (_, finding) => {
      expect(titleOf(finding)).toMatch(/^[A-Z][^.]{3,60}$/);
      expect(["reason", "caution", "change"]).toContain(roleOf(finding));
      for (const { text, command } of stepsOf(finding)) {
        expect(text).toMatch(/^[A-Z].*\.$/);
        if (command !== undefined)
          expect(command).toMatch(
            /^crossover ((run|check) FILE|(resume|view|cascade) RUN|serve RUN\/artifacts\/hybrid_cascade)( |$)/,
          );
      }
    },
  );
});

describe("the numbers in words", () => {
  it("have no sign where the direction is said, and one where it is not", () => {
    expect(points(-0.031)).toBe("3.1 points");
    expect(points(0.01)).toBe("1 point");
    expect(range({ low: -0.006, high: 0 })).toBe("−0.6 to 0.0");
  });

  it("are rounded to what an estimate can say", () => {
    expect([about(668), about(123_843), about(43.2), about(7)]).toEqual(["670", "120,000", "43.2", "7"]);
  });
});
