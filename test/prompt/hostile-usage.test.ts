import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BudgetError } from "../../src/lib/errors.js";
import { worstCost } from "../../src/prompt/client/attempts.js";
import { createBudget } from "../../src/prompt/client/budget.js";
import { createClient } from "../../src/prompt/client/client.js";
import { createFaultCost } from "../../src/prompt/client/fault-cost.js";
import { readUsage } from "../../src/prompt/http/usage.js";
import { type CompletionRequest, LlmError } from "../../src/prompt/llm.js";
import { costOfUsage } from "../../src/prompt/prices/prices.js";
import { fakeLlm } from "./fake-llm.js";

const price = { input_cost_per_token: 1e-5, output_cost_per_token: 1e-4, cache_read_input_token_cost: 1e-6 };
const never = new AbortController().signal;
const signals = { wait: never, request: never };
const requestOf = (i: number): CompletionRequest => ({ messages: [{ role: "user", content: `text ${i}` }], maxOutputTokens: 50 });

const count = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 60 }) },
  { weight: 1, arbitrary: fc.constantFrom(-5, -1e9, 0.5, 1e300, Number.POSITIVE_INFINITY, Number.NaN, "9", null, undefined) },
);
const usage = fc.record({
  prompt_tokens: count,
  completion_tokens: count,
  total_tokens: fc.constantFrom(undefined, 0, 80, 1e300),
  prompt_tokens_details: fc.record({ cached_tokens: count }),
  completion_tokens_details: fc.record({ reasoning_tokens: count }),
});
const outcome = fc.oneof({ weight: 4, arbitrary: usage }, { weight: 1, arbitrary: fc.constant("broken" as const) });

describe("a budget, whatever a service reports as usage,", () => {
  it("is stopped by it: what is known is counted, what is unknown at its worst, and the sum never falls", async () => {
    let [known, unknown, stopped] = [0, 0, 0];
    await fc.assert(
      fc.asyncProperty(fc.array(outcome, { minLength: 1, maxLength: 25 }), async (outcomes) => {
        const limitUsd = 0.04;
        const budget = createBudget(limitUsd);
        const base = fakeLlm(() => "ham", { price });
        let sent = 0;
        /** What the service bills: what it says, or where that is no bill the most that it can. */
        let billedUsd = 0;
        const llm = {
          ...base,
          async complete(request: CompletionRequest) {
            const said = outcomes[sent++ % outcomes.length]!;
            if (said === "broken") throw new LlmError("malformed", "broken", null, null);
            const read = readUsage(said);
            const usd = read === null ? worstCost(price, request) : costOfUsage(price, read);
            billedUsd += usd;
            if (read === null) unknown++;
            else known++;
            return {
              completion: { text: "ham", finish: "stop" as const, usage: read, latencySeconds: 0.1, servedBy: null },
              pauseSeconds: 0,
            };
          },
        };
        const client = createClient(llm, { budget, attempts: 1 });
        for (let i = 0; i < 2000; i++) {
          const before = budget.spentUsd;
          try {
            const { costUsd } = await client.ask(() => requestOf(i), signals);
            if (costUsd !== null) expect(costUsd).toBeGreaterThan(0);
          } catch (error) {
            if (error instanceof BudgetError) {
              stopped++;
              break;
            }
            if (!(error instanceof LlmError)) break;
          }
          expect(budget.spentUsd).toBeGreaterThanOrEqual(before);
          expect(billedUsd).toBeLessThanOrEqual(budget.spentUsd + 1e-12);
        }
        expect(Number.isFinite(budget.spentUsd)).toBe(true);
        // A request can cost more than was set aside only where the service bills more than it was allowed to.
        const worstUsd = worstCost(price, requestOf(1999));
        expect(budget.spentUsd).toBeLessThanOrEqual(limitUsd + Math.max(0, 130 * 1e-4 - worstUsd) + 1e-9);
        // No answer costs less than the least: one token that was cached.
        expect(sent).toBeLessThanOrEqual(Math.ceil(limitUsd / 1e-6));
      }),
      { seed: 3, numRuns: 60 },
    );
    for (const times of [known, unknown, stopped]) expect(times).toBeGreaterThan(20);
  });
});

describe("what a request may have cost that broke off", () => {
  it("is its worst case until answers say what they cost, and then as much as the dearest", () => {
    const cost = createFaultCost();
    expect(cost.most(2, 0.1)).toBe(2);
    for (let i = 1; i <= 10; i++) cost.answered(0.01 * i, 1, 0.5);
    expect(cost.most(2, 0.4)).toBeCloseTo(0.2, 12);
    // Open for longer than any that was answered, it may have been a longer answer than any.
    expect(cost.most(2, 0.6)).toBe(2);
    cost.answered(7, 1, 1);
    expect(cost.most(2, 0.6)).toBe(2);
  });
});
