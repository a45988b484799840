/** @file A run from code: the same as the command's, without a terminal. */
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { listRuns, type RunEvent, readRun, runComparison, summarize } from "../../src/index.js";
import { readEventLog } from "../../src/store/event-log.js";
import { lockRun } from "../../src/store/run-lock.js";
import { emptyFolder, writeTickets } from "../cli/cli.js";
import { tinyFolder } from "../tune/pretrained/golden-encoder.js";

let [folder, path, runs] = ["", "", ""];
beforeAll(async () => {
  folder = await emptyFolder();
  path = await writeTickets(folder, 60);
  runs = join(folder, "runs");
});
afterAll(() => rm(folder, { recursive: true }));

const approaches = ["tune:tfidf", "baseline:majority"];
/** Small: none of these runs is about what an encoder knows. */
const model = tinyFolder;

describe("runComparison", () => {
  it("returns the comparison that the run's folder holds, and tells what happens", async () => {
    const events: RunEvent[] = [];
    const comparison = await runComparison(
      { path, runs, model, name: "told", approaches, curve: "off" },
      { env: {}, onEvent: (event) => events.push(event) },
    );
    expect(comparison.summaries.map(({ approach }) => approach).sort()).toEqual(["baseline:majority", "tune:tfidf"]);
    const { manifest, measurements } = await readRun(join(runs, "told"));
    const { task, assumptions, failed } = manifest;
    expect(summarize({ task, assumptions, measurements, failed }).summaries).toEqual(comparison.summaries);
    expect((await listRuns(runs)).map((run) => run.manifest.name)).toContain("told");
    expect(JSON.parse(await readFile(join(runs, "told", "results.json"), "utf8"))).toMatchObject({ metrics: comparison.metrics });
    const measured = events.filter((event) => event.kind === "measured").map(({ measurement }) => measurement.approach);
    expect(measured.sort()).toEqual(measurements.map(({ approach }) => approach).sort());
    expect(events.some((event) => event.kind === "progress" && event.measurement?.approach === "tune:tfidf")).toBe(true);
  });

  it("keeps what happened for whoever looks later", async () => {
    const events = readEventLog(join(runs, "told", "events.jsonl"));
    expect(events.filter(({ kind }) => kind === "measured")).toHaveLength(2);
    expect(events.map(({ at }) => at)).toEqual(events.map(({ at }) => at).sort());
  });

  it("finishes two runs at once in one process", async () => {
    const both = ["one", "two"].map((name) => runComparison({ path, runs, model, name, approaches, curve: "off" }, { env: {} }));
    const [one, two] = await Promise.all(both);
    expect(one!.summaries.map(({ accuracy }) => accuracy)).toEqual(two!.summaries.map(({ accuracy }) => accuracy));
  });

  it("finds another name for a second run of the same second", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-01-02T03:04:05Z") });
    try {
      const there = join(folder, "unnamed");
      for (let i = 0; i < 2; i++)
        await runComparison({ path, model, runs: there, approaches: ["baseline:majority"] }, { env: {} });
      const names = (await listRuns(there)).map((run) => run.manifest.name);
      expect(names.sort()).toEqual(["tickets-2026-01-02-030405", "tickets-2026-01-02-030405-2"]);
    } finally {
      vi.useRealTimers();
    }
  });

  it("refuses a run whose folder is held", async () => {
    await using _ = await lockRun(join(runs, "held"));
    await expect(runComparison({ path, runs, model, name: "held", approaches }, { env: {} })).rejects.toThrow(/held/);
  });

  it("asks before it spends, and spends nothing where nobody can answer", async () => {
    let requests = 0;
    const request = {
      path,
      runs,
      model,
      name: "dear",
      llm: ["openai:gpt-6-luna"],
      approaches: ["prompt:few-shot"],
      prices: join(folder, "prices.json"),
    };
    await writeFile(request.prices, JSON.stringify({ "gpt-6-luna": { input_cost_per_token: 1, output_cost_per_token: 1 } }));
    const env = { OPENAI_API_KEY: "sk-none", OPENAI_BASE_URL: "http://127.0.0.1:9/v1" };
    const confirm = async (): Promise<undefined> => void requests++;
    await expect(runComparison(request, { env, confirm })).rejects.toThrow(/yes|budget/);
    expect(requests).toBe(1);
  });

  it("stops at its signal, with what was measured kept", async () => {
    const stop = new AbortController();
    const request = { path, runs, model, name: "stopped", approaches };
    const onEvent = (event: RunEvent): void => {
      if (event.kind === "measured") stop.abort();
    };
    await expect(runComparison(request, { env: {}, onEvent, signal: stop.signal })).rejects.toMatchObject({
      name: "Interrupted",
    });
    const { manifest, measurements } = await readRun(join(runs, "stopped"));
    expect(measurements.length).toBeGreaterThan(0);
    expect(manifest.finishedAt).toBeUndefined();
  });
});

it("says of an LLM that is named and not among the approaches that it is not asked", async () => {
  const warnings: string[] = [];
  const onEvent = (event: RunEvent): void => {
    if (event.kind === "warning") warnings.push(event.text);
  };
  await runComparison(
    { path, runs, model, name: "unasked", approaches, llm: ["openai:gpt-6-luna"] },
    { env: { OPENAI_API_KEY: "sk-none" }, onEvent },
  );
  expect(warnings.filter((text) => text.includes("openai:gpt-6-luna is not asked"))).toHaveLength(1);
});
