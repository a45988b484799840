/** @file Services that go wrong in random mixtures of ways, and know what they billed and answered: rows and money come out right. */

import { describe, expect, it } from "vitest";
import { BudgetError, UserError } from "../../src/lib/errors.js";
import { random } from "../../src/lib/random.js";
import { answerRows } from "../../src/prompt/asking/answer-rows.js";
import { type Budget, createBudget } from "../../src/prompt/client/budget.js";
import { createClient } from "../../src/prompt/client/client.js";
import { adaptivePace } from "../../src/prompt/client/rate-limiter.js";
import { readUsage } from "../../src/prompt/http/usage.js";
import { type CompletionRequest, type Llm, LlmError, type LlmErrorKind, type Reply } from "../../src/prompt/llm.js";
import { costOfUsage } from "../../src/prompt/prices/prices.js";
import type { Prediction } from "../../src/types/prediction.js";
import { recordingContext } from "../contract/approach.js";
import { type Fault, randomFaults } from "../servers/faults.js";
import { queries, run, serve, truth } from "./ask-server.js";
import { fakeLlm } from "./fake-llm.js";

const price = { input_cost_per_token: 1e-6, output_cost_per_token: 1e-5 };

/** One way to go wrong. `billed`: whether the service did the work, and has it paid. */
interface Way {
  readonly kind: LlmErrorKind;
  readonly billed: "never" | "always" | "sometimes";
}
const ways: readonly Way[] = [
  { kind: "unreachable", billed: "never" },
  { kind: "connection", billed: "sometimes" },
  { kind: "connection", billed: "never" },
  { kind: "malformed", billed: "always" },
  { kind: "timeout", billed: "always" },
  { kind: "server", billed: "never" },
  { kind: "limit", billed: "never" },
  { kind: "overload", billed: "never" },
];

/** What a service of this number is like: which faults, how often, how it counts, whether it goes away for a while, and when the money ends. */
function simulated(number: number) {
  const draws = random(41, `service ${number}`);
  const share = draws.uniform() * 0.5;
  const mine = ways.filter(() => draws.uniform() < 0.5);
  const usageKind = (["honest", "honest", "honest", "none", "zeros", "hostile"] as const)[draws.integer(6)]!;
  const goneFrom = draws.uniform() < 0.3 ? 10 + draws.integer(30) : Number.POSITIVE_INFINITY;
  const goneFor = 5 + draws.integer(20);
  const truth = { billedUsd: 0, answeredUsd: 0, requests: 0, answers: new Map<string, number>() };
  const base = fakeLlm(() => "", { price });
  const llm: Llm = {
    ...base,
    spec: `openai:service-${number}`,
    pace: adaptivePace({ maxConcurrency: 1 + draws.integer(12) }),
    async complete(request: CompletionRequest): Promise<Reply> {
      const at = truth.requests++;
      await new Promise((resolve) => setImmediate(resolve));
      const text = request.messages[0]!.content;
      const usage = { prompt_tokens: 10 + draws.integer(8), completion_tokens: 1 + draws.integer(12) };
      const usd = costOfUsage(price, readUsage(usage)!);
      if (at >= goneFrom && at < goneFrom + goneFor) throw new LlmError("unreachable", "it is gone");
      if (mine.length > 0 && draws.uniform() < share) {
        const { kind, billed } = mine[draws.integer(mine.length)]!;
        if (billed === "always" || (billed === "sometimes" && draws.uniform() < 0.5)) truth.billedUsd += usd;
        throw new LlmError(kind, `a ${kind} fault`, kind === "limit" ? 0.002 : null);
      }
      truth.billedUsd += usd;
      truth.answeredUsd += usd;
      truth.answers.set(text, (truth.answers.get(text) ?? 0) + 1);
      const said = {
        honest: usage,
        none: undefined,
        zeros: { prompt_tokens: 0, completion_tokens: 0 },
        hostile: { prompt_tokens: -5, completion_tokens: 1e300 },
      }[usageKind];
      const completion = { text, finish: "stop" as const, usage: readUsage(said), latencySeconds: 0.001, servedBy: null };
      return { completion, pauseSeconds: 0 };
    },
  };
  return { llm, truth, isHonest: usageKind === "honest", hasMoney: draws.uniform() < 0.7 };
}

/** Sixty rows, one of them twice, as a job does it: the answer to each row, and those that failed. */
async function labelled(llm: Llm, budget: Budget): Promise<Prediction[] | UserError> {
  const client = createClient(llm, { budget, backoffSeconds: 0.001, maxWaitSeconds: 0.01, patienceSeconds: 1 });
  const rows = Array.from({ length: 60 }, (_, i) => ({ id: `row-${i}`, text: `text ${i % 59}` }));
  const answer = async ({ text }: { text: string }, signals: Parameters<typeof client.ask>[1]): Promise<Prediction> => {
    try {
      const request = { messages: [{ role: "user" as const, content: text }], maxOutputTokens: 40 };
      const { completion, costUsd } = await client.ask(() => request, signals);
      return { answer: [completion.text], costUsd };
    } catch (error) {
      if (error instanceof LlmError) return { answer: null, failure: "error" };
      throw error;
    }
  };
  return answerRows(rows, recordingContext(), { phase: "asking" }, 18, answer).catch((error: unknown) => {
    if (error instanceof UserError) return error;
    throw error;
  });
}

describe("a hundred services that go wrong in their own ways", () => {
  it("get every row answered once and in order, and no budget is passed by what they bill in truth", async () => {
    const seen = { whole: 0, stopped: 0, failedRows: 0, faulty: 0, poor: 0 };
    for (let number = 0; number < 100; number++) {
      const { llm, truth, isHonest, hasMoney } = simulated(number);
      const budget = createBudget(hasMoney ? 1 : 0.006);
      const outcome = await labelled(llm, budget);
      // By the service's own books.
      expect(truth.billedUsd).toBeLessThanOrEqual(budget.limitUsd);
      expect(budget.spentUsd).toBeLessThanOrEqual(budget.limitUsd + 1e-12);
      expect(budget.spentUsd).toBeGreaterThanOrEqual(budget.uncertainUsd);
      if (isHonest) expect(budget.spentUsd - budget.uncertainUsd).toBeCloseTo(truth.answeredUsd, 9);
      else expect(budget.spentUsd - budget.uncertainUsd).toBeCloseTo(0, 12);
      // What was answered was asked for once.
      for (const times of truth.answers.values()) expect(times).toBeLessThanOrEqual(2);
      if (truth.requests > 60) seen.faulty++;
      if (outcome instanceof UserError) {
        seen.stopped++;
        if (outcome instanceof BudgetError) seen.poor++;
        continue;
      }
      seen.whole++;
      expect(outcome).toHaveLength(60);
      for (const [i, { answer, costUsd }] of outcome.entries()) {
        if (answer === null) seen.failedRows++;
        else {
          expect(answer).toEqual([`text ${i % 59}`]);
          expect(costUsd === null).toBe(!isHonest);
        }
      }
    }
    expect(seen.whole).toBeGreaterThan(50);
    expect(seen.poor).toBeGreaterThan(10);
    expect(seen.faulty).toBeGreaterThan(40);
    expect(seen.failedRows).toBeLessThan(6);
  }, 60_000);
});

describe("a third of all requests going wrong, 64 at once, at a server that answers at once", () => {
  it("does not slow the rest down to a few rows a second", async () => {
    const kinds: readonly Fault[] = ["429", "503", "500", "closed connection", "half a JSON", "empty choices"];
    await using server = await serve({ fault: randomFaults(0.3, kinds, 5) });
    const rows = queries(1024);
    const startedAt = performance.now();
    const { predictions } = await run(server, rows, { maxConcurrency: 64, backoffSeconds: 0.25 });
    const seconds = (performance.now() - startedAt) / 1000;
    expect(predictions.map(({ answer }) => answer?.[0])).toEqual(rows.map(truth));
    // It was 4 rows a second. The machine may be a slow one.
    expect(1024 / seconds).toBeGreaterThan(40);
  }, 60_000);
});
