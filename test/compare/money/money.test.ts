/** @file Bills by the month, break-evens, and which of two is cheaper: against numbers worked out by hand. */
import { describe, expect, test } from "vitest";
import { breakEvens } from "../../../src/compare/money/break-even.js";
import { cheaperOf } from "../../../src/compare/money/cheaper.js";
import { moneyOf } from "../../../src/compare/money/money.js";
import { monthlyBills, type Priced } from "../../../src/compare/money/monthly-bill.js";
import type { Assumptions } from "../../../src/types/prices.js";
import { comparisonOf } from "../../report/fixture.js";

const [tunedBase, promptedBase] = ["tune:probe", "prompt:few-shot@openai:gpt-5-mini"].map(
  (name) => comparisonOf().summaries.find(({ approach }) => approach === name)!,
) as [Priced, Priced];

/** A machine like the reviewer's: $0.0816 an hour is 59.568 a month of 730 hours. */
const assumptions: Assumptions = { margin: 0.01, usdPerMachineHour: 0.0816, utilization: 0.2 };
const machineMonth = 59.568;

function tuned({ textsPerSecond = 40, labels = 4000, fitSeconds = 0 } = {}): Priced {
  const value = (1000 * (0.0816 / 3600)) / (textsPerSecond * 0.2);
  return {
    ...tunedBase,
    usdPerThousand: { value, basis: { kind: "machine", textsPerSecond, usdPerHour: 0.0816, utilization: 0.2 } },
    fitCost: { ...tunedBase.fitCost, labels, seconds: fitSeconds, usd: 0 },
  };
}

function prompted(
  usd: number,
  { labels = 0, batchPriceShare, error }: { labels?: number; batchPriceShare?: number; error?: number } = {},
): Priced {
  return {
    ...promptedBase,
    usdPerThousand: {
      value: usd,
      basis: { kind: "list-price", requests: 300 },
      ...(error !== undefined && { standardError: error }),
    },
    fitCost: { ...promptedBase.fitCost, labels, seconds: 0, usd: 0 },
    facts: { ...promptedBase.facts, ...(batchPriceShare !== undefined && { batchPriceShare }) },
  };
}

describe("a monthly bill", () => {
  test("of a service is its price, in batches its share of that", () => {
    const [list, batch] = monthlyBills(prompted(0.05, { batchPriceShare: 0.5 }), assumptions);
    expect([list!.way, batch!.way]).toEqual(["list", "batch"]);
    expect(list!.months.map(({ total }) => total)).toEqual([0.05, 0.5, 5, 50, 500]);
    expect(batch!.months.at(-1)!.total).toBeCloseTo(250, 10);
  });

  test("of a shared machine is the time that it takes, of one of its own the whole month, as many as are needed", () => {
    const [shared, own] = monthlyBills(tuned({ textsPerSecond: 10, labels: 0 }), assumptions);
    // 10 texts a second, busy a fifth of the time: 2 a second, 7,200 an hour.
    expect(shared!.months.at(-1)!.total).toBeCloseTo((10_000_000 / 7200) * 0.0816, 8);
    expect(own!.months[0]).toMatchObject({ machines: 1 });
    expect(own!.months[0]!.total).toBeCloseTo(machineMonth, 10);
    // 7,200 an hour are 5,256,000 a month: 10 million take two.
    expect(own!.months.at(-1)).toMatchObject({ machines: 2 });
    expect(own!.months.at(-1)!.total).toBeCloseTo(2 * machineMonth, 10);
  });

  test("bears a twelfth of labels, fitting and work", () => {
    const priced = { ...assumptions, usdPerLabel: 0.05, usdPerPersonHour: 60, personHours: { tune: 16, prompt: 4 } };
    const [shared] = monthlyBills(tuned({ labels: 4000, fitSeconds: 3600 }), priced);
    expect(shared!.upfront).toEqual({ labels: 200, fitting: 0.0816, work: 960 });
    expect(shared!.months[0]!.total - shared!.months[0]!.running).toBeCloseTo(1160.0816 / 12, 10);
    expect(monthlyBills(prompted(1), priced)[0]!.upfront.work).toBe(240);
  });

  test("is told at the user's own number of requests too, in order", () => {
    const money = moneyOf([tuned(), prompted(1)], { tune: null, prompt: null }, { ...assumptions, requestsPerMonth: 25_000 });
    expect(money.volumes).toEqual([1000, 10_000, 25_000, 100_000, 1_000_000, 10_000_000]);
    expect(money.bills.every(({ months }) => months.map(({ requests }) => requests).join() === money.volumes.join())).toBe(true);
    expect(money.breakEvens).toEqual([]);
  });
});

describe("the break-even", () => {
  test("of a machine of its own is where its month costs what the requests do: $60 against $0.051 per 1,000", () => {
    const [shared, own] = breakEvens(tuned({ labels: 0 }), prompted(0.051), assumptions);
    expect([shared!.machine, own!.machine]).toEqual(["shared", "own"]);
    // To a request: the last one is a matter of rounding.
    expect(Math.abs(own!.requestsPerMonth! - (1000 * machineMonth) / 0.051)).toBeLessThanOrEqual(1.001);
    expect(own!.requestsPerMonth! / 1e6).toBeCloseTo(1.168, 3);
    expect(shared!.requestsPerMonth).toBe(0);
  });

  test("of a shared machine is a twelfth of the extra labels over what a request saves", () => {
    const model = tuned({ labels: 3870 });
    const [shared] = breakEvens(model, prompted(0.051, { labels: 10 }), { ...assumptions, usdPerLabel: 0.05 });
    const saved = (0.051 - model.usdPerThousand.value) / 1000;
    expect(shared!.requestsPerMonth).toBe(Math.ceil((3860 * 0.05) / 12 / saved));
    expect(shared!.basis.extraUpfront.labels).toBeCloseTo(193, 10);
    expect(shared!.leavesOut).not.toContain("labels");
  });

  test("is never where a full machine costs more than its requests would, nor where each request does", () => {
    // One text a second, busy a fifth of the time: 525,600 a month for $59.57, $0.113 per 1,000.
    const slow = tuned({ textsPerSecond: 1, labels: 0 });
    expect(breakEvens(slow, prompted(0.1), assumptions).map(({ requestsPerMonth }) => requestsPerMonth)).toEqual([null, null]);
    const [shared, own] = breakEvens(slow, prompted(0.12), assumptions);
    expect(shared!.requestsPerMonth).toBe(0);
    expect(Math.abs(own!.requestsPerMonth! - (1000 * machineMonth) / 0.12)).toBeLessThanOrEqual(1.001);
  });

  test("comes after as many machines as it takes to make up for the labels", () => {
    const model = tuned({ textsPerSecond: 1, labels: 1200 });
    const priced = { ...assumptions, usdPerLabel: 1 };
    const [, own] = breakEvens(model, prompted(0.12, { labels: 0 }), priced);
    const at = own!.requestsPerMonth!;
    const excess = (requests: number): number => 100 + Math.ceil(requests / 525_600) * machineMonth - (0.12 * requests) / 1000;
    expect(excess(at)).toBeLessThanOrEqual(1e-9);
    expect(excess(at - 1)).toBeGreaterThan(0);
    expect(Math.ceil(at / 525_600)).toBeGreaterThan(1);
  });

  test("has the interval of what a request saves, and says what it leaves out", () => {
    const [shared] = breakEvens(tuned({ labels: 1000 }), prompted(1, { error: 0.1 }), { ...assumptions, usdPerLabel: 1 });
    // The tuned one's own error is not known here.
    expect(shared!.interval).toBeUndefined();
    const model = tuned({ labels: 1000 });
    const timed = { ...model, usdPerThousand: { ...model.usdPerThousand, standardError: 0 } };
    const [sure] = breakEvens(timed, prompted(1, { error: 0.1 }), { ...assumptions, usdPerLabel: 1 });
    const saving = 1 - model.usdPerThousand.value;
    expect(sure!.interval!.low).toBe(Math.ceil((1000 * 1000) / 12 / (saving + 1.959964 * 0.1)));
    expect(sure!.interval!.high).toBe(Math.ceil((1000 * 1000) / 12 / (saving - 1.959964 * 0.1)));
    const [free] = breakEvens(timed, prompted(1, { error: 0.6 }), assumptions);
    expect(free!.leavesOut).toEqual(["machine-speed", "labels", "work"]);
    const [unsure] = breakEvens(timed, prompted(1, { error: 0.6 }), { ...assumptions, usdPerLabel: 1 });
    expect(unsure!.interval!.high).toBeNull();
  });
});

describe("which of two is cheaper", () => {
  const told = { ...assumptions, requestsPerMonth: 1_000_000, usdPerLabel: 0, machine: "shared" as const };
  test("follows from the totals of a month, where they lie apart by ten dollars and by half", () => {
    expect(cheaperOf(tuned(), prompted(0.1), told)).toMatchObject({
      kind: "decided",
      approach: tunedBase.approach,
      month: { requests: 1_000_000, otherUsd: 100 },
    });
    expect(cheaperOf(tuned(), prompted(0.1), { ...told, machine: "own" })).toMatchObject({
      kind: "decided",
      month: { usd: expect.closeTo(machineMonth, 8), otherUsd: 100 },
    });
    // $60 against $75: not by half. $0 against $2: not ten dollars.
    expect(cheaperOf(tuned(), prompted(0.075), { ...told, machine: "own" })).toEqual({ kind: "alike" });
    expect(cheaperOf(tuned(), prompted(2), { ...told, requestsPerMonth: 1000 })).toEqual({ kind: "alike" });
    expect(cheaperOf(prompted(0.01), tuned(), { ...told, machine: "own" })).toMatchObject({ approach: promptedBase.approach });
  });

  test("is unclear where it depends on what nobody told, and says on what", () => {
    const untold = (changes: Partial<Assumptions>) => {
      const found = cheaperOf(tuned(), prompted(0.1), { ...assumptions, ...changes });
      return found.kind === "unclear" ? found.untold : found.kind;
    };
    expect(untold({})).toEqual(["requests-per-month", "usd-per-label", "machine"]);
    expect(untold({ usdPerLabel: 0, machine: "shared" })).toEqual(["requests-per-month"]);
    expect(untold({ requestsPerMonth: 1_000_000, machine: "shared" })).toEqual(["usd-per-label"]);
    expect(untold({ requestsPerMonth: 400_000, usdPerLabel: 0 })).toEqual(["machine"]);
    expect(untold({ requestsPerMonth: 1_000_000, usdPerLabel: 0 })).toBe("decided");
  });

  test("tries what a recording may rest on, from no labels to as many as the other", () => {
    const recording = { labels: null, words: null };
    const recorded = { ...prompted(0.1), facts: { ...promptedBase.facts, recording } };
    const found = cheaperOf(tuned({ labels: 4000 }), recorded, { ...told, usdPerLabel: 1 });
    expect(found).toMatchObject({ kind: "unclear", untold: ["recorded-labels"] });
    expect(cheaperOf(tuned({ labels: 4000 }), recorded, told)).toMatchObject({ kind: "decided" });
  });

  test("is unknown where a price is", () => {
    expect(cheaperOf(tuned(), { ...promptedBase, usdPerThousand: null }, told)).toEqual({ kind: "unknown" });
  });
});
