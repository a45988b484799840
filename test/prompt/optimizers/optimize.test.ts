import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { SearchBudget } from "../../../src/prompt/optimizers/ledger.js";
import { type Optimized, optimize } from "../../../src/prompt/optimizers/optimize.js";
import { type OptimizerName, optimizerNames } from "../../../src/prompt/optimizers/optimizers.js";
import { programKey } from "../../../src/prompt/optimizers/program-key.js";
import type { Dataset } from "../../../src/types/data.js";
import { recordingContext } from "../../contract/approach.js";
import { planted } from "./planted.js";
import {
  chance,
  type SyntheticAnswerer,
  type SyntheticOptions,
  seedProgram,
  syntheticAnswerer,
  syntheticTask,
} from "./synthetic.js";

const task = syntheticTask(400);
/** For what is repeated many times. */
const small = syntheticTask(200);
const unlimited = { usd: Number.POSITIVE_INFINITY, seconds: Number.POSITIVE_INFINITY };

interface Run {
  readonly optimized: Optimized;
  readonly answerer: SyntheticAnswerer;
  readonly notes: readonly string[];
  readonly context: ReturnType<typeof recordingContext>;
}

async function run(
  optimizer: OptimizerName | "auto",
  options: SyntheticOptions,
  more: Partial<SearchBudget> & { seed?: number; train?: Dataset; logPath?: string; signal?: AbortSignal } = {},
): Promise<Run> {
  const { calls = 2000, usd = unlimited.usd, seconds = unlimited.seconds, seed = 1, train = task, logPath = null, signal } = more;
  const answerer = syntheticAnswerer(train, options);
  const context = recordingContext({ seed, ...(signal === undefined ? {} : { signal }) });
  const optimized = await optimize(
    { program: seedProgram(train), train, optimizer, budget: { calls, usd, seconds }, answerer, model: "synthetic", logPath },
    context,
  );
  const notes = context.events.flatMap((event) => (event.kind === "note" ? [event.text] : []));
  return { optimized, answerer, notes, context };
}

describe.each(optimizerNames)("%s", (name) => {
  it.each([1, 2, 3])("finds the planted prompt within its budget (seed %i)", async (seed) => {
    const { optimized, answerer } = await run(name, planted[name], { seed });
    expect(planted[name].isBest(optimized.program)).toBe(true);
    expect(optimized.chosen["prompt"]).toMatch(/^the best one found: \+/);
    expect(answerer.made.calls).toBeLessThanOrEqual(2000);
    expect(optimized.spent.calls).toBe(answerer.made.calls);
  });

  it("keeps to a budget of calls and dollars, whatever it is, and ends with a prompt", async () => {
    for (const [i, calls] of [30, 61, 100, 155, 300, 777].entries()) {
      for (const usd of [0.02, 0.1, 0.5, unlimited.usd]) {
        const price = { secondCalls: 0.15, usdPerCall: 0.001 };
        const { optimized, answerer } = await run(name, { ...planted[name], ...price }, { calls, usd, seed: i, train: small });
        expect(answerer.made.calls).toBeLessThanOrEqual(calls);
        expect(answerer.made.usd).toBeLessThanOrEqual(usd);
        expect(optimized.spent.calls).toBe(answerer.made.calls);
        expect(optimized.spent.usd).toBeCloseTo(answerer.made.usd, 9);
      }
    }
  });

  it("keeps the prompt it began with where no prompt is better", async () => {
    let kept = 0;
    for (let seed = 0; seed < 12; seed++) {
      const null_: SyntheticOptions = {
        quality: () => 0.7,
        write: (messages) => `proposal ${chance(messages.at(-1)!.content)}`,
        luck: String(seed),
      };
      const { optimized } = await run(name, null_, { calls: 500, seed, train: small });
      if (programKey(optimized.program) === programKey(seedProgram(small))) kept++;
    }
    // Of 12 runs that each err in at most 5 %, more than 3 err once in 450 times.
    expect(kept).toBeGreaterThanOrEqual(9);
  });

  it("is told again from its log to the same end, without asking for anything", async () => {
    const folder = await mkdtemp(join(tmpdir(), "crossover-search-"));
    try {
      const logPath = join(folder, "fit", "search.jsonl");
      const price = { secondCalls: 0.1, usdPerCall: 0.001 };
      const first = await run(name, { ...planted[name], ...price }, { calls: 900, logPath });
      const log = await readFile(logPath, "utf8");
      const again = await run(name, { ...planted[name], ...price }, { calls: 900, logPath });
      expect(again.answerer.made.calls).toBe(0);
      expect(programKey(again.optimized.program)).toBe(programKey(first.optimized.program));
      expect(again.optimized.spent.calls).toBe(first.optimized.spent.calls);
      expect(again.optimized.spent.usd).toBeCloseTo(first.optimized.spent.usd, 9);
      expect(await readFile(logPath, "utf8")).toBe(log);
      const spent = ({ context }: Run): number => context.spent.reduce((sum, { usd }) => sum + (usd ?? 0), 0);
      expect(spent(again)).toBeCloseTo(spent(first), 9);

      // Cut in the middle of a line, as a power cut leaves it: what stands whole counts, the rest is asked for.
      for (const share of [0.1, 0.5, 0.9]) {
        await writeFile(logPath, log);
        await truncate(logPath, Math.floor(Buffer.byteLength(log) * share));
        const resumed = await run(name, { ...planted[name], ...price }, { calls: 900, logPath });
        expect(resumed.answerer.made.calls).toBeLessThan(first.answerer.made.calls * (1.1 - share));
        expect(programKey(resumed.optimized.program)).toBe(programKey(first.optimized.program));
        expect(resumed.optimized.spent.calls).toBe(first.optimized.spent.calls);
        expect(resumed.optimized.spent.usd).toBeCloseTo(first.optimized.spent.usd, 9);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("ends when the time is up", async () => {
    const start = performance.now();
    const { optimized } = await run(name, { ...planted[name], delayMs: 20, atOnce: 2 }, { calls: 100_000, seconds: 0.4 });
    expect((performance.now() - start) / 1000).toBeLessThan(5);
    expect(optimized.spent.seconds).toBeLessThan(2);
  });
});

describe("optimize", () => {
  it("shows the score on selection rows with the luck that is in it", async () => {
    const { optimized } = await run("random-search", planted["random-search"]);
    const { chosen, tried } = optimized;
    const score = Number(chosen["selection accuracy"]);
    const winner = tried.find(({ program }) => programKey(program) === programKey(optimized.program))!;
    expect(score).toBeCloseTo(winner.right / winner.rows, 3);
    const p = (winner.right + 1) / (winner.rows + 2);
    const optimism = Math.sqrt((p * (1 - p)) / winner.rows) * Math.sqrt(2 * Math.log(tried.length));
    expect(chosen["expected optimism"]).toBeCloseTo(optimism, 3);
    expect(chosen["prompts tried"]).toBe(14);
    expect(chosen["rows"]).toBe("160 rows to learn from, 120 to choose by, 120 to decide by");
  });

  it("shows no row that it judges by, and judges by no row that it shows", async () => {
    const asked = new Map<string, Set<string>>();
    const onRow: SyntheticOptions["onRow"] = (program, id) => {
      const shown = program.demos.kind === "fixed" ? program.demos : { examples: [], spares: [] };
      for (const demo of [...shown.examples, ...shown.spares])
        asked.set(demo.id, (asked.get(demo.id) ?? new Set<string>()).add(programKey(program)));
      expect([...shown.examples, ...shown.spares].map((demo) => demo.id)).not.toContain(id);
    };
    await run("miprov2", { ...planted.miprov2, onRow });
    await run("bootstrap", { ...planted.bootstrap, onRow });
    expect(asked.size).toBeGreaterThan(20);
  });

  it("asks for nothing where rows or budget are too few to tell prompts apart, and says so", async () => {
    const few = await run("auto", planted.gepa, { train: syntheticTask(12) });
    expect(few.answerer.made.calls).toBe(0);
    expect(few.notes).toEqual([
      "No other prompt was tried: 12 training rows are too few to choose a prompt by some and to check the choice by others.",
    ]);
    const poor = await run("auto", planted.gepa, { calls: 20 });
    expect(poor.answerer.made.calls).toBe(0);
    expect(poor.notes[0]).toContain("a budget for 20 answers is too small");
    expect(poor.optimized.labels).toBe(0);
  });

  it("chooses an optimizer by rows and budget, and says why", async () => {
    const noteOf = async (more: Parameters<typeof run>[2]): Promise<string> => (await run("auto", planted.gepa, more)).notes[0]!;
    expect(await noteOf({ calls: 2000 })).toMatch(/miprov2: the budget judges about \d+ prompts, enough/);
    expect(await noteOf({ calls: 200 })).toMatch(/random-search: the budget judges about 13 prompts, on 12 rows/);
    const long = { ...task, examples: task.examples.map((row) => ({ ...row, text: `${row.text} `.repeat(30) })) };
    expect(await noteOf({ calls: 500, train: long })).toContain("gepa: texts of");
  });

  it("gives a log of another search no say", async () => {
    const folder = await mkdtemp(join(tmpdir(), "crossover-search-"));
    try {
      const logPath = join(folder, "search.jsonl");
      await run("random-search", planted["random-search"], { calls: 300, logPath });
      const other = await run("random-search", planted["random-search"], { calls: 301, logPath });
      expect(other.answerer.made.calls).toBe(other.optimized.spent.calls);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("stops at once where it is told to", async () => {
    const stop = new AbortController();
    let asked = 0;
    const onRow = (): void => {
      if (++asked === 50) stop.abort(new Error("stopped by the test"));
    };
    const signal = stop.signal;
    await expect(run("gepa", { ...planted.gepa, delayMs: 1, onRow }, { signal })).rejects.toThrow("stopped by the test");
    expect(asked).toBeLessThan(70);
  });

  it("tells how far it is and how good the best prompt is, and counts no further than it announced", async () => {
    const { context } = await run("random-search", planted["random-search"], { calls: 500 });
    const events = context.events.flatMap((event) => (event.kind === "progress" ? [event] : []));
    expect(events.length).toBeGreaterThan(300);
    for (const { done, total } of events) expect(done).toBeLessThanOrEqual(total);
    expect(events.at(-1)).toMatchObject({ phase: "optimizing", subject: "(random-search)", total: 500 });
    expect(events.at(-1)!.detail).toMatch(/^best so far [\d.]+ % right$/);
  });
});
