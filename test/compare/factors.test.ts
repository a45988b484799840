import { describe, expect, test } from "vitest";
import { cellWords } from "../../src/advise/words/factor-cells.js";
import { breakEvenBasisText, priceBasisText } from "../../src/advise/words/prices.js";
import { shareOfAnswersChanged } from "../../src/compare/answers-changed.js";
import { compare } from "../../src/compare/compare.js";
import { breakEvens } from "../../src/compare/money/break-even.js";
import { isPriced } from "../../src/compare/money/monthly-bill.js";
import { measuredPrice, usdPerThousand as usdPerThousandOf } from "../../src/compare/money/price.js";
import { noCost } from "../../src/lib/cost.js";
import { random } from "../../src/lib/random.js";
import type { FactorCell, FactorName } from "../../src/types/factors.js";
import type { Measurement } from "../../src/types/measurement.js";
import type { Cost, Outcome, Prediction } from "../../src/types/prediction.js";
import type { Assumptions } from "../../src/types/prices.js";
import type { Summary } from "../../src/types/scores.js";
import { identified } from "../identity.js";
import { assumptions, fake, majority, task, wrongEvery } from "./fakes.js";

const comparison = await compare(
  task(),
  [
    fake("baseline:majority", "baseline", majority).approach,
    fake("tune:probe", "tune", wrongEvery(12), {
      fitCost: { labels: 200, seconds: 30 },
      facts: { trainedParameters: 29_645, totalParameters: 22_713_216, chosen: { C: 10 }, artifactBytes: 23_400_000 },
    }).approach,
    fake("prompt:zero-shot@m", "prompt", (query) => ({ answer: [wrongEvery(3)(query)], costUsd: 0.002, latencySeconds: 0.8 }), {
      facts: { promptTokens: 120, humanWords: 45, needs: ["OPENAI_API_KEY", "network"] },
    }).approach,
    fake("prompt:few-shot@m", "prompt", (query) => ({ answer: [wrongEvery(5)(query)], costUsd: 0.004, latencySeconds: 1.1 }), {
      fitCost: { labels: 8 },
      facts: { promptTokens: 612, humanWords: 45, needs: ["OPENAI_API_KEY", "network"] },
    }).approach,
    fake("prompt:few-shot@other", "prompt", () => ({ answer: null, failure: "refused", costUsd: null }), {
      fitCost: { labels: 8 },
    }).approach,
  ],
  { seeds: [1], assumptions, signal: new AbortController().signal, log: () => {} },
);

function usdPerThousand(measurements: readonly Measurement[], prices: Assumptions): Summary["usdPerThousand"] {
  return usdPerThousandOf(measuredPrice(measurements), prices);
}

function cell(factor: FactorName, approach: string): FactorCell {
  return comparison.factors.find((row) => row.factor === factor)!.cells[approach]!;
}

/** The cell's text and detail; fails where it is not measured. */
function measured(factor: FactorName, approach: string): { text: string; detail: string } {
  const found = cell(factor, approach);
  if (found.kind === "not-measured") throw new Error(`${factor} of ${approach} is not measured: ${found.why}`);
  return { detail: "", ...cellWords(found) };
}

describe("the factor table", () => {
  test("has a row for each of the six factors and for quality, and a cell for every approach", () => {
    expect(comparison.factors.map((row) => row.factor)).toEqual([
      "quality",
      "customization",
      "time",
      "cost",
      "data",
      "flexibility",
      "skill",
    ]);
    for (const row of comparison.factors)
      expect(Object.keys(row.cells).sort()).toEqual(comparison.summaries.map((s) => s.approach).sort());
  });

  test("texts fit a table's cell", () => {
    for (const row of comparison.factors) {
      for (const each of Object.values(row.cells))
        if (each.kind !== "not-measured") expect(cellWords(each).text.length).toBeLessThanOrEqual(40);
    }
  });

  test("quality carries its interval", () => {
    const found = cell("quality", "tune:probe");
    const summary = comparison.summaries.find(({ approach }) => approach === "tune:probe")!;
    expect(found).toMatchObject({ kind: "score", metric: "macroF1", score: summary.macroF1 });
    expect(measured("quality", "tune:probe").text).toMatch(/^0\.\d{3} \(0\.\d{3}–0\.\d{3}\)$/);
    expect(measured("quality", "tune:probe").detail).toMatch(/^accuracy 91\.7% \(.*\), balanced accuracy .*%, on 120 test rows$/);
  });

  test("customization: weights trained, and answers changed since the untouched start", () => {
    expect(measured("customization", "tune:probe")).toEqual({
      text: "29.6 k weights trained",
      detail: "of a model of 22.7 M; 23.4 MB to ship",
    });
    expect(measured("customization", "prompt:few-shot@m")).toEqual({
      text: "nothing trained, 612 prompt tokens",
      detail: "the model stays where it is asked",
    });
    const changed = (approach: string) => {
      const found = cell("customization", approach);
      return found.kind === "changes" ? found.answersChanged : undefined;
    };
    // Wrong every 5th against wrong every 3rd: they differ on 24 + 40 − 2·8 = 48 of 120 rows, both being wrong alike on 8.
    expect(changed("prompt:few-shot@m")).toEqual({ share: 0.4, from: "prompt:zero-shot@m" });
    for (const approach of ["tune:probe", "prompt:few-shot@other"]) expect(changed(approach)?.from).toBe("baseline:majority");
    expect(changed("baseline:majority")).toBeUndefined();
  });

  test("time, data and skill", () => {
    expect(measured("time", "prompt:few-shot@m").text).toMatch(/^(\S+ ms|nothing) to fit, 1\.1 s an answer$/);
    expect(measured("time", "prompt:few-shot@m").detail).toContain("95% of answers within 1.1 s, over 120 requests");
    expect(measured("time", "tune:probe").text).toMatch(/^30 s to fit, \S+ [µm]?s an answer$/);
    expect(measured("data", "tune:probe").text).toBe("200 labels");
    expect(measured("data", "prompt:few-shot@m").text).toBe("8 labels");
    expect(measured("skill", "tune:probe")).toEqual({
      text: "nothing to write, 1 setting chosen",
      detail: "chosen by measuring: C = 10; needs nothing besides its files",
    });
    expect(measured("skill", "prompt:zero-shot@m")).toEqual({
      text: "45 words to write",
      detail: "needs OPENAI_API_KEY, network",
    });
  });

  test("cost names what it took to set up, and knows when the tuned model pays", () => {
    expect(measured("cost", "prompt:few-shot@m").text).toBe("$4.00 per 1,000");
    expect(measured("cost", "tune:probe").detail).toContain("set up: labels $20.00, fitting $0.003");
    const found = cell("cost", "tune:probe");
    const pays = (found.kind === "price" && found.breakEvens) || [];
    expect(pays.map(({ machine }) => machine)).toEqual(["shared", "own"]);
    expect(pays[0]!.requestsPerMonth!).toBeCloseTo(400, -2);
    expect(pays[1]!.requestsPerMonth! / 1000).toBeCloseTo(66.5, -1);
  });

  test("what is not known is said, not guessed", () => {
    expect(cell("flexibility", "tune:probe")).toMatchObject({ kind: "not-measured" });
    expect(cell("cost", "prompt:few-shot@other")).toEqual({ kind: "not-measured", why: "price-unknown" });
  });
});

test("answers differ as sets of labels, and no answer from every answer", () => {
  const outcome = (answer: readonly string[] | null): Outcome => ({ id: "1", truth: [], answer });
  const a = [["x", "y"], ["x"], null, null].map(outcome);
  const b = [["y", "x"], ["y"], null, []].map(outcome);
  expect(shareOfAnswersChanged(a, b)).toBe(0.5);
});

describe("USD per 1,000 predictions", () => {
  const measurement = (predictions: readonly Prediction[], predictCost: Partial<Cost> = {}): Measurement => ({
    ...identified("x", "prompt"),
    split: "test",
    trainSize: 1,
    seed: 1,
    outcomes: predictions.map((prediction, row) => ({ ...prediction, id: String(row), truth: ["a"] })),
    latencies: [],
    fitCost: noCost,
    predictCost: { ...noCost, ...predictCost },
    facts: {
      trainedParameters: 0,
      totalParameters: null,
      promptTokens: 0,
      humanWords: 0,
      chosen: {},
      artifactBytes: null,
      needs: [],
    },
  });

  test("the mean over requests that were answered; rows that were never asked do not dilute it", () => {
    const rows: Prediction[] = [
      { answer: ["a"], costUsd: 0.001, isCached: true },
      { answer: null, failure: "unparseable", costUsd: 0.003 },
      { answer: null, failure: "missing" },
    ];
    expect(usdPerThousand([measurement(rows)], assumptions)).toEqual({
      value: 2,
      basis: { kind: "list-price", requests: 2 },
      // Of 1 and 3: sd √2, over √2.
      standardError: 1,
    });
  });

  test("the standard error knows that requests of one group, or of one row with two seeds, belong together", () => {
    const rows: Prediction[] = [1, 2, 6, 7].map((usd) => ({ answer: ["a"], costUsd: usd / 1000 }));
    const single = usdPerThousand([measurement(rows)], assumptions)!.standardError!;
    // sd of 1, 2, 6, 7 is √(26/3).
    expect(single).toBeCloseTo(Math.sqrt(26 / 3 / 4), 12);
    const again = usdPerThousand([measurement(rows), measurement(rows)], assumptions)!.standardError!;
    expect(again).toBeCloseTo(single, 12);
    const one = measurement(rows);
    const grouped = { ...one, outcomes: one.outcomes.map((outcome, i) => ({ ...outcome, group: i < 2 ? "x" : "y" })) };
    // Two groups, of mean 1.5 and 6.5: sd 5/√2, over √2.
    expect(usdPerThousand([grouped], assumptions)!.standardError).toBeCloseTo(2.5, 12);
  });

  test("a local model's is that of the answers that were timed alone, and absent where none were", () => {
    const rows: Prediction[] = [{ answer: ["a"] }, { answer: ["b"] }];
    const untimed = measurement(rows, { seconds: 2 });
    expect(usdPerThousand([untimed], assumptions)).not.toHaveProperty("standardError");
    const price = usdPerThousand([{ ...untimed, latencies: [0.01, 0.03] }], assumptions)!;
    // Half of the mean of .02 s.
    expect(price.standardError).toBeCloseTo(price.value / 2, 12);
  });

  test("unknown where a price is unknown, or nothing was answered", () => {
    expect(
      usdPerThousand(
        [
          measurement([
            { answer: ["a"], costUsd: 0.001 },
            { answer: ["a"], costUsd: null },
          ]),
        ],
        assumptions,
      ),
    ).toBeNull();
    expect(usdPerThousand([measurement([{ answer: null, failure: "missing" }], { seconds: 1 })], assumptions)).toBeNull();
  });

  test("a local model costs its machine, idle time included", () => {
    // 4 texts in 2 s: 2 texts/s; $0.36 an hour is $0.0001 a second; busy half the time.
    const rows: Prediction[] = [{ answer: ["a"] }, { answer: ["b"] }];
    const price = usdPerThousand([measurement(rows, { seconds: 0.5 }), measurement(rows, { seconds: 1.5 })], assumptions);
    expect(price?.value).toBeCloseTo((1000 * 0.0001) / (2 * 0.5), 12);
    expect(price?.basis).toEqual({ kind: "machine", textsPerSecond: 2, usdPerHour: 0.36, utilization: 0.5 });
    expect(priceBasisText(price!.basis)).toBe("2 texts a second on this machine, at $0.36 an hour, busy 50.0% of the time");
  });
});

describe("break-even", () => {
  const basis = { kind: "list-price", requests: 100 } as const;
  const summaryWith = (usd: number | null, fitCost: Partial<Cost>): Summary => ({
    ...comparison.summaries[0]!,
    usdPerThousand: usd === null ? null : { value: usd, basis },
    fitCost: { ...noCost, ...fitCost },
  });

  /** Of two that are billed by request: there is no machine to tell apart. */
  const breakEven = (tuned: Summary, prompted: Summary) =>
    isPriced(tuned) && isPriced(prompted) ? (breakEvens(tuned, prompted, assumptions)[0] ?? null) : null;

  test("a twelfth of what the tuned model costs more beforehand, over what a request saves", () => {
    // 100 labels at 10 cents, and an hour of the machine; $0.99 saved per 1,000.
    const found = breakEven(summaryWith(0.01, { labels: 108, seconds: 3600 }), summaryWith(1, { labels: 8 }));
    expect(found?.requestsPerMonth).toBe(Math.ceil((1000 * 10.36) / 12 / 0.99));
    expect(breakEvenBasisText(found!)).toBe(
      "$10.00 more for labels and $0.36 more for fitting, written off over a year; per 1,000 requests $1.00 prompted against $0.01 tuned. Not counted: people's time (--usd-per-person-hour).",
    );
  });

  test("never where a prompt is no dearer, at once where tuning costs nothing more, unknown without a price", () => {
    expect(breakEven(summaryWith(2, { labels: 10 }), summaryWith(1, {}))?.requestsPerMonth).toBeNull();
    expect(breakEven(summaryWith(0.01, {}), summaryWith(1, { labels: 8 }))?.requestsPerMonth).toBe(0);
    expect(breakEven(summaryWith(0.01, {}), summaryWith(null, {}))).toBeNull();
  });

  const withError = (usd: number, standardError: number, fitCost: Partial<Cost>): Summary => ({
    ...summaryWith(usd, fitCost),
    usdPerThousand: { value: usd, basis, standardError },
  });

  test("its interval is where the interval of what a request saves would put it", () => {
    const [tuned, prompted] = [withError(0.01, 0.003, { labels: 100 }), withError(1.01, 0.004, {})];
    // $1 saved per 1,000, ±1.96 · 0.005.
    expect(breakEven(tuned, prompted)).toMatchObject({
      requestsPerMonth: Math.ceil(10_000 / 12),
      interval: { low: Math.ceil(10_000 / 12 / 1.0097999), high: Math.ceil(10_000 / 12 / 0.9902001) },
    });
  });

  test("its interval is open where the tuned one may never get cheaper, and not measured where a cost has no spread", () => {
    const dear = withError(1, 0.2, {});
    const open = breakEven(withError(0.9, 0.2, { labels: 100 }), { ...dear, predictCost: { ...noCost, usd: 1 } });
    expect(open?.interval).toEqual({ low: expect.any(Number), high: null });
    const never = breakEven(withError(1.1, 0.2, { labels: 100 }), { ...dear, predictCost: { ...noCost, usd: 1 } });
    expect(never).toMatchObject({ requestsPerMonth: null, interval: { high: null } });
    expect(breakEven(withError(9, 0.2, { labels: 100 }), dear)).not.toHaveProperty("interval");
    expect(breakEven(summaryWith(0.01, { labels: 100 }), dear)).not.toHaveProperty("interval");
  });

  test("its interval covers the break-even of all requests about as often as it says", () => {
    const draws = random(11);
    const meanCost = 0.001 * Math.exp(0.5 ** 2 / 2);
    let covered = 0;
    const trials = 500;
    for (let trial = 0; trial < trials; trial++) {
      // Two requests of each of 60 customers, whose texts are alike in length: log-normal, half of the variance between customers.
      const outcomes = Array.from({ length: 60 }, () => draws.normal()).flatMap((customer, group) =>
        [0, 1].map((i) => ({
          id: `${group}-${i}`,
          truth: ["a"],
          answer: ["a"],
          group: `${group}`,
          costUsd: 0.001 * Math.exp(0.5 * Math.SQRT1_2 * (customer + draws.normal())),
        })),
      );
      const price = usdPerThousand([{ ...comparison.measurements[0]!, outcomes }], assumptions);
      const prompted = { ...summaryWith(null, {}), usdPerThousand: price };
      const { interval } = breakEven(withError(0, 0, { labels: 100 }), prompted)!;
      const truth = 10 / 12 / meanCost;
      if (interval!.low <= truth && truth <= interval!.high!) covered++;
    }
    expect(covered / trials).toBeGreaterThan(0.92);
    expect(covered / trials).toBeLessThan(0.975);
  });

  test("none where both run here and a stopwatch can't tell their costs apart; a bill can", () => {
    const timed = (usd: number, fitCost: Partial<Cost>): Summary => ({
      ...summaryWith(usd, fitCost),
      usdPerThousand: { value: usd, basis: { kind: "machine", textsPerSecond: 0.2 / usd, usdPerHour: 0.36, utilization: 0.5 } },
    });
    const prompted = timed(1, {});
    expect(breakEven(timed(0.9, { labels: 10 }), prompted)).toBeNull();
    expect(breakEven(timed(0.7, { labels: 10 }), prompted)?.requestsPerMonth).toBeGreaterThan(0);
    expect(breakEven(timed(0.9, { labels: 10 }), summaryWith(1, {}))?.requestsPerMonth).toBeGreaterThan(0);
  });
});
