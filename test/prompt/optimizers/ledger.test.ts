import { expect, it } from "vitest";
import { createLedger, type PriceRange } from "../../../src/prompt/optimizers/ledger.js";

const free = { calls: Number.POSITIVE_INFINITY, usd: Number.POSITIVE_INFINITY, seconds: Number.POSITIVE_INFINITY };
const price: PriceRange = { expected: { calls: 1, usd: 0.01 }, most: { calls: 2, usd: 0.05 } };

it("waits for what rows under way hold, and refuses only where nothing is under way", async () => {
  const ledger = createLedger({ ...free, calls: 5 });
  const first = (await ledger.reserve(price))!;
  const second = (await ledger.reserve(price))!;
  let third: Awaited<ReturnType<typeof ledger.reserve>> | undefined;
  const waiting = ledger.reserve(price).then((settle) => {
    third = settle;
  });
  await Promise.resolve();
  expect(third).toBeUndefined();
  first({ calls: 1, usd: 0.01 });
  await waiting;
  expect(third).not.toBeNull();
  second({ calls: 2, usd: 0.02 });
  third!({ calls: 1, usd: 0.01 });
  expect(ledger.spent.calls).toBe(4);
  expect(await ledger.reserve(price)).toBeNull();
});

it("plans with what rows came to, not with what they were expected to", async () => {
  const ledger = createLedger({ ...free, usd: 10 });
  expect(ledger.affords(500, price)).toBe(true);
  for (let i = 0; i < 100; i++) (await ledger.reserve(price))!({ calls: 1, usd: 0.03 });
  expect(ledger.spent.usd).toBeCloseTo(3, 9);
  // 7 dollars are left, at 3 cents a row.
  expect(ledger.affords(200, price)).toBe(true);
  expect(ledger.affords(240, price)).toBe(false);
  expect(ledger.rowsLeft()).toBe(233);
});

it("keeps what is set aside for later", async () => {
  const ledger = createLedger({ ...free, calls: 100 });
  ledger.setAside([
    { count: 10, price },
    { count: 30, price: "dearest" },
  ]);
  expect(ledger.affords(50, price)).toBe(true);
  expect(ledger.affords(55, price)).toBe(false);
  let taken = 0;
  for (let settle = await ledger.reserve(price); settle !== null; settle = await ledger.reserve(price)) {
    settle({ calls: 1, usd: 0 });
    taken++;
  }
  expect(taken).toBeGreaterThanOrEqual(50);
  expect(taken).toBeLessThanOrEqual(60);
  ledger.setAside([]);
  expect(ledger.affords(30, price)).toBe(true);
});

it("plans the time by the pace so far, and does not count the time between two sessions", () => {
  let now = 1000;
  const ledger = createLedger({ ...free, seconds: 60 }, () => now);
  for (let i = 1; i <= 10; i++) ledger.replay(price, { calls: 1, usd: 0 }, i * 2);
  now += 500;
  expect(ledger.spent.seconds).toBe(20);
  ledger.goLive();
  now += 10;
  ledger.goLive();
  expect(ledger.spent.seconds).toBe(30);
  expect(ledger.secondsLeft()).toBe(30);
  // Three seconds a call.
  expect(ledger.affords(8, price)).toBe(true);
  expect(ledger.affords(10, price)).toBe(false);
});

it("keeps for later no more than the dearest rows that could be afforded: neither a text nor what was refused", () => {
  const ledger = createLedger({ ...free, usd: 1 });
  ledger.setAside([{ count: 40, price: "dearest" }]);
  expect(ledger.affords(10, price)).toBe(true);
  const dear: PriceRange = { expected: { calls: 1, usd: 0.2 }, most: { calls: 1, usd: 0.2 } };
  expect(ledger.affordsText(dear)).toBe(true);
  expect(ledger.affords(10, dear)).toBe(false);
  // Forty rows at one cent are kept, not at twenty.
  expect(ledger.affords(40, price)).toBe(true);
});
