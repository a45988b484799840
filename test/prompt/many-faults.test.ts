import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { UserError } from "../../src/lib/errors.js";
import { createBudget } from "../../src/prompt/client/budget.js";
import { openResponseCache } from "../../src/store/response-cache.js";
import { type Fault, passingFaults, randomFaults } from "../servers/faults.js";
import { failureOf, key, queries, run, serve, truth } from "./ask-server.js";

/** All but those that stop a run. */
const kinds: readonly Fault[] = [...passingFaults, "nonsense", "two labels", "refusal", "cut off", "silence", "slow drip", "400"];
const attempts = 5;
const usage = { prompt_tokens: 100, completion_tokens: 2 };

it("of 5,000 rows with a fifth of all requests going wrong, and a key that is refused amid them, none is lost or asked too often", async () => {
  const folder = await mkdtemp(join(tmpdir(), "crossover-faults-"));
  try {
    const rows = queries(5000);
    const randomly = randomFaults(0.2, kinds, 11);
    let refusedFrom = 3000;
    // Of each request what was asked; a correction counts for its text.
    const asked = new Map<string, number>();
    let hugeLeft = 3;
    await using server = await serve({
      usage,
      fault: (request) => {
        const text = request.body.messages.findLast(({ content }) => content.startsWith("<text-"))!.content;
        asked.set(text, (asked.get(text) ?? 0) + 1);
        if (request.index >= refusedFrom) return "401";
        // Each of nine megabytes.
        if (request.index % 900 === 899 && hugeLeft-- > 0) return "huge answer";
        return randomly(request);
      },
    });
    const budget = createBudget(5);
    await using cache = await openResponseCache(join(folder, "answers.db"));
    const options = { attempts, cache, budget, maxConcurrency: 64, timeoutSeconds: 0.8, maxWaitSeconds: 0.5 };

    const stopped = await failureOf(run(server, rows, options));
    expect(stopped).toBeInstanceOf(UserError);
    expect(String(stopped)).toMatch(/401.*\[key\].*Check OPENAI_API_KEY/);
    const stored = await cache.count();
    expect(stored).toBeGreaterThan(2000);

    refusedFrom = Number.POSITIVE_INFINITY;
    const { predictions, notes } = await run(server, rows, options);
    expect(predictions).toHaveLength(5000);
    const failed = { error: 0, refused: 0, truncated: 0, unparseable: 0, correction: 0 };
    for (const [i, { answer, failure }] of predictions.entries()) {
      if (failure === undefined) expect(answer).toEqual([truth(rows[i]!)]);
      else failed[failure as keyof typeof failed]++;
    }
    // Every kind of failure is there, and named with its number of rows.
    expect(failed.refused).toBeGreaterThan(20);
    expect(failed.truncated).toBeGreaterThan(20);
    expect(failed.error).toBeGreaterThan(20);
    const errors = notes.flatMap((note) => /^([\d,]+) of 5,000 rows got no answer: (.*)/.exec(note) ?? []);
    const named = errors.filter((_, i) => i % 3 === 1).map((count) => Number(count.replace(",", "")));
    expect(named.reduce((a, b) => a + b, 0)).toBe(failed.error);
    expect(errors.join("\n")).toMatch(/answered 400: This model's maximum context length/);
    // A question and its correction, each with its attempts; and one that the refused key cut off.
    expect(asked.size).toBe(5000);
    expect(Math.max(...asked.values())).toBeLessThanOrEqual(2 * attempts + 1);
    expect(budget.spentUsd).toBeLessThanOrEqual(budget.limitUsd);
    // What was answered is paid for, and no row's answer is missing in the store.
    const perAnswer = 100 * 1.5e-7 + 2 * 6e-7;
    expect(budget.spentUsd).toBeGreaterThanOrEqual((await cache.count()) * perAnswer - 1e-9);

    const names = await readdir(folder);
    for (const name of names) expect(await readFile(join(folder, name), "latin1")).not.toContain(key);
    expect(notes.join("\n")).not.toContain(key);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 120_000);
