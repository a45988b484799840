import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BudgetError } from "../../src/lib/errors.js";
import { random } from "../../src/lib/random.js";
import { createBudget } from "../../src/prompt/client/budget.js";
import { waitSeconds } from "../../src/prompt/client/client.js";
import { adaptivePace } from "../../src/prompt/client/rate-limiter.js";
import { excerpt, limitPauseSeconds, retryAfterSeconds } from "../../src/prompt/http/failure.js";
import { refusedParts } from "../../src/prompt/providers/refused-parts.js";

const never = new AbortController().signal;

describe("a budget", () => {
  it("is never passed, however many reserve at once", async () => {
    const calls = fc.array(
      fc.record({ worst: fc.double({ min: 0.001, max: 0.3, noNaN: true }), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(calls, async (rows) => {
        const budget = createBudget(1);
        const results = await Promise.allSettled(
          rows.map(async ({ worst, share }) => {
            const reservation = await budget.reserve(worst, never);
            await new Promise((resolve) => setImmediate(resolve));
            reservation.settle(worst * share);
            expect(budget.spentUsd).toBeLessThanOrEqual(1 + 1e-12);
            return worst * share;
          }),
        );
        const paid = results.reduce((sum, result) => sum + (result.status === "fulfilled" ? result.value : 0), 0);
        expect(budget.spentUsd).toBeCloseTo(paid, 9);
        for (const result of results) if (result.status === "rejected") expect(result.reason).toBeInstanceOf(BudgetError);
      }),
      { numRuns: 50 },
    );
  });

  it("waits for what is open rather than give up early", async () => {
    const budget = createBudget(1);
    const first = await budget.reserve(0.8, never);
    const second = budget.reserve(0.8, never);
    first.settle(0.1);
    (await second).settle(0.2);
    expect(budget.spentUsd).toBeCloseTo(0.3, 12);
  });

  it("goes on from what a run had spent", async () => {
    await expect(createBudget(1, 0.95).reserve(0.1, never)).rejects.toThrow(/\$1\.00.*\$0\.95 is spent.*\$0\.10/);
  });

  it("settles once", async () => {
    const budget = createBudget(1);
    const reservation = await budget.reserve(0.5, never);
    reservation.settle(0.2);
    reservation.settle(0.2);
    expect(budget.spentUsd).toBe(0.2);
  });

  it("stops waiting when it is interrupted", async () => {
    const controller = new AbortController();
    const budget = createBudget(1);
    await budget.reserve(0.8, never);
    const waiting = budget.reserve(0.8, controller.signal);
    controller.abort(new Error("stop"));
    await expect(waiting).rejects.toThrow("stop");
  });
});

describe("the pace", () => {
  it("doubles a round until the first refusal, and then keeps to somewhat less than what worked", async () => {
    const pace = adaptivePace({ maxConcurrency: 64, initial: 4 });
    const round = async (outcomes: (i: number) => "answered" | "refused"): Promise<void> => {
      const slots = await Promise.all(Array.from({ length: pace.limit }, () => pace.acquire(never)));
      await new Promise((resolve) => setTimeout(resolve, 2));
      for (const [i, slot] of slots.entries()) slot.release(outcomes(i));
    };
    await round(() => "answered");
    expect(pace.limit).toBe(8);
    await round(() => "answered");
    expect(pace.limit).toBe(16);
    await round(() => "answered");
    expect(pace.limit).toBe(32);
    // Sixteen had worked. All refusals of one round are one piece of news.
    await round((i) => (i < 4 ? "answered" : "refused"));
    expect(pace.limit).toBe(15);
  });

  it("stays between one and the most allowed", async () => {
    const pace = adaptivePace({ maxConcurrency: 3, initial: 3 });
    for (let i = 0; i < 5; i++) {
      const slot = await pace.acquire(never);
      await new Promise((resolve) => setTimeout(resolve, 2));
      slot.release("refused");
    }
    expect(pace.limit).toBe(1);
  });

  it("starts nothing during a pause, and goes on by itself", async () => {
    const pace = adaptivePace({ maxConcurrency: 4 });
    pace.pause(0.05);
    const startedAt = performance.now();
    const slots = await Promise.all([pace.acquire(never), pace.acquire(never)]);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(49);
    for (const slot of slots) slot.release("answered");
  });

  it("forgets those that stop waiting", async () => {
    const pace = adaptivePace({ maxConcurrency: 1 });
    const slot = await pace.acquire(never);
    const controller = new AbortController();
    const waiting = pace.acquire(controller.signal);
    controller.abort(new Error("stop"));
    await expect(waiting).rejects.toThrow("stop");
    slot.release("answered");
    slot.release("answered");
    (await pace.acquire(never)).release("answered");
    await expect(pace.acquire(controller.signal)).rejects.toThrow("stop");
  });
});

describe("waits", () => {
  it("double, with jitter between half and all", () => {
    const jitter = random(1);
    for (let tried = 1; tried <= 6; tried++) {
      const seconds = waitSeconds(tried, 0.5, null, jitter);
      expect(seconds).toBeGreaterThanOrEqual(0.25 * 2 ** (tried - 1));
      expect(seconds).toBeLessThanOrEqual(0.5 * 2 ** (tried - 1));
    }
  });

  it("are what the service asks for, and a little more", () => {
    const seconds = waitSeconds(1, 0.5, 7, random(1));
    expect(seconds).toBeGreaterThanOrEqual(7);
    expect(seconds).toBeLessThanOrEqual(7.5);
  });

  it.each([
    [{ "retry-after": "3" }, 3],
    [{ "retry-after": "0.5" }, 0.5],
    [{ "retry-after-ms": "250", "retry-after": "1" }, 0.25],
    [{ "retry-after": "Thu, 01 Jan 2026 00:00:10 GMT" }, 10],
    [{ "retry-after": "Wed, 31 Dec 2025 23:59:50 GMT" }, 0],
    [{ "retry-after": "later" }, null],
    [{}, null],
  ])("read from %j are %s s", (headers, seconds) => {
    expect(retryAfterSeconds(headers as Record<string, string>, Date.parse("2026-01-01T00:00:00Z"))).toBe(seconds);
  });

  it.each([
    [{ "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "6m0s" }, 360],
    [{ "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1m2.5s" }, 62.5],
    [{ "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "120ms" }, 0.12],
    [{ "x-ratelimit-remaining-requests": "1", "x-ratelimit-reset-requests": "1s" }, 0],
    [{ "anthropic-ratelimit-requests-remaining": "0", "anthropic-ratelimit-requests-reset": "2026-01-01T00:00:04Z" }, 4],
    [{}, 0],
  ])("by limits of %j are %s s", (headers, seconds) => {
    expect(limitPauseSeconds(headers as unknown as Record<string, string>, Date.parse("2026-01-01T00:00:00Z"))).toBeCloseTo(
      seconds,
      9,
    );
  });
});

describe("what a service says", () => {
  it("is shown short, on one line, and without keys", () => {
    expect(excerpt("bad\n  key: secret-1 and sk-abcdefghijklmnop, Bearer xyz", ["secret-1"])).toBe(
      "bad key: [key] and [key], Bearer [key]",
    );
    expect(excerpt("a".repeat(500), [])).toHaveLength(201);
    // A key of one letter left nothing of the message.
    expect(excerpt("no such model: a1", ["a"])).toBe("no such model: a1");
    expect(excerpt("key EMPTY is refused; EMPTYING, x_EMPTY.", ["EMPTY"])).toBe("key [key] is refused; EMPTYING, x_[key].");
    expect(excerpt("a+b(c is refused", ["a+b(c"])).toBe("[key] is refused");
  });

  it.each([
    ["Unsupported parameter: 'response_format' is not supported with this model.", "structure"],
    ["Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.", "structure"],
    [
      "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.",
      "temperature",
    ],
    ["`temperature` is deprecated for this model.", "temperature"],
    ["Unrecognized request argument supplied: seed", "seed"],
    ["This model's maximum context length is 8192 tokens", null],
  ])("%j complains of %s", (said, parameter) => {
    expect(refusedParts(400, said, undefined)?.[0] ?? null).toBe(parameter);
  });
});
