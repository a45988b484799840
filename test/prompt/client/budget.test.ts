import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BudgetError } from "../../../src/lib/errors.js";
import { type Budget, createBudget, type Reservation } from "../../../src/prompt/client/budget.js";

/** One request: its worst case in cents, the share of it that it comes to cost, and how long it is open. */
const request = fc.record({
  worst: fc.integer({ min: 0, max: 60 }),
  share: fc.double({ min: 0, max: 1, noNaN: true }),
  open: fc.integer({ min: 0, max: 5 }),
});
const requests = fc.array(request, { minLength: 1, maxLength: 60 });
const limit = fc.integer({ min: 0, max: 300 });

const never = new AbortController().signal;
/** Lets everything that can go on go on. */
const settleDown = (): Promise<void> => new Promise((done) => setImmediate(done));

interface Seen {
  readonly order: number[];
  readonly refused: number[];
  readonly mostCommitted: number;
}

/** Sends all requests at once, settles them in the order of their length, and watches what is spent and set aside. */
async function send(budget: Budget, all: readonly { worst: number; share: number; open: number }[]): Promise<Seen> {
  const order: number[] = [];
  const refused: number[] = [];
  let reserved = 0;
  let mostCommitted = 0;
  await Promise.all(
    all.map(async ({ worst, share, open }, i) => {
      let reservation: Reservation;
      try {
        reservation = await budget.reserve(worst, never);
      } catch (error) {
        expect(error).toBeInstanceOf(BudgetError);
        refused.push(i);
        return;
      }
      order.push(i);
      reserved += worst;
      mostCommitted = Math.max(mostCommitted, budget.spentUsd + reserved);
      for (let tick = 0; tick < open; tick++) await settleDown();
      reserved -= worst;
      reservation.settle(worst * share);
      // A request settles once, whatever happens to it afterwards.
      reservation.settle(1e9);
    }),
  );
  return { order, refused, mostCommitted };
}

describe("a budget", () => {
  it("is never passed, keeps nobody waiting for ever, and refuses nothing that fits", async () => {
    await fc.assert(
      fc.asyncProperty(limit, requests, async (limitUsd, all) => {
        const budget = createBudget(limitUsd);
        const { order, refused, mostCommitted } = await send(budget, all);
        // Nothing deadlocks: all have ended, one way or the other.
        expect(order.length + refused.length).toBe(all.length);
        expect(mostCommitted).toBeLessThanOrEqual(limitUsd + 1e-9);
        expect(budget.spentUsd).toBeLessThanOrEqual(limitUsd + 1e-9);
        const spent = order.reduce((sum, i) => sum + all[i]!.worst * all[i]!.share, 0);
        expect(budget.spentUsd).toBeCloseTo(spent, 6);
        // What is left is too little for any that was refused.
        for (const i of refused) expect(budget.spentUsd + all[i]!.worst).toBeGreaterThan(limitUsd - 1e-9);
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  it("serves those who wait in the order they came: a small request does not pass a large one for ever", async () => {
    await fc.assert(
      fc.asyncProperty(limit, requests, async (limitUsd, all) => {
        const { order } = await send(createBudget(limitUsd), all);
        expect(order).toEqual([...order].sort((a, b) => a - b));
      }),
      { seed: 11, numRuns: 300 },
    );
  });

  it("starves nobody: while small requests keep coming, a large one has its turn", async () => {
    const budget = createBudget(100);
    let isServed = false;
    const first = await budget.reserve(60, never);
    const large = budget.reserve(90, never).then((reservation) => {
      isServed = true;
      reservation.settle(0);
    });
    first.settle(0);
    const small = Array.from({ length: 200 }, async () => {
      const reservation = await budget.reserve(20, never);
      await settleDown();
      reservation.settle(0);
      return isServed;
    });
    expect((await Promise.all(small)).every((wasServed) => wasServed)).toBe(true);
    await large;
  });

  it("lets those who wait go when they are stopped, and serves the others", async () => {
    const budget = createBudget(10);
    const controller = new AbortController();
    const held = await budget.reserve(10, never);
    const stopped = budget.reserve(5, controller.signal);
    const waiting = budget.reserve(5, never);
    controller.abort(new Error("stopped"));
    await expect(stopped).rejects.toThrow("stopped");
    held.settle(4);
    (await waiting).settle(5);
    expect(budget.spentUsd).toBe(9);
    await expect(budget.reserve(2, never)).rejects.toBeInstanceOf(BudgetError);
  });

  it("counts what a resumed run had spent before", async () => {
    const budget = createBudget(10, 9);
    await expect(budget.reserve(2, never)).rejects.toThrow("$9.00 is spent");
    (await budget.reserve(1, never)).settle(1);
    expect(budget.spentUsd).toBe(10);
  });
});
