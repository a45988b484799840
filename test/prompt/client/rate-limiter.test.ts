/** @file The pace against services of every kind, in simulated time. */

import { setMaxListeners } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { random } from "../../../src/lib/random.js";
import { adaptivePace } from "../../../src/prompt/client/rate-limiter.js";
import type { RequestsLeft } from "../../../src/prompt/client/told-bucket.js";

const never = new AbortController().signal;
setMaxListeners(0, never);
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** What becomes of a request that arrives now. */
type Admission = { readonly isTaken: boolean; readonly left?: RequestsLeft; readonly retryAfterSeconds?: number };

interface Service {
  admit(): Admission;
  /** An answer was sent. */
  ended?(): void;
}

/** A bucket of tokens, which most services have. */
function bucket(perSecond: number, burst: number, tells: "headers" | "retry-after" | "nothing"): Service {
  let tokens = burst;
  let filledAt = performance.now();
  return {
    admit() {
      const now = performance.now();
      tokens = Math.min(burst, tokens + ((now - filledAt) / 1000) * perSecond);
      filledAt = now;
      const isTaken = tokens >= 1;
      if (isTaken) tokens--;
      const left = { remaining: Math.floor(tokens), limit: burst, resetSeconds: (burst - tokens) / perSecond };
      return { isTaken, ...(tells === "headers" ? { left } : {}), ...(tells === "nothing" ? {} : { retryAfterSeconds: 1 }) };
    },
  };
}

/** So many requests in every minute, counted from the minute's start. */
function minute(most: number): Service {
  let [current, count] = [0, 0];
  return {
    admit() {
      const now = performance.now() / 60_000;
      if (Math.floor(now) !== current) [current, count] = [Math.floor(now), 0];
      return { isTaken: count++ < most, retryAfterSeconds: (Math.ceil(now) - now) * 60 };
    },
  };
}

/** So many requests open at once. */
function atOnce(most: number): Service {
  let open = 0;
  return {
    admit: () => ({ isTaken: open < most && open++ < most }),
    ended: () => void open--,
  };
}

interface Served {
  readonly seconds: number;
  readonly refused: number;
  readonly mostOpen: number;
}

/** Asks the service `requests` times, and again where it refuses. */
async function serve(service: Service, requests: number, latencyMs: () => number, maxConcurrency = 100): Promise<Served> {
  const pace = adaptivePace({ maxConcurrency });
  const jitter = random(1);
  let [next, refused, open, mostOpen] = [0, 0, 0, 0];
  const startedAt = performance.now();
  const askOnce = async (): Promise<boolean> => {
    const slot = await pace.acquire(never);
    mostOpen = Math.max(mostOpen, ++open);
    await sleep(1);
    const { isTaken, left, retryAfterSeconds } = service.admit();
    if (isTaken) await sleep(latencyMs());
    service.ended?.();
    open--;
    if (isTaken) slot.release("answered", { left: left ?? null });
    else {
      refused++;
      slot.release("refused", { retryAfterSeconds: retryAfterSeconds ?? null });
      await sleep(1000 * ((retryAfterSeconds ?? 0.25) + 0.5 * jitter.uniform()));
    }
    return isTaken;
  };
  const work = async (): Promise<void> => {
    while (next++ < requests) while (!(await askOnce()));
  };
  const all = Promise.all(Array.from({ length: maxConcurrency }, work));
  await vi.runAllTimersAsync();
  await all;
  return { seconds: (performance.now() - startedAt) / 1000, refused, mostOpen };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"], loopLimit: 1e7 });
});
afterEach(() => {
  vi.useRealTimers();
});

const steady = (ms: number) => () => ms;
/** Log-normal, as answers of models are. */
function varied(medianMs: number): () => number {
  const draws = random(3);
  return () => medianMs * Math.exp(0.5 * draws.normal());
}

describe("against a limit of 200 requests a second", () => {
  it.each(["headers", "retry-after", "nothing"] as const)("told by %s: nearly all of it, and few refusals", async (tells) => {
    const { seconds, refused } = await serve(bucket(200, 20, tells), 5000, steady(50));
    expect((5000 - 20) / seconds).toBeGreaterThan(0.95 * 200);
    expect(refused).toBeLessThan(tells === "headers" ? 5 : 50);
  });

  it("is not misled by a service that lets many through at first", async () => {
    const { seconds, refused } = await serve(bucket(200, 200, "retry-after"), 4000, steady(50));
    expect((4000 - 200) / seconds).toBeGreaterThan(0.95 * 200);
    // What no header told can only be found out: one round of all that were open, and what came of it.
    expect(refused).toBeLessThan(300);
  });

  it("has none refused where the headers tell of it, however much is let through at first", async () => {
    const { seconds, refused } = await serve(bucket(200, 1000, "headers"), 4000, steady(50));
    expect((4000 - 1000) / seconds).toBeGreaterThan(0.95 * 200);
    expect(refused).toBeLessThan(8);
  });
});

it("keeps enough open where answers take long", async () => {
  const { seconds, refused } = await serve(bucket(50, 50, "retry-after"), 3000, varied(2000), 200);
  // A seventh is for the first and the last requests.
  expect((3000 - 50) / seconds).toBeGreaterThan(0.8 * 50);
  expect(refused).toBeLessThan(60);
});

it("waits for the next minute where a service counts by the minute", async () => {
  const { seconds, refused } = await serve(minute(1000), 3000, steady(50));
  expect(seconds).toBeLessThan(130);
  expect(refused).toBeLessThan(90);
});

it("finds how many may be open at once", async () => {
  const { seconds, refused } = await serve(atOnce(20), 2000, varied(300));
  // 20 open of about 340 ms each.
  expect(2000 / seconds).toBeGreaterThan(0.7 * (20 / 0.34));
  expect(refused).toBeLessThan(80);
});

it("opens as many as allowed within a few rounds where nothing is refused, and never more", async () => {
  const { seconds, mostOpen } = await serve({ admit: () => ({ isTaken: true }) }, 5000, steady(50));
  expect(mostOpen).toBe(100);
  expect(seconds).toBeLessThan(1.08 * (5000 / 100) * 0.051);
});

/** Refuses a share of all requests, whatever their pace. */
function atRandom(share: number, beside: Service = { admit: () => ({ isTaken: true }) }): Service {
  const draws = random(9);
  return {
    admit: () => (draws.uniform() < share ? { isTaken: false } : beside.admit()),
    ended: () => beside.ended?.(),
  };
}

describe("against a service that refuses at random", () => {
  it.each([0.05, 0.13, 0.25])("%s of all: keeps its pace", async (share) => {
    const { seconds, refused } = await serve(atRandom(share), 2048, steady(2), 64);
    // What is left of the time are the rows' own waits before they are asked again.
    expect(seconds).toBeLessThan(12);
    expect(refused).toBeLessThan(1.3 * 2048 * (share / (1 - share)));
  });
});
