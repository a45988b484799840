import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { cascadeOf } from "../../../src/compare/cascade/cascade.js";
import { foldOf } from "../../../src/compare/cascade/folds.js";
import { randomEscalationTest } from "../../../src/compare/cascade/random-escalation.js";
import type { Cascade, CascadeAim } from "../../../src/types/cascade.js";
import type { TaskFacts } from "../../../src/types/data.js";
import type { Measurement } from "../../../src/types/measurement.js";
import type { Outcome } from "../../../src/types/prediction.js";
import { assumptions, drawn, measurement, outcomesOf, type Pair, taskOf } from "./world.js";

const golden = JSON.parse(readFileSync(new URL("../../../golden/cascade.json", import.meta.url), "utf8"));

const useful = { small: (sure: number) => sure, llm: () => 0.94 };

function made(
  pairs: readonly Pair[],
  { aim = { kind: "trade" }, task, more = [] }: { aim?: CascadeAim; task?: TaskFacts; more?: readonly Measurement[] } = {},
): Cascade {
  const { small, llm } = outcomesOf(pairs);
  const measurements = [measurement("tune:s", "tune", small), measurement("prompt:l", "prompt", llm), ...more];
  const found = cascadeOf({
    task: task ?? taskOf(pairs.length),
    measurements,
    assumptions,
    small: "tune:s",
    llm: "prompt:l",
    aim,
  });
  if ("kind" in found) throw new Error(found.kind);
  return found;
}

describe("against a reference", () => {
  const { sure, small, llm, usd, found } = golden.cascade;
  const pairs = sure.map((each: number, row: number): Pair => ({ sure: each, small: small[row], llm: llm[row], usd: usd[row] }));
  const aims: Record<string, CascadeAim> = {
    trade: { kind: "trade" },
    score: { kind: "score", least: 0.93 },
    // The small model's own price is 0.1 USD per 1,000 by the clock: 1 ms a text at 360 USD an hour.
    cost: { kind: "cost", mostUsdPerThousand: 0.2 },
  };
  test.each(found as { aim: string; threshold: number | null; share: number; accuracy: number; usd: number; random: number }[])(
    "the cascade for $aim is that of its definition",
    ({ aim, threshold, share, accuracy, usd: paid, random }) => {
      const cascade = made(pairs, { aim: aims[aim]! });
      expect(cascade.threshold).toBeCloseTo(threshold!, 12);
      expect(cascade.escalated.value).toBeCloseTo(share, 12);
      expect(cascade.policies.cascade.accuracy.value).toBeCloseTo(accuracy, 12);
      expect(cascade.policies.random.accuracy).toBeCloseTo(random, 12);
      expect(cascade.policies.cascade.usdPerThousand!.value).toBeCloseTo(paid + 0.1, 9);
      expect(cascade.basis.kind).toBe("cross-fitted");
      expect(cascade.calibration).toBeNull();
    },
  );

  test("folds are those that the names' hashes give, and a group is in one", () => {
    expect(foldOf(golden.folds.units, golden.folds.folds)).toEqual(golden.folds.fold);
  });

  test.each(golden.escalations as Record<string, number>[])("the test against chance is exact: %j", (each) => {
    const { better, worse, rest, escalated, gained, lost, p } = each as Record<string, number> & Record<"p", number>;
    const rows = [
      ...Array.from({ length: better! }, (_, i) => ({ small: false, llm: true, out: i < gained! })),
      ...Array.from({ length: worse! }, (_, i) => ({ small: true, llm: false, out: i < lost! })),
      ...Array.from({ length: rest! }, (_, i) => ({ small: true, llm: true, out: i < escalated! - gained! - lost! })),
    ];
    const coded = (name: "small" | "llm") => ({
      labelCount: 2,
      isMultiLabel: false,
      truths: rows.map(() => [0]),
      answers: rows.map((row) => [row[name] ? 0 : 1]),
    });
    const seed = { small: coded("small"), llm: coded("llm"), handedOn: coded("llm"), confidence: new Float64Array(rows.length) };
    const found = randomEscalationTest(
      seed,
      rows.map(({ out }) => out),
    );
    expect(found).toBeCloseTo(p, 10);
  });
});

describe("what comes of known worlds", () => {
  test("where confidence tells, the cascade beats chance and the small model, and is recommended", () => {
    const cascade = made(drawn(800, 1, useful));
    expect(cascade.objections).toEqual([]);
    expect(cascade.differences.random.accuracy.low).toBeGreaterThan(0);
    expect(cascade.differences.random.pValue!).toBeLessThan(0.001);
    const { curve, policies } = cascade;
    expect(curve[0]!.share).toBe(0);
    expect(curve.at(-1)!.share).toBe(1);
    expect(curve[0]!.score.value).toBeCloseTo(policies.small.accuracy.value, 12);
    expect(curve.at(-1)!.score.value).toBeCloseTo(policies.llm.accuracy.value, 12);
    expect(curve.every(({ share }, i) => i === 0 || share > curve[i - 1]!.share)).toBe(true);
    expect(curve.every(({ score }) => score.low <= score.value && score.value <= score.high)).toBe(true);
  });

  test("where confidence tells nothing, it is hardly ever recommended, and the reason is chance", () => {
    let recommended = 0;
    for (let seed = 0; seed < 12; seed++) {
      const { objections } = made(drawn(200, seed, { small: () => 0.9, llm: () => 0.92 }));
      if (objections.length === 0) recommended++;
      else expect(objections.some((each) => each.startsWith("not-") || each.endsWith("-on"))).toBe(true);
    }
    expect(recommended).toBeLessThanOrEqual(2);
  });

  test("what it is said to score is what it scores on other rows, on average, and in its interval", () => {
    // The accuracy at a threshold t: ∫ over sure = 1 − u³/2, the small model where sure ≥ t.
    const truth = (threshold: number | null): number => {
      let sum = 0;
      for (let i = 0; i < 4000; i++) {
        const sure = 1 - 0.5 * ((i + 0.5) / 4000) ** 3;
        sum += threshold === null || sure < threshold ? 0.94 : sure;
      }
      return sum / 4000;
    };
    let [covered, bias] = [0, 0];
    const draws = 20;
    for (let seed = 0; seed < draws; seed++) {
      const { policies, threshold } = made(drawn(250, 1000 + seed, useful));
      const { value, low, high } = policies.cascade.accuracy;
      bias += (value - truth(threshold)) / draws;
      if (low <= truth(threshold) && truth(threshold) <= high) covered++;
    }
    expect(Math.abs(bias)).toBeLessThan(0.01);
    expect(covered / draws).toBeGreaterThan(0.79);
  });
});

describe("rows as they come", () => {
  const rows = drawn(300, 5, useful);

  test("rows that one of both lacks, or was not asked about, are left out of every number", () => {
    const { small, llm } = outcomesOf(rows);
    const without = llm.map((outcome, row): Outcome => {
      const { answer, costUsd, ...rest } = outcome;
      if (row % 3 === 0) return { ...rest, answer: null, failure: "unasked" };
      return row % 3 === 1 && row < 30 ? { ...rest, answer: null, failure: "missing" } : outcome;
    });
    const measurements = [measurement("s", "tune", small), measurement("l", "prompt", without)];
    const found = cascadeOf({
      task: taskOf(300),
      measurements,
      assumptions,
      small: "s",
      llm: "l",
      aim: { kind: "trade" },
    }) as Cascade;
    expect(found.rows).toBe(300 - 100 - 10);
    expect(found.of).toBe(300);
    const kept = rows.filter((_, row) => row % 3 !== 0 && !(row % 3 === 1 && row < 30));
    expect(found.policies.small.accuracy.value).toBeCloseTo(kept.filter(({ small }) => small).length / kept.length, 12);
  });

  test("where the other answer can't be used, the small model's stands, and alone it counts as wrong", () => {
    const broken = rows.map((row): Pair => ({ ...row, llm: null }));
    const cascade = made(broken, { aim: { kind: "score", least: 0.999 } });
    expect(cascade.policies.llm.accuracy.value).toBe(0);
    expect(cascade.policies.cascade.accuracy.value).toBeCloseTo(cascade.policies.small.accuracy.value, 12);
    expect(cascade.objections).toContain("aim-not-reached");
    expect(cascade.objections).toContain("nothing-handed-on");
  });

  test("a small model without an answer hands the row on at any threshold", () => {
    const { small, llm } = outcomesOf(rows.map((row) => ({ ...row, small: true, llm: true })));
    const silent = small.map((outcome, row): Outcome => {
      if (row % 10 !== 0) return outcome;
      const { scores, answer, ...rest } = outcome;
      return { ...rest, answer: null, failure: "truncated" };
    });
    const measurements = [measurement("s", "tune", silent), measurement("l", "prompt", llm)];
    const found = cascadeOf({
      task: taskOf(300),
      measurements,
      assumptions,
      small: "s",
      llm: "l",
      aim: { kind: "trade" },
    }) as Cascade;
    expect(found.threshold).toBe(0);
    expect(found.escalated.value).toBeCloseTo(0.1, 12);
    expect(found.policies.cascade.accuracy.value).toBe(1);
  });

  test("equally sure rows are handed on together: one confidence for all leaves all or nothing", () => {
    const alike = rows.map((row) => ({ ...row, sure: 0.9, small: false, llm: true }));
    const { curve, threshold } = made(alike);
    expect(curve.map(({ share }) => share)).toEqual([0, 1]);
    expect(threshold).toBe(0);
    const all = made(alike, { aim: { kind: "score", least: 0.95 } });
    expect(all.threshold).toBeNull();
    expect(all.objections).toEqual(["everything-handed-on"]);
  });

  test("thresholds at the ends: nothing is handed on at 0, and confidence 1 is kept at any other", () => {
    const perfect = made(rows.map((row) => ({ ...row, small: true, llm: false })));
    expect(perfect.threshold).toBe(0);
    expect(perfect.objections).toEqual(["nothing-handed-on"]);
    const sure = made(rows.map((row, i) => ({ ...row, sure: i % 2 === 0 ? 1 : 0.7, small: i % 2 === 0, llm: i % 2 === 1 })));
    expect(sure.threshold).toBeCloseTo(0.85, 12);
    expect(sure.escalated.value).toBeCloseTo(0.5, 12);
    expect(sure.policies.cascade.accuracy.value).toBe(1);
  });

  test("groups stay together in folds, widen intervals, and leave no exact test", () => {
    const grouped = made(rows.map((row, i) => ({ ...row, group: `customer ${Math.floor(i / 10)}` })));
    expect(grouped.differences.random.pValue).toBeNull();
    const alone = made(rows);
    const width = ({ policies }: Cascade): number => policies.cascade.accuracy.high - policies.cascade.accuracy.low;
    expect(width(grouped)).not.toBe(width(alone));
    const alike = rows.flatMap((row, i) =>
      i < 30 ? Array.from({ length: 10 }, () => ({ ...row, group: `customer ${i}` })) : [],
    );
    expect(width(made(alike))).toBeGreaterThan(width(alone));
  });

  test("an unknown price leaves the cost unknown, and can't be a limit", () => {
    const unpriced = rows.map((row, i) => ({ ...row, usd: i === 7 ? null : 0.001 }));
    const cascade = made(unpriced);
    expect(cascade.policies.cascade.usdPerThousand).toBeNull();
    expect(cascade.policies.small.usdPerThousand!.value).toBeCloseTo(0.1, 9);
    expect(cascade.curve.every(({ usdPerThousand }) => usdPerThousand === null)).toBe(true);
    expect(() => made(unpriced, { aim: { kind: "cost", mostUsdPerThousand: 1 } })).toThrow("price-unknown");
  });

  test("a price below the small model's own is not reached", () => {
    const { objections, threshold } = made(rows, { aim: { kind: "cost", mostUsdPerThousand: 0.05 } });
    expect(objections).toContain("aim-not-reached");
    expect(threshold).toBe(0);
  });

  test("seeds are answered by cascades of their own, and reported as their mean", () => {
    const other = drawn(300, 6, useful);
    const { small, llm } = outcomesOf(other);
    const first = made(rows);
    const both = made(rows, {
      more: [measurement("tune:s", "tune", small, { seed: 2 }), measurement("prompt:l", "prompt", llm, { seed: 2 })],
    });
    const second = made(other);
    const mean = (first.policies.cascade.accuracy.value + second.policies.cascade.accuracy.value) / 2;
    expect(both.policies.cascade.accuracy.value).toBeCloseTo(mean, 12);
    expect(both.threshold).toBe(first.threshold);
  });

  test("too few rows, no confidence, or an approach that was not measured: a reason, not a number", () => {
    const reason = (pairs: readonly Pair[], small: string, change = (outcome: Outcome): Outcome => outcome) => {
      const made = outcomesOf(pairs);
      const measurements = [measurement("s", "tune", made.small.map(change)), measurement("l", "prompt", made.llm)];
      const found = cascadeOf({ task: taskOf(pairs.length), measurements, assumptions, small, llm: "l", aim: { kind: "trade" } });
      return "kind" in found ? found.kind : "cascade";
    };
    expect(reason(rows.slice(0, 19), "s")).toBe("few-shared-rows");
    expect(reason(rows, "nobody")).toBe("not-measured");
    expect(reason(rows, "s", ({ scores, ...rest }) => rest)).toBe("tells-no-confidence");
  });
});

test("validation rows of both choose the threshold, and calibrate; test rows have no say", () => {
  const [held, rows] = [outcomesOf(drawn(300, 8, useful)), drawn(400, 9, useful)];
  const more = [
    measurement("tune:s", "tune", held.small, { split: "validation", trainSize: 80 }),
    measurement("prompt:l", "prompt", held.llm, { split: "validation", trainSize: 80 }),
  ];
  const cascade = made(rows, { more });
  expect(cascade.basis).toEqual({ kind: "validation", rows: 300 });
  expect(cascade.calibration).toMatchObject({ kind: "temperature", claims: "scores", rows: 300 });
  const swapped = made(
    rows.map((row) => ({ ...row, llm: !row.llm })),
    { more },
  );
  expect(swapped.threshold).toBe(cascade.threshold);
  const few = made(rows, { more: more.map((each) => ({ ...each, outcomes: each.outcomes.slice(0, 60) })) });
  expect(few.basis.kind).toBe("cross-fitted");
  expect(few.calibration).toMatchObject({ rows: 60 });
});

test("rows with several labels: the least sure decision counts, and micro-F1 decides", () => {
  const draw = drawn(300, 11, useful);
  const space = { labels: ["x", "y", "z"], isMultiLabel: true };
  const small = draw.map(({ sure, small }, row): Outcome => {
    const answer = small ? (row % 3 === 0 ? [] : ["x"]) : ["y"];
    return {
      id: `row-${row}`,
      truth: row % 3 === 0 ? [] : ["x"],
      answer,
      scores: { x: answer.includes("x") ? sure : 1 - sure, y: answer.includes("y") ? sure : 0.01, z: 0.01 },
    };
  });
  const llm = draw.map(
    ({ llm }, row): Outcome => ({
      id: `row-${row}`,
      truth: small[row]!.truth,
      answer: llm ? small[row]!.truth : ["z"],
      costUsd: 0.001,
    }),
  );
  const measurements = [measurement("s", "tune", small), measurement("l", "prompt", llm)];
  const found = cascadeOf({
    task: taskOf(300, space),
    measurements,
    assumptions,
    small: "s",
    llm: "l",
    aim: { kind: "trade" },
  }) as Cascade;
  expect(found.metric).toBe("microF1");
  expect(found.policies.cascade.microF1!.value).toBeGreaterThan(found.policies.small.microF1!.value);
  expect(found.differences.random.microF1!.low).toBeGreaterThan(0);
  expect(found.differences.random.pValue).toBeNull();
  expect(found.curve[0]!.score.value).toBeCloseTo(found.policies.small.microF1!.value, 12);
});
