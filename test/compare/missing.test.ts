/** @file Rows without an outcome are no wrong answers: in scores, contrasts, and the choice of each arm's best. */
import { describe, expect, test } from "vitest";
import { type CompareOptions, compare } from "../../src/compare/compare.js";
import { isMissing, presentRows } from "../../src/compare/missing.js";
import { random } from "../../src/lib/random.js";
import type { Approach } from "../../src/types/approach.js";
import type { Comparison } from "../../src/types/comparison.js";
import type { Query } from "../../src/types/data.js";
import type { Outcome, Prediction } from "../../src/types/prediction.js";
import { identified } from "../identity.js";
import { assumptions, fake, labelOf, majority, rowOf, task, wrongEvery } from "./fakes.js";

const testRows = 3000;
const options: CompareOptions = { seeds: [1], assumptions };
/** The stand-in brings its encoder along; an LLM stays with its service. */
const standIn = { facts: { artifactBytes: 1 } };

const missing: Prediction = { answer: null, failure: "missing" };

/** An approach that lacks some rows, and answers the others as `answer` says. */
function lacking(
  name: string,
  answer: (query: Query) => string,
  isLacking: (query: Query) => boolean,
  gap: Prediction = missing,
): Approach {
  return fake(name, "prompt", (query) => (isLacking(query) ? gap : { answer: [answer(query)], costUsd: 0.001 })).approach;
}

/** A share of the rows, drawn by seed. */
function drawn(share: number, seed: number): (query: Query) => boolean {
  return ({ id }) => random(seed, id).uniform() < share;
}

const tuned = (period: number, name = "tune:probe"): Approach => fake(name, "tune", wrongEvery(period)).approach;
const floor = fake("baseline:majority", "baseline", majority).approach;
const all = (): boolean => true;
const none = (): boolean => false;
const isValidation = ({ id }: Query): boolean => id.startsWith("train-");
const isTest = ({ id }: Query): boolean => id.startsWith("test-");

function summaryOf(comparison: Comparison, approach: string) {
  return comparison.summaries.find((summary) => summary.approach === approach)!;
}

describe("what is missing", () => {
  const outcome = (prediction: Prediction): Outcome => ({ ...prediction, id: "a", truth: ["x"] });
  test.each([
    [{ answer: ["x"] }, false],
    [{ answer: null, failure: "missing" }, true],
    [{ answer: null, failure: "error" }, true],
    [{ answer: null, failure: "refused", refusedBy: "host" }, true],
    [{ answer: null, failure: "refused" }, false],
    [{ answer: null, failure: "unparseable" }, false],
    [{ answer: null, failure: "truncated" }, false],
  ] as const)("%j: %s", (prediction, expected) => {
    expect(isMissing(outcome(prediction))).toBe(expected);
  });

  test("a row that one run lacks is left out of all", () => {
    const [here, gone] = [outcome({ answer: ["x"] }), outcome(missing)];
    expect(
      presentRows([
        [here, here, gone, here],
        [here, gone, gone, here],
      ]),
    ).toEqual([0, 3]);
    expect(presentRows([])).toEqual([]);
  });
});

describe("two percent of a recording are deleted", () => {
  const run = (isLacking: (query: Query) => boolean): Promise<Comparison> =>
    // 99 % and 99.2 % right: less apart than the missing rows would make of it.
    compare(task({ testRows }), [floor, tuned(100), lacking("prompt:m", wrongEvery(120, 7), isLacking)], options);

  test("the choice and the verdict stay, and the difference moves by sampling alone", async () => {
    const whole = await run(none);
    for (const seed of [1, 2, 3]) {
      const cut = await run(drawn(0.02, seed));
      const [before, after] = [whole.contrasts[0]!, cut.contrasts[0]!];
      expect(cut.best).toEqual(whole.best);
      expect([before.verdict, after.verdict]).toEqual(["equivalent", "equivalent"]);
      expect(Math.abs(after.difference.value - before.difference.value)).toBeLessThan(0.002);
      expect(summaryOf(cut, "prompt:m").accuracy.value).toBeCloseTo(summaryOf(whole, "prompt:m").accuracy.value, 2);
      // Counted as wrong, they alone would put the tuned model ahead by more than the margin.
      expect(after.missing!.asWrong.difference.value).toBeGreaterThan(0.01);
      expect(after.missing!.asWrong.verdict).not.toBe("equivalent");
    }
  });

  test("everything is counted over the rows that both have", async () => {
    const isLacking = drawn(0.02, 1);
    const { contrasts, summaries, task: facts } = await run(isLacking);
    const rows = Array.from({ length: facts.testRows }, (_, row): Query => ({ id: `test-${row}`, text: "" }));
    const shared = rows.filter((query) => !isLacking(query));
    const isRight = (query: Query, answer: string): boolean => answer === labelOf(rowOf(query));
    const onlyTuned = shared.filter(
      (query) => isRight(query, wrongEvery(100)(query)) && !isRight(query, wrongEvery(120, 7)(query)),
    ).length;
    const onlyPrompted = shared.filter(
      (query) => !isRight(query, wrongEvery(100)(query)) && isRight(query, wrongEvery(120, 7)(query)),
    ).length;
    expect(contrasts[0]!.discordant).toEqual([onlyTuned, onlyPrompted]);
    expect(contrasts[0]!.difference.value).toBeCloseTo((onlyTuned - onlyPrompted) / shared.length, 12);
    expect(contrasts[0]!.missing).toMatchObject({ rows: rows.length - shared.length, asWrong: { rows: rows.length } });
    const prompted = summaries.find(({ approach }) => approach === "prompt:m")!;
    const right = shared.filter((query) => isRight(query, wrongEvery(120, 7)(query))).length;
    expect(prompted.accuracy.value).toBeCloseTo(right / shared.length, 12);
    expect(prompted.missing).toMatchObject({
      rows: rows.length - shared.length,
      reasons: { missing: rows.length - shared.length },
      worstCase: { accuracy: { value: expect.closeTo(right / rows.length, 12) as number } },
    });
    // The table of confusions holds the rows that were measured, and no others.
    expect(prompted.confusion.flat().reduce((sum, count) => sum + count, 0)).toBe(shared.length);
  });

  test("nothing is missing where every row has an outcome", async () => {
    const whole = await run(none);
    expect(whole.contrasts.every((contrast) => contrast.missing === undefined)).toBe(true);
    expect(whole.summaries.every((summary) => summary.missing === undefined)).toBe(true);
    expect(whole.unanswered).toBeUndefined();
  });
});

test("the worst case is what it would be had the approach failed those rows itself", async () => {
  const isLacking = drawn(0.1, 5);
  const run = (gap: Prediction): Promise<Comparison> =>
    compare(task({ testRows: 400 }), [tuned(9), lacking("prompt:m", wrongEvery(7), isLacking, gap)], options);
  const [gone, failed] = [await run(missing), await run({ answer: null, failure: "unparseable" })];
  const [worst, wrong] = [summaryOf(gone, "prompt:m").missing!.worstCase, summaryOf(failed, "prompt:m")];
  expect(worst.accuracy.value).toBeCloseTo(wrong.accuracy.value, 12);
  expect(worst.macroF1.value).toBeCloseTo(wrong.macroF1.value, 12);
  expect(worst.mcc).toBeCloseTo(wrong.mcc, 12);
  const [reading, contrast] = [gone.contrasts[0]!.missing!.asWrong, failed.contrasts[0]!];
  expect(reading.difference.value).toBeCloseTo(contrast.difference.value, 12);
  expect(reading.pValue).toBeCloseTo(contrast.pValue, 12);
  expect(reading.verdict).toBe(contrast.verdict);
});

test("several seeds: a row that one of them lacks is left out of the others too", async () => {
  const prompted = fake("prompt:m", "prompt", (query, seed) =>
    rowOf(query) % 10 === seed ? missing : { answer: [wrongEvery(4)(query)] },
  ).approach;
  const { summaries, contrasts } = await compare(task({ testRows: 100 }), [tuned(9), prompted], { ...options, seeds: [1, 2] });
  const summary = summaries.find(({ approach }) => approach === "prompt:m")!;
  const shared = Array.from({ length: 100 }, (_, row) => row).filter((row) => ![1, 2].includes(row % 10));
  const right = shared.filter((row) => row % 4 !== 0).length;
  expect(summary.missing).toMatchObject({ rows: 20, reasons: { missing: 10 } });
  expect(summary.accuracy.value).toBeCloseTo(right / shared.length, 12);
  expect(contrasts[0]!.missing!.rows).toBe(20);
});

test("one of the service's own words is kept beside the count", async () => {
  const gap: Prediction = { answer: null, failure: "error", rawAnswer: "Insufficient credits" };
  const filtered: Prediction = { answer: null, failure: "refused", refusedBy: "host" };
  const prompted = fake("prompt:m", "prompt", (query) =>
    rowOf(query) % 10 === 3 ? gap : rowOf(query) % 10 === 4 ? filtered : { answer: [wrongEvery(5)(query)] },
  ).approach;
  const comparison = await compare(task(), [tuned(9), prompted], options);
  expect(summaryOf(comparison, "prompt:m").missing).toMatchObject({
    rows: 24,
    reasons: { error: 12, refused: 12 },
    example: "Insufficient credits",
  });
});

describe("the best of an arm", () => {
  test("is chosen on the validation rows that all candidates have, so that a gap costs nobody the choice", async () => {
    const better = lacking("prompt:better", wrongEvery(10), (query) => isValidation(query) && rowOf(query) % 3 === 0);
    const worse = lacking("prompt:worse", wrongEvery(4), none);
    const { best, measurements } = await compare(task(), [tuned(9), better, worse], options);
    const validation = measurements.find(({ approach, split }) => approach === "prompt:better" && split === "validation")!;
    const present = validation.outcomes.filter((outcome) => !isMissing(outcome)).length;
    expect(present).toBeLessThan(validation.outcomes.length);
    expect(best.prompt?.approach).toBe("prompt:better");
    expect(best.prompt?.basis).toMatchObject({ kind: "validation", rows: present, of: validation.outcomes.length });
  });

  test("has no score of rows that are all missing: such a candidate is a rival, ranked by nothing", async () => {
    const testOnly = lacking("prompt:test-only", wrongEvery(10), isValidation);
    const other = lacking("prompt:other", wrongEvery(4), none);
    const comparison = await compare(task({ testRows }), [tuned(9), testOnly, other], options);
    expect(comparison.best.prompt?.approach).toBe("prompt:other");
    expect(comparison.rivals).toEqual(["prompt:test-only"]);
    expect(JSON.stringify(comparison.best)).not.toContain("0.000");
  });

  test("where none can be ranked, the other arm's best is held against each, corrected by Holm", async () => {
    const one = lacking("prompt:one", wrongEvery(5), isValidation);
    const two = lacking("prompt:two", wrongEvery(40), isValidation);
    const comparison = await compare(task({ testRows }), [tuned(20), one, two], options);
    expect(comparison.rivals).toEqual(["prompt:two"]);
    const pairs = comparison.contrasts.filter(({ a, metric }) => a === "tune:probe" && metric === "accuracy");
    expect(pairs.map(({ b, verdict }) => [b, verdict])).toEqual([
      ["prompt:one", "a-better"],
      ["prompt:two", "b-better"],
    ]);
    for (const { pValue, adjustedPValue } of pairs) expect(adjustedPValue).toBeGreaterThanOrEqual(pValue);
  });

  test("the luckiest of several unranked candidates does not win by a p-value of its own", async () => {
    // Five rows to none: p = 1/32 as the one question, too much as one of several.
    const wrongOn = (rows: readonly number[]) => (query: Query) => wrongEvery(rows.includes(rowOf(query)) ? 1 : 1e9, 1)(query);
    const two = fake("tune:two", "tune", wrongOn([])).approach;
    const prompted = ["a", "b", "c"].map((name) => lacking(`prompt:${name}`, wrongOn([10, 11, 12, 13, 14]), isValidation));
    const exact = { ...options, assumptions: { ...assumptions, margin: 0 } };
    const alone = await compare(task(), [two, prompted[0]!], exact);
    expect(alone.contrasts[0]).toMatchObject({ pValue: 1 / 32, verdict: "a-better" });
    const among = await compare(task(), [two, ...prompted], exact);
    expect(among.contrasts[0]).toMatchObject({ pValue: 1 / 32, verdict: "undecided" });
  });

  test("is never a stand-in where a language model was asked, even if the stand-in scores higher", async () => {
    const labelsOnly = fake("prompt:labels", "prompt", wrongEvery(20), standIn).approach;
    const model = lacking("prompt:recorded@m", wrongEvery(4), isValidation);
    const comparison = await compare(task(), [tuned(9), labelsOnly, model], options);
    expect(comparison.best.prompt).toEqual({
      approach: "prompt:recorded@m",
      basis: { kind: "only-candidate" },
    });
    expect(comparison.rivals).toBeUndefined();
    const alone = await compare(task(), [tuned(9), labelsOnly], options);
    expect(alone.best.prompt).toBeNull();
    expect(alone.summaries.find(({ approach }) => approach === "prompt:labels")?.arm).toBe("baseline");
  });
});

describe("an approach without answers", () => {
  test("none of whose test rows has an outcome has no score and is listed as not measured", async () => {
    const gap: Prediction = { answer: null, failure: "error", rawAnswer: "status 401" };
    const comparison = await compare(task(), [floor, tuned(9), lacking("prompt:m", majority, isTest, gap)], options);
    expect(comparison.summaries.map(({ approach }) => approach).sort()).toEqual(["baseline:majority", "tune:probe"]);
    const self = identified("prompt:m", "prompt", { asksLlm: true, learnsFrom: "nothing" });
    expect(comparison.failed).toEqual([{ ...self, reason: { kind: "no-outcome", testRows: 120, example: "status 401" } }]);
    expect(comparison.unanswered).toEqual([
      { approach: "prompt:m", arm: "prompt", reason: "missing", rows: 120, testRows: 120, example: "status 401" },
    ]);
    expect(comparison.best.prompt).toBeNull();
    expect(comparison.contrasts.some(({ a, b }) => [a, b].includes("prompt:m"))).toBe(false);
  });

  test("is not replaced by a stand-in", async () => {
    const labelsOnly = fake("prompt:labels", "prompt", wrongEvery(20), standIn).approach;
    const comparison = await compare(task(), [tuned(9), labelsOnly, lacking("prompt:m", majority, all)], options);
    expect(comparison.best.prompt).toBeNull();
  });

  test.each([
    ["unparseable", 61],
    ["truncated", 61],
    ["refused", 61],
    ["missing", 61],
  ] as const)("%s in more than half of the rows: named as such, with one raw answer", async (failure, rows) => {
    const gap: Prediction = { answer: null, failure, rawAnswer: "<thinking>" };
    const model = lacking("prompt:m", wrongEvery(9), (query) => isTest(query) && rowOf(query) < rows, gap);
    const comparison = await compare(task(), [tuned(9), model], options);
    expect(comparison.unanswered).toEqual([
      { approach: "prompt:m", arm: "prompt", reason: failure, rows, testRows: 120, example: "<thinking>" },
    ]);
    const half = lacking("prompt:m", wrongEvery(9), (query) => isTest(query) && rowOf(query) < 60, gap);
    expect((await compare(task(), [tuned(9), half], options)).unanswered).toBeUndefined();
  });

  test("gives way to another model of its arm that answered", async () => {
    const dead = lacking("prompt:a", majority, (query) => isValidation(query) || rowOf(query) < 100);
    const alive = lacking("prompt:b", wrongEvery(9), none);
    const comparison = await compare(task(), [tuned(9), dead, alive], options);
    expect(comparison.best.prompt?.approach).toBe("prompt:b");
    expect(comparison.rivals).toBeUndefined();
  });
});
